"""Read an issuer's keys as the public sees them: discovery first, then the address it gives."""

from services.errors import Unreachable
from services.gateway.issuer_keys import IssuerKeys, KeyFailure, Source, discovery_url
from services.http import HttpClient, Reply
from services.tokens.keys import KeyDocumentError, parse_discovery, parse_jwks

SECONDS = 5.0  # more patient than the gateway's 1.5: here a slow answer is still worth reading


def read_issuer_keys(http: HttpClient, issuer: str) -> IssuerKeys:
    """The issuer's RSA keys, or at which of the two documents the reading failed, and why."""
    source, url = Source.DISCOVERY, discovery_url(issuer)
    try:
        discovery = parse_discovery(_document(http, url))
        source, url = Source.JWKS, discovery.jwks_uri
        return IssuerKeys.of(
            parse_jwks(_document(http, url)), declared_issuer=discovery.issuer, jwks_uri=discovery.jwks_uri
        )
    except (Unreachable, KeyDocumentError) as error:
        return IssuerKeys(failure=KeyFailure(source, url, str(error).rstrip(".")))


def _document(http: HttpClient, url: str) -> bytes:
    reply: Reply = http.send("GET", url, total_seconds=SECONDS)
    if reply.status != 200:
        raise KeyDocumentError(f"status {reply.status}")
    return reply.body

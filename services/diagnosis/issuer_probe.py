"""An issuer as the public sees it: its discovery document, its key set, and what API Gateway can make of them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urlsplit

from services.diagnosis.facts import Fetched, IssuerFacts, Missing
from services.diagnosis.public_fetch import Document, fetch_public
from services.gateway.issuer_keys import IssuerKeys, KeyFailure, Source, discovery_url
from services.parallel import Begun, begin
from services.tokens.keys import Discovery, KeyDocumentError, KeySet, parse_discovery, parse_jwks

T = TypeVar("T")

Fetch = Callable[[str], Document]

_NOT_REACHABLE = "its host is not public, and AWS cannot reach it"


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be asked, and what of this machine counts as public.

    On a sandbox every loopback port is public to the sandbox's AWS but those in `private_ports`. `allow_private` lets
    an address of a private network be asked: for an issuer that a person or an authorizer names, never a token.
    """

    is_sandbox: bool = False
    private_ports: Collection[int] = ()
    allow_loopback: bool = True
    allow_private: bool = True

    def fetch(self, url: str) -> Document:
        """The document, with `is_private` as AWS (the real one, or the sandbox's) sees it."""
        document = fetch_public(url, allow_loopback=self.allow_loopback, allow_private=self.allow_private)
        if self.is_sandbox and document.is_private:
            return replace(document, is_private=_port(url) in self.private_ports)
        return document


TOKEN_REACH = Reach(allow_loopback=False, allow_private=False)
"""For a name that stands in a token and nowhere else."""


def probe_issuer(issuer: str, fetch: Fetch, *, jwks_uri: str = "") -> IssuerFacts:
    """Read discovery, then the key set it names.

    `jwks_uri` is where the key set probably is: it is asked at once, and counts only if discovery names it. Raises
    nothing: what fails is in the facts.
    """
    early = begin(lambda: fetch(jwks_uri)) if jwks_uri else None
    discovery = fetch(discovery_url(issuer))
    found, problem = _parsed(discovery, parse_discovery)
    if found is None:
        return _without_discovery(issuer, discovery, problem)
    return _with_discovery(issuer, discovery, found, _key_set(found.jwks_uri, jwks_uri, early, fetch))


def _key_set(named: str, expected: str, early: Begun[Document] | None, fetch: Fetch) -> Document:
    if early is not None and named == expected:
        return early.result()
    return fetch(named)


def _without_discovery(issuer: str, discovery: Document, problem: str) -> IssuerFacts:
    facts = replace(discovery.facts, problem=problem)
    return IssuerFacts(
        issuer,
        facts,
        Missing("the discovery document does not tell where it is", "a discovery document that can be read"),
        IssuerKeys(failure=KeyFailure(Source.DISCOVERY, facts.url, problem)),
        is_private=discovery.is_private,
    )


def _with_discovery(issuer: str, discovery: Document, named: Discovery, document: Document) -> IssuerFacts:
    key_set, problem = _parsed(document, parse_jwks)
    problem = problem or document.facts.problem
    failure = _failure(Source.DISCOVERY, discovery, discovery.facts.problem) or _failure(Source.JWKS, document, problem)
    known = key_set or KeySet()
    keys = replace(IssuerKeys.of(known, declared_issuer=named.issuer, jwks_uri=named.jwks_uri), failure=failure)
    return IssuerFacts(
        issuer,
        _marked(discovery, discovery.facts.problem),
        _marked(document, problem),
        keys,
        known.kinds,
        _stray(issuer, named.jwks_uri),
        discovery.is_private or document.is_private,
    )


def _parsed(document: Document, parse: Callable[[bytes], T]) -> tuple[T | None, str]:
    """What the document says, or why it says nothing. One that came late is read all the same."""
    if document.facts.status != 200 or (document.facts.problem and not document.body):
        return None, document.facts.problem
    try:
        return parse(document.body), ""
    except KeyDocumentError as error:
        return None, document.facts.problem or str(error)


def _failure(source: Source, document: Document, problem: str) -> KeyFailure | None:
    problem = problem or (_NOT_REACHABLE if document.is_private else "")
    return KeyFailure(source, document.facts.url, problem) if problem else None


def _marked(document: Document, problem: str) -> Fetched:
    return replace(document.facts, problem=problem or (_NOT_REACHABLE if document.is_private else ""))


def _stray(issuer: str, jwks_uri: str) -> str:
    """In what the key set's address leads away from the issuer. Another host alone is common, and no fault."""
    try:
        ours, theirs = urlsplit(issuer), urlsplit(jwks_uri)
    except ValueError:
        return "it is not a valid URL"
    if theirs.scheme != ours.scheme:
        return f'its scheme is "{theirs.scheme}", the issuer\'s "{ours.scheme}"'
    if theirs.hostname != ours.hostname:
        return f'its host is "{theirs.hostname}", the issuer\'s "{ours.hostname}"'
    if _port(jwks_uri) != _port(issuer):
        return f"its port is {_port(jwks_uri)}, the issuer's {_port(issuer)}"
    return ""


def _port(url: str) -> int | None:
    try:
        parts = urlsplit(url)
        return parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return None

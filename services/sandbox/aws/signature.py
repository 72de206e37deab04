"""Checks a request's AWS Signature Version 4 (IAM user guide, “Create a signed AWS API request”)."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, unquote

from services.sandbox.aws.request import JSON_SERVICES, QUERY_SERVICES, Refusal

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[^/,\s]+/"
    r"(?P<scope>(?P<date>\d{8})/(?P<region>[\w-]+)/(?P<service>[\w-]+)/aws4_request)"
    r",\s*SignedHeaders=(?P<signed>[\w;-]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)
_SPACES = re.compile(r" +")
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)

Headers = Iterable[tuple[bytes, bytes]]


def check_signature(method: str, raw_path: bytes, query: bytes, headers: Headers, body: bytes, secret: str) -> None:
    """Raise the Refusal a service answers with unless `secret` made the request's signature.

    Everything is as it came over the wire. How old the signature is does not matter here: nobody is between.
    """
    named: dict[str, list[str]] = {}
    for name, value in headers:
        named.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    parts = _AUTHORIZATION.fullmatch(",".join(named.get("authorization", [])).strip())
    if parts is None:
        raise _incomplete(named)
    signed = parts["signed"].split(";")
    lines = [
        method,
        quote(_normal(raw_path.decode("latin-1")), safe="/~"),
        _canonical_query(query.decode("latin-1")),
        *(f"{name}:{','.join(_SPACES.sub(' ', value.strip()) for value in named.get(name, []))}" for name in signed),
        "",
        parts["signed"],
        hashlib.sha256(body).hexdigest(),
    ]
    request = hashlib.sha256("\n".join(lines).encode("latin-1")).hexdigest()
    moment = ",".join(named.get("x-amz-date", []))
    text = f"AWS4-HMAC-SHA256\n{moment}\n{parts['scope']}\n{request}"
    key = _signing_key(secret, parts["date"], parts["region"], parts["service"])
    expected = hmac.new(key, text.encode("latin-1"), hashlib.sha256).hexdigest()
    if "host" not in signed or not hmac.compare_digest(expected, parts["signature"]):
        raise _refusal(parts["service"], _MISMATCH)


@lru_cache(maxsize=64)
def _signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _normal(path: str) -> str:
    """The path without empty and dot segments; a slash at its end stays."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            kept[-1:] = []
        elif segment not in ("", "."):
            kept.append(segment)
    return "/" + "/".join(kept) + ("/" if kept and path.endswith("/") else "")


def _canonical_query(query: str) -> str:
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    coded = sorted((_coded(name), _coded(value)) for name, _, value in pairs)
    return "&".join(f"{name}={value}" for name, value in coded)


def _coded(text: str) -> str:
    return quote(unquote(text, "latin-1"), safe="-_.~", encoding="latin-1")


def _incomplete(named: dict[str, list[str]]) -> Refusal:
    given = " ".join(named.get("authorization", []))
    missing = [part for part in ("Credential", "SignedHeaders", "Signature") if f"{part}=" not in given]
    what = "".join(f"Authorization header requires '{part}' parameter. " for part in missing)
    return Refusal(400, "IncompleteSignature", what or "Authorization header is not well-formed.")


def _refusal(service: str, message: str) -> Refusal:
    """Query services and the others name it differently (each service's API reference, “Common Errors”)."""
    if service in QUERY_SERVICES:
        return Refusal(403, "SignatureDoesNotMatch", message)
    return Refusal(400 if service in JSON_SERVICES else 403, "InvalidSignatureException", message)

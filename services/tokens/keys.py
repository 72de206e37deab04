"""Discovery documents and key sets, read down to the RSA public keys that API Gateway can use."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from services.tokens.decode import MalformedToken, decode_segment


class KeyDocumentError(Exception):
    """A discovery document or key set has not the shape it must have; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What matters of `{issuer}/.well-known/openid-configuration` (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    jwks_uri: str


@dataclass(frozen=True, slots=True)
class SkippedKey:
    """A published key that cannot be used, and why."""

    kid: str
    reason: str


@dataclass(frozen=True, slots=True)
class KeySet:
    """RSA public keys by `kid`, and what else was published.

    `unnamed` are RSA keys without a kid, such as a PEM file's: a signature can be checked with them, though no gateway
    would find them. `kinds` has every key in its order: its kid, and its type and `alg` ("RSA RS256", "EC ES256").
    """

    by_kid: Mapping[str, RSAPublicKey] = field(default_factory=dict)
    skipped: tuple[SkippedKey, ...] = ()
    unnamed: tuple[RSAPublicKey, ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()


def parse_discovery(document: bytes | str) -> Discovery:
    """Read a discovery document. Raises KeyDocumentError unless it is an object with a `jwks_uri`."""
    content = _object(document, "the discovery document")
    jwks_uri, issuer = content.get("jwks_uri"), content.get("issuer")
    if not isinstance(jwks_uri, str) or not jwks_uri:
        raise KeyDocumentError("the discovery document names no jwks_uri")
    return Discovery(issuer if isinstance(issuer, str) else "", jwks_uri)


def parse_jwks(document: bytes | str) -> KeySet:
    """Read a key set (RFC 7517, section 5) or a single key. Raises KeyDocumentError when it is neither."""
    content = _object(document, "the key set")
    members = [content] if "kty" in content else content.get("keys")
    if not isinstance(members, list):
        raise KeyDocumentError('the key set has no list "keys"')
    by_kid: dict[str, RSAPublicKey] = {}
    skipped: list[SkippedKey] = []
    unnamed: list[RSAPublicKey] = []
    for member in members:
        name = _kid(member)
        try:
            key = _rsa_key(member)
            if not name:
                unnamed.append(key)
                raise KeyDocumentError("it has no kid, so no token can name it")
            if name in by_kid:
                raise KeyDocumentError("another key of the same kid stands before it")
            by_kid[name] = key
        except KeyDocumentError as error:
            skipped.append(SkippedKey(name, str(error)))
    kinds = tuple((_kid(member), _kind(member)) for member in members if isinstance(member, dict))
    return KeySet(by_kid, tuple(skipped), tuple(unnamed), kinds)


def _kid(member: object) -> str:
    kid = member.get("kid") if isinstance(member, dict) else None
    return kid if isinstance(kid, str) else ""


def _kind(member: dict[str, Any]) -> str:
    return " ".join(value for value in (member.get("kty"), member.get("alg")) if isinstance(value, str))


def _object(document: bytes | str, name: str) -> dict[str, Any]:
    try:
        text = document if isinstance(document, str) else document.decode("utf-8")
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise KeyDocumentError(f"{name} is not JSON") from None
    if not isinstance(content, dict):
        raise KeyDocumentError(f"{name} is not a JSON object")
    return content


def _rsa_key(member: object) -> RSAPublicKey:
    if not isinstance(member, dict):
        raise KeyDocumentError("it is not a JSON object")
    if member.get("kty") != "RSA":
        raise KeyDocumentError(f"its type is {member.get('kty')!r}, and only RSA keys are used")
    if member.get("use", "sig") != "sig":
        raise KeyDocumentError(f"its use is {member.get('use')!r}, not signing")
    try:
        return RSAPublicNumbers(_integer(member, "e"), _integer(member, "n")).public_key()
    except ValueError as error:
        raise KeyDocumentError(f"it is no usable RSA key: {error}") from None


def _integer(member: dict[str, Any], name: str) -> int:
    value = member.get(name)
    if not isinstance(value, str):
        raise KeyDocumentError(f"its {name!r} is missing")
    try:
        return int.from_bytes(decode_segment(value, name), "big")
    except MalformedToken:
        raise KeyDocumentError(f"its {name!r} is not base64url") from None

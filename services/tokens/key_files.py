"""Public keys as people have them: a key set, a single JWK, PEM keys and certificates, or PEM by kid in JSON.

A private key is refused without a word of it being repeated.
"""

import json
import re
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from services.errors import ConfigurationError
from services.tokens.keys import KeyDocumentError, KeySet, SkippedKey, parse_jwks

LIMIT = 1_000_000  # bytes that are read; the gateway itself takes no key set above 150,000

PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----[^-]*-----END \1-----")
_PRIVATE = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")
_PRIVATE_MEMBERS = frozenset(("d", "p", "q", "dp", "dq", "qi", "oth"))  # RFC 7518, section 6.3.2; EC and OKP have `d`
_CERTIFICATE = "CERTIFICATE"


def read_keys(text: bytes) -> KeySet:
    """The keys in a JWKS, a JWK, PEM public keys or certificates, or JSON whose members are PEM.

    JSON with PEM inside is what FusionAuth's `/api/jwt/public-key` and Google's certificate addresses give; its keys
    are known by the members' names. A PEM key alone has no kid and comes out as unnamed.
    Raises ConfigurationError for anything else, for a private key, and for more than `LIMIT` bytes.
    """
    if len(text) > LIMIT:
        raise ConfigurationError(f"The keys are longer than {LIMIT:,} bytes.", "Give one key set, key or certificate.")
    content = text.decode("utf-8-sig", "replace").strip()
    if _PRIVATE.search(content):
        raise _private()
    if content.startswith("{"):
        return _from_json(content)
    blocks = list(PEM.finditer(content.replace("\\n", "\n")))  # PEM copied out of JSON still has its escapes
    if not blocks:
        raise ConfigurationError(
            "What was given as keys is neither a key set, nor a JWK, nor PEM.",
            'Give a JSON document with "keys", or text that begins with "-----BEGIN PUBLIC KEY-----".',
        )
    return _key_set([("", block[0]) for block in blocks])


def _from_json(content: str) -> KeySet:
    try:
        document: dict[str, Any] = json.loads(content)
    except (ValueError, RecursionError):
        raise ConfigurationError("The keys are not JSON.", "Give the whole document, unchanged.") from None
    members = document.get("keys")
    candidates = members if isinstance(members, list) else [document]
    if any(isinstance(each, dict) and "kty" in each and _PRIVATE_MEMBERS & each.keys() for each in candidates):
        raise _private()
    pem = _pem_members(document)
    if pem:
        return _key_set(pem)
    try:
        return parse_jwks(content)
    except KeyDocumentError as error:
        raise ConfigurationError(
            f"The keys cannot be read: {error}.", 'Give a JSON document with "keys", a JWK, or PEM.'
        ) from None


def _pem_members(document: dict[str, Any]) -> list[tuple[str, str]]:
    """PEM by kid: the document's own members, or those of FusionAuth's `publicKeys`; `publicKey` has no kid."""
    inner = document.get("publicKeys")
    named = inner if isinstance(inner, dict) else document
    return [
        ("" if kid == "publicKey" else kid, value)
        for kid, value in named.items()
        if isinstance(value, str) and PEM.fullmatch(value.strip())
    ]


def _key_set(blocks: list[tuple[str, str]]) -> KeySet:
    by_kid: dict[str, RSAPublicKey] = {}
    unnamed: list[RSAPublicKey] = []
    skipped: list[SkippedKey] = []
    kinds: list[tuple[str, str]] = []
    for kid, text in blocks:
        key = _public_key(text)
        kinds.append((kid, _kind(key)))
        if not isinstance(key, RSAPublicKey):
            skipped.append(SkippedKey(kid, f"its type is {_kind(key)!r}, and only RSA keys are used"))
        elif kid:
            by_kid[kid] = key
        else:
            unnamed.append(key)
    return KeySet(by_kid, tuple(skipped), tuple(unnamed), tuple(kinds))


def _public_key(text: str) -> object:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    data = text.strip().encode("ascii", "replace")
    try:
        if _CERTIFICATE in text.partition("\n")[0]:
            return x509.load_pem_x509_certificate(data).public_key()
        return load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigurationError(
            "The PEM text holds no public key that can be read.", "Copy it again, from BEGIN to END, with its lines."
        ) from None


def _kind(key: object) -> str:
    """The key's type as a JWK's `kty` names it."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    kinds = ((RSAPublicKey, "RSA"), (EllipticCurvePublicKey, "EC"), (Ed25519PublicKey | Ed448PublicKey, "OKP"))
    return next((name for kind, name in kinds if isinstance(key, kind)), "another")


def _private() -> ConfigurationError:
    return ConfigurationError(
        "What was given is a private key; it was not read, and nothing of it is kept.",
        "Give the public key. If it was copied from a live system into a chat or a shell history, replace that key.",
    )

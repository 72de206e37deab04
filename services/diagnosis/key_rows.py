"""The keys that exist, and which of them made a token's signature."""

from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from services.tokens.decode import DecodedToken
from services.tokens.keys import KeySet


class KeyState(StrEnum):
    """What a key is to a token."""

    MADE = "made the signature"
    NAMED = "named by the token"
    OTHER = "another key"
    UNUSABLE = "not usable"


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key: its kid (empty where it has none), its kind ("RSA 2048"), what it is to the token, and why not more."""

    kid: str
    kind: str
    state: KeyState
    note: str = ""


def key_rows(key_set: KeySet | None, token: DecodedToken | None, made_by: RSAPublicKey | None) -> tuple[KeyRow, ...]:
    """Every key there is, in its order; `made_by` is the one that made the signature, if one did."""
    if key_set is None:
        return ()
    named = token.header.get("kid") if token else None

    def state(kid: str, key: RSAPublicKey) -> KeyState:
        if key is made_by:
            return KeyState.MADE
        return KeyState.NAMED if kid and kid == named else KeyState.OTHER

    rows = [KeyRow(kid, f"RSA {key.key_size}", state(kid, key)) for kid, key in key_set.by_kid.items()]
    rows += [KeyRow("", f"RSA {key.key_size}", state("", key)) for key in key_set.unnamed]
    kinds = dict(key_set.kinds)
    rows += [
        KeyRow(skipped.kid, kinds.get(skipped.kid, "").partition(" ")[0], KeyState.UNUSABLE, skipped.reason)
        for skipped in key_set.skipped
        if skipped.kid or not key_set.unnamed
    ]
    return tuple(rows)

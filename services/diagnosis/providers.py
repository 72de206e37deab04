"""What is known of identity providers, as data: `providers.toml` beside this file has one entry each."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

TABLE = Path(__file__).with_name("providers.toml")
LONGEST = 2_048  # characters of an issuer (AWS takes no longer one) or an audience that are looked at


class Tell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What gives a token away: a claim (of that value, beside another claim) and, if named, a member of the header."""

    claim: str
    value: str | None = None
    also: str = ""
    header: str = ""

    def fits(self, header: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
        """Whether the token carries it."""
        return (
            self.claim in claims
            and (self.value is None or claims[self.claim] == self.value)
            and (not self.also or self.also in claims)
            and (not self.header or self.header in header)
        )


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One provider's habits. The notes are sentences; `change_…` say where in its console a value is changed.

    `trailing_slash` is whether its issuers end with one, None where both kinds exist. `own_audience` is a regular
    expression for audiences that mean the provider's own API, whose tokens nobody else should check.
    """

    id: str
    name: str
    issuer: str
    looks_like: str
    issuer_shape: str
    issuer_note: str
    audience_note: str
    audience_claim: str
    scope_claim: str
    scope_note: str
    algorithm: str
    jwks_path: str
    tells: tuple[Tell, ...]
    id_token: tuple[Tell, ...]
    access_token: tuple[Tell, ...]
    change_issuer: str
    change_audience: str
    change_key: str
    sources: tuple[str, ...]
    trailing_slash: bool | None = None
    refresh_token: tuple[Tell, ...] = ()
    own_audience: str = ""
    opaque_note: str = ""

    def issues(self, issuer: str) -> bool:
        """Whether an issuer has exactly this provider's shape."""
        return len(issuer) <= LONGEST and re.fullmatch(self.issuer, issuer) is not None

    def owns(self, audience: str) -> bool:
        """Whether an audience means the provider's own API."""
        return len(audience) <= LONGEST and bool(self.own_audience and re.fullmatch(self.own_audience, audience))


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    provider: tuple[Provider, ...]


@cache
def providers() -> tuple[Provider, ...]:
    """Every provider known, in the order in which they are tried."""
    return msgspec.toml.decode(TABLE.read_bytes(), type=_Table).provider


def recognise(issuers: tuple[str, ...], header: Mapping[str, Any], claims: Mapping[str, Any]) -> Provider | None:
    """Whose token this is: by the shape of an issuer, by what the token carries, or by an issuer that looks like it."""
    known = providers()
    for provider in known:
        if any(provider.issues(issuer) for issuer in issuers):
            return provider
    for provider in known:
        if any(re.search(provider.looks_like, issuer[:LONGEST]) for issuer in issuers):
            return provider
    return next((entry for entry in known if any(tell.fits(header, claims) for tell in entry.tells)), None)

"""What the gateway could learn of an issuer: its signing keys, or at which of the two fetches it failed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from services.tokens.keys import KeySet, SkippedKey

DISCOVERY_PATH = "/.well-known/openid-configuration"


def discovery_url(issuer: str) -> str:
    """Where the issuer's discovery document is: the issuer's path is kept, one trailing slash is not doubled.

    Issuers with a trailing slash work with API Gateway (Auth0's have one); how it joins them is not documented.
    """
    return issuer.removesuffix("/") + DISCOVERY_PATH


class Source(StrEnum):
    """The two documents the gateway fetches."""

    DISCOVERY = "discovery document"
    JWKS = "key set"


@dataclass(frozen=True, slots=True)
class KeyFailure:
    """A fetch that failed: which document, from where, and what happened, as a clause without full stop."""

    source: Source
    url: str
    detail: str


class IssuerFailure(Exception):
    """The issuer's keys cannot be had; `failure` says at which document and why."""

    def __init__(self, failure: KeyFailure) -> None:
        super().__init__(f"{failure.source} {failure.url!r}: {failure.detail}")
        self.failure = failure


@dataclass(frozen=True, slots=True)
class IssuerKeys:
    """An issuer's RSA keys by `kid`, or the failure that left the gateway without them.

    `given_by` names where the keys came from when they were given by hand and the issuer was not asked.
    """

    by_kid: Mapping[str, RSAPublicKey] = field(default_factory=dict)
    skipped: tuple[SkippedKey, ...] = ()
    declared_issuer: str = ""
    jwks_uri: str = ""
    failure: KeyFailure | None = None
    given_by: str = ""

    @classmethod
    def of(cls, key_set: KeySet, *, declared_issuer: str = "", jwks_uri: str = "", given_by: str = "") -> Self:
        """The keys of a fetched key set, or of one that was given by hand."""
        return cls(key_set.by_kid, key_set.skipped, declared_issuer, jwks_uri, given_by=given_by)

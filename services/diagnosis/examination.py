"""One case taken apart: what the checks share, worked out once from the facts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.diagnosis.clocks import gateway_clock, issuer_clock
from services.diagnosis.facts import (
    ApiFacts,
    AuthorizerFacts,
    CaseFacts,
    FusionAuthFacts,
    IssuerFacts,
    KnownGate,
    RouteFacts,
)
from services.diagnosis.providers import Provider, providers, recognise
from services.gateway.authorizer import explain
from services.gateway.issuer_keys import IssuerKeys
from services.gateway.rules import JwtAuthorizer, audience_claim
from services.gateway.verdict import Check, Outcome, Verdict
from services.tokens.decode import DecodedToken, MalformedToken, decode

AUTHORIZATION = "$request.header.Authorization"
_NOT_KNOWN = "Cannot be told: neither AWS nor anybody else said how the authorizer and the route are configured."
_NOT_ASKED = "Cannot be told: the keys were given, the issuer was not asked."


@dataclass(frozen=True, slots=True)
class Examination:
    """The facts of a case with what follows from them.

    `authorizer` is None where it is not known; then the verdict leaves its checks unknown. `gateway_clock` and
    `issuer_clock` are how many seconds those clocks are ahead of ours; None where nobody can tell.
    """

    facts: CaseFacts
    presented: str | None
    token: DecodedToken | None
    authorizer: JwtAuthorizer | None
    scopes: tuple[str, ...]
    keys: IssuerKeys | None
    verdict: Verdict | None
    provider: Provider | None
    now: float  # by the gateway's clock, where it is known
    gateway_clock: float | None
    issuer_clock: float | None

    @property
    def claims(self) -> Mapping[str, Any]:
        """The token's claims; empty without a token."""
        return self.token.claims if self.token else {}

    @property
    def header(self) -> Mapping[str, Any]:
        """The token's header; empty without a token."""
        return self.token.header if self.token else {}

    @property
    def audiences(self) -> tuple[str, ...]:
        """What the token says it is for, as text."""
        value = audience_claim(dict(self.claims))[1]
        entries = value if isinstance(value, list) else [value]
        return tuple(entry for entry in entries if isinstance(entry, str))

    @property
    def route(self) -> RouteFacts | None:
        """The route that matches, if it is known and there is one."""
        route = self.facts.gateway.route
        return route if isinstance(route, RouteFacts) and route.route_key else None

    @property
    def api(self) -> ApiFacts | None:
        """The API, if it is known."""
        api = self.facts.gateway.api
        return api if isinstance(api, ApiFacts) else None

    @property
    def stored(self) -> AuthorizerFacts | None:
        """The JWT authorizer as AWS stores it, if it is known."""
        stored = self.facts.gateway.authorizer
        return stored if isinstance(stored, AuthorizerFacts) and stored.kind == "JWT" else None

    @property
    def issuer(self) -> IssuerFacts | None:
        """The authorizer's issuer as the public sees it, if it was read."""
        return self.facts.issuer if isinstance(self.facts.issuer, IssuerFacts) else None

    @property
    def token_issuer(self) -> IssuerFacts | None:
        """The token's own issuer, where it is another one and was read."""
        return self.facts.token_issuer if isinstance(self.facts.token_issuer, IssuerFacts) else None

    @property
    def fusionauth(self) -> FusionAuthFacts | None:
        """FusionAuth from inside, if it was asked."""
        return self.facts.fusionauth if isinstance(self.facts.fusionauth, FusionAuthFacts) else None

    @property
    def wanted(self) -> KnownGate | None:
        """What the profile that made this gate wants; None for anybody else's gate."""
        own = self.facts.provisioned_by
        return next((gate for gate in self.facts.known_gates if own and gate.profile == own), None)

    @property
    def others(self) -> tuple[KnownGate, ...]:
        """The gates of other profiles on this machine."""
        return tuple(gate for gate in self.facts.known_gates if gate.profile != self.facts.provisioned_by)

    def failed(self, rule_id: str) -> bool:
        """Whether the gateway's check of that id fails."""
        return self.verdict is not None and self.verdict.check(rule_id).outcome is Outcome.FAIL


def examine(facts: CaseFacts) -> Examination:
    """Take a case apart. Fetches and decides nothing."""
    presented = facts.intake.presented.value.reveal() if facts.intake.presented else None
    token = _decoded(presented)
    authorizer = _authorizer(facts)
    scopes = _scopes(facts)
    keys = _keys(facts)
    ahead = gateway_clock(facts)
    now = facts.now + (ahead or 0.0)
    return Examination(
        facts,
        presented,
        token,
        authorizer,
        scopes or (),
        keys,
        _verdict(facts, presented, token, authorizer, scopes, keys, now),
        _provider(facts, token, authorizer),
        now,
        ahead,
        issuer_clock(facts),
    )


def _decoded(presented: str | None) -> DecodedToken | None:
    try:
        return decode(presented) if presented else None
    except MalformedToken:
        return None


def _authorizer(facts: CaseFacts) -> JwtAuthorizer | None:
    stored, route = facts.gateway.authorizer, facts.gateway.route
    guards = not isinstance(route, RouteFacts) or route.authorization_type in ("", "JWT")
    if isinstance(stored, AuthorizerFacts) and stored.kind == "JWT" and guards:
        return stored.jwt
    return facts.intake.described


def _scopes(facts: CaseFacts) -> tuple[str, ...] | None:
    """The scopes the route asks for; None where neither AWS nor a person told."""
    route = facts.gateway.route
    if isinstance(route, RouteFacts) and route.route_key:
        return route.scopes
    return facts.intake.route_scopes if facts.intake.described or facts.intake.route_scopes else None


def _keys(facts: CaseFacts) -> IssuerKeys | None:
    if isinstance(facts.issuer, IssuerFacts):
        return facts.issuer.keys
    return (
        IssuerKeys.of(facts.intake.keys, given_by=facts.intake.keys_origin or "what was given")
        if facts.intake.keys is not None
        else None
    )


def _verdict(
    facts: CaseFacts,
    presented: str | None,
    token: DecodedToken | None,
    authorizer: JwtAuthorizer | None,
    scopes: tuple[str, ...] | None,
    keys: IssuerKeys | None,
    now: float,
) -> Verdict | None:
    """What the gateway's rules say. What they cannot know without authorizer, route or reading is left unknown."""
    if presented is None or not _guarded(facts):
        return None
    configured = authorizer or _assumed(token)
    verdict = explain(presented, configured, scopes=scopes or (), keys=keys, now=now)
    unknown = set() if authorizer else {"issuer", "audience"}
    if scopes is None:
        unknown.add("scopes")
    if keys is not None and not isinstance(facts.issuer, IssuerFacts):
        unknown |= {"discovery", "keys"}
    checks = [_unknown(check) if check.id in unknown else check for check in verdict.checks]
    place = facts.intake.presented.place if facts.intake.presented else ""
    if authorizer and place and not _same_place(place, authorizer.identity_source):
        checks[0] = explain(None, authorizer, keys=keys, now=now).checks[0]
    return Verdict(tuple(checks))


def _guarded(facts: CaseFacts) -> bool:
    """Whether a JWT authorizer looks at the request, as far as is known."""
    route = facts.gateway.route
    if not isinstance(route, RouteFacts) or not route.route_key or facts.intake.described:
        return True
    return route.authorization_type in ("", "JWT")


def _unknown(check: Check) -> Check:
    if check.outcome is Outcome.NOT_REACHED:
        return check
    sentence = _NOT_ASKED if check.id in ("discovery", "keys") else _NOT_KNOWN
    return replace(check, outcome=Outcome.UNKNOWN, sentence=sentence, expected=None, refusal=None, cause="")


def _assumed(token: DecodedToken | None) -> JwtAuthorizer:
    """An authorizer made for this token, so that everything else can be checked."""
    if token is None:
        return JwtAuthorizer("", ())
    issuer = token.claims.get("iss")
    value = audience_claim(token.claims)[1]
    entries = value if isinstance(value, list) else [value]
    return JwtAuthorizer(str(issuer), tuple(entry for entry in entries if isinstance(entry, str)))


def _same_place(one: str, other: str) -> bool:
    """Whether two identity sources are one: a header's name has no case, a parameter's has."""
    if one.lower().startswith("$request.header."):
        return one.lower() == other.lower()
    return one == other


def _provider(facts: CaseFacts, token: DecodedToken | None, authorizer: JwtAuthorizer | None) -> Provider | None:
    claimed = token.claims.get("iss") if token else None
    issuers = [claimed] if isinstance(claimed, str) else []
    if authorizer:
        issuers.append(authorizer.issuer)
    own = next(provider for provider in providers() if provider.id == "fusionauth")
    header, claims = (token.header, token.claims) if token else ({}, {})
    elsewhere = any(provider.issues(issuer) for provider in providers() for issuer in issuers)
    known = isinstance(facts.fusionauth, FusionAuthFacts)
    if not elsewhere and known and (token is None or any(tell.fits(header, claims) for tell in own.tells)):
        return own
    return recognise(tuple(issuers), header, claims) or (own if known else None)

"""The authorizer in front of a route: finds the token, has it judged, and words the refusal."""

import time
from collections.abc import Callable

from services.gateway.authorizer import Accepted, Refused, decide
from services.gateway.issuer_keys import IssuerKeys
from services.gateway.rules import JwtAuthorizer
from services.gateway.verdict import Mark
from services.gateway.wordings import UNVERIFIED, WORDINGS, Cause
from services.sandbox.aws.snapshot import Authorizer, Route
from services.sandbox.gateway.answer import FORBIDDEN, Answer, internal_error, refused
from services.sandbox.gateway.issuers import IssuerFetcher
from services.sandbox.gateway.request import Request
from services.sandbox.gateway.routing import RouteTable

_HEADER, _QUERY = "$request.header.", "$request.querystring."


class Authorization:
    """Lets requests through or refuses them, by the route's authorization type."""

    def __init__(self, fetcher: IssuerFetcher, now: Callable[[], float] = time.time) -> None:
        self._fetcher = fetcher
        self._now = now

    async def check(self, request: Request, route: Route, table: RouteTable) -> Accepted | Answer | None:
        """None on a public route, what was accepted on a JWT route, otherwise the refusing answer."""
        if route.authorization_type == "NONE":
            return None
        if route.authorization_type != "JWT":
            return FORBIDDEN.noted(f"the sandbox has JWT authorizers only, not {route.authorization_type}")
        authorizer = table.authorizers.get(route.authorizer_id)
        if authorizer is None or authorizer.kind != "JWT":
            return internal_error("The route's authorizer does not exist.")
        return await self._judge(request, route, authorizer)

    async def _judge(self, request: Request, route: Route, authorizer: Authorizer) -> Accepted | Answer:
        presented = identity(request, authorizer.identity_sources)
        configured = JwtAuthorizer(authorizer.issuer, authorizer.audience)
        keys = self._fetcher.cached(authorizer.issuer)
        decision = decide(presented, configured, scopes=route.scopes, keys=keys, now=self._now())
        if decision is None:
            keys = await self._fetcher.keys(authorizer.issuer)
            decision = decide(presented, configured, scopes=route.scopes, keys=keys, now=self._now())
        if isinstance(decision, Accepted):
            return decision
        if decision is None:
            return internal_error("The issuer's keys are missing.")
        return _answer(decision, keys, self._fetcher.age(authorizer.issuer))


def identity(request: Request, sources: tuple[str, ...]) -> str | None:
    """The text at the first identity source that has any."""
    for source in sources:
        if source.startswith(_HEADER):
            value = request.header(source.removeprefix(_HEADER).lower())
        elif source.startswith(_QUERY):
            value = dict(request.query_parameters).get(source.removeprefix(_QUERY), "")
        else:
            value = ""
        if value:
            return value
    return None


def _answer(decision: Refused, keys: IssuerKeys | None, age: float) -> Answer:
    answer, notes = refused(decision.refusal), []
    if decision.cause in (Cause.DISCOVERY, Cause.JWKS) and keys and keys.failure:
        notes.append(f"{keys.failure.url}: {keys.failure.detail}")
    evidence = WORDINGS[decision.cause].evidence
    if not evidence.wording_verified:
        notes.append(f"{UNVERIFIED}: {evidence.source}" if evidence.mark is Mark.INFERRED else UNVERIFIED)
    if decision.cause is Cause.KID_UNKNOWN:
        notes.append(f"the issuer's keys were fetched {age:.0f} s ago and are kept for two hours")
    return answer.noted("; ".join(notes)) if notes else answer

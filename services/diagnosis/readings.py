"""Reads every place the issuer and the audience live in, side by side, as they are now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.diagnosis.agreement import Agreement, Place, agreement
from services.errors import GatelightError
from services.fusionauth.client import FusionAuth
from services.gateway.issuer_keys import IssuerKeys
from services.gateway.rules import JwtAuthorizer, audience_claim
from services.parallel import side_by_side

_Values = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Readings:
    """Where the values are read: FusionAuth's API, the public discovery document, AWS, and the token's claims."""

    fusionauth: FusionAuth
    issuer_keys: Callable[[str], IssuerKeys]
    authorizer: Callable[[], JwtAuthorizer]

    def read(self, facts: Mapping[str, str], claims: dict[str, Any] | None) -> Agreement:
        """The agreement now. A place that `facts` does not know yet is left unread; an error becomes its problem."""
        tenant, discovery, application, authorizer = side_by_side(
            lambda: _place("tenant", lambda: self._tenant_issuer(facts)),
            lambda: _place("discovery", lambda: self._discovery_issuer(facts)),
            lambda: _place("application", lambda: self._application_id(facts)),
            lambda: _place("authorizer", lambda: self._authorizer_values(facts)),
        )
        configured = authorizer.values  # the issuer, then the audiences
        return agreement(
            tenant=tenant,
            discovery=discovery,
            token_issuer=Place("token", None if claims is None else _texts(claims.get("iss"))),
            authorizer_issuer=Place("authorizer", configured and configured[:1], authorizer.problem),
            application=application,
            token_audience=Place("token", None if claims is None else _texts(audience_claim(claims)[1])),
            authorizer_audience=Place("authorizer", configured and configured[1:], authorizer.problem),
            wanted_issuer=facts.get("issuer"),
            wanted_audience=facts.get("application_id"),
        )

    def _tenant_issuer(self, facts: Mapping[str, str]) -> _Values:
        if "tenant_id" not in facts:
            return None
        return (self.fusionauth.tenant(facts["tenant_id"]).issuer,)

    def _discovery_issuer(self, facts: Mapping[str, str]) -> _Values:
        if "issuer" not in facts:
            return None
        keys = self.issuer_keys(facts["issuer"])
        if keys.failure:
            raise GatelightError(f"The {keys.failure.source} cannot be read: {keys.failure.detail}.")
        return (keys.declared_issuer,)

    def _application_id(self, facts: Mapping[str, str]) -> _Values:
        if "application_id" not in facts:
            return None
        found = self.fusionauth.application(facts["application_id"], facts["tenant_id"])
        if found is None:
            raise GatelightError("The application is gone.")
        return (found.id,)

    def _authorizer_values(self, facts: Mapping[str, str]) -> _Values:
        if "authorizer_id" not in facts:
            return None
        authorizer = self.authorizer()
        return (authorizer.issuer, *authorizer.audience)


def _place(name: str, reading: Callable[[], _Values]) -> Place:
    try:
        return Place(name, reading())
    except GatelightError as error:
        return Place(name, problem=error.message)


def _texts(claim: object) -> tuple[str, ...]:
    return tuple(map(str, claim)) if isinstance(claim, list) else () if claim is None else (str(claim),)

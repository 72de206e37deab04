"""Finds what Gatelight has made in a FusionAuth: by the names of keys and lambdas, by ids that come from a profile."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial

from services.errors import GatelightError, RemoteError
from services.fusionauth.models import Tenant
from services.fusionauth.steps.application import ApplicationStep
from services.fusionauth.steps.keys import ACCESS_TOKEN_KEY, ID_TOKEN_KEY
from services.fusionauth.steps.login_key import LoginKey
from services.fusionauth.steps.scope import ScopeLambda
from services.fusionauth.steps.side import FusionAuthSide
from services.fusionauth.steps.tenant import OwnTenant
from services.fusionauth.steps.user import UserStep
from services.provisioning.belongings import Belonging, Survey
from services.provisioning.identity import stable_id
from services.provisioning.step import Side, StepSpec

_NAME = re.compile(r"Gatelight (?P<profile>.+): (?P<what>access-token key|id-token key|scope|tenant)")
_NAMED = {
    "access-token key": (ACCESS_TOKEN_KEY, ACCESS_TOKEN_KEY.id),
    "id-token key": (ID_TOKEN_KEY, ID_TOKEN_KEY.id),
    "scope": (ScopeLambda.spec, "scope lambda"),
    "tenant": (OwnTenant.spec, "tenant"),
}


def survey_fusionauth(side: FusionAuthSide, profiles: Collection[str], *, in_all_tenants: bool = False) -> Survey:
    """Everything of `profiles`, and of whoever else's keys bear our name. What may not be read is in `blind`.

    Applications and users are looked for in the profile's tenant, or in every one that the API key may see.
    """
    address = side.settings.url
    wanted = "" if in_all_tenants else side.settings.tenant_id
    try:
        every = side.client.tenants()
        own = [belonging for each in every for belonging in _named(each.name, each.id, each.insert_instant)]
        ours = {belonging.resource_id for belonging in own}
        tenants = [each for each in every if wanted in ("", each.id) or each.id in ours]
        reader = _Reader(side, tuple(tenants))
        found = [*own, *reader.keys()]
    except GatelightError as error:
        return Survey(Side.FUSIONAUTH, address, error=error)
    blind: list[GatelightError] = []

    def look(search: Callable[[], Iterator[Belonging]]) -> None:
        try:
            found.extend(search())
        except GatelightError as error:
            blind.append(error)

    look(reader.lambdas)
    everybody = dict.fromkeys((*profiles, *(belonging.profile for belonging in found)))
    for name in everybody:
        look(partial(reader.applications_and_users, name))
    look(lambda: (key for name in everybody for key in reader.login_keys(name)))
    names = ", ".join(f'"{tenant.name}"' for tenant in tenants) or "none"
    return Survey(Side.FUSIONAUTH, f"{address}, tenant {names}", tuple(found), tuple(blind))


@dataclass(frozen=True, slots=True)
class _Reader:
    side: FusionAuthSide
    tenants: tuple[Tenant, ...]

    def keys(self) -> Iterator[Belonging]:
        for key in self.side.client.signing_keys():
            yield from _named(key.name, key.id, key.insert_instant)

    def lambdas(self) -> Iterator[Belonging]:
        """Lambdas. A key that may not list them made none for a profile without a scope, so that is no blindness."""
        try:
            found = self.side.client.populate_lambdas()
        except RemoteError as error:
            if error.status != 401 or self.side.settings.scope:
                raise
            return
        for each in found:
            yield from _named(each.name, each.id, each.insert_instant)

    def applications_and_users(self, profile: str) -> Iterator[Belonging]:
        """The application and the user of a profile, in whichever tenant they are."""
        application_id, user_id = stable_id(profile, "application"), stable_id(profile, "user")
        for tenant in self.tenants:
            place = {"tenant_id": tenant.id}
            application = self.side.client.application(application_id, tenant.id)
            if application is not None:
                yield _belonging(profile, ApplicationStep.spec, application.id, application.insert_instant, place)
            user = self.side.client.user_of_id(user_id, tenant.id)
            if user is not None:
                facts = {**place, "user_id": user.id}
                yield _belonging(profile, UserStep.spec, user.id, user.insert_instant, facts)

    def login_keys(self, profile: str) -> Iterator[Belonging]:
        """The login key of a profile. A key that is no key manager may not look, and could not have made one."""
        try:
            key = self.side.client.api_key(stable_id(profile, "login key"))
        except RemoteError as error:
            if error.status != 401:
                raise
            return
        if key is not None:
            yield _belonging(profile, LoginKey.spec, key.id, key.insert_instant)


def _named(name: str, identity: str, instant: int) -> Iterator[Belonging]:
    """What bears our name, and the id that goes with it: a name alone anybody may give."""
    match = _NAME.fullmatch(name)
    if match is None:
        return
    spec, kind = _NAMED[match["what"]]
    if identity == stable_id(match["profile"], kind):
        yield _belonging(match["profile"], spec, identity, instant)


def _belonging(
    profile: str, spec: StepSpec, identity: str, instant: int, facts: dict[str, str] | None = None
) -> Belonging:
    made = instant / 1000 if instant else None
    return Belonging(profile, spec.id, Side.FUSIONAUTH, spec.title, identity, made, facts or {})

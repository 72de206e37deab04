"""Is FusionAuth there, is it new enough, does the key open it, and which tenant is meant?"""

import re

from services.errors import ConfigurationError, ExpectationFailed, RemoteError
from services.fusionauth.key_permissions import needed_besides
from services.fusionauth.models import Tenant
from services.fusionauth.preflight import NEEDED, VERSION, Permission, lacking, missing_permissions
from services.fusionauth.steps.side import FusionAuthSide
from services.fusionauth.steps.tenant import is_gatelights
from services.parallel import Begun, begin
from services.provisioning.calls import Calls, fusionauth
from services.provisioning.step import Finding, Side, State, Step, StepSpec, Work

OLDEST = (1, 46)  # the first version that serves discovery below a tenant's path


class Reach(Step):
    """Ask for the version with the API key, and settle the tenant."""

    spec = StepSpec(
        "reach",
        Side.FUSIONAUTH,
        "reach, version, key",
        "Everything begins with a FusionAuth that answers and an API key that opens it. "
        "We ask for the version, and whether the key may make every call we need, before anything is changed.",
    )

    def __init__(self, side: FusionAuthSide, *, own_tenant: bool = False) -> None:
        """With `own_tenant` the tenant settled here is the one that another is configured like (steps/tenant.py)."""
        self._side = side
        self._own_tenant = own_tenant
        probes = (f"{probe.method} {probe.probe}" for probe in self._needed)  # none of them can succeed
        self.calls = Calls(read=fusionauth("GET /api/system/version", "GET /api/tenant", *probes))

    def find(self, work: Work) -> Finding:
        """Check version and key. Raises ExpectationFailed for a FusionAuth that is too old.

        Raises ConfigurationError that lists every call the key may not make though it is needed.
        """
        asking, missing, tenants = (
            begin(self._side.client.version),
            begin(self._missing),
            begin(self._side.client.tenants),
        )
        version = _version(asking, missing, len(self._needed))
        work.cancellation.check()
        numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
        if numbers < OLDEST:
            raise ExpectationFailed(
                f'FusionAuth "{version}" is too old.', f"Gatelight needs {OLDEST[0]}.{OLDEST[1]} or newer."
            )
        if missing.result():
            raise lacking(missing.result())
        work.cancellation.check()
        everyone = tenants.result()
        # Another profile's own tenant comes and goes: it must not change what this profile's issuer is.
        others = [tenant for tenant in everyone if not is_gatelights(tenant)]
        tenant = self._choose(others, everyone)
        facts = {
            "tenant_id": tenant.id,
            "tenant_name": tenant.name,
            "issuer_path": "" if others == [tenant] else f"/{tenant.id}",
        }
        if self._own_tenant:
            besides = [other for other in everyone if other.id != self._side.id_of("tenant")]
            facts = {"source_tenant_id": tenant.id, "other_tenants": str(len(besides))}
        return Finding(
            State.RIGHT,
            facts={"version": version, **facts},
            word=version,
            note=f'Tenant "{tenant.name}".',
            link=self._side.admin("tenant/"),
        )

    def _missing(self) -> tuple[Permission, ...]:
        return missing_permissions(self._side.client, self._needed)

    @property
    def _needed(self) -> tuple[Permission, ...]:
        return (*NEEDED, *needed_besides(self._side.settings))

    def _choose(self, tenants: list[Tenant], everyone: list[Tenant]) -> Tenant:
        wanted = self._side.settings.tenant_id
        if wanted:
            for tenant in everyone:
                if tenant.id == wanted:
                    return tenant
            raise ConfigurationError(
                f'FusionAuth has no tenant "{wanted}" that this key may see.',
                "Correct fusionauth.tenant_id in the profile.",
            )
        if len(tenants) == 1:
            return tenants[0]
        listed = ", ".join(f'"{tenant.name}" ({tenant.id})' for tenant in tenants)
        raise ConfigurationError(
            f"FusionAuth has {len(tenants)} tenants, and the profile does not say which one is meant: {listed}.",
            "Set fusionauth.tenant_id in the profile.",
        )


def _version(asking: Begun[str], missing: Begun[tuple[Permission, ...]], needed: int) -> str:
    """The version. Raises ConfigurationError where the key opens something else and not this."""
    try:
        return asking.result()
    except RemoteError as error:
        if error.status != 401 or len(missing.result()) == needed:  # it opens nothing at all: the key is wrong
            raise
        raise lacking((VERSION, *missing.result())) from None

"""Is FusionAuth there, is it new enough, does the key open it, and which tenant is meant?"""

import re

from services.errors import ConfigurationError, ExpectationFailed
from services.fusionauth.models import Tenant
from services.fusionauth.steps.side import FusionAuthSide
from services.provisioning.step import Finding, Side, State, Step, StepSpec, Work

OLDEST = (1, 46)  # the first version that serves discovery below a tenant's path


class Reach(Step):
    """Ask for the version with the API key, and settle the tenant."""

    spec = StepSpec(
        "reach",
        Side.FUSIONAUTH,
        "reach, version, key",
        "Everything begins with a FusionAuth that answers and an API key that opens it. "
        "One question settles both: which version are you?",
    )

    def __init__(self, side: FusionAuthSide) -> None:
        self._side = side

    def find(self, work: Work) -> Finding:
        """Check version and key. Raises ExpectationFailed for a FusionAuth that is too old."""
        version = self._side.client.version()
        work.cancellation.check()
        numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
        if numbers < OLDEST:
            raise ExpectationFailed(
                f'FusionAuth "{version}" is too old.', f"Gatelight needs {OLDEST[0]}.{OLDEST[1]} or newer."
            )
        tenants = self._side.client.tenants()
        tenant = self._choose(tenants)
        return Finding(
            State.RIGHT,
            facts={
                "version": version,
                "tenant_id": tenant.id,
                "tenant_name": tenant.name,
                "issuer_path": f"/{tenant.id}" if len(tenants) > 1 else "",
            },
            word=version,
            note=f'Tenant "{tenant.name}".',
            link=self._side.admin("tenant/"),
        )

    def _choose(self, tenants: list[Tenant]) -> Tenant:
        wanted = self._side.settings.tenant_id
        if wanted:
            for tenant in tenants:
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

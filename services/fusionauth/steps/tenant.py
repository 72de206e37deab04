"""A tenant of the profile's own, for a FusionAuth whose tenants others rely on."""

import re

from services.errors import ExpectationFailed
from services.fusionauth.models import Tenant
from services.fusionauth.reliance import quoted, relying
from services.fusionauth.steps.side import FusionAuthSide
from services.provisioning.calls import Calls, fusionauth
from services.provisioning.identity import stable_id
from services.provisioning.step import Finding, Made, MakingStep, Record, Side, State, StepSpec, Undone, Work

OWN_TENANT = "tenant"
_NAME = re.compile(r"Gatelight (?P<profile>.+): tenant")


def is_gatelights(tenant: Tenant) -> bool:
    """Whether it is some profile's own tenant: it has the name, and the id that goes with it."""
    match = _NAME.fullmatch(tenant.name)
    return match is not None and tenant.id == stable_id(match["profile"], "tenant")


class OwnTenant(MakingStep):
    """A tenant configured like another one, under an id that follows from the profile, with an issuer of its own."""

    spec = StepSpec(
        OWN_TENANT,
        Side.FUSIONAUTH,
        "tenant of our own",
        "An issuer belongs to a whole tenant, and every application in it signs with that name. "
        "In a tenant of our own we can set it, and nobody else's tokens change.",
        needs=("reach", "identity"),
    )
    calls = Calls(
        read=fusionauth("GET /api/tenant/{id}"),
        create=fusionauth("POST /api/tenant/{id}"),
        undo=fusionauth("GET /api/tenant/{id}", "GET /api/application", "DELETE /api/tenant/{id}"),
    )

    contains = True

    def __init__(self, side: FusionAuthSide) -> None:
        self._side = side
        self._id = side.id_of("tenant")
        self._name = side.name_of("tenant")

    def find(self, work: Work) -> Finding:
        """Look for the tenant."""
        tenant = self._side.client.find_tenant(self._id)
        if tenant is None:
            return Finding(State.ABSENT, self._facts(self._name), warnings=_second_tenant(work))
        return Finding(
            State.RIGHT, self._facts(tenant.name), ours=True, resource_id=tenant.id, link=self._side.admin("tenant/")
        )

    def create(self, work: Work, finding: Finding) -> Made:
        """Create it."""
        tenant = self._side.client.copy_tenant(self._id, self._name, work.facts["source_tenant_id"])
        link = self._side.admin(f"tenant/edit/{tenant.id}")
        return Made(self._facts(tenant.name), resource_id=tenant.id, note=" ".join(finding.warnings), link=link)

    def undo(self, work: Work, record: Record) -> Undone:
        """Delete it. Raises ExpectationFailed while there are applications in it that Gatelight did not make."""
        if self._side.client.find_tenant(record.resource_id) is None:
            return Undone.GONE
        others = relying(self._side.client.applications(record.resource_id))
        if others:
            named = ", ".join(quoted(others))
            raise ExpectationFailed(
                f'The tenant "{self._name}" holds what Gatelight did not make: {named}. It was not deleted.',
                "Delete these applications, or the tenant with them, in FusionAuth; then take back what is left.",
            )
        return Undone.DELETED if self._side.client.delete_tenant(record.resource_id) else Undone.GONE

    def _facts(self, name: str) -> dict[str, str]:
        return {"tenant_id": self._id, "tenant_name": name, "issuer_path": f"/{self._id}"}


def _second_tenant(work: Work) -> tuple[str, ...]:
    if work.facts.get("other_tenants") != "1":
        return ()
    return (
        "FusionAuth has one tenant now. With a second one, API calls under keys that are bound to none must name the "
        "tenant (X-FusionAuth-TenantId) where it does not follow from an id, or they fail with [TenantIdRequired].",
    )

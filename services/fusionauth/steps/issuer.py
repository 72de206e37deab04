"""The tenant's issuer: the name in every token, which the gateway compares byte for byte."""

from services.fusionauth.reliance import reliance, relying_applications
from services.fusionauth.steps.side import FusionAuthSide
from services.parallel import begin
from services.provisioning.calls import Calls, fusionauth
from services.provisioning.step import Change, Finding, Made, MakingStep, Record, Side, State, StepSpec, Undone, Work


class TenantIssuer(MakingStep):
    """Set the tenant's issuer to the public URL, exactly, without a trailing slash."""

    spec = StepSpec(
        "issuer",
        Side.FUSIONAUTH,
        "tenant issuer",
        "The name FusionAuth signs into every token. The gateway compares it byte for byte with the authorizer's.",
        needs=("tunnel", "identity"),
    )
    calls = Calls(
        read=fusionauth("GET /api/tenant/{id}", "GET /api/application"),
        change=fusionauth("PATCH /api/tenant/{id}"),
        undo=fusionauth("GET /api/tenant/{id}", "PATCH /api/tenant/{id}"),
    )
    compares = ("public_url",)
    always_there = True

    def __init__(self, side: FusionAuthSide) -> None:
        self._side = side

    def find(self, work: Work) -> Finding:
        """Compare the tenant's issuer with the public URL, and see who else relies on it."""
        wanted = wanted_issuer(work)
        tenant_id = work.facts["tenant_id"]
        reading = begin(lambda: self._side.client.applications(tenant_id))
        tenant = self._side.client.tenant(tenant_id)
        applications = reading.result()
        if tenant.issuer == wanted:
            return Finding(
                State.RIGHT,
                {"issuer": wanted},
                resource_id=tenant.id,
                link=self._side.admin(f"tenant/edit/{tenant.id}"),
            )
        others = relying_applications(applications, (self._side.id_of("application"),))
        return Finding(
            State.DIFFERS,
            facts={"issuer": wanted},
            changes=(Change("issuer", tenant.issuer, wanted),),
            old={"issuer": tenant.issuer, "tenant_id": tenant.id},
            reliance=reliance(tenant, wanted, others),
            resource_id=tenant.id,
            link=self._side.admin(f"tenant/edit/{tenant.id}"),
        )

    def create(self, work: Work, finding: Finding) -> Made:
        """Change the issuer; tokens issued before keep the old one and will be refused."""
        issuer = wanted_issuer(work)
        self._side.client.set_issuer(work.facts["tenant_id"], issuer)
        return Made(
            facts={"issuer": issuer},
            note="Tokens issued before carry the old name and will be refused.",
            resource_id=finding.resource_id,
            link=finding.link,
        )

    def undo(self, work: Work, record: Record) -> Undone:
        """Give the tenant its old issuer back, unless somebody has changed it since."""
        tenant = self._side.client.tenant(record.old["tenant_id"])
        if tenant.issuer != record.facts["issuer"]:
            return Undone.KEPT
        self._side.client.set_issuer(tenant.id, record.old["issuer"])
        return Undone.RESTORED


def wanted_issuer(work: Work) -> str:
    """The issuer this profile's tokens shall carry: the public URL, plus the tenant's path where there are several."""
    return work.facts["public_url"] + work.facts["issuer_path"]

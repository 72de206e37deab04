"""The tenant's issuer: the name in every token, which the gateway compares byte for byte."""

from services.errors import ExpectationFailed
from services.fusionauth.models import Application
from services.fusionauth.reliance import quoted, reliance, relying
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
        undo=fusionauth("GET /api/tenant/{id}", "GET /api/application", "PATCH /api/tenant/{id}"),
    )
    compares = ("public_url",)
    always_there = True

    def __init__(self, side: FusionAuthSide) -> None:
        self._side = side

    def find(self, work: Work) -> Finding:
        """Compare the tenant's issuer with the public URL, and see who else relies on it."""
        wanted = wanted_issuer(work)
        tenant_id = work.facts["tenant_id"]
        reading = begin(lambda: self._others(tenant_id))
        tenant = self._side.client.tenant(tenant_id)
        others = reading.result()
        if tenant.issuer == wanted:
            return Finding(
                State.RIGHT,
                {"issuer": wanted},
                resource_id=tenant.id,
                link=self._side.admin(f"tenant/edit/{tenant.id}"),
            )
        return Finding(
            State.DIFFERS,
            facts={"issuer": wanted},
            changes=(Change("issuer", tenant.issuer, wanted),),
            old={"issuer": tenant.issuer, "tenant_id": tenant.id} | {_known(other): other.name for other in others},
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
        """Give the tenant its old issuer back, unless somebody has changed it since.

        Raises ExpectationFailed while applications rely on the new one that were not there when it was changed.
        """
        tenant = self._side.client.tenant(record.old["tenant_id"])
        if tenant.issuer != record.facts["issuer"]:
            return Undone.KEPT
        later = [other for other in self._others(tenant.id) if _known(other) not in record.old]
        if later and _ANY not in record.old and tenant.id != self._side.id_of("tenant"):
            raise ExpectationFailed(
                f'Applications of tenant "{tenant.name}" have come to rely on the issuer "{tenant.issuer}" that '
                f"Gatelight set: {', '.join(quoted(later))}. It was left as it is.",
                f'Take those back first, or set the issuer to "{record.old["issuer"]}" in FusionAuth yourself; '
                "then run down again.",
            )
        self._side.client.set_issuer(tenant.id, record.old["issuer"])
        return Undone.RESTORED

    def _others(self, tenant_id: str) -> tuple[Application, ...]:
        return relying(self._side.client.applications(tenant_id), (self._side.id_of("application"),))


_ANY = "application *"


def _known(application: Application) -> str:
    """How a record remembers an application that relied on the old issuer."""
    return f"application {application.id}"


def whoever_relies() -> dict[str, str]:
    """What a record says where a person has asked for the old issuer, whoever relies on the new one."""
    return {_ANY: "any"}


def wanted_issuer(work: Work) -> str:
    """The issuer this profile's tokens shall carry: the public URL, plus the tenant's path where there are several."""
    return work.facts["public_url"] + work.facts["issuer_path"]

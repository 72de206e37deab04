"""What can be known of a profile's things without its ledger: those that bear its mark, and the tenant's issuer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.aws.steps.side import AwsSide
from services.errors import ConfigurationError, GatelightError
from services.fusionauth.steps.issuer import whoever_relies
from services.fusionauth.steps.side import FusionAuthSide
from services.parallel import side_by_side
from services.provisioning.belongings import Belonging, Survey
from services.provisioning.step import Outcome, Record, Side
from services.provisioning.teardown import Look


@dataclass(frozen=True, slots=True)
class LostIssuer:
    """A tenant's issuer, whose old value only the ledger knew. `ours`: it still is one that Gatelight would set."""

    tenant_id: str
    tenant: str
    now: str
    ours: bool

    def restored_to(self, old: str) -> Record:
        """The record by which a teardown gives the tenant its old issuer back. Raises ConfigurationError."""
        if not self.ours:
            raise ConfigurationError(
                f'The issuer of tenant "{self.tenant}" is "{self.now}", which Gatelight did not set: it is left alone.',
                "Leave out --restore-issuer, or change it in FusionAuth yourself.",
            )
        facts, before = {"issuer": self.now, "tenant_id": self.tenant_id}, {"issuer": old, "tenant_id": self.tenant_id}
        before |= whoever_relies()
        return Record("issuer", Outcome.CHANGED, facts, before, self.tenant_id)


@dataclass(frozen=True, slots=True)
class LostAndFound:
    """Both sides as they are, and the tenants whose issuer could be Gatelight's."""

    surveys: tuple[Survey, ...]
    found: tuple[Belonging, ...]
    issuer: LostIssuer | None


def look_for(
    profile: str,
    looks: Mapping[Side, Look],
    fusionauth: FusionAuthSide,
    aws: AwsSide,
    public_url: str | None,
) -> LostAndFound:
    """Look on both sides for what bears the profile's mark. A side that does not answer says so in its survey.

    `public_url` is the address that tokens would be issued under now, where there is one.
    """
    surveys = tuple(side_by_side(*looks.values()))
    found = tuple(belonging for survey in surveys for belonging in survey.of(profile))
    issuers = {public_url} if public_url else set()
    issuers |= set(_authorizers_issuers(profile, aws, found))
    return LostAndFound(surveys, found, _lost_issuer(fusionauth, issuers))


def _authorizers_issuers(profile: str, aws: AwsSide, found: Sequence[Belonging]) -> list[str]:
    """The issuers that our authorizers insist on: what Gatelight set, as AWS remembers it."""
    try:
        return [
            str(item.get("JwtConfiguration", {}).get("Issuer", ""))
            for api in found
            if api.step_id == "api"
            for item in aws.items("get_authorizers", ApiId=api.resource_id)
            if item.get("Name") == f"gatelight-{profile}"
        ]
    except GatelightError:
        return []


def _lost_issuer(side: FusionAuthSide, issuers: set[str]) -> LostIssuer | None:
    """The tenant whose issuer is one of ours, or else the profile's only one; None where that cannot be told."""
    try:
        tenants = [each for each in side.client.tenants() if side.settings.tenant_id in ("", each.id)]
    except GatelightError:
        return None
    wanted = {url for issuer in issuers for url in (issuer, *(f"{issuer}/{tenant.id}" for tenant in tenants))}
    for tenant in tenants:
        if tenant.issuer in wanted:
            return LostIssuer(tenant.id, tenant.name, tenant.issuer, True)
    return LostIssuer(tenants[0].id, tenants[0].name, tenants[0].issuer, False) if len(tenants) == 1 else None

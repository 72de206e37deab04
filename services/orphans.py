"""Anything of Gatelight's on both sides, whoever's profile made it, and taking back what no ledger knows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from services.aws.steps import aws_steps
from services.aws.steps.side import AwsSide
from services.aws.survey import survey_aws
from services.cancel import Cancellation
from services.connections import Connections
from services.fusionauth.steps import fusionauth_steps
from services.fusionauth.steps.side import FusionAuthSide
from services.fusionauth.survey import survey_fusionauth
from services.lost_ledger import LostAndFound, look_for
from services.profile.paths import state_folder
from services.profile.store import profile_names
from services.provisioning.belongings import Belonging, Survey
from services.provisioning.ledger import Ledger
from services.provisioning.ledgers import Known, known_in
from services.provisioning.runner import Emit, Runner
from services.provisioning.step import Record, Side
from services.provisioning.teardown import SPREADING_SECONDS, Look, TornDown, take_down
from services.tunnel.step import TunnelStep


@dataclass(frozen=True, slots=True)
class Orphan:
    """A thing of ours. `known`: a ledger of this machine has it, so that its profile's own teardown takes it back."""

    belonging: Belonging
    known: bool


@dataclass(frozen=True, slots=True)
class Orphanage:
    """What was found, and where was looked."""

    surveys: tuple[Survey, ...]
    orphans: tuple[Orphan, ...]

    def of(self, profile: str) -> tuple[Orphan, ...]:
        """What belongs to one profile."""
        return tuple(orphan for orphan in self.orphans if orphan.belonging.profile == profile)

    @property
    def profiles(self) -> tuple[str, ...]:
        """Whose things were found, by name."""
        return tuple(sorted({orphan.belonging.profile for orphan in self.orphans}))


class Orphans:
    """Looks with one profile's credentials at what any profile has made there."""

    def __init__(self, connections: Connections, fusionauth: FusionAuthSide, aws: AwsSide, tunnel: TunnelStep) -> None:
        self._to = connections
        self._fusionauth = fusionauth
        self._aws = aws
        self._tunnel = tunnel

    def find(self) -> Orphanage:
        """Everything of ours that these credentials may see here. Changes nothing."""
        name, ledger = self._to.name, self._to.ledger
        known = [each for each in known_in(state_folder() / "ledgers") if each.instance == ledger.instance]
        known += [Known(name, ledger.instance, step, each.resource_id) for step, each in ledger.records.items()]
        aws = survey_aws(self._aws)  # it knows names that FusionAuth's users and applications do not tell
        names = {*profile_names(), *(each.profile for each in known), *(each.profile for each in aws.found), name}
        surveys = (survey_fusionauth(self._fusionauth, sorted(names), in_all_tenants=True), aws)
        held = {(each.profile, each.step_id, each.resource_id) for each in known}
        orphans = tuple(
            Orphan(each, (each.profile, each.step_id, each.resource_id) in held)
            for survey in surveys
            for each in survey.found
        )
        return Orphanage(surveys, orphans)

    def look_for(self, profile: str) -> LostAndFound:
        """What bears another profile's mark, and what is known of the tenant's issuer. Changes nothing."""
        fusionauth, aws = self._sides(profile)
        return look_for(profile, self._looks(fusionauth, aws, (profile,)), fusionauth, aws, None)

    def take_down(self, profile: str, found: Sequence[Record], emit: Emit, cancellation: Cancellation) -> TornDown:
        """Delete what was found of another profile, in the right order, and read both sides again."""
        fusionauth, aws = self._sides(profile)
        steps = fusionauth_steps(fusionauth, self._tunnel, [record.step_id for record in found])
        runner = Runner((*steps, *aws_steps(aws)), Ledger(None, profile))
        looks = self._looks(fusionauth, aws, (profile,))
        patience = 0.0 if self._to.sandbox else SPREADING_SECONDS
        return take_down(runner, profile, looks, emit, cancellation, found, patience=patience)

    def _sides(self, profile: str) -> tuple[FusionAuthSide, AwsSide]:
        return replace(self._fusionauth, profile=profile), replace(self._aws, profile=profile)

    @staticmethod
    def _looks(fusionauth: FusionAuthSide, aws: AwsSide, profiles: Collection[str]) -> dict[Side, Look]:
        return {
            Side.FUSIONAUTH: lambda: survey_fusionauth(fusionauth, profiles, in_all_tenants=True),
            Side.AWS: lambda: survey_aws(aws, aws.profile),
        }

"""Who we are in AWS, and where."""

from services.aws.caller import Caller, read_caller
from services.aws.permissions import Place, permissions
from services.aws.preflight import PREFLIGHT_CALLS, check_permissions, lacking
from services.aws.steps.side import AwsSide
from services.errors import ConfigurationError
from services.provisioning.calls import Calls, aws
from services.provisioning.step import Finding, Side, State, Step, StepSpec, Work


class Identity(Step):
    """Ask AWS who the credentials belong to and, before anything is changed, whether they may do all that is needed."""

    spec = StepSpec(
        "identity",
        Side.AWS,
        "identity",
        "Before anything is made: which account and which region will it be made in, and may we make it there? "
        "AWS itself answers.",
    )
    calls = Calls(read=(*aws("sts", "GetCallerIdentity"), *PREFLIGHT_CALLS))

    def __init__(self, side: AwsSide) -> None:
        self._side = side

    def find(self, work: Work) -> Finding:
        """Account, caller and region. Raises ConfigurationError when one of them is missing."""
        region = self._side.clients.region
        if not region:
            raise ConfigurationError("No AWS region is set.", "Set aws.region in the profile, or AWS_REGION.")
        caller = read_caller(self._side.clients)
        account, elsewhere = caller.account, f", asked at {caller.endpoint}" if caller.endpoint else ""
        return Finding(
            State.RIGHT,
            {"account": account, "region": region, "partition": caller.partition, "caller": caller.arn},
            word=f"{account[:4]}…{account[-4:]}",
            note=f"{caller.arn} in {region}{elsewhere}.",
        )

    def admit(self, work: Work, finding: Finding) -> str:
        """Look for every permission that is lacking. Raises ConfigurationError that names them all."""
        caller = Caller(finding.facts["caller"], finding.facts["account"])
        place = Place(caller.account, self._side.clients.region, caller.partition)
        needed = permissions(self._side.profile, self._side.settings, place)
        checked = check_permissions(self._side.clients, caller, needed, self._side.settings)
        if checked.lacks:
            raise lacking(checked.lacks, self._side.profile)
        return checked.note

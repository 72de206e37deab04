"""Who we are in AWS, and where."""

from services.aws.steps.side import AwsSide
from services.errors import ConfigurationError
from services.provisioning.calls import Calls, aws
from services.provisioning.step import Finding, Side, State, Step, StepSpec, Work


class Identity(Step):
    """Ask AWS who the credentials belong to."""

    spec = StepSpec(
        "identity",
        Side.AWS,
        "identity",
        "Before anything is made: which account and which region will it be made in? AWS itself answers.",
    )
    calls = Calls(read=aws("sts", "GetCallerIdentity"))

    def __init__(self, side: AwsSide) -> None:
        self._side = side

    def find(self, work: Work) -> Finding:
        """Account, caller and region. Raises ConfigurationError when one of them is missing."""
        region = self._side.clients.region
        if not region:
            raise ConfigurationError("No AWS region is set.", "Set aws.region in the profile, or AWS_REGION.")
        with self._side.calling("sts") as sts:
            caller = sts.get_caller_identity()
        account = caller["Account"]
        return Finding(
            State.RIGHT,
            {"account": account, "region": region, "partition": caller["Arn"].split(":")[1]},
            word=f"{account[:4]}…{account[-4:]}",
            note=f"{caller['Arn']} in {region}",
        )

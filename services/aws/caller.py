"""Who the AWS credentials belong to, in the words of IAM."""

from dataclasses import dataclass

from services.aws.failures import aws_errors
from services.aws.permissions import Place
from services.aws.session import AwsClients
from services.errors import RemoteError


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with credentials. `arn` is what STS calls them."""

    arn: str
    account: str

    @property
    def partition(self) -> str:
        """`aws`, or that of China's or the US government's regions."""
        return self.arn.split(":")[1]

    @property
    def is_root(self) -> bool:
        """Whether it is the account's root user, who may do everything in it."""
        return self.arn.endswith(":root")


def read_caller(clients: AwsClients) -> Caller:
    """Ask AWS. Raises what `aws_errors` says."""
    with aws_errors(clients.profile):
        found = clients.client("sts").get_caller_identity()
    return Caller(found["Arn"], found["Account"])


def principal(clients: AwsClients, caller: Caller) -> str:
    """The ARN of the user or role whose policies count; empty for root and federated users, whom IAM does not simulate.

    STS leaves a role's path out of what it calls whoever assumed it, and only IAM knows the path.
    """
    resource = caller.arn.split(":", 5)[5]
    kind, _, name = resource.partition("/")
    if kind == "user":
        return caller.arn
    if kind != "assumed-role":
        return ""
    role = name.partition("/")[0]
    try:
        with aws_errors(clients.profile):
            found: str = clients.client("iam").get_role(RoleName=role)["Role"]["Arn"]
            return found
    except RemoteError:
        return f"arn:{caller.partition}:iam::{caller.account}:role/{role}"


def place_of(clients: AwsClients) -> Place:
    """Where these credentials work. Raises what `aws_errors` says."""
    caller = read_caller(clients)
    return Place(caller.account, clients.region or "*", caller.partition, caller=principal(clients, caller))

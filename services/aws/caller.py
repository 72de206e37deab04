"""Who the AWS credentials belong to, in the words of IAM: asked of AWS, which answers every valid credential."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.aws.permissions import Place
from services.aws.regions import is_awss_own
from services.aws.session import AwsClients
from services.errors import ConfigurationError, RemoteError

# The role that IAM Identity Center makes of a permission set (AWS documentation, "Permission sets").
_PERMISSION_SET = re.compile(r"AWSReservedSSO_(.+)_[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with credentials: `arn` is what STS calls them, `endpoint` where calls go when not to AWS itself."""

    arn: str
    account: str
    region: str = ""
    endpoint: str = ""

    @property
    def name(self) -> str:
        """Who it is in short: `role/Deployer`, `sso/AdministratorAccess`, `user/richard`, `root`."""
        kind, _, rest = self.arn.split(":", 5)[-1].partition("/")
        if kind == "assumed-role":
            role = rest.partition("/")[0]
            granted = _PERMISSION_SET.fullmatch(role)
            return f"sso/{granted[1]}" if granted else f"role/{role}"
        return f"{kind}/{rest.rpartition('/')[2]}" if rest else kind

    @property
    def partition(self) -> str:
        """`aws`, or that of China's or the US government's regions."""
        return self.arn.split(":")[1]

    @property
    def is_root(self) -> bool:
        """Whether it is the account's root user, who may do everything in it."""
        return self.arn.endswith(":root")


def read_caller(clients: AwsClients) -> Caller:
    """Ask AWS. Raises what `AwsClients.errors` raises."""
    sts = clients.client("sts")
    with clients.errors():
        found = sts.get_caller_identity()
    return Caller(found["Arn"], found["Account"], clients.region, foreign_endpoint(clients))


def foreign_endpoint(clients: AwsClients) -> str:
    """Where calls go by the person's settings (`AWS_ENDPOINT_URL`, `endpoint_url`) instead of to AWS; else empty."""
    if clients.endpoint_url:
        return ""
    url = str(clients.client("sts").meta.endpoint_url)
    return "" if is_awss_own(urlsplit(url).hostname or "") else url


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
        with clients.errors():
            found: str = clients.client("iam").get_role(RoleName=role)["Role"]["Arn"]
            return found
    except RemoteError:
        return f"arn:{caller.partition}:iam::{caller.account}:role/{role}"


def place_of(clients: AwsClients) -> Place:
    """Where these credentials work. Raises what `AwsClients.errors` raises."""
    caller = read_caller(clients)
    return Place(caller.account, clients.region or "*", caller.partition, caller=principal(clients, caller))


def check_same_place(caller: Caller, account: str, region: str) -> None:
    """Raise ConfigurationError when the caller is elsewhere than where a profile's things were made.

    Elsewhere they would look deleted: made a second time, or forgotten without being taken back.
    """
    if (caller.account, caller.region) == (account, region):
        return
    raise ConfigurationError(
        f"What this profile made is in the AWS account {account}, {region}; "
        f"you are signed in to {caller.account}, {caller.region}.",
        "Sign in to where it was made, or use another profile for the other place.",
    )

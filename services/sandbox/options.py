"""What can be chosen when a sandbox starts, and the same choices as the arguments of its process."""

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from services.aws.policy import check_identity_policy
from services.errors import ConfigurationError

DEFAULT_NAME = "sandbox"
DEFAULT_REGION = "us-east-1"
MAXIMUM_SETTLE_SECONDS = 60.0


def check_name(name: str) -> None:
    """Raise ConfigurationError unless `name` can name a sandbox (and so a file)."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise ConfigurationError(
            f"'{name}' is no name for a sandbox.",
            "Use up to 64 letters, digits, dots, dashes and underscores, a letter or digit first.",
        )


def read_policy(path: str) -> dict[str, Any] | None:
    """The IAM identity policy in the file; None without a path. Raises ConfigurationError for a file that has none."""
    if not path:
        return None
    try:
        policy = json.loads(Path(path).read_text("utf-8"))
        check_identity_policy(policy)
    except OSError as error:
        raise ConfigurationError(f"The policy '{path}' cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ConfigurationError(
            f"'{path}' is no IAM policy that the sandbox can enforce: {error}.",
            "Give a file such as the one `gatelight policy` prints.",
        ) from error
    found: dict[str, Any] = policy
    return found


@dataclass(frozen=True, slots=True)
class Ports:
    """A port for each listener on 127.0.0.1; 0 takes any free one."""

    fusionauth: int = 0
    public: int = 0
    aws: int = 0
    gateway: int = 0
    control: int = 0

    def __post_init__(self) -> None:
        for listener, port in asdict(self).items():
            if not 0 <= port <= 65535:
                raise ConfigurationError(
                    f"'{port}' is no port for the sandbox's {listener} listener.",
                    "Choose one from 1 to 65535, or 0 for any free one.",
                )
        chosen = [port for port in asdict(self).values() if port]
        if len(chosen) != len(set(chosen)):
            raise ConfigurationError(
                f"The sandbox's listeners share a port: {', '.join(map(str, chosen))}.",
                "Give each listener a port of its own, or 0 for any free one.",
            )


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """How a sandbox is started.

    `publish` writes the runtime file by which the line commands find it; `tunnel_open_at_start` makes its FusionAuth
    reachable to its AWS from the beginning; `until_stdin_closes` ends it when its standard input does. `settle_seconds`
    is how long a change in its AWS takes to reach the gateway. With `old_addresses` its FusionAuth publishes, behind a
    proxy, the port it listens on, as versions before 1.50 do. `policy` is the path of an IAM policy that its access key
    is judged by; without one it may do everything.
    """

    name: str = DEFAULT_NAME
    publish: bool = True
    tunnel_open_at_start: bool = False
    until_stdin_closes: bool = False
    region: str = DEFAULT_REGION
    ports: Ports = field(default_factory=Ports)
    settle_seconds: float = 0.0
    old_addresses: bool = False
    policy: str = ""

    def __post_init__(self) -> None:
        check_name(self.name)
        if not 0 <= self.settle_seconds <= MAXIMUM_SETTLE_SECONDS:
            raise ConfigurationError(
                f"A change cannot take {self.settle_seconds:g} seconds to reach the gateway.",
                f"Choose 0 to {MAXIMUM_SETTLE_SECONDS:g} seconds.",
            )
        if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", self.region):
            raise ConfigurationError(f"'{self.region}' is no AWS region.", "Use one such as 'us-east-1'.")

    def arguments(self) -> list[str]:
        """These options as arguments of `python -m services.sandbox`."""
        arguments = ["--name", self.name, "--region", self.region]
        arguments += ["--publish"] if self.publish else []
        arguments += ["--tunnel-open"] if self.tunnel_open_at_start else []
        arguments += ["--until-stdin-closes"] if self.until_stdin_closes else []
        arguments += ["--settle", str(self.settle_seconds)] if self.settle_seconds else []
        arguments += ["--old-addresses"] if self.old_addresses else []
        arguments += ["--policy", self.policy] if self.policy else []
        for listener, port in asdict(self.ports).items():
            if port:
                arguments += [f"--{listener}-port", str(port)]
        return arguments

    @classmethod
    def parse(cls, arguments: Sequence[str]) -> "SandboxOptions":
        """The options such arguments mean. Ends the process with status 2 on arguments it does not know."""
        parser = argparse.ArgumentParser(
            prog="python -m services.sandbox",
            description="Run Gatelight's sandbox in this process; JSON lines on stdout tell how it comes up.",
        )
        parser.add_argument("--name", default=DEFAULT_NAME, help="the name other commands find it by")
        parser.add_argument("--region", default=DEFAULT_REGION, help="the AWS region it claims to be")
        parser.add_argument("--publish", action="store_true", help="write the runtime file")
        parser.add_argument("--tunnel-open", action="store_true", help="open the tunnel from the start")
        parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input does")
        parser.add_argument(
            "--settle", type=float, default=0.0, metavar="SECONDS", help="until a change in AWS is seen"
        )
        parser.add_argument("--old-addresses", action="store_true", help="publish addresses as FusionAuth before 1.50")
        parser.add_argument("--policy", default="", metavar="FILE", help="an IAM policy for its access key")
        listeners = [listener.name for listener in fields(Ports)]
        for listener in listeners:
            parser.add_argument(f"--{listener}-port", type=int, default=0, metavar="PORT", help="0: any free port")
        given = parser.parse_args(arguments)
        return cls(
            name=given.name,
            region=given.region,
            publish=given.publish,
            tunnel_open_at_start=given.tunnel_open,
            until_stdin_closes=given.until_stdin_closes,
            settle_seconds=given.settle,
            old_addresses=given.old_addresses,
            policy=given.policy,
            ports=Ports(**{listener: getattr(given, f"{listener}_port") for listener in listeners}),
        )

"""A live profile for line commands, whose FusionAuth and AWS are the sandbox's and whose tunnel is the stand-in's."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.benches import PASSWORD, Bench
from tests.commands.terminal import Ended, Terminal
from tests.tunnel.cloud import Cloud
from tests.tunnel.conftest import AUTHTOKEN


class Live:
    """Runs `gatelight COMMAND --profile dev`."""

    def __init__(self, home: Path, cloud: Cloud, sandbox: Bench, agent: Path, *, fusionauth: str = "") -> None:
        """`fusionauth` is where FusionAuth answers, if not at the sandbox's own port."""
        there = sandbox.record.endpoints
        self.cloud = cloud
        self.sandbox = sandbox
        self.terminal = Terminal(
            home,
            {
                "AWS_ENDPOINT_URL": there.aws.endpoint_url,
                "AWS_ACCESS_KEY_ID": there.aws.access_key_id,
                "AWS_SECRET_ACCESS_KEY": there.aws.secret_access_key,
                "AWS_EC2_METADATA_DISABLED": "true",
                "GATELIGHT_FUSIONAUTH_API_KEY": there.fusionauth.api_key,
                "GATELIGHT_USER_PASSWORD": PASSWORD,
                "NGROK_AUTHTOKEN": AUTHTOKEN,
                "STAND_IN_CLOUD": cloud.address,
            },
        )
        path = home / "config" / "profiles" / "dev.toml"
        path.parent.mkdir(parents=True)
        path.write_text(
            f'target = "live"\n[fusionauth]\nurl = "{fusionauth or there.fusionauth.url}"\n'
            f'user_email = "{sandbox.email}"\napplication = "{sandbox.name}"\n'
            f'[aws]\napi = "{sandbox.name}"\nfunction = "{sandbox.name}"\n'
            f'role = "{sandbox.name}"\nregion = "{there.aws.region}"\n[tunnel]\nprovider = "ngrok"\nagent = "{agent}"\n'
        )
        self._kept: list[subprocess.Popen[str]] = []

    def run(self, *arguments: str) -> Ended:
        """One command to its end."""
        return self.terminal.run(*arguments, "--profile", "dev")

    def keep_tunnel(self) -> dict[str, Any]:
        """`gatelight tunnel --json`, from now on; its first line."""
        process = self.terminal.start("tunnel", "--profile", "dev", "--json", stderr=subprocess.DEVNULL)
        self._kept.append(process)
        return self.told()

    def told(self) -> dict[str, Any]:
        """The next line of the tunnel that is kept."""
        stdout = self._kept[-1].stdout
        assert stdout is not None
        line: dict[str, Any] = json.loads(stdout.readline())
        return line

    def end(self) -> None:
        """Close what is still open."""
        for process in self._kept:
            process.kill()
            process.communicate()

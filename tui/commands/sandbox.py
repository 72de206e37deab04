"""`gatelight sandbox`: the sandbox alone, for curl, the AWS CLI and anybody's own code."""

import shlex

import click
import msgspec

from services.profile.secrets import API_KEY_VARIABLE, PASSWORD_VARIABLE
from services.sandbox.endpoints import SandboxRecord
from tui.commands.options import json_option
from tui.commands.output import Output
from tui.wiring import CONTROL_VARIABLE, DEFAULT_SANDBOX, running_sandbox


@click.command()
@click.option("--name", default=DEFAULT_SANDBOX, metavar="NAME", show_default=True, help="Its name, for --sandbox.")
@click.option("--until-stdin-closes", is_flag=True, help="End when standard input closes, not only on Ctrl-C.")
@click.option("--env", "show_environment", is_flag=True, help="Print a running sandbox's values as shell exports.")
@click.option(
    "--port",
    "ports",
    multiple=True,
    type=(click.Choice(["fusionauth", "public", "aws", "gateway"]), int),
    metavar="WHICH PORT",
    help="A fixed port: fusionauth, public, aws or gateway. Others are free ones.",
)
@click.option(
    "--settle", "settle_seconds", type=float, default=0.0, metavar="SECONDS", help="Until the gateway sees a change."
)
@click.option("--old-addresses", is_flag=True, help="Behind a proxy FusionAuth publishes its own port, as before 1.50.")
@click.option("--policy", default="", metavar="FILE", help="An IAM policy that its access key is held to.")
@json_option
def sandbox(
    name: str,
    until_stdin_closes: bool,
    show_environment: bool,
    ports: tuple[tuple[str, int], ...],
    settle_seconds: float,
    old_addresses: bool,
    policy: str,
    as_json: bool,
) -> int:
    """Run the sandbox alone until Ctrl-C.

    When it is ready it prints one line of JSON: its addresses and the throwaway credentials made for it. Other
    commands find it by its name.

    The AWS CLI and the commands that the app shows read their credentials from the environment:
    eval "$(gatelight sandbox --env)"
    """
    output = Output(as_json)
    if show_environment:
        for variable, value in _environment(running_sandbox(name)).items():
            click.echo(f"export {variable}={shlex.quote(value)}")
        return 0
    from services.sandbox.options import Ports, SandboxOptions
    from services.sandbox.serve import serve

    return serve(
        SandboxOptions(
            name=name,
            tunnel_open_at_start=True,
            until_stdin_closes=until_stdin_closes,
            ports=Ports(**dict(ports)),
            settle_seconds=settle_seconds,
            old_addresses=old_addresses,
            policy=policy,
        ),
        ready=lambda record: click.echo(msgspec.json.encode(record.endpoints).decode()),
        progress=lambda text: output.talk(f"{text} …"),
    )


def _environment(record: SandboxRecord) -> dict[str, str]:
    there = record.endpoints
    return {
        "AWS_ENDPOINT_URL": there.aws.endpoint_url,
        "AWS_REGION": there.aws.region,
        "AWS_DEFAULT_REGION": there.aws.region,
        "AWS_ACCESS_KEY_ID": there.aws.access_key_id,
        "AWS_SECRET_ACCESS_KEY": there.aws.secret_access_key,
        API_KEY_VARIABLE: there.fusionauth.api_key,
        PASSWORD_VARIABLE: there.user.password,
        CONTROL_VARIABLE: record.control.token,
    }

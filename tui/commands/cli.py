"""The line commands put together, and how each of them ends."""

import sys
from collections.abc import Sequence

import click

from services import log
from services.errors import ConfigurationError, GatelightError, Interrupted
from services.log import LEVELS, VARIABLE
from tui.commands.breaking import break_
from tui.commands.call import call
from tui.commands.demo import demo
from tui.commands.doctor import doctor
from tui.commands.down import down
from tui.commands.explain import explain
from tui.commands.inspect import inspect
from tui.commands.orphans import orphans
from tui.commands.output import Output
from tui.commands.plan import plan
from tui.commands.policy import policy
from tui.commands.profile import profile
from tui.commands.sandbox import sandbox
from tui.commands.secrets import secrets
from tui.commands.status import status
from tui.commands.token import token
from tui.commands.tunnel import tunnel
from tui.commands.up import up
from tui.safe import harmless
from tui.wiring import DEFAULT_PROFILE


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 as expected, 1 a check or expectation failed, 2 usage or configuration, "
    "3 the other side failed or was unreachable, 130 interrupted.",
)
@click.option("--profile", "profile_name", default=DEFAULT_PROFILE, metavar="NAME", help="The app's profile.")
@click.option("--read-only", is_flag=True, help="Refuse every call that could change something, in any command.")
@click.option(
    "--log-level",
    type=click.Choice(LEVELS),
    envvar=VARIABLE,
    default=None,
    help="What gatelight.log is told; by default info for live profiles and warning for sandboxes.",
)
@click.version_option(package_name="gatelight", prog_name="gatelight")
@click.pass_context
def gatelight(context: click.Context, profile_name: str, read_only: bool, log_level: str | None) -> int:
    """401 and 200 side by side: FusionAuth tokens in front of an Amazon API Gateway HTTP API.

    Without a command it opens the app.
    """
    if context.invoked_subcommand is not None:
        if problem := log.start(log_level or ""):
            Output().talk(f"No log is written: {harmless(problem, 300)}.")
        log.told(f"gatelight {context.invoked_subcommand}")
        return 0
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigurationError("The app needs a terminal.", "Use a line command: gatelight --help lists them.")
    from tui.launch import run_app

    return run_app(profile_name, read_only=read_only, log_level=log_level or "")


for command in (
    *(demo, sandbox, plan, up, status, token, inspect, call, doctor, explain, break_, tunnel),
    *(down, orphans, policy, profile, secrets),
):
    gatelight.add_command(command)


def run(arguments: Sequence[str]) -> int:
    """Run one line command and return its exit code; whatever goes wrong is said in a sentence."""
    output = Output(as_json="--json" in arguments)
    try:
        code = gatelight.main(args=list(arguments), prog_name="gatelight", standalone_mode=False)
    except GatelightError as error:
        log.failed(error)
        output.error(error)
        return error.exit_code
    except click.ClickException as error:
        output.error(ConfigurationError(error.format_message(), "gatelight COMMAND --help shows how it is used."))
        return ConfigurationError.exit_code
    except (click.Abort, KeyboardInterrupt):
        output.error(Interrupted())
        return Interrupted.exit_code
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone: nobody is left to talk to
        return 0
    except Exception as error:  # noqa: BLE001 - the last border: whatever it is, a person hears of it in a sentence
        failure = log.unforeseen(error)
        output.error(failure)
        return failure.exit_code
    return code if isinstance(code, int) else 0

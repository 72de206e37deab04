"""Options that several line commands share."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from services import log
from services.cancel import Cancellation
from services.errors import GatelightError
from services.person import Person
from services.profile.secrets import Given, Wanted
from services.redact import Secret
from services.tokens.two_factor import Challenge
from services.workbench import Workbench
from tui.commands.interrupt import asking, stoppable
from tui.safe import harmless
from tui.view.reminder import reminder
from tui.wiring import DEFAULT_PROFILE, DEFAULT_SANDBOX, join_workbench

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """`--json`: one JSON document on stdout instead of text."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")(command)


def place_options(command: F) -> F:
    """`--profile` and `--sandbox`: where the command works."""
    command = click.option(
        "--sandbox",
        "sandbox_name",
        default=DEFAULT_SANDBOX,
        metavar="NAME",
        show_default=True,
        help="The running sandbox to use.",
    )(command)
    return click.option(
        "--profile", "profile_name", default=DEFAULT_PROFILE, metavar="NAME", show_default=True, help="The profile."
    )(command)


@contextmanager
def workbench_at(
    profile_name: str, sandbox_name: str, *, remind: bool = True
) -> Iterator[tuple[Workbench, Cancellation]]:
    """The workbench a line command uses, and the cancellation that Ctrl-C sets.

    With `remind` it says on stderr that what the profile made is older than it should become.
    """
    with stoppable() as cancellation:
        workbench = join_workbench(profile_name, sandbox_name, PERSON, read_only=is_read_only())
        try:
            if workbench.profile.target == "live":
                _say_where(workbench)
            if remind and (old := workbench.overdue(time.time())):
                click.echo(f"! {reminder(old, workbench.where().profile, time.time())}", err=True)
            yield workbench, cancellation
        finally:
            workbench.close()


def _say_where(workbench: Workbench) -> None:
    """Say on stderr where a live profile works, before anything is done there."""
    trouble = ""
    try:
        where = workbench.sign_in()
    except GatelightError as error:  # what needs no AWS goes on without
        where, trouble = workbench.where(), f"not signed in: {error.message}"
    endpoint = f" at {where.endpoint}" if where.endpoint else ""
    aws = trouble or f"{where.account} as {where.caller}, {where.region}{endpoint}"
    tenant = f", tenant {where.tenant}" if where.tenant else ""
    said = harmless(f"{where.profile} (live): FusionAuth {where.fusionauth}{tenant}; AWS {aws}", 400)
    log.told(said)
    click.echo(said, err=True)


def is_read_only() -> bool:
    """Whether `gatelight --read-only` was asked for."""
    return bool(click.get_current_context().find_root().params.get("read_only"))


def ask(title: str) -> str:
    """Ask for a secret at the terminal; empty where there is none to ask at."""
    if not sys.stdin.isatty():
        return ""
    with asking():
        answer: str = click.prompt(title, hide_input=True, err=True, default="", show_default=False)
    return answer


def ask_secret(wanted: Wanted) -> Given:
    """Ask for a secret that is kept nowhere, and say what becomes of it; an empty one where nobody is there to ask."""
    if sys.stdin.isatty():
        keep = f"`gatelight secrets set {wanted.name.value} --profile {wanted.profile}` keeps it"
        fate = f"{keep} in {wanted.keyring}" if wanted.keyring else wanted.obstacle
        click.echo(f"Held in memory alone, for this command ({harmless(fate, 300)}).", err=True)
    return Given(Secret(ask(harmless(wanted.title, 200))))


def ask_mfa_code(device: str) -> str:
    """Ask for a code of an MFA device at the terminal; empty where there is none to ask at."""
    if not sys.stdin.isatty():
        return ""
    # Not hidden: it is good for once, and a run's thread that asks could leave the terminal without its echo.
    question = f"AWS asks for a code of the MFA device {harmless(device, 200)}"
    with asking():
        code: str = click.prompt(question, err=True, default="", show_default=False)
    return code


def ask_code(challenge: Challenge) -> str:
    """Ask for the code of a second factor at the terminal; empty where there is none to ask at."""
    return ask(harmless(challenge.question))


PERSON = Person(ask_secret, ask_mfa_code)

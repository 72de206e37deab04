"""Waiting for one's turn where another Gatelight works on the same profile."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from services.cancel import Cancellation
from services.provisioning.ledger_file import Busy
from tui.commands.output import Output

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

_SECONDS = 0.3


def wait_option(command: F) -> F:
    """`--wait`: wait for another Gatelight instead of refusing to work beside it."""
    return click.option("--wait", is_flag=True, help="Wait while another Gatelight works on the profile.")(command)


def in_turn(run: Callable[[], T], output: Output, cancellation: Cancellation, *, wait: bool) -> T:
    """Run as soon as nobody else works on the profile; without `wait` raise Busy where somebody does."""
    told = False
    while True:
        try:
            return run()
        except Busy as busy:
            if not wait:
                raise
            if not told:
                output.talk(f"{busy.message} Waiting until it has finished …")
            told = True
            cancellation.wait(_SECONDS)

"""`gatelight demo`: the whole story once, on a sandbox of its own."""

import time
from typing import Any

import click

from services.cancel import Cancellation
from services.errors import ExpectationFailed
from services.profile.store import load_profile
from services.workbench import Workbench
from tui.commands.interrupt import stoppable
from tui.commands.narration import Narrator
from tui.commands.options import is_read_only, json_option
from tui.commands.output import Output
from tui.commands.shapes import agreement_document, pair_document, where_document
from tui.commands.telling import tell_agreement, tell_pair
from tui.wiring import DEFAULT_PROFILE, sandbox_workbench


@click.command()
@json_option
def demo(as_json: bool) -> int:
    """Tell the whole story once: provision, 401, token, 200, teardown.

    It runs offline on a sandbox of its own and leaves nothing behind. It exits with 0 only if it saw a real 401
    without a token and a real 200 with one.
    """
    output = Output(as_json)
    clock = _Clock()
    with stoppable() as cancellation:
        output.line("Starting a sandbox: a FusionAuth, an AWS and a gateway on 127.0.0.1 …")
        workbench = sandbox_workbench(
            load_profile(DEFAULT_PROFILE),
            progress=lambda _: None,
            cancellation=cancellation,
            read_only=is_read_only(),
        )
        try:
            output.line(f"Ready after {clock.lap('sandbox'):.1f} s.\n")
            document, as_it_should = _tell(workbench, output, cancellation, clock)
        finally:
            workbench.close()
    output.document(document)
    if not as_it_should:
        raise ExpectationFailed(
            "The gate did not answer 401 without a token and 200 with one.", "The lines above say what it answered."
        )
    return 0


def _tell(
    workbench: Workbench, output: Output, cancellation: Cancellation, clock: "_Clock"
) -> tuple[dict[str, Any], bool]:
    """The story on an open workbench, as lines and as a document, and whether the gate did what it should."""
    narrator = Narrator(output, workbench.steps)
    _run(workbench.up(narrator, cancellation), narrator, cancellation)
    clock.lap("provisioning")
    token = workbench.get_token(cancellation)
    clock.lap("token")
    output.line(f"\n✔ Token by {token.obtained_by}\n")
    pair = workbench.call(token, cancellation)
    clock.lap("call")
    tell_pair(output, pair)
    agreement = workbench.agreement(token)
    output.line()
    tell_agreement(output, agreement)
    output.line()
    document = {
        "where": where_document(workbench.where()),
        "steps": narrator.steps,
        "call": pair_document(pair),
        "agreement": agreement_document(agreement),
        "seconds": clock.laps,
    }
    teardown = Narrator(Output(as_json=True), workbench.steps)
    ended = workbench.take_down(teardown, cancellation)
    _run(ended.succeeded, teardown, cancellation)
    if ended.exit_code:
        raise ExpectationFailed("Something is left after the teardown.", "It ends with the sandbox.")
    output.line(f"Everything is taken back, in {teardown.seconds:.1f} s. Both sides were read again: nothing is left.")
    return document, pair.opens_as_it_should


def _run(succeeded: bool, narrator: Narrator, cancellation: Cancellation) -> None:
    cancellation.check()
    if not succeeded:
        raise narrator.failures[0]


class _Clock:
    """Takes the time of each part of the story, in seconds."""

    def __init__(self) -> None:
        self._began = self._last = time.monotonic()
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> float:
        """End a part; returns how long it took. `until_200` is the whole time up to the latest part's end."""
        now = time.monotonic()
        self.laps[name] = round(now - self._last, 3)
        self.laps["until_200"] = round(now - self._began, 3)
        self._last = now
        return self.laps[name]

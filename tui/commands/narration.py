"""A run told as lines: each step when it ends, and what stands in the way."""

import threading
from typing import Any

from services.errors import GatelightError
from services.events import Event, RunFinished, RunKind, StepDone, StepFailed, StepUndone, StepWaiting
from services.provisioning.step import StepSpec, Undone
from tui.commands.output import Output, error_document
from tui.commands.shapes import changes_document
from tui.safe import harmless

_NAMES = {"fusionauth": "FusionAuth", "aws": "AWS"}


def _limit(event: StepWaiting) -> str:
    return "" if event.at_most is None else f" (for {event.at_most:.0f} s at most)"


class Narrator:
    """Listens to a run and prints a line for each step; keeps the same as data. Safe to call from any thread."""

    def __init__(self, output: Output, specs: tuple[StepSpec, ...]) -> None:
        self._output = output
        self._specs = {spec.id: spec for spec in specs}
        self._lock = threading.Lock()
        self._order = [spec.id for spec in specs]
        self._steps: dict[str, dict[str, Any]] = {}
        self._waits: set[tuple[str, str]] = set()
        self.failures: list[GatelightError] = []
        self.seconds = 0.0

    def __call__(self, event: Event) -> None:
        """Take one event of a run."""
        with self._lock:
            if isinstance(event, StepDone):
                self._done(event)
            elif isinstance(event, StepUndone):
                self._entry(event.step_id, outcome=event.undone.value, seconds=round(event.seconds, 4))
                if event.undone is not Undone.NOTHING:
                    self._row("✔", event.step_id, event.undone.value, event.seconds)
            elif isinstance(event, StepFailed):
                self._failed(event)
            elif isinstance(event, StepWaiting) and (event.step_id, event.reason) not in self._waits:
                self._waits.add((event.step_id, event.reason))
                if not self._output.as_json:
                    self._output.talk(
                        f"  … {self._specs[event.step_id].title} waits {harmless(event.reason)}{_limit(event)}"
                    )
            elif isinstance(event, RunFinished):
                self._finished(event)

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Every step that ended, as data, in the plan's order."""
        return [self._steps[step_id] for step_id in self._order if step_id in self._steps]

    @property
    def exit_code(self) -> int:
        """What the run means for the command's exit code: the most serious failure's."""
        return max((failure.exit_code for failure in self.failures), default=0)

    def _done(self, event: StepDone) -> None:
        report = event.report
        self._entry(
            report.step_id,
            outcome=report.outcome.value,
            word=report.word,
            seconds=round(report.seconds, 4),
            changes=changes_document(report.changes),
            resource_id=report.resource_id or None,
            note=report.note or None,
        )
        detail = harmless(report.note, 160) or harmless(report.resource_id, 80)
        self._row("✔", report.step_id, harmless(report.word, 20), report.seconds, detail)

    def _failed(self, event: StepFailed) -> None:
        self.failures.append(event.error)
        self._entry(event.step_id, outcome="failed", seconds=round(event.seconds, 4), error=error_document(event.error))
        self._row("✘", event.step_id, "failed", event.seconds, harmless(event.error.message))
        if event.error.fix:
            self._output.line(f"{'':34} → {harmless(event.error.fix)}")

    def _finished(self, event: RunFinished) -> None:
        self.seconds = event.seconds
        verb = "Provisioned" if event.kind is RunKind.UP else "Taken back"
        if event.succeeded:
            self._output.line(f"{verb} in {event.seconds:.1f} s.")
        else:
            titles = ", ".join(self._specs[step_id].title for step_id in event.remaining)
            self._output.line(f"Not done: {titles}.")

    def _entry(self, step_id: str, **values: Any) -> None:
        spec = self._specs[step_id]
        self._steps[step_id] = {"id": step_id, "side": spec.side.value, "title": spec.title, **values}

    def _row(self, glyph: str, step_id: str, word: str, seconds: float, detail: str = "") -> None:
        spec = self._specs[step_id]
        row = f"{glyph} {_NAMES[spec.side]:10} {spec.title:25} {word:11} {seconds * 1000:6.0f} ms  {detail}"
        self._output.line(row.rstrip())

"""The least time a run can take: its calls one after another along the longest path of the steps' needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.exchange import Exchange
from services.provisioning.step import Report, StepSpec


@dataclass(frozen=True, slots=True)
class CriticalPath:
    """The steps on the longest path, and the calls that wait for one another there: how many, and their own seconds."""

    steps: tuple[str, ...] = ()
    calls: int = 0
    seconds: float = 0.0


def critical_path(specs: Sequence[StepSpec], reports: Mapping[str, Report]) -> CriticalPath:
    """The longest path through the steps, each as long as its chain of calls took."""
    longest: dict[str, CriticalPath] = {}
    for spec in _in_order(specs):
        before = max((longest[need] for need in spec.needs), key=lambda path: path.seconds, default=CriticalPath())
        calls, seconds = chain(reports[spec.id].exchanges)
        longest[spec.id] = CriticalPath((*before.steps, spec.id), before.calls + calls, before.seconds + seconds)
    return max(longest.values(), key=lambda path: path.seconds)


def chain(exchanges: Sequence[Exchange]) -> tuple[int, float]:
    """How many of a step's calls were made one after another, and how long they took.

    Calls that overlap count as one, the shortest of them: what is made side by side needs nothing of each other.
    """
    ended, calls, seconds = 0.0, 0, 0.0
    for exchange in sorted(exchanges, key=lambda exchange: exchange.began + exchange.seconds):
        if exchange.began >= ended:
            calls, seconds = calls + 1, seconds + exchange.seconds
            ended = exchange.began + exchange.seconds
    return calls, seconds


def _in_order(specs: Sequence[StepSpec]) -> list[StepSpec]:
    """The steps, each after what it needs."""
    left, ordered = list(specs), list[StepSpec]()
    while left:
        done = {spec.id for spec in ordered}
        ready = [spec for spec in left if set(spec.needs) <= done]
        ordered += ready
        left = [spec for spec in left if spec not in ready]
    return ordered

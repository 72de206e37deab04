"""Results, and how they are printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Result:
    """One figure with the target it is held against."""

    title: str
    value: str
    target: str
    met: bool
    details: tuple[str, ...] = ()


def tell(result: Result) -> None:
    """Print a result."""
    print(f"\n{'✔' if result.met else '✘'} {result.title}: {result.value} (target: {result.target})", flush=True)
    for detail in result.details:
        print(f"    {detail}", flush=True)


def milliseconds(seconds: Sequence[float]) -> str:
    """A series of measurements in one line."""
    low, middle, high = (value * 1000 for value in (min(seconds), median(seconds), max(seconds)))
    return f"median {middle:5.0f} ms, {low:.0f} to {high:.0f} ms, {len(seconds)} runs"

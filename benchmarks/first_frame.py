"""How long a person looks at nothing: the first painted frame, against that of a bare Textual app."""

from pathlib import Path
from statistics import median

from benchmarks.installation import Installation
from benchmarks.report import Result, milliseconds
from benchmarks.terminal import seconds_to

AT_MOST = 1.6
_BARE = Path(__file__).with_name("bare.py")


def measure(installation: Installation, rounds: int) -> Result:
    """Start both in turn, so that a machine that slows down slows both down."""
    bare, ours = [], []
    for turn in range(-1, rounds):  # the first turn only warms the disk's cache
        pair = (
            seconds_to("Nothing to see", [installation.python, _BARE], installation.environment),
            seconds_to("FusionAuth", [installation.gatelight], installation.environment),
        )
        if turn >= 0:
            bare.append(pair[0])
            ours.append(pair[1])
    ratio = median(mine / theirs for mine, theirs in zip(ours, bare, strict=True))
    return Result(
        title="First frame against a bare Textual app",
        value=f"{ratio:.2f} times",
        target=f"at most {AT_MOST} times",
        met=ratio <= AT_MOST,
        details=(f"bare      {milliseconds(bare)}", f"gatelight {milliseconds(ours)}"),
    )

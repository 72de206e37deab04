"""`make bench-doctor`: what a diagnosis and an inspection cost, as ratios in one run on one machine.

Ends with 1 when a target is missed. Quick: `make bench-doctor ARGS="--rounds 3"`.
"""

import argparse
import os
import platform
import sys
from collections.abc import Callable

from benchmarks.doctor import examination, inspection
from benchmarks.report import Result, tell

FIGURES: dict[str, Callable[[int], list[Result]]] = {
    "inspection": inspection.measure,
    "examination": examination.measure,
}


def main() -> int:
    """Measure, tell."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.doctor", description="Measure doctor and inspector.")
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"{', '.join(FIGURES)}; all when none is named")
    parser.add_argument("--rounds", type=int, default=7, help="how often each is measured (7)")
    given = parser.parse_args()
    if unknown := set(given.figures) - set(FIGURES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    python = platform.python_version()
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {python}; medians of {given.rounds}"
    )
    met = True
    for name in given.figures or FIGURES:
        for result in FIGURES[name](given.rounds):
            tell(result)
            met = met and result.met
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())

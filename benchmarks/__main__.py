"""`make bench`: every figure in one run, as ratios where there is something to compare with.

Ends with 1 when a target is missed. Quick: `make bench ARGS="--rounds 3"`; one alone: `make bench ARGS=first-frame`.
"""

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

from benchmarks import demo, first_frame, provisioning
from benchmarks.installation import install, install_aws_cli
from benchmarks.report import Result, tell

FIGURES = ("first-frame", "demo", "provisioning")


def main() -> int:
    """Install, measure, tell."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Gatelight from its wheel.")
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"{', '.join(FIGURES)}; all when none is named")
    parser.add_argument("--rounds", type=int, default=9, help="how often each is measured (9)")
    given = parser.parse_args()
    if unknown := set(given.figures) - set(FIGURES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    chosen = given.figures or FIGURES
    with tempfile.TemporaryDirectory(prefix="bench-gatelight-") as temporary:
        folder = Path(temporary)
        print("Installing Gatelight from its wheel …", flush=True)
        installation = install(folder)
        python, cores = platform.python_version(), os.cpu_count()
        print(f"{platform.system()} {platform.machine()}, {cores} cores, Python {python}; medians of {given.rounds}")
        results: list[Result] = []

        def add(result: Result) -> None:
            results.append(result)
            tell(result)

        if "first-frame" in chosen:
            add(first_frame.measure(installation, given.rounds))
        if "demo" in chosen:
            add(demo.measure(installation, given.rounds))
        if "provisioning" in chosen:
            print("\nInstalling the AWS CLI …", flush=True)
            add(provisioning.measure(installation, install_aws_cli(folder), given.rounds))
    return 0 if all(result.met for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())

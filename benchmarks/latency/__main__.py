"""`make bench-latency`: provisioning and planning beside their critical paths, every call delayed.

Ends with 1 when a target is missed. Quick: `make bench-latency ARGS="--rounds 2"`.
"""

import argparse
import os
import platform
import sys

from benchmarks.latency.provisioning import measure
from benchmarks.report import tell


def main() -> int:
    """Measure, tell."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency", description="Measure runs over a slow line.")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured (5)")
    given = parser.parse_args()
    python = platform.python_version()
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {python}; medians of {given.rounds}"
    )
    met = True
    for result in measure(given.rounds):
        tell(result)
        met = met and result.met
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())

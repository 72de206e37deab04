"""How long it takes from `gatelight demo` to the 200, and where the time goes, by the lines it prints."""

import subprocess
import time
from statistics import median

from benchmarks.installation import Installation
from benchmarks.report import Result, milliseconds

AT_MOST = 3.0  # seconds
_PARTS = {  # what ends each part
    "interpreter, imports": "Starting a sandbox",
    "sandbox": "Ready after",
    "provisioning": "Provisioned in",
    "token": "Token by",
    "401 and 200": "With the token: 200",
}


def measure(installation: Installation, rounds: int) -> Result:
    """Run the whole story again and again, each time on a sandbox of its own."""
    runs = [_run(installation) for _ in range(rounds + 1)][1:]
    total = median(run["401 and 200"] for run in runs)
    details = []
    before = dict.fromkeys(range(rounds), 0.0)
    for part in _PARTS:
        took = [run[part] - before[index] for index, run in enumerate(runs)]
        before = {index: run[part] for index, run in enumerate(runs)}
        details.append(f"{part:21}{milliseconds(took)}")
    return Result(
        title="From `gatelight demo` to its 200",
        value=f"{total:.2f} s",
        target=f"under {AT_MOST:.0f} s",
        met=total < AT_MOST,
        details=tuple(details),
    )


def _run(installation: Installation) -> dict[str, float]:
    """Seconds from the start to the end of each part. Raises RuntimeError when the story does not end well."""
    began = time.perf_counter()
    ends: dict[str, float] = {}
    command = [str(installation.gatelight), "demo"]
    with subprocess.Popen(
        command, env=installation.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            ends.update({part: time.perf_counter() - began for part, text in _PARTS.items() if text in line})
    if process.returncode or set(ends) != set(_PARTS):
        raise RuntimeError(f"gatelight demo ended with {process.returncode} after {', '.join(ends)}")
    return ends

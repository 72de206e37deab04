"""`make bench-gateway`: the sandbox's gateway beside serverless-offline, in one run on one machine.

Needs `wrk`, and `npm` for serverless-offline. Ends with 1 when a target is missed. Quick: `make bench-gateway
ARGS="--rounds 2 --seconds 2"`.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.gateway import memory, serverless_offline, throughput, verification
from benchmarks.gateway.server import sandbox
from benchmarks.installation import install
from benchmarks.report import Result, tell
from services.tokens.decode import decode

_TOOLS = {"wrk": "apt-get install wrk", "npm": "apt-get install npm", "node": "apt-get install nodejs"}


def main() -> int:
    """Install, measure, tell."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gateway", description="Measure the sandbox's gateway.")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each server (5)")
    parser.add_argument("--seconds", type=int, default=5, help="how long each turn under load is (5)")
    given = parser.parse_args()
    for tool, command in _TOOLS.items():
        if not shutil.which(tool):
            parser.error(f"{tool!r} is not installed. On Debian: {command}")
    with tempfile.TemporaryDirectory(prefix="bench-gatelight-") as temporary:
        results = _measure(Path(temporary), given.rounds, given.seconds)
    return 0 if all(result.met for result in results) else 1


def _measure(folder: Path, rounds: int, seconds: int) -> list[Result]:
    print("Installing Gatelight from its wheel, and serverless-offline …", flush=True)
    installation = install(folder)
    offline = folder / "serverless-offline"
    serverless_offline.install(offline)
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()};")
    print(f"serverless-offline {serverless_offline.VERSION} on Node {_node_version()}; medians of {rounds} turns")
    results: list[Result] = []
    with sandbox(installation) as ours:
        claims = decode(ours.token).claims
        with serverless_offline.serverless_offline(installation, offline, ours.token, claims) as theirs:
            for server in (ours, theirs):
                server.check()
                print(f"A token without a signature gets {server.with_broken_signature()} from {server.name}.")
            for connections in throughput.AT_LEAST:
                results.append(throughput.measure(ours, theirs, connections, rounds, seconds))
                tell(results[-1])
            results.append(throughput.measure_pairs(ours, theirs, rounds))
            tell(results[-1])
        for result in (*memory.measure(ours), *verification.measure(claims, rounds)):
            results.append(result)
            tell(result)
    return results


def _node_version() -> str:
    return subprocess.run(["node", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())

"""Starts and ends without number: no failure, and no process, thread or file descriptor left behind.

Five cycles in every run of the tests; a hundred under load by `make soak-tunnel`, which prints how long starts took.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from services.cancel import Cancellation
from services.tunnel.ngrok.errors import TunnelRefused
from services.tunnel.ngrok.provider import NgrokTunnel
from tests.tunnel.cloud import Cloud
from tests.tunnel.conftest import Upstream
from tests.tunnel.test_ngrok import DISCOVERY, agents_of, get, wait_until

CYCLES = int(os.environ.get("SOAK_CYCLES") or 100)
REFUSED_EVERY = 5


@dataclass
class Tally:
    """What came of the cycles. Times are in seconds."""

    starts: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    refusals: int = 0

    def __str__(self) -> str:
        starts, ends = sorted(self.starts), sorted(self.ends)
        return (
            f"{len(starts)} starts (median {starts[len(starts) // 2]:.2f} s, slowest {starts[-1]:.2f} s), "
            f"ends (median {ends[len(ends) // 2]:.2f} s, slowest {ends[-1]:.2f} s), {self.refusals} refusals"
        )


def run(tunnel: NgrokTunnel, cloud: Cloud, cycles: int) -> Tally:
    """Open, look through it, close; every fifth time ngrok refuses."""
    tally = Tally()
    for number in range(1, cycles + 1):
        if number % REFUSED_EVERY == 0:
            cloud.faults["auth"] = "107"
            with pytest.raises(TunnelRefused, match="ERR_NGROK_107"):
                tunnel.open(Cancellation())
            cloud.faults.clear()
            tally.refusals += 1
        began = time.monotonic()
        url = tunnel.open(Cancellation())
        opened = time.monotonic()
        assert get(url + DISCOVERY).status_code == 200
        session = tunnel.session()
        assert session is None or session.online
        closing = time.monotonic()
        tunnel.close()
        tally.starts.append(opened - began)
        tally.ends.append(time.monotonic() - closing)
        assert tunnel.current() is None
    return tally


def held() -> tuple[int, int]:
    """How many file descriptors and threads this process has."""
    return psutil.Process().num_fds(), threading.active_count()


def test_a_few_starts_and_ends_leave_nothing_behind(
    cloud: Cloud, agent: Path, upstream: Upstream, new_tunnel: Callable[..., NgrokTunnel]
) -> None:
    tunnel = new_tunnel(upstream.url)
    run(tunnel, cloud, 1)
    before = held()
    run(tunnel, cloud, 5)
    wait_until(lambda: held() <= before)
    assert agents_of(agent) == []


@pytest.fixture
def load() -> Iterator[None]:
    """Two programs that use a processor each."""
    programs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    yield
    for program in programs:
        program.kill()
        program.wait()


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_hundred_starts_and_ends_under_load_leave_nothing_behind(
    load: None, cloud: Cloud, agent: Path, upstream: Upstream, new_tunnel: Callable[..., NgrokTunnel]
) -> None:
    tunnel = new_tunnel(upstream.url)
    run(tunnel, cloud, 5)
    before = held()
    tally = run(tunnel, cloud, CYCLES)
    wait_until(lambda: held() <= before, seconds=30)
    assert agents_of(agent) == []
    assert cloud.sessions == 0
    after = held()
    print(  # noqa: T201 - the numbers are what it is run for
        f"\n{tally}; file descriptors {before[0]} → {after[0]}, threads {before[1]} → {after[1]}, "
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )

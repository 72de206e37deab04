"""A running server of the private route, and the one with our sandbox behind it."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import psutil
import requests

from benchmarks.installation import Installation

ROUTE = "/privateFunction"
_NAME = "bench-gateway"


@dataclass(frozen=True)
class Server:
    """Where the route answers, a token it lets in, and the process behind it."""

    name: str
    url: str
    token: str
    pid: int

    @cached_property
    def authorization(self) -> str:
        """The Authorization header's value."""
        return f"Bearer {self.token}"

    def status(self, authorization: str = "") -> int:
        """The status of one request."""
        headers = {"Authorization": authorization} if authorization else {}
        return requests.get(self.url, headers=headers, timeout=30).status_code

    def with_broken_signature(self) -> int:
        """The status for a token whose signature is none."""
        return self.status(self.authorization.rpartition(".")[0] + ".AAAA")

    def megabytes(self) -> float:
        """Resident memory of the process and everything below it, in 2**20 bytes, shared pages counted in each."""
        process = psutil.Process(self.pid)
        return sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) / 2**20

    def processor_seconds(self) -> float:
        """Processor time of the process alone so far."""
        times = psutil.Process(self.pid).cpu_times()
        return times.user + times.system

    def check(self) -> None:
        """Raises RuntimeError unless it answers 401 without a token and 200 with it."""
        answers = [self.status(), self.status(self.authorization)]
        if answers != [401, 200]:
            raise RuntimeError(f"{self.name} answers {answers} instead of 401 and 200.")


@contextmanager
def sandbox(installation: Installation) -> Iterator[Server]:
    """A sandbox of its own with both sides provisioned, as `gatelight up` leaves it."""
    command = [str(installation.gatelight), "sandbox", "--name", _NAME, "--until-stdin-closes"]
    with subprocess.Popen(
        command,
        env=installation.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        endpoints = json.loads(process.stdout.readline())
        steps = json.loads(_run(installation, "up", "--json"))["steps"]
        api_id = next(step["resource_id"] for step in steps if step["id"] == "api")
        token = _run(installation, "token").strip()
        yield Server("Gatelight", f"{endpoints['gateway_url']}/{api_id}{ROUTE}", token, endpoints["pid"])
        process.stdin.close()


def _run(installation: Installation, *arguments: str) -> str:
    return subprocess.run(
        [installation.gatelight, *arguments, "--sandbox", _NAME],
        env=installation.environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    ).stdout


def wait_until_it_answers(url: str, seconds: float) -> None:
    """Return once anything answers there. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            requests.get(url, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"Nothing answered at {url} within {seconds:.0f} seconds.")

"""Provisioning both sides from nothing, and planning, through proxies that hold every answer back."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from benchmarks.diverted import DivertedAws
from benchmarks.doctor.delaying import Delaying
from benchmarks.latency.critical_path import CriticalPath, critical_path
from benchmarks.report import Result, milliseconds
from services.aws.session import preload
from services.cancel import Cancellation
from services.connections import Connections
from services.events import Event, StepDone, StepFailed
from services.fusionauth.client import FusionAuth
from services.http import HttpClient
from services.profile.model import AwsSettings, FusionAuthSettings, Profile
from services.provisioning.ledger import Ledger
from services.provisioning.step import Report
from services.redact import Redactor, Secret
from services.sandbox.endpoints import SandboxEndpoints
from services.sandbox.launch import SandboxProcess
from services.sandbox.options import SandboxOptions
from services.tunnel.manual import ManualUrl
from services.workbench import Workbench

DELAY = 0.1  # seconds that every answer is held back
AT_MOST = 1.15


class _Reports(dict[str, Report]):
    """How each step ended. An instance is an `emit`. Raises what made a step fail."""

    def __call__(self, event: Event) -> None:
        if isinstance(event, StepDone):
            self[event.report.step_id] = event.report
        elif isinstance(event, StepFailed):
            raise event.error


def measure(rounds: int) -> list[Result]:
    """Each round a sandbox of its own: `up` from nothing, `up` again (whose calls are the plan's), `plan`."""
    preload()
    ups, plans, sums = [], [], []
    took, paths = [], []
    for turn in range(-1, rounds):
        with _sandbox() as there, _proxies(there) as proxies:
            workbench = _workbench(there, proxies.urls)
            proxies.delay(DELAY)
            made, seconds = _up(workbench)
            made_path = critical_path(workbench.steps, made)
            found, _ = _up(workbench)
            found_path = critical_path(workbench.steps, found)
            proxies.report()
            began = time.perf_counter()
            plan = workbench.plan(Cancellation())
            planned = time.perf_counter() - began
            calls = len(proxies.report())
            assert plan.blocked is None, plan.blocked
            workbench.close()
        if turn >= 0:
            took.append(seconds)
            paths.append(made_path)
            ups.append(seconds / made_path.seconds)
            plans.append(planned / found_path.seconds)
            sums.append(planned / (calls * DELAY))
    longest = max(paths, key=lambda path: path.seconds)
    return [
        Result(
            "provisioning both sides from nothing ÷ its critical path",
            f"{median(ups):.2f}",
            f"at most {AT_MOST}",
            median(ups) <= AT_MOST,
            (
                milliseconds(took),
                _told(longest),
                f"worst of {rounds}: {max(ups):.2f}; "
                f"÷ {longest.calls} calls of exactly {DELAY * 1000:.0f} ms: {median(took) / longest.calls / DELAY:.2f}",
            ),
        ),
        Result(
            "planning ÷ its critical path",
            f"{median(plans):.2f}",
            f"at most {AT_MOST}",
            median(plans) <= AT_MOST,
            (
                f"{calls} calls made side by side, in {median(sums):.2f} of the time they would take one by one",
                _told(found_path),
            ),
        ),
    ]


def _told(path: CriticalPath) -> str:
    steps = " → ".join(path.steps)
    return f"critical path: {path.calls} calls one after another, {path.seconds * 1000:.0f} ms: {steps}"


def _up(workbench: Workbench) -> tuple[_Reports, float]:
    reports = _Reports()
    began = time.perf_counter()
    assert workbench.up(reports, Cancellation())
    return reports, time.perf_counter() - began


@contextmanager
def _sandbox() -> Iterator[SandboxEndpoints]:
    options = SandboxOptions(publish=False)
    sandbox = SandboxProcess.start(options, progress=lambda _: None, cancellation=Cancellation())
    try:
        yield sandbox.record.endpoints
    finally:
        sandbox.stop()


def _proxies(there: SandboxEndpoints) -> Delaying:
    return Delaying([there.fusionauth.url, there.fusionauth.url, there.aws.endpoint_url])


def _workbench(there: SandboxEndpoints, urls: list[str]) -> Workbench:
    public, private, aws = urls
    redactor = Redactor()
    http = HttpClient(redactor)
    key = Secret(there.fusionauth.api_key)
    return Workbench(
        Connections(
            name="bench",
            profile=Profile(
                fusionauth=FusionAuthSettings(url=private, user_email="bench@example.com"),
                aws=AwsSettings(region=there.aws.region),
            ),
            redactor=redactor,
            http=http,
            fusionauth=FusionAuth(http, private, key, redactor),
            api_key=key,
            password=Secret(there.user.password),
            aws=DivertedAws(redactor, there, aws),
            tunnel=ManualUrl(public),
            ledger=Ledger(None, "bench"),
            sandbox="bench",
        )
    )

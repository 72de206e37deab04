"""How long a whole diagnosis takes beside its slowest single network call, everything reachable."""

import time
from statistics import median

from benchmarks.diverted import DivertedAws
from benchmarks.doctor.delaying import Delaying
from benchmarks.report import Result
from services.aws.session import AwsClients, preload
from services.cancel import Cancellation
from services.connections import Connections
from services.diagnosis.asking import Access, Beforehand
from services.diagnosis.diagnose import diagnose
from services.diagnosis.doctor import examine
from services.diagnosis.intake import Intake, Presented
from services.diagnosis.issuer_probe import Reach
from services.fusionauth.client import FusionAuth
from services.http import HttpClient
from services.profile.model import AwsSettings, FusionAuthSettings, Profile
from services.provisioning.ledger import Ledger
from services.redact import Redactor, Secret
from services.sandbox.endpoints import SandboxEndpoints
from services.sandbox.launch import SandboxProcess
from services.sandbox.options import SandboxOptions
from services.tunnel.manual import ManualUrl
from services.workbench import Workbench

DELAY = 0.5  # seconds that every answer is held back
TARGET = 1.2


def measure(rounds: int) -> list[Result]:
    """Provision a gate on a sandbox, then diagnose it again and again through proxies that delay."""
    preload()
    options = SandboxOptions(publish=False)
    sandbox = SandboxProcess.start(options, progress=lambda _: None, cancellation=Cancellation())
    there = sandbox.record.endpoints
    try:
        with Delaying(
            [there.fusionauth.url, there.fusionauth.url, there.aws.endpoint_url, there.gateway_url]
        ) as proxies:
            return [_measure(there, proxies, rounds)]
    finally:
        sandbox.stop()


def _measure(there: SandboxEndpoints, proxies: Delaying, rounds: int) -> Result:
    public, private, aws, gateway = proxies.urls
    workbench, facts = _provisioned(there, public)
    token = workbench.get_token(Cancellation()).secret
    redactor = Redactor()
    http = HttpClient(redactor)
    access = Access(
        redactor,
        http.reading(),
        DivertedAws(redactor, there, aws, read_only=True),
        FusionAuth(http, private, Secret(there.fusionauth.api_key), redactor),
        Reach(is_sandbox=True),
    )
    url = facts["invoke_url"].replace(there.gateway_url, gateway)
    intake = Intake(url=url, presented=Presented(Secret(f"Bearer {token.reveal()}"), "the benchmark"))
    beforehand = Beforehand("bench", facts)
    examine(intake, access, Cancellation(), beforehand=beforehand)  # the first one loads what every other one needs
    proxies.delay(DELAY)
    proxies.report()
    ratios, seconds, calls = [], [], 0
    for _ in range(rounds):
        began = time.perf_counter()
        diagnosis = diagnose(examine(intake, access, Cancellation(), beforehand=beforehand))
        took = time.perf_counter() - began
        assert diagnosis.healthy, diagnosis.headline
        assert not diagnosis.not_checked, diagnosis.not_checked
        each = proxies.report()
        ratios.append(took / max(each))
        seconds.append(took)
        calls = len(each)
    workbench.close()
    return Result(
        "diagnosis ÷ its slowest network call",
        f"{median(ratios):.2f}",
        f"at most {TARGET}",
        median(ratios) <= TARGET,
        (
            f"{calls} calls, each answered after {DELAY * 1000:.0f} ms; the whole took {median(seconds) * 1000:.0f} ms",
            f"worst of {rounds}: {max(ratios):.2f}",
        ),
    )


def _provisioned(there: SandboxEndpoints, public_url: str) -> tuple[Workbench, dict[str, str]]:
    redactor = Redactor()
    http = HttpClient(redactor)
    key = Secret(there.fusionauth.api_key)
    ledger = Ledger(None, "bench")
    workbench = Workbench(
        Connections(
            name="bench",
            profile=Profile(
                fusionauth=FusionAuthSettings(url=there.fusionauth.url, user_email=there.user.email),
                aws=AwsSettings(region=there.aws.region),
            ),
            redactor=redactor,
            http=http,
            fusionauth=FusionAuth(http, there.fusionauth.url, key, redactor),
            api_key=key,
            password=Secret(there.user.password),
            aws=_clients(there, redactor, there.aws.endpoint_url),
            tunnel=ManualUrl(public_url),
            ledger=ledger,
            sandbox="bench",
        )
    )
    assert workbench.up(lambda _: None, Cancellation())
    return workbench, ledger.facts


def _clients(there: SandboxEndpoints, redactor: Redactor, endpoint_url: str) -> AwsClients:
    return AwsClients(
        redactor,
        region=there.aws.region,
        endpoint_url=endpoint_url,
        access_key_id=there.aws.access_key_id,
        secret_access_key=Secret(there.aws.secret_access_key),
    )

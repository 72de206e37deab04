"""Which calls are made again, for how long, and that whoever waits is told and can stop it."""

import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from services.aws import retries
from services.aws.pace import RATE, Pace
from services.aws.retries import BUSY, DETACHING, SETTLING, THROTTLED, UNANSWERED, Reason, Retries, why_again
from services.aws.session import AwsClients
from services.cancel import Cancellation
from services.errors import Interrupted, RemoteError, Unreachable
from services.events import StepWaiting
from services.fusionauth import client as fusionauth_client
from services.fusionauth.client import FusionAuth
from services.http import HttpClient
from services.patience import bearable, patiently, pause
from services.redact import Redactor, Secret
from services.workbench import Workbench
from tests.benches import Bench, Log, down, up
from tests.crash.wire import Fault, Request, Wire, answer, aws_error, cut_answer, lose_answer, lose_request

MakeWorkbench = Callable[..., Workbench]
CONCURRENT = "Unable to complete operation due to concurrent modification. Please try again later."
IN_PROGRESS = "The operation cannot be performed at this time. An update is in progress for resource: arn:aws:lambda:x"
NO_API = "Invalid API identifier specified"
POLICY = "POST /2015-03-31/functions/·/policy"


@pytest.mark.parametrize(
    ("operation", "ended", "reason"),
    [
        ("CreateApi", {"code": "TooManyRequestsException", "status": 429}, THROTTLED),
        ("CreateRole", {"code": "Throttling", "message": "Rate exceeded", "status": 400}, THROTTLED),
        ("CreateRoute", {"code": "ConflictException", "message": CONCURRENT, "status": 409}, BUSY),
        ("CreateRoute", {"code": "ConflictException", "message": "Route with key ANY / already exists"}, None),
        ("UpdateFunctionCode", {"code": "ResourceConflictException", "message": IN_PROGRESS, "status": 409}, BUSY),
        ("AddPermission", {"code": "ResourceConflictException", "message": "The statement id (x) exists"}, None),
        ("AttachRolePolicy", {"code": "NoSuchEntity", "fresh": True, "status": 404}, SETTLING),
        ("AttachRolePolicy", {"code": "NoSuchEntity", "status": 404}, None),
        ("GetRole", {"code": "NoSuchEntity", "fresh": True, "status": 404}, None),
        ("GetStage", {"code": "NotFoundException", "fresh": True, "status": 404}, None),
        ("GetAuthorizers", {"code": "NotFoundException", "fresh": True, "status": 404}, SETTLING),
        ("DeleteApi", {"code": "NotFoundException", "fresh": True, "status": 404}, None),
        ("DeleteRole", {"code": "DeleteConflict", "fresh": True, "status": 409}, DETACHING),
        ("DeleteRole", {"code": "DeleteConflict", "status": 409}, None),
        ("GetApis", {"lost": True}, UNANSWERED),
        ("DeleteApi", {"lost": True}, UNANSWERED),
        ("GetApis", {"status": 503}, UNANSWERED),
        ("CreateApi", {"lost": True}, None),
        ("CreateIntegration", {"status": 500}, None),
        ("AddPermission", {"status": 503}, None),
        ("CreateRole", {"code": "AccessDenied", "status": 403}, None),
        ("CreateRole", {"code": "LimitExceeded", "status": 409}, None),
        ("CreateAuthorizer", {"code": "BadRequestException", "message": "Invalid issuer: x", "status": 400}, None),
    ],
)
def test_what_is_made_again_and_what_is_not(operation: str, ended: dict[str, Any], reason: Reason | None) -> None:
    assert why_again(operation, **{"fresh": False, **ended}) is reason


class Script:
    """Does something to the first requests of one operation, one after another, and nothing to any other."""

    def __init__(self, operation: str, *faults: Fault) -> None:
        self._operation = operation
        self._faults = list(faults)
        self.asked = 0

    def __call__(self, request: Request) -> Fault | None:
        if request.operation != self._operation:
            return None
        self.asked += 1
        return self._faults.pop(0) if self._faults else None


@pytest.fixture
def wired(sandbox: Bench) -> Iterator[Callable[[Script], None]]:
    """Lets a script have its way with this process's requests."""
    with Wire(sandbox.record) as wire, wire.in_use():
        yield lambda script: setattr(wire, "choose", script)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "_backoff", lambda reason, attempts: 0.01)


ONE_IN_THE_WAY: list[tuple[str, Script]] = [
    ("api", Script("POST /v2/apis", aws_error(429, "TooManyRequestsException", "Too Many Requests"))),
    ("route", Script("POST /v2/apis/·/routes", aws_error(409, "ConflictException", CONCURRENT))),
    ("permission", Script(POLICY, aws_error(409, "ResourceConflictException", IN_PROGRESS))),
    ("role", Script("AttachRolePolicy", aws_error(404, "NoSuchEntity", "The role cannot be found."))),
    ("stage", Script("POST /v2/apis/·/stages", aws_error(404, "NotFoundException", NO_API))),
    ("authorizer", Script("GET /v2/apis/·/authorizers", aws_error(404, "NotFoundException", NO_API))),
    ("log_group", Script("DescribeLogGroups", aws_error(503, "ServiceUnavailableException"))),
    ("user", Script("GET /api/user", answer(429, retry_after="0"))),
    ("reach", Script("GET /api/application/·", answer(503, retry_after="0"))),
]


@pytest.mark.usefixtures("quick")
def test_up_gets_over_everything_that_only_wants_time(
    wired: Callable[[Any], None], new_workbench: MakeWorkbench
) -> None:
    wired(lambda request: next(filter(None, [script(request) for _, script in ONE_IN_THE_WAY]), None))
    log = up(new_workbench())
    waits = {event.step_id: event.at_most or 0.0 for event in log.events if isinstance(event, StepWaiting)}
    for step, script in ONE_IN_THE_WAY:
        assert script.asked >= 2, step
        assert 0 < waits[step] <= 60, step


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("lost", [lose_answer, cut_answer, aws_error(500, "InternalFailure")])
def test_a_creation_without_an_answer_is_never_sent_twice(
    wired: Callable[[Script], None], sandbox: Bench, new_workbench: MakeWorkbench, lost: Fault
) -> None:
    before = len(sandbox.world()["apis"])
    script = Script("POST /v2/apis", lost, lost, lost)
    wired(script)
    workbench = new_workbench()
    log = Log()
    well = workbench.up(log, Cancellation())
    assert script.asked == 1
    assert well is (lost in (lose_answer, cut_answer)), "it is found where it was made"
    assert len(sandbox.world()["apis"]) == before + well


@pytest.mark.usefixtures("quick")
def test_a_creation_that_never_arrived_fails_at_once_and_up_again_makes_it(
    wired: Callable[[Script], None], new_workbench: MakeWorkbench
) -> None:
    script = Script("POST /v2/apis", lose_request)
    wired(script)
    workbench = new_workbench()
    log = Log()
    assert not workbench.up(log, Cancellation())
    assert isinstance(log.failures["api"].error, Unreachable)
    assert script.asked == 1
    up(workbench)


@pytest.mark.usefixtures("quick")
def test_down_gets_over_a_policy_that_is_not_detached_everywhere_yet(
    wired: Callable[[Script], None], new_workbench: MakeWorkbench
) -> None:
    workbench = new_workbench()
    up(workbench)
    script = Script("DeleteRole", *[aws_error(409, "DeleteConflict", "must detach all policies first.")] * 3)
    wired(script)
    down(workbench)
    assert script.asked == 4


def clients(sandbox: Bench) -> AwsClients:
    aws = sandbox.record.endpoints.aws
    return AwsClients(
        Redactor(),
        region=aws.region,
        endpoint_url=aws.endpoint_url,
        access_key_id=aws.access_key_id,
        secret_access_key=Secret(aws.secret_access_key),
    )


def test_waiting_is_told_with_its_reason_and_ends_with_the_work(
    wired: Callable[[Script], None], sandbox: Bench
) -> None:
    script = Script("GET /v2/apis", aws_error(429, "TooManyRequestsException", retry_after="50"))
    wired(script)
    cancellation = Cancellation()
    told: list[tuple[str, float | None]] = []

    def waiting(reason: str, at_most: float | None = None, /) -> None:
        told.append((reason, at_most))
        cancellation.cancel()

    began = time.monotonic()
    with patiently(cancellation, waiting), pytest.raises(Interrupted):
        clients(sandbox).client("apigatewayv2").get_apis()
    assert time.monotonic() - began < 10
    assert script.asked == 1
    [(reason, at_most)] = told
    assert reason == "because AWS asks to slow down"
    assert at_most is not None
    assert 50 < at_most <= 60


@pytest.mark.usefixtures("quick")
def test_an_end_comes_to_all_waiting(
    wired: Callable[[Script], None], sandbox: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "THROTTLED", Reason("x", 0.2, 0.01))
    script = Script("GET /v2/apis", *[aws_error(429, "TooManyRequestsException")] * 1000)
    wired(script)
    with pytest.raises(Exception, match="TooManyRequestsException"):
        clients(sandbox).client("apigatewayv2").get_apis()
    assert 2 < script.asked < 100
    script = Script("GET /v2/apis", *[lose_answer] * 1000)
    wired(script)
    with pytest.raises(Exception, match="Connection was closed"):
        clients(sandbox).client("apigatewayv2").get_apis()
    assert script.asked == UNANSWERED.attempts


def test_an_address_where_nothing_listens_fails_at_once() -> None:
    there, secret = "http://127.0.0.1:9", Secret("b")
    aws = AwsClients(Redactor(), region="us-east-1", endpoint_url=there, access_key_id="a", secret_access_key=secret)
    began = time.monotonic()
    with pytest.raises(Exception, match="Could not connect"):
        aws.client("apigatewayv2").get_apis()
    assert time.monotonic() - began < 2


def test_fusionauth_is_asked_again_when_it_says_when_and_no_later_than_bearable(
    wired: Callable[[Script], None], sandbox: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = sandbox.record.endpoints.fusionauth
    redactor = Redactor()
    fusionauth = FusionAuth(HttpClient(redactor), there.url, Secret(there.api_key), redactor)
    script = Script("GET /api/tenant", answer(429, retry_after="3600"), answer(503))
    wired(script)
    for status in (429, 503):
        with pytest.raises(RemoteError) as raised:
            fusionauth.tenants()
        assert raised.value.status == status
    assert script.asked == 2
    assert fusionauth_client.PATIENCE_SECONDS < 3600


def test_the_pace_stays_inside_the_quota_halves_when_throttled_and_recovers(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    pauses: list[float] = []

    def wait(reason: str, seconds: float, *, at_most: float | None = None) -> None:
        pauses.append(seconds)
        now[0] += seconds

    monkeypatch.setattr("services.aws.pace.pause", wait)
    monkeypatch.setattr("services.aws.pace.time.monotonic", lambda: now[0])
    pace = Pace(rate=10, burst=5)
    began = now[0]
    for _ in range(55):
        pace.take()
    assert now[0] - began == pytest.approx(5.0), "55 calls, 5 of them at once"
    for _ in range(4):
        pace.throttled()
    assert pace.rate == pytest.approx(0.625)
    began = now[0]
    pace.take()
    assert now[0] - began == pytest.approx(1 / 0.625)
    for _ in range(30):
        pace.went_well()
    assert pace.rate == 10
    now[0] += 60
    pauses.clear()
    for _ in range(5):
        pace.take()
    assert pauses == [], "it has rested"


class Quota:
    """API Gateway's own token bucket, of which this account has only a part left."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst, self._tokens = rate, burst, burst
        self._filled = time.monotonic()
        self._lock = threading.Lock()
        self.taken = self.refused = 0

    def __call__(self, request: Request) -> Fault | None:
        if not request.path.startswith("/v2/"):
            return None
        with self._lock:
            now = time.monotonic()
            self._tokens = min(self._tokens + (now - self._filled) * self._rate, self._burst)
            self._filled = now
            if self._tokens < 1:
                self.refused += 1
                return aws_error(429, "TooManyRequestsException", "Too Many Requests")
            self._tokens -= 1
            self.taken += 1
            return None


def test_up_slows_down_where_others_use_up_the_quota(
    wired: Callable[[Any], None], new_workbench: MakeWorkbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    haste = 5.0  # for AWS and for us time passes that much faster

    def wait(reason: str, seconds: float, *, at_most: float | None = None) -> None:
        pause(reason, seconds / haste, at_most=at_most)

    for module in ("pace", "retries"):
        monkeypatch.setattr(f"services.aws.{module}.pause", wait)
    monkeypatch.setattr("services.aws.pace.time", SimpleNamespace(monotonic=lambda: time.monotonic() * haste))
    quota, pace = Quota(rate=2.0 * haste, burst=2.0), Pace()
    wired(quota)
    workbench = new_workbench()
    workbench._to.aws._retries = Retries(pace)
    up(workbench)
    assert quota.taken >= 8
    assert 1 <= quota.refused <= 2 * quota.taken
    assert pace.rate < RATE


def test_clients_that_only_read_share_the_pace_of_the_others(sandbox: Bench) -> None:
    shared = Retries(Pace())
    aws = AwsClients(Redactor(), region="us-east-1", retries=shared)
    assert aws.reading()._retries is shared
    assert AwsClients(Redactor(), region="us-east-1")._retries._pace is not None
    assert clients(sandbox)._retries._pace is None, "the quota is AWS's own"


def test_a_pause_that_nobody_watches_is_a_pause_and_never_long() -> None:
    began = time.monotonic()
    pause("for the sake of it", 0.05)
    assert time.monotonic() - began >= 0.05
    assert bearable(60) <= 5
    with patiently(Cancellation(), lambda *why: None):
        assert bearable(60) == 60

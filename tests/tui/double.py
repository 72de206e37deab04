"""A scripted workbench: plays the events of a run at once, holds real values, and can be told to fail or to wait."""

import base64
import json
import queue
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from services.aws.cost import estimate
from services.cancel import Cancellation
from services.diagnosis.agreement import Agreement, Place, agreement
from services.diagnosis.diagnosis import Fix
from services.diagnosis.facts import CaseFacts
from services.diagnosis.given_token import given_token
from services.diagnosis.inspection import Gate, TokenInspection, inspect_token
from services.diagnosis.intake import Intake
from services.errors import ExpectationFailed, GatelightError, RemoteError
from services.events import Event, RunFinished, RunKind, RunStarted, StepDone, StepFailed, StepStarted, StepUndone
from services.exchange import AwsCall, Exchange
from services.faults.breaking import PutIn, Standing
from services.faults.catalogue import FAULTS, fault_named
from services.gateway.call import Answer
from services.gateway.prediction import Comparison
from services.gateway.rules import JwtAuthorizer
from services.gateway.verdict import Check, Evidence, Mark, Outcome, Refusal, Verdict
from services.person import Person
from services.provisioning import plan as plans
from services.provisioning.age import Overdue
from services.provisioning.belongings import Belonging, Survey
from services.provisioning.binding import BoundPlan, bound
from services.provisioning.foresight import Needed
from services.provisioning.ledger import Break
from services.provisioning.plan import Action, Plan, PlannedStep
from services.provisioning.step import Change, Record, Report, Side, StepSpec, Undone
from services.provisioning.step import Outcome as StepOutcome
from services.provisioning.teardown import SideLeft, TornDown
from services.redact import Redactor, SafeText, Secret
from services.tokens.decode import decode
from services.tokens.hand import TokenInHand
from services.tokens.offers import Offer, offers
from services.tokens.two_factor import Challenge
from services.tokens.visit import Visit
from services.tokens.ways import RefreshAt
from services.tunnel.publish import Publish
from services.tunnel.sighting import Sighting
from services.workbench import CallPair, Inspection
from tests.diagnosis.cases import facts as healthy_case

NOW = 1_800_000_000.0
ISSUER = "http://127.0.0.1:40001"
CLIENT = "85a03867-dccf-4882-adde-1a79aeec50df"
PASSWORD = "correct horse"
REFRESH = Secret("refresh-me-not")
STATE = "x4sdRjisz6kJwv1maBSr3"
AUTHORIZE_URL = f"http://127.0.0.1:9011/oauth2/authorize?client_id={CLIENT}&scope=openid&state={STATE}&%5B%2F=%5B%2F"
_EVIDENCE = Evidence(Mark.DOCUMENTED, "the developer guide")

_FUSIONAUTH = (
    ("reach", "reach, version, key"),
    ("tunnel", "tunnel"),
    ("issuer", "tenant issuer"),
    ("access_key", "access-token key"),
    ("id_key", "id-token key"),
    ("application", "application"),
    ("user", "user"),
    ("registration", "registration"),
    ("login_key", "login key"),
    ("discovery", "discovery contract"),
)
_AWS = (
    ("identity", "identity"),
    ("role", "role"),
    ("function", "function"),
    ("api", "HTTP API"),
    ("stage", "$default stage"),
    ("integration", "integration"),
    ("authorizer", "JWT authorizer"),
    ("route", "route ANY /privateFunction"),
    ("permission", "invoke permission"),
    ("ready", "answers 401"),
)
_PURPOSE = "The name FusionAuth signs into every token. The gateway compares it byte for byte with the authorizer's."

STEPS = tuple(
    StepSpec(step_id, side, title, _PURPOSE)
    for side, steps in ((Side.FUSIONAUTH, _FUSIONAUTH), (Side.AWS, _AWS))
    for step_id, title in steps
)


def compact(claims: Mapping[str, Any], header: Mapping[str, Any] | None = None) -> str:
    """A compact JWT with a made-up signature."""
    parts = (header or {"alg": "RS256", "typ": "JWT", "kid": "hCR08_wZGk49AeaAfD69fbJZdFM"}, claims)
    segments = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join((*segments, "c2lnbmF0dXJl" * 10))


CLAIMS = {
    "aud": CLIENT,
    "exp": int(NOW) + 3581,
    "iat": int(NOW) - 19,
    "iss": ISSUER,
    "sub": "3963000f-686d-4169-b628-9c9c4534b780",
    "jti": "909f0fba-2d53-4f47-a42c-c1f1ab06db5f",
    "authenticationType": "PASSWORD",
    "applicationId": CLIENT,
    "roles": [],
    "auth_time": int(NOW) - 19,
    "tid": "30663132-6464-6665-3032-326466613934",
}


def token(claims: Mapping[str, Any] = CLAIMS) -> TokenInHand:
    """A token in hand."""
    text = compact(claims)
    return TokenInHand(Secret(text), decode(text), "Login API")


def check(check_id: str, outcome: Outcome = Outcome.PASS, sentence: str = "fine", **more: Any) -> Check:
    """One check of a verdict."""
    return Check(check_id, check_id, outcome, sentence, _EVIDENCE, **more)


def verdict(*failing: Check) -> Verdict:
    """A verdict in the gateway's order; what is not named passes."""
    ids = ("segments", "decode", "algorithm", "kid", "signature", "issuer", "audience", "exp", "nbf", "iat", "scopes")
    by_id = {one.id: one for one in failing}
    return Verdict(tuple(by_id.get(check_id, check(check_id)) for check_id in ids))


ISSUER_FAILS = check(
    "issuer",
    Outcome.FAIL,
    "The token's iss is not exactly the authorizer's issuer.",
    expected=ISSUER + "/",
    actual=ISSUER,
    refusal=Refusal(401, 'Bearer scope="" error="invalid_token" error_description="issuer does not match"', ""),
)


def answer(
    status: int, reason: str, body: str, headers: tuple[tuple[str, str], ...] = (), seconds: float = 0.012
) -> Answer:
    """One answer of the gateway."""
    redact = Redactor().redact
    exchange = Exchange(
        "GET",
        "http://127.0.0.1:40003/a1b2c3/privateFunction",
        status=status,
        reason=reason,
        response_headers=tuple((name, redact(value)) for name, value in headers),
        response_body=redact(body),
        seconds=seconds,
    )
    return Answer(status, reason, headers, body, seconds, exchange)


_COMMON = (("apigw-requestid", "Mc7UVioPPHcEKPA="), ("content-type", "application/json"), ("date", "today"))
REFUSED = answer(401, "Unauthorized", '{"message":"Unauthorized"}', (("www-authenticate", "Bearer"), *_COMMON))
ACCEPTED = answer(200, "OK", json.dumps({key: str(value) for key, value in CLAIMS.items()}), _COMMON, 0.016)


def exchanges(step_id: str) -> tuple[Exchange, ...]:
    """What a step said over the wire: a look, then the change, with a secret in the request."""
    side = next(step.side for step in STEPS if step.id == step_id)
    secret = SafeText(('{"password":"', Secret(PASSWORD), '"}'))
    if side is Side.AWS:
        aws = AwsCall("apigatewayv2", "CreateApi", {"Name": "gatelight"}, "us-east-1")
        return (Exchange("POST", "http://127.0.0.1:40002/v2/apis", status=201, reason="Created", aws=aws),)
    url = "http://127.0.0.1:9011/api/tenant/30663132"
    return (
        Exchange("GET", url, status=200, reason="OK", response_body=SafeText(('{"tenant":{"issuer":"acme.com"}}',))),
        Exchange("PATCH", url, request_body=secret, status=200, reason="OK", seconds=0.038),
    )


PLANNED = tuple(
    PlannedStep(spec, Action.CHANGE, (Change("issuer", ISSUER + "/", ISSUER),), resource_id="30663132")
    if spec.id == "issuer"
    else PlannedStep(
        spec,
        Action.CREATE,
        requests=(Exchange("", "", aws=AwsCall("iam", "CreateRole", {"RoleName": "gatelight"}, "us-east-1")),),
        needed=(Needed("iam:CreateRole", "arn:aws:iam::000000000000:role/gatelight"),),
    )
    if spec.id == "role"
    else PlannedStep(spec, Action.NOTHING)
    for spec in STEPS
)


class FaultsDouble:
    """Plays the faults: what is put in is in, until it is taken out."""

    def __init__(self, asked: list[str]) -> None:
        self._asked = asked
        self.broken: dict[str, Break] = {}
        self.token: TokenInHand | None = None  # given with the next fault, as one that is in a token alone

    def look(self) -> tuple[Standing, ...]:
        return tuple(Standing(fault, self.broken.get(fault.id)) for fault in FAULTS)

    def put_in(self, fault_id: str, cancellation: Cancellation) -> PutIn:
        self._asked.append(f"break {fault_id}")
        broken = Break(fault_id, ISSUER, ISSUER + "/")
        if self.token is None:
            self.broken[fault_id] = broken
        return PutIn(fault_named(fault_id), broken.old, broken.new, self.token)

    def take_out(self, fault_id: str) -> None:
        self._asked.append(f"mend {fault_id}")
        del self.broken[fault_id]


@dataclass
class Double:
    """Plays a workbench. `fails` names steps that fail; `hold` makes work wait until it is set or cancelled."""

    fails: dict[str, GatelightError] = field(default_factory=dict)
    hold: threading.Event | None = None
    inspected: Verdict = field(default_factory=verdict)
    held: Agreement | None = None
    with_token: Any = field(default_factory=lambda: ACCEPTED)
    as_predicted: bool | None = True
    claims: Mapping[str, Any] = field(default_factory=lambda: CLAIMS)
    token_error: GatelightError | None = None
    call_error: Exception | None = None
    asked: list[str] = field(default_factory=list)
    made: dict[str, Record] = field(default_factory=dict)
    codes_wanted: int = 0
    refresh_token: Secret = field(default_factory=lambda: REFRESH)
    closing: threading.Event = field(default_factory=threading.Event)
    redactor: Redactor = field(default_factory=Redactor)
    steps: tuple[StepSpec, ...] = STEPS
    target: str = "sandbox"
    old: Overdue | None = None
    left: dict[Side, tuple[Belonging, ...]] = field(default_factory=dict)
    case: CaseFacts = field(default_factory=healthy_case)
    examine_error: GatelightError | None = None
    sign_in_error: GatelightError | None = None
    caller: str = ""
    role: str = "role/Deployer"
    endpoint: str = ""
    sightings: "queue.SimpleQueue[Sighting]" = field(default_factory=queue.SimpleQueue)  # what the watch shall tell
    publish: Publish | None = Publish.DISCOVERY
    login_note: str = ""
    planned: tuple[PlannedStep, ...] = field(default_factory=lambda: PLANNED)
    faults: FaultsDouble = field(init=False)

    def __post_init__(self) -> None:
        self.faults = FaultsDouble(self.asked)

    def where(self) -> Any:
        open_tunnel = "tunnel" in self.made
        return SimpleNamespace(
            profile="sandbox",
            target=self.target,
            sandbox="quiet-owl",
            fusionauth="127.0.0.1:9011",
            tenant="Default",
            account="000000000000",
            region="us-east-1",
            tunnel="127.0.0.1:40001" if open_tunnel else "",
            caller=self.caller,
            endpoint=self.endpoint if self.caller else "",
        )

    def sign_in(self) -> Any:
        self.asked.append("sign in")
        if self.sign_in_error:
            raise self.sign_in_error
        self.caller = self.role
        return self.where()

    def overdue(self, now: float) -> Overdue | None:
        return self.old

    def done(self) -> Mapping[str, Record]:
        return dict(self.made)

    def next_step(self) -> str | None:
        return next((step.id for step in STEPS if step.id not in self.made), None)

    def up(
        self,
        emit: Callable[[Event], None],
        cancellation: Cancellation,
        *,
        only: str | None = None,
        adopt: Collection[str] = (),
        plan: BoundPlan | None = None,
    ) -> bool:
        planned = ("as planned",) if plan is not None else ()
        self.asked.append(" ".join((f"up {only or 'all'}", *(f"adopting {step}" for step in adopt), *planned)))
        visited = [step.id for step in STEPS if only in (None, step.id)]
        emit(RunStarted(RunKind.UP, tuple(visited)))
        failed = False
        for number, step_id in enumerate(visited):
            emit(StepStarted(step_id))
            self._wait(cancellation)
            if step_id not in adopt and (error := self.fails.get(step_id)):
                emit(StepFailed(step_id, error, 0.02, exchanges(step_id)))
                failed = True
                break
            outcome = StepOutcome.CHANGED if step_id == "issuer" else StepOutcome.CREATED
            self.made[step_id] = Record(step_id, outcome)
            changes = (Change("issuer", "acme.com", ISSUER),) if outcome is StepOutcome.CHANGED else ()
            report = Report(step_id, outcome, outcome.value, 0.02 + number * 0.007, exchanges(step_id), changes)
            emit(StepDone(step_id, report))
        emit(RunFinished(RunKind.UP, not failed, 0.5))
        return not failed

    def plan(self, cancellation: Cancellation) -> Plan:
        self.asked.append("plan")
        self._wait(cancellation)
        where = plans.Place("000000000000", "us-east-1", "aws", "arn:aws:iam::000000000000:user/ada", "Default", "t-1")
        return Plan(self.planned, where, estimate("us-east-1"))

    def bind(self, plan: Plan) -> BoundPlan:
        return bound(plan, profile="sandbox", fusionauth="http://127.0.0.1:9011", made="2026-11-26T08:00:00+00:00")

    def apply(self, fix: Fix, emit: Callable[[Event], None], cancellation: Cancellation) -> bool:
        return self.up(emit, cancellation, only=fix.only)

    def take_down(self, emit: Callable[[Event], None], cancellation: Cancellation) -> TornDown:
        self.asked.append("down")
        visited = tuple(reversed(self.made))
        emit(RunStarted(RunKind.DOWN, visited))
        for step_id in visited:
            emit(StepStarted(step_id))
            self._wait(cancellation)
            emit(StepUndone(step_id, Undone.RESTORED if step_id == "issuer" else Undone.DELETED, 0.01))
            del self.made[step_id]
        emit(RunFinished(RunKind.DOWN, True, 0.2))
        return TornDown(True, tuple(SideLeft(Survey(side, "there"), self.left.get(side, ())) for side in Side))

    def staying(self) -> tuple[str, ...]:
        return ("user (f1e2): adopted",)

    def undo_plan(self) -> tuple[str, ...]:
        return ("delete HTTP API gatelight (a1b2c3)", 'restore tenant issuer to "acme.com"')

    def get_token(self, cancellation: Cancellation, ask_code: Any = None) -> Any:
        self.asked.append("token")
        self._wait(cancellation)
        if self.token_error:
            raise self.token_error
        for attempts_left in range(3, 3 - self.codes_wanted, -1):
            self.asked.append(f"code {ask_code(Challenge('authenticator', '', attempts_left))}")
        return replace(token(self.claims), refresh_token=self.refresh_token)

    @property
    def tokens(self) -> "DoubleTokens":
        return DoubleTokens(self)

    def is_outdated(self, held: TokenInHand | None) -> bool:
        return False

    def inspect(self, held: TokenInHand) -> Inspection:
        self.asked.append("inspect")
        return Inspection(held, self.inspected, JwtAuthorizer(ISSUER, (CLIENT,)))

    def inspect_text(self, text: str, now: float) -> TokenInspection:
        self.asked.append("inspect text")
        return inspect_token(given_token(text), now=now, gate=Gate(JwtAuthorizer(ISSUER, (CLIENT,)), None))

    def agreement(self, held: Any) -> Agreement:
        self.asked.append("agreement")
        return self.held or agrees(with_token=held is not None)

    def call(self, held: TokenInHand | None, cancellation: Cancellation) -> CallPair:
        self.asked.append("call with token" if held else "call without token")
        self._wait(cancellation)
        if self.call_error:
            raise self.call_error
        if held is None:
            return CallPair(REFUSED)
        return CallPair(REFUSED, self.with_token, self.inspected, Comparison(self.as_predicted, ""))

    def examine(self, intake: Intake, cancellation: Cancellation) -> CaseFacts:
        self.asked.append("examine with token" if intake.presented else "examine")
        self._wait(cancellation)
        if self.examine_error:
            raise self.examine_error
        return self.case

    def watch_tunnel(self, tell: Callable[[Sighting], None], cancellation: Cancellation) -> None:
        while True:
            cancellation.wait(0.02)
            while not self.sightings.empty():
                tell(self.sightings.get())

    def command(self, exchange: Exchange) -> str:
        return "aws apigatewayv2 create-api" if exchange.aws else f"curl -X {exchange.method} {exchange.url}"

    def close(self) -> None:
        self.asked.append("closed")
        self.closing.set()

    def _wait(self, cancellation: Cancellation) -> None:
        if self.hold is not None:
            while not self.hold.wait(0.005):
                cancellation.check()


@dataclass
class DoubleTokens:
    """The other ways to a token: a browser that somebody has to come back from, and refresh tokens."""

    double: Double

    def offers(self, held: TokenInHand | None) -> tuple[Offer, ...]:
        return offers(provisioned=True, has_password=True, held=held, login_note=self.double.login_note)

    def by_browser(self, cancellation: Cancellation, *, open_browser: Any, attend: Callable[[Visit], None]) -> Any:
        self.double.asked.append("browser")
        pasted: queue.SimpleQueue[str] = queue.SimpleQueue()

        def paste(text: str) -> None:
            if "state=" not in text:
                raise ExpectationFailed("What was pasted is not the address [/].", "Copy the whole address.")
            pasted.put(text)

        attend(Visit(Secret(AUTHORIZE_URL), open_browser is not None, 300.0, paste, self.double.login_note))
        try:
            while pasted.empty():
                cancellation.wait(0.005)
        finally:
            time.sleep(0.1)  # as long as it takes to take the redirect URL back
            self.double.asked.append("taken back")
        return replace(token(self.double.claims), obtained_by="Authorization Code with PKCE", refresh_token=REFRESH)

    def by_refresh(self, refresh_token: Secret, at: RefreshAt) -> Any:
        self.double.asked.append(f"refresh at {at.value}")
        if self.double.token_error:
            raise self.double.token_error
        claims = {**self.double.claims, "iat": int(NOW) + 3600, "exp": int(NOW) + 7181}
        return replace(token(claims), obtained_by="refresh token", refresh_token=refresh_token)


def agrees(*, with_token: bool = True, authorizer: str = ISSUER) -> Agreement:
    """An agreement in which only the authorizer's issuer may differ."""
    return agreement(
        tenant=Place("tenant", (ISSUER,)),
        discovery=Place("discovery", (ISSUER,)),
        token_issuer=Place("token", (ISSUER,)) if with_token else None,
        authorizer_issuer=Place("authorizer", (authorizer,)),
        application=Place("application", (CLIENT,)),
        token_audience=Place("token", (CLIENT,)) if with_token else None,
        authorizer_audience=Place("authorizer", (CLIENT,)),
    )


REFUSED_KEY = RemoteError(
    'FusionAuth refused the API key with 401 at "http://127.0.0.1:9011/api/tenant".',
    "Give a key that may PATCH /api/tenant in GATELIGHT_FUSIONAUTH_API_KEY, then run the step again.",
    status=401,
)


def opening(double: Double, *, fails: GatelightError | None = None) -> Any:
    """What the app is given to open its workbench."""

    def open_workbench(progress: Callable[[str], None], cancellation: Cancellation, person: Person) -> Double:
        progress("starting the sandbox")
        progress("waiting for its servers")
        if fails:
            raise fails
        return double

    return open_workbench

"""Everything wired for one profile: provision, log in, look into the token, call the gateway, take it all back.

Every method blocks and belongs on a worker thread; none knows of a screen.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from services.aws.caller import Caller, check_same_place, read_caller
from services.aws.cost import estimate
from services.aws.steps import aws_steps
from services.aws.steps.authorizer import IDENTITY_SOURCE
from services.aws.steps.side import AwsSide
from services.aws.survey import survey_aws
from services.cancel import Cancellation
from services.commands import command_for
from services.connections import Connections
from services.diagnosis.agreement import Agreement
from services.diagnosis.asking import Access, Beforehand, Consent
from services.diagnosis.diagnosis import Fix
from services.diagnosis.doctor import examine
from services.diagnosis.facts import CaseFacts
from services.diagnosis.given_token import GivenToken, given_token
from services.diagnosis.inspection import Gate, TokenInspection, inspect_token
from services.diagnosis.intake import Intake
from services.diagnosis.issuer_probe import Reach
from services.diagnosis.known_gates import all_gates
from services.diagnosis.readings import Readings
from services.errors import ConfigurationError, GatelightError
from services.exchange import Exchange
from services.faults.breaking import Faults
from services.faults.fault import Scene
from services.foretelling import Rehearsal
from services.fusionauth.steps import fusionauth_steps
from services.fusionauth.steps.side import FusionAuthSide
from services.fusionauth.survey import survey_fusionauth
from services.gateway.authorizer import explain
from services.gateway.call import Answer, call
from services.gateway.evidence import Standing, judge
from services.gateway.issuer_keys import IssuerKeys
from services.gateway.prediction import Comparison, compare_prediction
from services.gateway.record import GatewayRecord, keep_record, new_record, record_call, target_of
from services.gateway.rules import JwtAuthorizer
from services.gateway.verdict import Verdict
from services.lost_ledger import LostAndFound, look_for
from services.orphans import Orphans
from services.profile.model import Profile
from services.profile.paths import state_folder
from services.provisioning.age import Overdue, overdue
from services.provisioning.binding import BoundPlan, bound
from services.provisioning.calls import Calls
from services.provisioning.foresight import Foretold
from services.provisioning.plan import Plan, make_plan
from services.provisioning.plan_file import read_plan, write_plan
from services.provisioning.runner import Emit, Runner
from services.provisioning.step import Record, Side, StepSpec
from services.provisioning.stock import Stock, take_stock
from services.provisioning.teardown import SPREADING_SECONDS, Look, TornDown, going, staying, take_down
from services.redact import Redactor
from services.tokens.hand import TokenInHand
from services.tokens.issuer import read_issuer_keys
from services.tokens.source import TokenSource
from services.tokens.two_factor import AskCode
from services.tunnel.provider import Condition, Health
from services.tunnel.publish import Publish, login_note
from services.tunnel.sighting import Sighting
from services.tunnel.step import TunnelStep
from services.tunnel.watch import look
from services.tunnel.watcher import Tell, Watcher


@dataclass(frozen=True, slots=True)
class Where:
    """Where we are, for the top line; empty where it is not known yet."""

    profile: str
    target: str
    sandbox: str
    fusionauth: str
    tenant: str
    account: str
    region: str
    tunnel: str
    caller: str = ""  # who we are in AWS, like role/Deployer
    endpoint: str = ""  # where calls to AWS go, when that is not AWS's own place


@dataclass(frozen=True, slots=True)
class Inspection:
    """A token and what the gateway's rules say of it now."""

    token: TokenInHand
    verdict: Verdict
    authorizer: JwtAuthorizer
    keys: IssuerKeys | None = None  # None: the issuer was not asked
    scopes: tuple[str, ...] = ()

    def report(self, now: float) -> TokenInspection:
        """Everything about the token at `now`, in seconds since the epoch, as the verdict has it."""
        given = GivenToken(f"Bearer {self.token.secret.reveal()}", self.token.obtained_by)
        return inspect_token(given, now=now, gate=self.gate, verdict=self.verdict)

    @property
    def gate(self) -> Gate:
        """What the token was held against."""
        return Gate(self.authorizer, self.keys, self.scopes)


@dataclass(frozen=True, slots=True)
class CallPair:
    """The same route without and with a token, what was predicted, and how the answer compares with that.

    `record` is what may be kept of it; `kept` is the file it was written to because AWS answered what the evidence
    table does not say.
    """

    without: Answer
    with_token: Answer | None = None
    verdict: Verdict | None = None
    comparison: Comparison | None = None
    record: GatewayRecord | None = None
    kept: Path | None = None

    @property
    def as_predicted(self) -> bool | None:
        """Whether the answer was the predicted one; None where nothing was predicted."""
        return self.comparison.as_predicted if self.comparison else None

    @property
    def opens_as_it_should(self) -> bool:
        """Whether the gate did what it is there for: 401 without a token, 200 with one."""
        return self.without.status == 401 and self.with_token is not None and self.with_token.status == 200


class Workbench:
    """The services of one profile under one roof."""

    def __init__(self, connections: Connections, ending: Callable[[], None] = lambda: None) -> None:
        """`ending` is called once when the workbench closes: it ends what was started for it."""
        self._to = connections
        self._ending = ending
        self._variables = dict(connections.variables)
        self._caller: Caller | None = None
        self._closed = False
        name, profile = connections.name, connections.profile
        self._fusionauth_side = FusionAuthSide(
            name,
            profile.fusionauth,
            connections.fusionauth,
            connections.http,
            connections.password,
            has_admin_pages=not connections.sandbox,
        )
        self._aws_side = AwsSide(name, profile.aws, connections.aws, connections.http)
        tunnel = TunnelStep(connections.tunnel, connections.http)
        self._tunnel_step = tunnel
        self._runner = self._make_runner()
        self._readings = Readings(connections.fusionauth, self.issuer_keys, self.authorizer)
        self.faults = Faults(self._scene, connections.ledger, self.get_token)
        self.orphans = Orphans(connections, self._fusionauth_side, self._aws_side, self._tunnel_step)

    @property
    def profile(self) -> Profile:
        """What the person wants."""
        return self._to.profile

    @property
    def redactor(self) -> Redactor:
        """Knows every secret of this workbench."""
        return self._to.redactor

    @property
    def steps(self) -> tuple[StepSpec, ...]:
        """The steps in the order people read them."""
        return self._runner.specs

    def steps_with(self, found: Sequence[Record]) -> tuple[StepSpec, ...]:
        """The steps, with those that only what was found without the ledger calls for."""
        return self._make_runner(found).specs

    @property
    def calls(self) -> Mapping[str, Calls]:
        """Every call that each step may make, by step."""
        return {step.spec.id: step.calls for step in self._runner.steps}

    def where(self) -> Where:
        """What is known of the place without asking anybody."""
        facts, caller = self._to.ledger.facts, self._caller
        return Where(
            profile=self._to.name,
            target=self._to.profile.target,
            sandbox=self._to.sandbox,
            fusionauth=self._to.fusionauth.url.partition("://")[2],
            tenant=facts.get("tenant_name", ""),
            account=caller.account if caller else facts.get("account", self._to.account),
            region=caller.region if caller else facts.get("region", self._to.profile.aws.region),
            tunnel=facts.get("public_url", "").partition("://")[2],
            caller=caller.name if caller else "",
            endpoint=caller.endpoint if caller else "",
        )

    def sign_in(self) -> Where:
        """Ask AWS who we are there: from then on `where` says it. Raises a GatelightError that says how to sign in."""
        self._caller = read_caller(self._to.aws)
        return self.where()

    def done(self) -> Mapping[str, Record]:
        """What the ledger remembers, by step."""
        return self._to.ledger.records

    def overdue(self, now: float) -> Overdue | None:
        """Whether what this profile made is older than it allows at `now`, in seconds since 1970."""
        return overdue(self._to.profile, self.done().values(), now)

    def next_step(self) -> str | None:
        """The step a presenter would run next; None when all are done."""
        return self._runner.next_step()

    def stock(self, cancellation: Cancellation) -> tuple[Stock, ...]:
        """Both sides as they are, next to the ledger. Raises ConfigurationError when signed in to another account."""
        self._check_place()
        return take_stock(self._runner, cancellation)

    def plan(self, cancellation: Cancellation) -> Plan:
        """What `up` would do now, with every call it would send, and what it costs. Changes nothing.

        Raises ConfigurationError when signed in to another account than the one recorded.
        """
        self._check_place()
        to = self._to
        rehearsal = Rehearsal(self._fusionauth_side, self._aws_side, self._tunnel_step, to.redactor)
        plan = make_plan(self._runner, cancellation, rehearsal)
        tunnel = to.profile.tunnel.provider if to.profile.target == "live" else ""
        return replace(plan, cost=estimate(plan.where.region, tunnel=tunnel))

    def bind(self, plan: Plan) -> BoundPlan:
        """What a run can be held to. Raises what blocks the plan."""
        made = datetime.now(UTC).isoformat(timespec="seconds")
        return bound(plan, profile=self._to.name, fusionauth=self._to.fusionauth.url, made=made)

    def write_plan(self, plan: Plan, path: Path) -> None:
        """Keep a plan in a file. Raises what blocks the plan, or ConfigurationError when it cannot be written."""
        write_plan(self.bind(plan), path)

    def read_plan(self, path: Path) -> BoundPlan:
        """A plan of this profile from a file. Raises ConfigurationError when it is none."""
        return read_plan(path, profile=self._to.name, fusionauth=self._to.fusionauth.url)

    def verify(self, plan: BoundPlan, cancellation: Cancellation) -> None:
        """Look whether everything still is as it was planned. Raises PlanBroken, or what keeps it from being read."""
        now = make_plan(self._runner, cancellation, lambda *_: Foretold(), plan.check)
        if now.blocked:
            raise now.blocked

    def up(
        self,
        emit: Emit,
        cancellation: Cancellation,
        *,
        only: str | None = None,
        adopt: Collection[str] = (),
        plan: BoundPlan | None = None,
    ) -> bool:
        """Provision everything, or only one step; `adopt` what is not ours in these. True when nothing failed.

        With a plan, a step that finds something else than was planned fails before it changes anything.
        Raises ConfigurationError when signed in to another account than the one recorded.
        """
        self._check_place()
        check = plan.check if plan is not None else None
        return self._runner.up(emit, cancellation, only=only, adopt=adopt, check=check)

    def apply(self, fix: Fix, emit: Emit, cancellation: Cancellation) -> bool:
        """Run the step of a fix; every step where the tunnel comes back under another address. True without failure."""
        if not self.up(emit, cancellation, only=fix.only):
            return False
        facts = self._to.ledger.facts
        moved = fix.step_id == "tunnel" and self._issuer_now(facts) not in ("", facts.get("issuer"))
        return not moved or self.up(emit, cancellation)

    def down(self, emit: Emit, cancellation: Cancellation) -> bool:
        """Take everything back that the ledger says was made or changed, faults first. True when nothing is left.

        Raises ConfigurationError when signed in to another account than the one recorded.
        """
        return self.take_down(emit, cancellation, read_again=False).succeeded

    def take_down(
        self, emit: Emit, cancellation: Cancellation, found: Sequence[Record] = (), *, read_again: bool = True
    ) -> TornDown:
        """Do as `down` does, with what was `found` without the ledger; then read both sides again: what is left?"""
        self._check_place()
        runner = self._make_runner(found)
        take_out_the_rest = self.faults.take_out_what_can_be()
        looks, patience = self._looks if read_again else {}, 0.0 if self._to.sandbox else SPREADING_SECONDS
        ended = take_down(runner, self._to.name, looks, emit, cancellation, found, patience=patience)
        if ended.succeeded:
            take_out_the_rest()
        return ended

    def undo_plan(self) -> tuple[str, ...]:
        """What `down` would do, a line each, the last made first; what a run left unfinished is among it."""
        lines = tuple(f"take out the fault “{fault.title}”" for fault in reversed(self.faults.recorded))
        return lines + going(self._runner)

    def staying(self) -> tuple[str, ...]:
        """What `down` leaves because Gatelight did not make it, a line each."""
        return staying(self._runner)

    def look_without_ledger(self) -> LostAndFound:
        """What on both sides bears this profile's mark, and what is known of the tenant's issuer. Changes nothing."""
        try:
            public_url = self._to.tunnel.current()
        except GatelightError:
            public_url = None
        return look_for(self._to.name, self._looks, self._fusionauth_side, self._aws_side, public_url)

    @property
    def _looks(self) -> Mapping[Side, Look]:
        return {
            Side.FUSIONAUTH: lambda: survey_fusionauth(self._fusionauth_side, (self._to.name,)),
            Side.AWS: lambda: survey_aws(self._aws_side, self._to.name),
        }

    def _make_runner(self, found: Sequence[Record] = ()) -> Runner:
        ledger = self._to.ledger
        recorded = {*ledger.records, *ledger.intents, *(record.step_id for record in found)}
        steps = fusionauth_steps(self._fusionauth_side, self._tunnel_step, recorded)
        return Runner((*steps, *aws_steps(self._aws_side)), ledger)

    @property
    def tokens(self) -> TokenSource:
        """Every way to a token."""
        to = self._to
        email = to.profile.fusionauth.user_email
        return TokenSource(
            to.fusionauth,
            to.http,
            to.redactor,
            to.api_key,
            email,
            to.password,
            self._facts,
            self._variables,
            login_note(to.tunnel.publish, to.fusionauth.url),
        )

    def get_token(self, cancellation: Cancellation, ask_code: AskCode | None = None) -> TokenInHand:
        """Log the profile's user in through the Login API. Raises what `TokenSource.by_login` raises."""
        return self.tokens.by_login(cancellation, ask_code)

    def inspect(self, token: TokenInHand) -> Inspection:
        """Hold a token against the authorizer as AWS has it, with the issuer's keys as the public sees them.

        While AWS has none yet, it is the authorizer that `up` will make.
        """
        gate = self.gate()
        presented = f"Bearer {token.secret.reveal()}" if gate.authorizer.reads_authorization_header else None
        verdict = explain(presented, gate.authorizer, scopes=gate.scopes, keys=gate.keys, now=time.time())
        return Inspection(token, verdict, gate.authorizer, gate.keys, gate.scopes)

    def inspect_text(self, text: str, now: float) -> TokenInspection:
        """Inspect what a person gave as a token, against the same authorizer where there is one."""
        try:
            gate, why = self.gate(), ""
        except GatelightError as error:
            gate, why = None, error.message.removesuffix(".")
        return inspect_token(given_token(text), now=now, gate=gate, without_gate=why)

    def gate(self) -> Gate:
        """The authorizer with its issuer's keys and the route's scopes, as AWS and the public have them.

        While AWS has none yet, it is the authorizer that `up` will make.
        """
        made = "authorizer_id" in self._to.ledger.facts
        authorizer = self.authorizer() if made else self._authorizer_to_come()
        return Gate(authorizer, self.issuer_keys(authorizer.issuer), self.route_scopes())

    def authorizer(self) -> JwtAuthorizer:
        """The authorizer as AWS has it. Raises ConfigurationError while there is none."""
        facts = self._facts("api_id", "authorizer_id")
        with self._aws_side.calling("apigatewayv2") as client:
            found: dict[str, Any] = client.get_authorizer(ApiId=facts["api_id"], AuthorizerId=facts["authorizer_id"])
        jwt = found.get("JwtConfiguration", {})
        sources = tuple(found.get("IdentitySource", ())) or (IDENTITY_SOURCE,)
        return JwtAuthorizer(str(jwt.get("Issuer", "")), tuple(jwt.get("Audience", ())), str(sources[0]))

    def _authorizer_to_come(self) -> JwtAuthorizer:
        facts = self._facts("issuer", "application_id")
        return JwtAuthorizer(facts["issuer"], (facts["application_id"],))

    def route_scopes(self) -> tuple[str, ...]:
        """The scopes the route asks for, as AWS has it; none while there is no route."""
        facts = self._to.ledger.facts
        if "route_id" not in facts:
            return ()
        with self._aws_side.calling("apigatewayv2") as client:
            found: dict[str, Any] = client.get_route(ApiId=facts["route_api_id"], RouteId=facts["route_id"])
        return tuple(found.get("AuthorizationScopes", ()))

    def issuer_keys(self, issuer: str) -> IssuerKeys:
        """The issuer's keys as the public sees them, or why they cannot be had."""
        return read_issuer_keys(self._to.http, issuer)

    def agreement(self, token: TokenInHand | None) -> Agreement:
        """Read every place the issuer and the audience live in, side by side, as they are now."""
        facts = self._to.ledger.facts
        if issuer := self._issuer_now(facts):
            facts["issuer"] = issuer
        return self._readings.read(facts, token.decoded.claims if token else None)

    def is_outdated(self, token: TokenInHand | None) -> bool:
        """Whether a token carries another issuer than the one the last run set up."""
        issuer = self._to.ledger.facts.get("issuer")
        return token is not None and issuer is not None and token.decoded.claims.get("iss") != issuer

    def _issuer_now(self, facts: Mapping[str, str]) -> str:
        """The issuer that the tunnel gives FusionAuth now; empty before the first run, and while it is closed."""
        if "issuer" not in facts:
            return ""
        try:
            url = self._to.tunnel.current()
        except GatelightError:
            return ""
        return url + facts.get("issuer_path", "") if url else ""

    def examine(
        self,
        intake: Intake,
        cancellation: Cancellation,
        *,
        consent: Consent | None = None,
    ) -> CaseFacts:
        """Find out everything about a case: this profile's gate, where the intake names no other.

        Changes nothing. Raises Interrupted when cancelled.
        """
        facts = self._to.ledger.facts
        gates = all_gates(self._to.name, facts, state_folder() / "ledgers")
        beforehand = Beforehand(self._to.name, facts, gates, self._issuer_now(facts))
        return examine(intake, self._access, cancellation, beforehand=beforehand, consent=consent)

    @cached_property
    def _access(self) -> Access:
        """What the doctor may ask: everything, and only to read."""
        to = self._to.reading()
        ports = tuple(port for port in (urlsplit(to.fusionauth.url).port,) if port)
        reach = Reach(is_sandbox=to.profile.target == "sandbox", private_ports=ports)
        return Access(to.redactor, to.http, to.aws, to.fusionauth, reach)

    def call(self, token: TokenInHand | None, cancellation: Cancellation) -> CallPair:
        """Call the route without a token and, given one, with it; the verdict says beforehand what will be answered."""
        url = self._facts("invoke_url")["invoke_url"]
        without = call(self._to.http, url)
        if token is None:
            return CallPair(without)
        cancellation.check()
        inspection = self.inspect(token)
        answer = call(self._to.http, url, token.secret)
        comparison = compare_prediction(inspection.verdict, answer.status, answer.headers, answer.body)
        record = self._record(url, inspection, without, answer)
        return CallPair(without, answer, inspection.verdict, comparison, record, self._keep(record))

    def _record(self, url: str, inspection: Inspection, without: Answer, answer: Answer) -> GatewayRecord:
        """What may be kept of both answers."""
        authorizer, redactor = inspection.authorizer, self._to.redactor
        unasked = explain(None, authorizer, keys=None, now=time.time())
        calls = (
            record_call(None, authorizer, unasked, without, redactor),
            record_call(inspection.token.decoded, authorizer, inspection.verdict, answer, redactor),
        )
        target = target_of(url, is_sandbox=self._to.profile.target == "sandbox")
        return new_record(target, calls, time.time())

    def _keep(self, record: GatewayRecord) -> Path | None:
        """Keep what AWS answered differently from what is known of it, for whoever corrects the evidence table."""
        if self._to.read_only or all(judgement.standing is not Standing.DIFFERS for judgement in judge(record)):
            return None
        try:
            return keep_record(record, state_folder() / "records")
        except ConfigurationError:  # the answer itself is worth more than its copy
            return None

    @property
    def publish(self) -> Publish | None:
        """How much of FusionAuth the tunnel shows the world; None where that is not decided here."""
        return self._to.tunnel.publish

    def tunnel(self) -> Sighting:
        """Look at the tunnel once: how it is, and where."""
        to = self._to
        try:
            health = look(to.tunnel, to.http, to.ledger.facts.get("issuer_path", ""))
            return Sighting(health, to.tunnel.current() or "")
        except GatelightError as error:
            return Sighting(Health(Condition.UNREACHABLE, error.message, error.fix))

    def watch_tunnel(self, tell: Tell, cancellation: Cancellation) -> None:
        """Watch the tunnel until cancelled, and tell what is new of it. Opens and closes nothing."""
        to = self._to

        def issuer_path() -> str:
            return to.ledger.facts.get("issuer_path", "")

        watcher = Watcher(to.tunnel, to.http, private_url=to.fusionauth.url, issuer_path=issuer_path)
        watcher.run(tell, cancellation)

    def command(self, exchange: Exchange) -> str:
        """The exchange as a runnable `curl` or `aws` command."""
        return command_for(exchange, self._variables)

    def close(self) -> None:
        """End what was started for this workbench. Safe to call again."""
        if self._closed:
            return
        self._closed = True
        self._ending()
        self._to.http.close()
        self._to.aws.close()

    def _check_place(self) -> None:
        """See to it that what is recorded in AWS is looked for where it was made."""
        facts, records = self._to.ledger.facts, {**self._to.ledger.intents, **self._to.ledger.records}
        made = any(spec.side is Side.AWS and spec.id in records and spec.id != "identity" for spec in self.steps)
        if self._to.sandbox or not made or "account" not in facts:
            return
        with suppress(GatelightError):  # the AWS steps themselves tell why they cannot be done
            self.sign_in()
        if self._caller is not None:
            check_same_place(self._caller, facts["account"], facts["region"])

    def _scene(self) -> Scene:
        return Scene(self._fusionauth_side, self._aws_side, self._to.tunnel, self._to.ledger.facts)

    def _facts(self, *names: str) -> dict[str, str]:
        facts = self._to.ledger.facts
        if any(name not in facts for name in names):
            raise ConfigurationError("This profile is not provisioned yet.", "Provision it first: gatelight up.")
        return facts

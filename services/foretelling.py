"""What a profile's steps would send: their own code, run with clients that write nothing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.aws.actions import iam_actions
from services.aws.rehearsal import RehearsedAws
from services.aws.steps import aws_steps
from services.aws.steps.side import AwsSide
from services.exchange import Exchange, collecting
from services.fusionauth.rehearsal import RehearsedHttp
from services.fusionauth.steps import fusionauth_steps
from services.fusionauth.steps.side import FusionAuthSide
from services.provisioning.calls import Call
from services.provisioning.foresight import Foretold, Needed, is_open
from services.provisioning.identity import MADE_TAG
from services.provisioning.step import Finding, MakingStep, State, Step, Work
from services.redact import Redactor, Secret
from services.tunnel.step import TunnelStep

_WHERE_ITS_ID_IS = {
    "api": "api_id",
    "authorizer": "authorizer_id",
    "integration": "integration_id",
    "route": "route_id",
}


class Rehearsal:
    """Foretells what each step would do, by its own code. Nothing is written."""

    def __init__(self, fusionauth: FusionAuthSide, aws: AwsSide, tunnel: TunnelStep, redactor: Redactor) -> None:
        http = RehearsedHttp(redactor)
        fusionauth = replace(
            fusionauth,
            client=fusionauth.client.over(http),
            http=http,
            password=Secret("{password}") if fusionauth.password else fusionauth.password,
        )
        self._aws = replace(aws, clients=RehearsedAws(aws.clients))
        everything = (*fusionauth_steps(fusionauth, tunnel, {"scope_lambda"}), *aws_steps(self._aws))
        self._steps = {step.spec.id: step for step in everything}
        self._tunnel = tunnel

    def __call__(self, step: Step, work: Work, finding: Finding | None) -> Foretold:
        """See `Foretell`."""
        reading = self._iam(step.calls.read, work.facts)
        if finding is None:
            return Foretold(needed=reading)
        if step is self._tunnel:
            return Foretold(facts={"public_url": "{public_url}"}, note=self._tunnel.opening)
        rehearsed = self._steps[step.spec.id]
        if not isinstance(rehearsed, MakingStep):
            return Foretold(needed=reading)
        with collecting() as exchanges:
            made = rehearsed.create(work, finding)
        unsent = (exchange for exchange in exchanges if exchange.status is None and not exchange.error)
        requests = tuple(_timeless(exchange) for exchange in unsent)
        sent = tuple(_call(exchange) for exchange in requests if exchange.aws)
        making = step.calls.create if finding.state is State.ABSENT else step.calls.change
        looks = tuple(call for call in making if not call.parameters and call.operation.startswith(("Get", "Describe")))
        needed = (*reading, *self._iam((*looks, *sent), work.facts))
        return Foretold(requests, made.facts, tuple(dict.fromkeys(needed)))

    def _iam(self, calls: tuple[Call, ...], facts: Mapping[str, str]) -> tuple[Needed, ...]:
        settings = self._aws.settings
        values = {"role": settings.role, "function": settings.function}
        known = {**{name: name for name in ("partition", "region", "account")}, **_WHERE_ITS_ID_IS}
        values |= {to: facts[name] for to, name in known.items() if name in facts and not is_open(facts[name])}
        found = (
            action
            for call in calls
            if not call.path and call.service != "sts"
            for action in iam_actions(call.service, call.operation, call.parameters)
        )
        return tuple(dict.fromkeys(Needed(action.action, action.on(values), action.why) for action in found))


def _timeless(exchange: Exchange) -> Exchange:
    """The request with its time left open: it will be sent later."""
    if exchange.aws is None:
        return exchange
    return replace(exchange, aws=replace(exchange.aws, parameters=_open_times(exchange.aws.parameters)))


def _open_times(value: Any) -> Any:
    if isinstance(value, list):
        return [_open_times(member) for member in value]
    if not isinstance(value, dict):
        return value
    if value.get("Key") == MADE_TAG:
        return value | {"Value": "{now}"}
    return {name: "{now}" if name == MADE_TAG else _open_times(member) for name, member in value.items()}


def _call(exchange: Exchange) -> Call:
    assert exchange.aws is not None  # noqa: S101 - its caller's condition, for the type checker
    return Call(exchange.aws.service, exchange.aws.operation, parameters=tuple(exchange.aws.parameters))

"""What fixes are made of: commands that run as they are, and the steps and tokens of a profile that made the gate."""

import json
from typing import Any

from services.commands import aws_command, command_for
from services.diagnosis.diagnosis import Change, Fix
from services.diagnosis.examination import Examination
from services.exchange import AwsCall, Exchange
from services.redact import SafeText, Secret
from services.visible import quoted

API_KEY_VARIABLE = "GATELIGHT_FUSIONAUTH_API_KEY"
_KEY = Secret(API_KEY_VARIABLE)  # stands for the key, which is nobody's business here


def aws(case: Examination, operation: str, service: str = "apigatewayv2", **parameters: Any) -> str:
    """An AWS CLI command in this API's region, empty without it; `operation` is named as in boto3's service model."""
    api = case.api
    if api is None:
        return ""
    gateway = case.facts.gateway
    call = AwsCall(service, operation, parameters, api.region, gateway.endpoint_url, gateway.aws_profile)
    return aws_command(call)


def fusionauth(case: Examination, method: str, path: str, body: dict[str, Any]) -> str:
    """A `curl` command for FusionAuth's API, its key in an environment variable; empty where FusionAuth is unknown."""
    known = case.fusionauth
    if known is None or not known.url:
        return ""
    headers = [("Authorization", SafeText((_KEY,))), ("Content-Type", SafeText(("application/json",)))]
    if known.tenant_id and not path.startswith("/api/tenant"):
        headers.append(("X-FusionAuth-TenantId", SafeText((known.tenant_id,))))
    exchange = Exchange(method, known.url.rstrip("/") + path, tuple(headers), SafeText((json.dumps(body),)))
    return command_for(exchange, {_KEY: API_KEY_VARIABLE})


def step(case: Examination, step_id: str) -> str:
    """The provisioning step's id where a profile of this machine made the gate; empty for anybody else's."""
    return step_id if case.facts.provisioned_by else ""


def new_token(case: Examination, sentence: str) -> Fix:
    """Get a new token; through the profile, where one made the gate."""
    return Fix(sentence, new_token=bool(case.facts.provisioned_by))


def authorizer_place(case: Examination) -> str:
    """The authorizer as a change names it."""
    stored = case.stored
    return f"authorizer {quoted(stored.name)} ({stored.authorizer_id})" if stored else "the authorizer"


def change_authorizer(
    case: Examination, name: str, old: str, new: str, *, issuer: str = "", audience: tuple[str, ...] | None = None
) -> Fix:
    """Give the authorizer another issuer or audience. `old` and `new` are the value's texts."""
    stored, configured = case.stored, case.authorizer
    if stored and case.facts.provisioned_by and stored.name != f"gatelight-{case.facts.provisioned_by}":
        sentence = f"Give the route the profile's own authorizer again, instead of {quoted(stored.name)}."
        return Fix(sentence, step_id="route")
    command = ""
    if stored and configured and case.api:
        command = aws(
            case,
            "UpdateAuthorizer",
            ApiId=case.api.api_id,
            AuthorizerId=stored.authorizer_id,
            JwtConfiguration={
                "Issuer": issuer or configured.issuer,
                "Audience": list(configured.audience if audience is None else audience),
            },
        )
    sentence = f"Set the authorizer's {name} to {quoted(new)}, exactly."
    return Fix(sentence, Change(authorizer_place(case), name, old, new), command, step(case, "authorizer"))


def route_change(case: Examination, name: str, old: str, new: str) -> Change | None:
    """A change of the route that matches; None where it is not known."""
    return Change(f"route {quoted(case.route.route_key)}", name, old, new) if case.route else None


def update_route(case: Examination, **changed: Any) -> str:
    """The command that changes the route that matches; empty where its id is not known."""
    if case.api is None or case.route is None or not case.route.route_id:
        return ""
    return aws(case, "UpdateRoute", ApiId=case.api.api_id, RouteId=case.route.route_id, **changed)

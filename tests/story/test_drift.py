"""What others changed by hand is seen, put right, and told as old → new."""

from collections.abc import Callable
from typing import Any

import pytest

from services.cancel import Cancellation
from services.provisioning.plan import Action
from services.provisioning.step import Change, Outcome
from services.workbench import Workbench
from tests.benches import Bench, down, up

Spoil = Callable[[Bench, Workbench], Change]


def fact(workbench: Workbench, name: str) -> str:
    return {key: value for record in workbench.done().values() for key, value in record.facts.items()}[name]


def issuer_with_a_slash(sandbox: Bench, workbench: Workbench) -> Change:
    issuer = fact(workbench, "issuer")
    audience = [fact(workbench, "application_id")]
    _authorizer(sandbox, workbench, JwtConfiguration={"Issuer": issuer + "/", "Audience": audience})
    return Change("issuer", issuer + "/", issuer)


def another_audience(sandbox: Bench, workbench: Workbench) -> Change:
    _authorizer(sandbox, workbench, JwtConfiguration={"Issuer": fact(workbench, "issuer"), "Audience": ["other"]})
    return Change("audience", '["other"]', f'["{fact(workbench, "application_id")}"]')


def unguarded_route(sandbox: Bench, workbench: Workbench) -> Change:
    sandbox.client("apigatewayv2").update_route(
        ApiId=fact(workbench, "api_id"), RouteId=fact(workbench, "route_id"), AuthorizationType="NONE"
    )
    return Change("AuthorizationType", "NONE", "JWT")


def manual_deployment(sandbox: Bench, workbench: Workbench) -> Change:
    sandbox.client("apigatewayv2").update_stage(ApiId=fact(workbench, "api_id"), StageName="$default", AutoDeploy=False)
    return Change("AutoDeploy", "false", "true")


def old_payload(sandbox: Bench, workbench: Workbench) -> Change:
    sandbox.client("apigatewayv2").update_integration(
        ApiId=fact(workbench, "api_id"), IntegrationId=fact(workbench, "integration_id"), PayloadFormatVersion="1.0"
    )
    return Change("PayloadFormatVersion", "1.0", "2.0")


def detached_policy(sandbox: Bench, workbench: Workbench) -> Change:
    policy = fact(workbench, "policy_arn")
    sandbox.client("iam").detach_role_policy(RoleName=sandbox.name, PolicyArn=policy)
    return Change("attached policy", "", policy)


def another_handler(sandbox: Bench, workbench: Workbench) -> Change:
    sandbox.client("lambda").update_function_configuration(FunctionName=sandbox.name, Handler="index.other")
    return Change("Handler", "index.other", "index.handler")


def log_made_anew_by_lambda(sandbox: Bench, workbench: Workbench) -> Change:
    sandbox.client("logs").delete_log_group(logGroupName=f"/aws/lambda/{sandbox.name}")
    workbench.call(workbench.get_token(Cancellation()), Cancellation())
    return Change("retentionInDays", "for ever", "7")


def permission_for_another_api(sandbox: Bench, workbench: Workbench) -> Change:
    client, statement = sandbox.client("lambda"), f"gatelight-{sandbox.name}"
    client.remove_permission(FunctionName=sandbox.name, StatementId=statement)
    other = "arn:aws:execute-api:us-east-1:000000000000:other/*/*/privateFunction"
    client.add_permission(
        FunctionName=sandbox.name,
        StatementId=statement,
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=other,
    )
    return Change("SourceArn", other, other.replace("other", fact(workbench, "api_id")))


def tokens_by_the_tenant_key(sandbox: Bench, workbench: Workbench) -> Change:
    _application(sandbox, workbench, {"jwtConfiguration": {"enabled": False}})
    return Change("jwtConfiguration.enabled", "false", "true")


def fewer_grants(sandbox: Bench, workbench: Workbench) -> Change:
    _application(sandbox, workbench, {"oauthConfiguration": {"enabledGrants": ["authorization_code"]}})
    return Change(
        "oauthConfiguration.enabledGrants", '["authorization_code"]', '["authorization_code", "refresh_token"]'
    )


def deactivated_application(sandbox: Bench, workbench: Workbench) -> Change:
    sandbox.fusionauth("DELETE", f"/api/application/{fact(workbench, 'application_id')}")
    return Change("active", "false", "true")


def another_issuer(sandbox: Bench, workbench: Workbench) -> Change:
    tenant, issuer = fact(workbench, "tenant_id"), fact(workbench, "issuer")
    sandbox.fusionauth("PATCH", f"/api/tenant/{tenant}", {"tenant": {"issuer": "https://drifted.example"}})
    return Change("issuer", "https://drifted.example", issuer)


DRIFTS: list[tuple[str, Spoil]] = [
    ("authorizer", issuer_with_a_slash),
    ("authorizer", another_audience),
    ("route", unguarded_route),
    ("stage", manual_deployment),
    ("integration", old_payload),
    ("role", detached_policy),
    ("function", another_handler),
    ("log_group", log_made_anew_by_lambda),
    ("permission", permission_for_another_api),
    ("application", tokens_by_the_tenant_key),
    ("application", fewer_grants),
    ("application", deactivated_application),
    ("issuer", another_issuer),
]


@pytest.fixture(scope="module")
def provisioned(session_sandbox: Any) -> Any:
    """One provisioned profile for all drifts: each is put right by its own test."""
    bench = Bench(session_sandbox.record)
    before = bench.world()
    workbench = bench.workbench()
    up(workbench)
    yield bench, workbench
    down(workbench)
    assert bench.world() == before
    workbench.close()


@pytest.mark.parametrize(("step", "spoil"), DRIFTS, ids=lambda value: getattr(value, "__name__", value))
def test_drift_is_planned_put_right_and_told(provisioned: tuple[Bench, Workbench], step: str, spoil: Spoil) -> None:
    sandbox, workbench = provisioned
    before, records = sandbox.world(), dict(workbench.done())
    change = spoil(sandbox, workbench)
    spoiled = sandbox.world()
    assert spoiled != before

    planned = {row.spec.id: row for row in workbench.plan(Cancellation())}
    assert planned[step].action is Action.CHANGE
    assert change in planned[step].changes
    assert sandbox.world() == spoiled

    log = up(workbench)

    assert log.reports[step].outcome is Outcome.CHANGED
    assert change in log.reports[step].changes
    assert {name for name, report in log.reports.items() if report.outcome is Outcome.CHANGED} == {step}
    assert sandbox.world() == before
    assert dict(workbench.done()) == records
    assert workbench.call(workbench.get_token(Cancellation()), Cancellation()).opens_as_it_should


def test_the_agreement_shows_where_it_broke_before_anything_is_put_right(
    provisioned: tuple[Bench, Workbench],
) -> None:
    sandbox, workbench = provisioned
    token = workbench.get_token(Cancellation())
    change = issuer_with_a_slash(sandbox, workbench)
    another_issuer(sandbox, workbench)
    try:
        found = workbench.agreement(token)
        assert found.holds is False
        by_place = {broken.place: broken for broken in found.issuer.disagreements}
        assert by_place["authorizer"].actual == change.old
        assert found.audience.holds
        pair = workbench.call(token, Cancellation())
        assert pair.with_token is not None
        assert pair.with_token.status == 401
        assert pair.as_predicted
    finally:
        up(workbench)
    assert workbench.agreement(token).holds


def _authorizer(sandbox: Bench, workbench: Workbench, **changes: Any) -> None:
    sandbox.client("apigatewayv2").update_authorizer(
        ApiId=fact(workbench, "api_id"), AuthorizerId=fact(workbench, "authorizer_id"), **changes
    )


def _application(sandbox: Bench, workbench: Workbench, changes: dict[str, Any]) -> None:
    path = f"/api/application/{fact(workbench, 'application_id')}"
    assert sandbox.fusionauth("PATCH", path, {"application": changes}).status_code == 200

"""The optional scope: a populate lambda adds it, the route asks for it, and nothing of it is left when it goes."""

from collections.abc import Callable

import pytest

from services.cancel import Cancellation
from services.errors import ConfigurationError
from services.fusionauth.steps.scope import SCOPE_LAMBDA
from services.profile.store import parse_profile
from services.provisioning.plan import Action
from services.provisioning.step import Outcome
from services.workbench import CallPair, Workbench
from tests.acquire.person import Person
from tests.benches import Bench, down, up

New = Callable[..., Workbench]


def _statuses(pair: CallPair) -> tuple[int, int, bool | None]:
    assert pair.with_token is not None
    return pair.without.status, pair.with_token.status, pair.as_predicted


def test_with_the_scope_the_gate_opens_and_without_it_says_403(sandbox: Bench, new_workbench: New) -> None:
    ledger = sandbox.ledger()
    plain = new_workbench(ledger=ledger)
    up(plain)
    before = plain.get_token(Cancellation())
    scoped = new_workbench(ledger=ledger, scope="read")
    up(scoped)
    with_scope = scoped.get_token(Cancellation())
    assert with_scope.decoded.claims["scope"] == "read"
    assert _statuses(scoped.call(with_scope, Cancellation())) == (401, 200, True)
    refused = scoped.call(before, Cancellation())
    assert _statuses(refused) == (401, 403, True)
    assert refused.with_token is not None
    assert "insufficient_scope" in refused.with_token.exchange.response_header("www-authenticate")


def test_an_oauth_token_keeps_its_own_scopes_beside_it(sandbox: Bench, new_workbench: New) -> None:
    workbench = new_workbench(scope="read")
    up(workbench)
    token = workbench.tokens.by_browser(Cancellation(), open_browser=Person(sandbox.email))
    assert {"openid", "offline_access", "read"} <= set(token.decoded.claims["scope"].split())
    assert workbench.call(token, Cancellation()).opens_as_it_should


def test_the_scopes_step_is_there_only_when_the_profile_asks(new_workbench: New) -> None:
    assert SCOPE_LAMBDA not in [spec.id for spec in new_workbench().steps]
    assert SCOPE_LAMBDA in [spec.id for spec in new_workbench(scope="read").steps]


def test_dropping_the_scope_opens_the_route_again_and_down_takes_the_lambda(sandbox: Bench, new_workbench: New) -> None:
    world = sandbox.world()
    ledger = sandbox.ledger()
    scoped = new_workbench(ledger=ledger, scope="read")
    up(scoped)
    lambda_id = scoped.done()[SCOPE_LAMBDA].resource_id
    assert sandbox.fusionauth("GET", f"/api/lambda/{lambda_id}").status_code == 200
    plain = new_workbench(ledger=ledger)
    changed = {step.spec.id for step in plain.plan(Cancellation()) if step.action is Action.CHANGE}
    assert changed == {"application", "route"}
    up(plain)
    token = plain.get_token(Cancellation())
    assert "scope" not in token.decoded.claims
    assert plain.call(token, Cancellation()).opens_as_it_should
    down(plain)
    assert sandbox.fusionauth("GET", f"/api/lambda/{lambda_id}").status_code == 404
    assert sandbox.world() == world


def test_up_and_down_with_a_scope_leave_nothing(sandbox: Bench, new_workbench: New) -> None:
    before = sandbox.world()
    workbench = new_workbench(scope="read")
    up(workbench)
    assert {step.action for step in workbench.plan(Cancellation())} == {Action.NOTHING, Action.CHECK}
    down(workbench)
    assert sandbox.world() == before


def test_another_scope_changes_the_lambda_and_the_route(sandbox: Bench, new_workbench: New) -> None:
    ledger = sandbox.ledger()
    up(new_workbench(ledger=ledger, scope="read"))
    writing = new_workbench(ledger=ledger, scope="write")
    reports = up(writing).reports
    assert {name for name, report in reports.items() if report.outcome is Outcome.CHANGED} == {SCOPE_LAMBDA, "route"}
    assert writing.route_scopes() == ("write",)
    assert writing.call(writing.get_token(Cancellation()), Cancellation()).opens_as_it_should


def test_somebody_elses_lambda_is_left_alone_without_a_scope(sandbox: Bench, workbench: Workbench) -> None:
    up(workbench)
    made = sandbox.fusionauth(
        "POST",
        "/api/lambda",
        {"lambda": {"name": sandbox.name, "type": "JWTPopulate", "body": "function populate(jwt) { jwt.theirs = 1; }"}},
    ).json()["lambda"]
    application = f"/api/application/{workbench.done()['application'].facts['application_id']}"
    theirs = {"application": {"lambdaConfiguration": {"accessTokenPopulateId": made["id"]}}}
    assert sandbox.fusionauth("PATCH", application, theirs).status_code == 200
    up(workbench)
    assert workbench.get_token(Cancellation()).decoded.claims["theirs"] == 1
    down(workbench)
    assert sandbox.fusionauth("DELETE", f"/api/lambda/{made['id']}").status_code == 200


@pytest.mark.parametrize("scope", ["two words", 'quo"te', "back\\slash", "x" * 65, "ümlaut", "line\nend"])
def test_a_scope_that_no_token_can_carry_is_refused(scope: str) -> None:
    import tomlkit

    text = tomlkit.dumps({"fusionauth": {"scope": scope}})
    with pytest.raises(ConfigurationError, match=r"fusionauth\.scope cannot be"):
        parse_profile(text, "profile.toml")

"""In a FusionAuth that others use nothing they rely on is changed unasked; a tenant of our own leaves them alone."""

from collections.abc import Iterator

import pytest

from services.cancel import Cancellation
from services.errors import ConfigurationError, ExpectationFailed
from services.fusionauth.models import Application, UniversalConfiguration
from services.fusionauth.reliance import FUSIONAUTH_APPLICATION, relying
from services.provisioning.agreement import ReliedOn
from services.provisioning.step import Outcome, Undone
from services.sandbox.endpoints import SandboxRecord
from tests.benches import Bench, Log, down, up
from tests.conftest import start_sandbox
from tui.commands import options
from tui.commands.cli import run

NOW = Cancellation()
THEIRS = "https://auth.acme.example"


@pytest.fixture(scope="module")
def in_use(hermetic: None) -> Iterator[SandboxRecord]:
    """A FusionAuth with two applications of others and an issuer that was set on purpose."""
    process = start_sandbox()
    bench = Bench(process.record)
    tenant = process.record.endpoints.fusionauth.tenant_id
    bench.fusionauth("PATCH", f"/api/tenant/{tenant}", {"tenant": {"issuer": THEIRS}})
    for name in ("Shop", "Portal", "Old"):
        made = bench.fusionauth("POST", "/api/application", {"application": {"name": name}}).json()
    bench.fusionauth("DELETE", f"/api/application/{made['application']['id']}")  # deactivated, signs nothing
    yield process.record
    process.stop()


@pytest.fixture
def production(in_use: SandboxRecord) -> Iterator[Bench]:
    """That FusionAuth under names of the test's own."""
    bench = Bench(in_use)
    yield bench
    bench.end()


def issuer(bench: Bench) -> str:
    tenants = bench.fusionauth("GET", "/api/tenant").json()["tenants"]
    return str(next(tenant["issuer"] for tenant in tenants if tenant["name"] == "Default"))


def test_an_issuer_others_rely_on_is_changed_only_with_consent_and_given_back(
    production: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = production.world()
    workbench = production.workbench()
    up(workbench, only="reach")
    up(workbench, only="tunnel")

    planned = {step.spec.id: step for step in workbench.plan(NOW)}
    said = " ".join(planned["issuer"].warnings)
    assert f'Other applications rely on the issuer "{THEIRS}" of tenant "Default": "Portal", "Shop".' in said
    assert "Their tokens would be refused wherever" in said
    assert "what is there now was set on purpose." in said
    assert "fusionauth.own_tenant = true" in said

    log = Log()
    assert not workbench.up(log, NOW)
    assert set(log.failures) == {"issuer"}
    assert isinstance(log.failures["issuer"].error, ReliedOn)
    assert log.failures["issuer"].error.message == said[: len(log.failures["issuer"].error.message)]
    assert issuer(production) == THEIRS
    assert "authorizer" not in workbench.done()

    # The line command asks only where somebody is there to answer, and takes the option for a yes.
    monkeypatch.setattr(options, "join_workbench", lambda *_, **__: workbench)
    assert run(["up"]) == 1
    assert "--change-issuer" in capsys.readouterr().out
    assert issuer(production) == THEIRS
    assert run(["up", "--change-issuer"]) == 0
    assert issuer(production) == production.record.endpoints.public_url

    again = production.workbench(ledger=workbench._to.ledger)
    with pytest.raises(ConfigurationError, match='Other applications sign with the tenant\'s issuer: "Portal"'):
        again.faults.put_in("private-issuer", NOW)

    # Nor is the old one given back to applications that have come since: another profile's, say.
    neighbour = Bench(production.record).workbench()
    up(neighbour)
    log = Log()
    assert not again.down(log, NOW)
    assert set(log.failures) == {"issuer"}
    assert f'that Gatelight set: "{neighbour.profile.fusionauth.application}". It was left' in (
        log.failures["issuer"].error.message
    )
    assert issuer(production) == production.record.endpoints.public_url
    down(neighbour)
    assert down(again).undone["issuer"] is Undone.RESTORED
    production.switch_tunnel(is_open=False)
    assert production.world() == before


def test_a_tenant_of_our_own_leaves_everything_of_theirs_as_it_is(production: Bench) -> None:
    before = production.world()
    workbench = production.workbench(own_tenant=True)
    plan = workbench.plan(NOW)
    planned = {step.spec.id: step for step in plan}
    assert "[TenantIdRequired]" in planned["tenant"].warnings[0]
    assert plan.where.tenant == f"Gatelight {production.name}: tenant"

    first = Log()
    assert workbench.up(first, NOW, plan=workbench.bind(plan)), first.failures
    assert issuer(production) == THEIRS
    token = workbench.get_token(NOW)
    own = workbench.done()["tenant"].resource_id
    assert token.decoded.claims["iss"] == f"{production.record.endpoints.public_url}/{own}"
    assert workbench.call(token, NOW).opens_as_it_should
    assert workbench.agreement(token).holds
    assert workbench.where().tenant == f"Gatelight {production.name}: tenant"
    assert up(workbench).reports["tenant"].outcome is Outcome.FOUND
    workbench.faults.put_in("private-issuer", NOW)  # nobody else is hit
    workbench.faults.take_out()
    neighbour = Bench(production.record).workbench()  # one that names no tenant: it still means the only other one
    assert up(neighbour, only="reach").reports["reach"].note == 'Tenant "Default".'
    assert neighbour.done()["reach"].facts["issuer_path"] == ""

    # A profile that no longer says so still takes it back, but not what somebody else has put into it.
    made = production.fusionauth("POST", "/api/application", {"application": {"name": "Guest"}}, tenant=own).json()
    later = production.workbench(ledger=workbench._to.ledger)
    log = Log()
    assert not later.down(log, NOW)
    assert set(log.failures) == {"tenant"}
    assert isinstance(log.failures["tenant"].error, ExpectationFailed)
    assert '"Guest"' in log.failures["tenant"].error.message
    guest = made["application"]["id"]
    production.fusionauth("DELETE", f"/api/application/{guest}?hardDelete=true", tenant=own)
    assert down(later).undone["tenant"] is Undone.DELETED
    assert production.world() == before


def test_a_tenant_of_our_own_goes_without_its_ledger_too(production: Bench) -> None:
    before = production.world()
    tenant = production.record.endpoints.fusionauth.tenant_id
    up(production.workbench(own_tenant=True, tenant_id=tenant))
    later = production.workbench(tenant_id=tenant)
    found = later.look_without_ledger().found
    assert {"tenant", "application", "user", "login_key"} <= {each.step_id for each in found}
    ended = later.take_down(Log(), NOW, found=[each.record for each in found])
    assert ended.exit_code == 0
    production.switch_tunnel(is_open=False)  # nothing tells whose it was
    assert production.world() == before


def test_a_key_that_may_not_make_tenants_is_told_so_before_anything_is_made(production: Bench) -> None:
    endpoints = {
        "/api/tenant": ["GET", "PATCH"],
        **{
            path: ["GET", "POST", "PATCH", "PUT", "DELETE"]
            for path in ("/api/key", "/api/key/generate", "/api/application", "/api/user", "/api/user/registration")
        },
        "/api/login": ["POST"],
        "/api/system/version": ["GET"],
    }
    key = production.fusionauth(
        "POST", "/api/api-key", {"apiKey": {"name": production.name, "permissions": {"endpoints": endpoints}}}
    ).json()["apiKey"]
    log = Log()
    production.workbench(own_tenant=True, api_key=key["key"]).up(log, NOW)
    assert "POST /api/tenant (make a tenant of our own); DELETE /api/tenant" in log.failures["reach"].error.message
    production.fusionauth("DELETE", f"/api/api-key/{key['id']}")


def test_fusionauths_own_applications_and_ours_do_not_count() -> None:
    everywhere = UniversalConfiguration(universal=True)
    found = (
        Application(FUSIONAUTH_APPLICATION, "FusionAuth"),
        Application("1", "Ours"),
        Application("2", "Off", active=False),
        Application("3", "Tenant Manager", universal_configuration=everywhere),
        Application("4", "Everywhere", universal_configuration=everywhere),
        Application("5", "Tenant Manager"),
    )
    assert [application.id for application in relying(found, ("1",))] == ["4", "5"]

"""The whole story through a tunnel of ngrok's stand-in: provision, 401 and 200, another URL, repair, teardown."""

from collections.abc import Callable

import pytest

from services.cancel import Cancellation
from services.profile.model import TunnelSettings
from services.provisioning.step import Outcome
from services.tunnel.ngrok.provider import NgrokTunnel
from services.workbench import Workbench
from tests.benches import Bench
from tests.tunnel.cloud import Cloud
from tests.tunnel.conftest import AUTHTOKEN


@pytest.fixture
def moving_cloud(monkeypatch: pytest.MonkeyPatch) -> object:
    """An account that gets another address at every start, as paid ones without a domain do."""
    cloud = Cloud(stable=False)
    monkeypatch.setenv("STAND_IN_CLOUD", cloud.address)
    monkeypatch.setenv("NGROK_AUTHTOKEN", AUTHTOKEN)
    yield cloud
    cloud.close()


def up(workbench: Workbench) -> list[object]:
    """Provision, and give the events."""
    events: list[object] = []
    assert workbench.up(events.append, Cancellation()), events
    return events


def test_another_url_is_repaired_on_both_sides_and_the_tenant_s_first_issuer_comes_back(
    moving_cloud: Cloud,
    sandbox: Bench,
    new_tunnel: Callable[..., NgrokTunnel],
    new_workbench: Callable[..., Workbench],
) -> None:
    tunnel = new_tunnel(sandbox.record.endpoints.fusionauth.url)
    workbench = new_workbench(tunnel=tunnel)
    up(workbench)
    first = tunnel.current()
    old_token = workbench.get_token(Cancellation())
    assert old_token.decoded.claims["iss"] == first
    assert workbench.call(old_token, Cancellation()).opens_as_it_should

    tunnel.close()
    second = tunnel.open(Cancellation())
    assert second != first
    agreement = workbench.agreement(old_token)
    assert agreement.holds is False
    up(workbench)
    assert workbench.authorizer().issuer == second
    assert workbench.call(old_token, Cancellation()).with_token.status == 401  # type: ignore[union-attr]
    assert workbench.call(workbench.get_token(Cancellation()), Cancellation()).opens_as_it_should

    record = workbench.done()["issuer"]
    assert (record.outcome, record.old["issuer"]) == (Outcome.CHANGED, "acme.com")
    assert workbench.down(lambda _: None, Cancellation())
    assert tunnel.current() is None
    tenant = sandbox.record.endpoints.fusionauth.tenant_id
    assert sandbox.fusionauth("GET", f"/api/tenant/{tenant}").json()["tenant"]["issuer"] == "acme.com"


def test_a_tunnel_without_fusionauth_behind_it_stops_before_the_tenant_is_touched(
    cloud: Cloud,
    sandbox: Bench,
    new_tunnel: Callable[..., NgrokTunnel],
    new_workbench: Callable[..., Workbench],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.tunnel.step._READY_SECONDS", 0.0)
    tunnel = new_tunnel("http://127.0.0.1:1")
    events: list[object] = []
    assert not new_workbench(tunnel=tunnel).up(events.append, Cancellation())
    assert any("behind the tunnel" in str(getattr(event, "error", "")) for event in events)
    tenant = sandbox.record.endpoints.fusionauth.tenant_id
    assert sandbox.fusionauth("GET", f"/api/tenant/{tenant}").json()["tenant"]["issuer"] == "acme.com"


def test_a_tunnel_that_is_too_slow_for_api_gateway_is_not_ready(
    cloud: Cloud,
    sandbox: Bench,
    new_tunnel: Callable[..., NgrokTunnel],
    new_workbench: Callable[..., Workbench],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.tunnel.proof.GATEWAY_SECONDS", 0.0)
    monkeypatch.setattr("services.tunnel.step._READY_SECONDS", 0.0)
    tunnel = new_tunnel(sandbox.record.endpoints.fusionauth.url)
    events: list[object] = []
    assert not new_workbench(tunnel=tunnel).up(events.append, Cancellation())
    assert any("API Gateway waits 1.5 s" in str(getattr(event, "error", "")) for event in events)
    tenant = sandbox.record.endpoints.fusionauth.tenant_id
    assert sandbox.fusionauth("GET", f"/api/tenant/{tenant}").json()["tenant"]["issuer"] == "acme.com"


def test_the_plan_says_what_will_be_in_the_way_of_the_tunnel(
    cloud: Cloud, sandbox: Bench, new_tunnel: Callable[..., NgrokTunnel], new_workbench: Callable[..., Workbench]
) -> None:
    tunnel = new_tunnel(sandbox.record.endpoints.fusionauth.url, agent="/nowhere/ngrok")
    planned = {step.spec.id: step for step in new_workbench(tunnel=tunnel).plan(Cancellation())}
    assert "There is no ngrok agent at" in planned["tunnel"].note


def test_settings_are_data() -> None:
    assert TunnelSettings().provider == "none"
    assert TunnelSettings().publish == "discovery"

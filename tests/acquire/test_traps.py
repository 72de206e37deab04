"""The traps people fall into with FusionAuth, each closed, told, or both."""

import json
import uuid
from collections.abc import Callable

import pytest

from services.cancel import Cancellation
from services.errors import BrokenOff, RemoteError
from services.fusionauth.client import FusionAuth
from services.http import HttpClient, Reply
from services.provisioning.step import Outcome
from services.redact import Redactor, Secret
from services.workbench import Workbench
from tests.benches import Bench, Log, down, up
from tests.core.conftest import Canned, Server

New = Callable[..., Workbench]
ID = "11111111-0000-4000-8000-000000000001"


def _failure(workbench: Workbench, step: str) -> str:
    log = Log()
    assert not workbench.up(log, Cancellation())
    error = log.failures[step].error
    return f"{error.message} → {error.fix}"


def _application(workbench: Workbench) -> str:
    return f"/api/application/{workbench.done()['application'].facts['application_id']}"


def test_an_issuer_that_is_no_url_is_replaced_and_restored(sandbox: Bench, workbench: Workbench) -> None:
    tenant = f"/api/tenant/{sandbox.record.endpoints.fusionauth.tenant_id}"
    before = sandbox.fusionauth("GET", tenant).json()["tenant"]["issuer"]
    assert before == "acme.com"
    up(workbench)
    assert workbench.get_token(Cancellation()).decoded.claims["iss"] == sandbox.record.endpoints.public_url
    down(workbench)
    assert sandbox.fusionauth("GET", tenant).json()["tenant"]["issuer"] == before


def test_tokens_are_signed_with_rsa_though_the_tenants_key_is_hmac(sandbox: Bench, workbench: Workbench) -> None:
    up(workbench)
    sandbox.fusionauth("PATCH", _application(workbench), {"application": {"jwtConfiguration": {"enabled": False}}})
    assert workbench.get_token(Cancellation()).decoded.header["alg"] == "HS256"
    assert up(workbench).reports["application"].outcome is Outcome.CHANGED, "enabling JWT again is a repair"
    assert workbench.get_token(Cancellation()).decoded.header["alg"] == "RS256"


def test_a_key_of_ours_that_is_hmac_is_refused(sandbox: Bench, workbench: Workbench) -> None:
    from services.provisioning.identity import stable_id

    key_id = stable_id(sandbox.name, "access_token_key")
    wanted = {"key": {"algorithm": "HS256", "name": f"hmac {sandbox.name}"}}
    assert sandbox.fusionauth("POST", f"/api/key/generate/{key_id}", wanted).status_code == 200
    assert 'signs with "HS256", which API Gateway refuses' in _failure(workbench, "access_token_key")
    assert sandbox.fusionauth("DELETE", f"/api/key/{key_id}").status_code == 200


def test_a_keys_own_issuer_is_not_the_tokens(sandbox: Bench, workbench: Workbench) -> None:
    from services.provisioning.identity import stable_id

    key_id = stable_id(sandbox.name, "access_token_key")
    wanted = {"key": {"algorithm": "RS256", "length": 2048, "name": f"odd {sandbox.name}", "issuer": "odd.example"}}
    assert sandbox.fusionauth("POST", f"/api/key/generate/{key_id}", wanted).status_code == 200
    up(workbench)
    token = workbench.get_token(Cancellation())
    assert token.decoded.claims["iss"] == sandbox.record.endpoints.public_url
    assert workbench.agreement(token).holds


def test_a_deactivated_application_still_owns_its_name(sandbox: Bench, new_workbench: New) -> None:
    name = f"{sandbox.name} taken"
    other = str(uuid.uuid4())
    tenant = sandbox.record.endpoints.fusionauth.tenant_id
    assert sandbox.fusionauth("POST", f"/api/application/{other}", {"application": {"name": name}}).status_code == 200
    active = _failure(new_workbench(application=name), "application")
    assert "already exists" in active
    assert sandbox.fusionauth("DELETE", f"/api/application/{other}", tenant=tenant).status_code == 200
    told = _failure(new_workbench(application=name), "application")
    assert f'"{name}" still belongs to a deactivated application ({other})' in told
    assert "Delete that application for good" in told
    sandbox.fusionauth("DELETE", f"/api/application/{other}?hardDelete=true", tenant=tenant)


def test_a_new_tenant_ignores_nothing_of_ours(own_sandbox: Bench) -> None:
    tenant_id = str(uuid.uuid4())
    made = own_sandbox.fusionauth("POST", f"/api/tenant/{tenant_id}", {"tenant": {"name": "second"}})
    assert made.status_code == 200
    workbench = own_sandbox.workbench(tenant_id=tenant_id)
    up(workbench)
    token = workbench.get_token(Cancellation())
    assert token.decoded.claims["iss"] == f"{own_sandbox.record.endpoints.public_url}/{tenant_id}"
    assert token.decoded.claims["tid"] == tenant_id
    assert workbench.call(token, Cancellation()).opens_as_it_should
    own_sandbox.end()


def test_a_registration_without_roles_opens_the_gate(workbench: Workbench) -> None:
    up(workbench)
    token = workbench.get_token(Cancellation())
    assert not token.decoded.claims.get("roles")
    assert workbench.call(token, Cancellation()).opens_as_it_should


@pytest.mark.parametrize(("version", "old"), [("1.45.9", True), ("1.46.0", False), ("1.9.0", True), ("2.0.0", False)])
def test_a_fusionauth_that_is_too_old_is_told_what_is_needed(
    sandbox: Bench, new_workbench: New, monkeypatch: pytest.MonkeyPatch, version: str, old: bool
) -> None:
    workbench = new_workbench()
    monkeypatch.setattr(workbench.tokens.fusionauth, "version", lambda: version)
    if old:
        assert f'"{version}" is too old. → Gatelight needs 1.46 or newer.' in _failure(workbench, "reach")
    else:
        assert up(workbench, only="reach").reports["reach"].word == version


class _Flaky(HttpClient):
    """Loses the connection a number of times, then passes on."""

    losses = 1

    def send(self, method: str, url: str, **options: object) -> Reply:
        if self.losses:
            self.losses -= 1
            raise BrokenOff("The connection broke off.")
        return super().send(method, url, **options)  # type: ignore[arg-type]


def _client(server: Server, losses: int) -> FusionAuth:
    redactor = Redactor()
    http = _Flaky(redactor)
    http.losses = losses
    server.answer = lambda method, path: Canned(200, json.dumps({"version": "1.69.0"}).encode())
    return FusionAuth(http, server.url, Secret("key"), redactor)


def test_a_lost_connection_is_tried_again_once_where_that_is_harmless(server: Server) -> None:
    assert _client(server, 1).version() == "1.69.0"
    assert _client(server, 1).delete_key(ID)
    with pytest.raises(BrokenOff):
        _client(server, 2).version()


def test_what_creates_is_never_sent_twice(server: Server) -> None:
    with pytest.raises(BrokenOff):
        _client(server, 1).generate_key(ID, "name")
    with pytest.raises(BrokenOff):
        _client(server, 1).set_issuer(ID, "https://issuer.example")
    assert server.asked == []


def test_a_refused_connection_is_not_tried_again(unused_tcp_port_factory: Callable[[], int]) -> None:
    redactor = Redactor()
    client = FusionAuth(HttpClient(redactor), f"http://127.0.0.1:{unused_tcp_port_factory()}", Secret("k"), redactor)
    with pytest.raises(RemoteError, match="Nothing listens"):
        client.version()

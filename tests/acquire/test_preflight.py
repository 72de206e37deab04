"""The preflight: everything a key lacks is told at once, before anything is changed, and nothing is made by asking."""

from collections.abc import Callable, Iterable

import pytest

from services.cancel import Cancellation
from services.errors import ConfigurationError, RemoteError
from services.fusionauth.preflight import NEEDED, NEEDED_FOR_SCOPE, Permission, missing_permissions
from services.workbench import Workbench
from tests.benches import Bench, Log, up
from tests.core.conftest import Canned, Server

New = Callable[..., Workbench]
VERSION = Permission("GET", "/api/system/version", "", "")


def _key(sandbox: Bench, permissions: Iterable[Permission], *, tenant: str = "") -> str:
    """An API key that may do exactly this."""
    endpoints: dict[str, list[str]] = {}
    for permission in permissions:
        endpoints.setdefault(permission.endpoint, []).append(permission.method)
    wanted = {"apiKey": {"permissions": {"endpoints": endpoints}} | ({"tenantId": tenant} if tenant else {})}
    answer = sandbox.fusionauth("POST", "/api/api-key", wanted)
    assert answer.status_code == 200, answer.text
    key: str = answer.json()["apiKey"]["key"]
    return key


def _failure(workbench: Workbench) -> ConfigurationError | RemoteError:
    log = Log()
    assert not workbench.up(log, Cancellation())
    assert set(log.failures) == {"reach"}
    error = log.failures["reach"].error
    assert isinstance(error, ConfigurationError | RemoteError)
    return error


def test_a_key_with_exactly_what_is_listed_is_enough(sandbox: Bench, new_workbench: New) -> None:
    workbench = new_workbench(api_key=_key(sandbox, (VERSION, *NEEDED, *NEEDED_FOR_SCOPE)), scope="read")
    up(workbench)
    assert workbench.call(workbench.get_token(Cancellation()), Cancellation()).opens_as_it_should


@pytest.mark.parametrize("lacking", [*NEEDED, *NEEDED_FOR_SCOPE], ids=str)
def test_each_missing_permission_is_found_by_its_probe(sandbox: Bench, new_workbench: New, lacking: Permission) -> None:
    everything = (*NEEDED, *NEEDED_FOR_SCOPE)
    key = _key(sandbox, [permission for permission in everything if permission is not lacking])
    client = new_workbench(api_key=key).tokens.fusionauth
    assert missing_permissions(client, everything) == (lacking,)


def test_asking_makes_and_changes_nothing(sandbox: Bench, workbench: Workbench) -> None:
    before = sandbox.world()
    assert missing_permissions(workbench.tokens.fusionauth, (*NEEDED, *NEEDED_FOR_SCOPE)) == ()
    assert sandbox.world() == before


def test_up_fails_before_the_first_change_and_lists_all_that_is_missing(sandbox: Bench, new_workbench: New) -> None:
    lacking = [permission for permission in NEEDED if permission.endpoint in ("/api/user", "/api/login")]
    allowed = [permission for permission in NEEDED if permission not in lacking]
    workbench = new_workbench(api_key=_key(sandbox, (VERSION, *allowed)))
    before = sandbox.world()
    error = _failure(workbench)
    assert all(str(permission) in error.message for permission in lacking)
    assert not any(f" {permission} " in error.message for permission in allowed)
    assert error.exit_code == 2
    assert sandbox.world() == before


def test_the_lambdas_permissions_are_asked_for_with_a_scope_only(sandbox: Bench, new_workbench: New) -> None:
    key = _key(sandbox, (VERSION, *NEEDED))
    assert "POST /api/lambda" in _failure(new_workbench(api_key=key, scope="read")).message
    up(new_workbench(api_key=key))


def test_a_key_without_the_version_is_told_that_and_the_rest(sandbox: Bench, new_workbench: New) -> None:
    error = _failure(new_workbench(api_key=_key(sandbox, NEEDED[2:])))
    assert "GET /api/system/version" in error.message
    assert "GET /api/tenant" in error.message


def test_a_tenants_own_key_is_told_that_it_never_may(sandbox: Bench, new_workbench: New) -> None:
    tenant = sandbox.record.endpoints.fusionauth.tenant_id
    error = _failure(new_workbench(api_key=_key(sandbox, (VERSION, *NEEDED), tenant=tenant)))
    assert "POST /api/key/generate" in error.message
    assert "bound to a tenant never may" in error.fix


def test_a_wrong_key_is_no_list_of_permissions(new_workbench: New) -> None:
    error = _failure(new_workbench(api_key="no-key-of-this-fusionauth"))
    assert isinstance(error, RemoteError)
    assert "refused the API key" in error.message


def test_a_plan_shows_what_is_missing(sandbox: Bench, new_workbench: New) -> None:
    workbench = new_workbench(api_key=_key(sandbox, (VERSION, *NEEDED[1:])))
    errors = {step.spec.id: step.error for step in workbench.plan(Cancellation()) if step.error}
    assert set(errors) == {"reach"}
    assert "GET /api/tenant (read the tenant)" in str(errors["reach"])


@pytest.mark.parametrize("canned", [Canned(200, b"<html>", "text/html"), Canned(302, b"", ""), Canned(502, b"", "")])
def test_what_is_not_fusionauth_grants_nothing(server: Server, canned: Canned) -> None:
    from services.fusionauth.client import FusionAuth
    from services.http import HttpClient
    from services.redact import Redactor, Secret

    server.answer = lambda method, path: canned
    redactor = Redactor()
    with pytest.raises(RemoteError):
        missing_permissions(FusionAuth(HttpClient(redactor), server.url, Secret("key"), redactor))

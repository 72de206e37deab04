"""The ngrok tunnel through pyngrok and a stand-in agent: opening, refusals, ending."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import requests

from services.cancel import Cancellation
from services.errors import ConfigurationError, GatelightError, Interrupted
from services.http import HttpClient
from services.redact import Redactor, Secret
from services.tunnel.ngrok.agent import AgentRun
from services.tunnel.ngrok.binary import find_agent
from services.tunnel.ngrok.errors import TunnelRefused
from services.tunnel.ngrok.provider import NgrokTunnel
from services.tunnel.provider import Condition, Session
from services.tunnel.watch import look
from tests.tunnel.cloud import Cloud
from tests.tunnel.conftest import AUTHTOKEN, Upstream

NewTunnel = Callable[..., NgrokTunnel]
DISCOVERY = "/.well-known/openid-configuration"


def get(url: str, **headers: str) -> requests.Response:
    """As a program of AWS's asks: no proxy, no cookies."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, headers=headers, timeout=10)


def opened(tunnel: NgrokTunnel) -> str:
    """Its URL, now open."""
    return tunnel.open(Cancellation())


def agents_of(path: Path) -> list[psutil.Process]:
    """Living agents started by this test's executable."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "tests.tunnel.stand_in" in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


def test_an_open_tunnel_leads_to_fusionauth_s_discovery(
    cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel
) -> None:
    tunnel = new_tunnel(upstream.url)
    url = opened(tunnel)
    assert get(url + DISCOVERY).status_code == 200
    assert tunnel.current() == url
    method, path, headers = upstream.requests[-1]
    assert (method, path) == ("GET", DISCOVERY)
    assert headers["Host"] == url.removeprefix("http://")


def test_nothing_but_discovery_is_published(cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel) -> None:
    url = opened(new_tunnel(upstream.url))
    assert get(url + "/admin/").status_code == 404
    assert get(url + "/api/user").status_code == 404
    assert upstream.requests == []


def test_everything_is_published_when_the_profile_says_so(
    cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel
) -> None:
    url = opened(new_tunnel(upstream.url, publish="everything"))
    assert get(url + "/oauth2/authorize?a=b").status_code == 200
    assert upstream.requests[-1][1] == "/oauth2/authorize?a=b"


def test_the_authtoken_is_in_no_argument_and_no_file(
    cloud: Cloud, agent: Path, upstream: Upstream, new_tunnel: NewTunnel, tmp_path: Path
) -> None:
    opened(new_tunnel(upstream.url))
    (process,) = agents_of(agent)
    assert not any(AUTHTOKEN in argument for argument in process.cmdline())
    written = [path for path in (tmp_path / "tunnels").rglob("*") if path.is_file()]
    assert written
    assert not any(AUTHTOKEN in path.read_text() for path in written)
    assert AUTHTOKEN not in os.environ.get("PATH", "")


def test_closing_leaves_no_process_no_thread_and_no_file(
    cloud: Cloud, agent: Path, upstream: Upstream, new_tunnel: NewTunnel, tmp_path: Path
) -> None:
    tunnel = new_tunnel(upstream.url)
    url = opened(tunnel)
    tunnel.close()
    assert agents_of(agent) == []
    assert tunnel.current() is None
    assert not (tmp_path / "tunnels" / "dev" / "tunnel.json").exists()
    assert get(url + DISCOVERY).headers["Ngrok-Error-Code"] == "ERR_NGROK_3200"
    tunnel.close()


@pytest.mark.parametrize(
    ("authtoken", "code"), [("", "ERR_NGROK_4018"), ("not-one", "ERR_NGROK_105"), (AUTHTOKEN, "ERR_NGROK_107")]
)
def test_a_refused_start_names_the_code_and_one_thing_to_do(
    authtoken: str,
    code: str,
    cloud: Cloud,
    agent: Path,
    upstream: Upstream,
    new_tunnel: NewTunnel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NGROK_AUTHTOKEN", authtoken)
    cloud.revoked.add(AUTHTOKEN)
    with pytest.raises(TunnelRefused) as refused:
        opened(new_tunnel(upstream.url))
    assert refused.value.code == code
    assert "dashboard.ngrok.com" in refused.value.fix
    assert authtoken == "" or authtoken not in refused.value.message
    assert agents_of(agent) == []


@pytest.mark.parametrize("code", ["334", "320", "15013", "324"])
def test_a_refused_endpoint_names_its_code_though_the_agent_had_started(
    code: str, cloud: Cloud, agent: Path, upstream: Upstream, new_tunnel: NewTunnel
) -> None:
    cloud.faults["bind"] = code
    with pytest.raises(TunnelRefused) as refused:
        opened(new_tunnel(upstream.url))
    assert refused.value.code == f"ERR_NGROK_{code}"
    assert agents_of(agent) == []


def test_too_many_agents_are_told_apart(cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel) -> None:
    cloud.sessions_at_most = 0
    with pytest.raises(TunnelRefused, match="ERR_NGROK_108"):
        opened(new_tunnel(upstream.url))


def test_a_foreign_domain_is_refused(cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel) -> None:
    with pytest.raises(TunnelRefused, match="ERR_NGROK_320"):
        opened(new_tunnel(upstream.url, domain="somebody-elses.ngrok.app"))


def test_domain_region_configuration_and_traffic_policy_are_settable(
    cloud: Cloud, agent: Path, upstream: Upstream, new_tunnel: NewTunnel, tmp_path: Path
) -> None:
    policy, configuration = tmp_path / "policy.yml", tmp_path / "own.yml"
    policy.write_text("on_http_request: []\n")
    configuration.write_text('version: "3"\nagent:\n  update_check: false\n')
    opened(new_tunnel(upstream.url, region="eu", config=str(configuration), traffic_policy=str(policy)))
    (process,) = agents_of(agent)
    arguments = " ".join(process.cmdline()).replace("=", " ")
    assert f"--config {configuration}" in arguments
    assert "--region eu" in arguments
    wanted = cloud.asked_for[-1]
    assert (wanted["name"], wanted["inspect"], wanted["traffic_policy"]) == ("fusionauth", False, policy.read_text())
    with pytest.raises(ConfigurationError, match="traffic policy"):
        opened(new_tunnel(upstream.url, traffic_policy=str(tmp_path / "none.yml")))


def test_the_domain_is_asked_for_over_https(cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel) -> None:
    with pytest.raises(TunnelRefused):
        opened(new_tunnel(upstream.url, domain="three-words.ngrok-free.dev"))
    assert cloud.asked_for[-1]["url"] == "https://three-words.ngrok-free.dev"


def test_while_it_opens_it_is_not_open_yet(
    cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_FAULT", "slow")
    tunnel = new_tunnel(upstream.url)
    seen: set[str | None] = set()
    opening = threading.Thread(target=opened, args=(tunnel,))
    opening.start()
    while opening.is_alive():
        seen.add(tunnel.current())
        time.sleep(0.01)
    assert seen <= {None, tunnel.current()}
    assert None in seen


def test_a_code_that_nobody_knows_is_quoted(cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel) -> None:
    cloud.faults["bind"] = "99999"
    with pytest.raises(TunnelRefused, match="An error that ngrok has a number for"):
        opened(new_tunnel(upstream.url))


def test_a_silent_agent_is_given_up_in_time_and_ended(
    cloud: Cloud, agent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_agent(str(agent))
    monkeypatch.setenv("STAND_IN_FAULT", "mute")
    run = AgentRun(found, tmp_path, Secret(AUTHTOKEN), Redactor())
    with pytest.raises(TunnelRefused, match="no answer within"):
        run.open("http://127.0.0.1:1", {}, Cancellation(), seconds=0.5)
    assert agents_of(agent) == []
    monkeypatch.delenv("STAND_IN_FAULT")
    assert run.open("http://127.0.0.1:1", {}, Cancellation())  # the hung start has let go of pyngrok's lock
    run.close()


def test_opening_can_be_cancelled_at_any_moment(
    cloud: Cloud, agent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_agent(str(agent))
    monkeypatch.setenv("STAND_IN_FAULT", "mute")
    cancellation = Cancellation()
    threading.Timer(0.2, cancellation.cancel).start()
    run = AgentRun(found, tmp_path, Secret(AUTHTOKEN), Redactor())
    with pytest.raises(Interrupted):
        run.open("http://127.0.0.1:1", {}, cancellation, seconds=20)
    assert agents_of(agent) == []


@pytest.mark.parametrize("fault", ["crash at start", "crash at connect"])
def test_an_agent_that_dies_is_an_error_for_people(
    fault: str, cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_FAULT", fault)
    with pytest.raises(TunnelRefused, match="did not start"):
        opened(new_tunnel(upstream.url))


def test_an_old_agent_is_refused_before_it_is_started(
    cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_FAULT", "old")
    with pytest.raises(ConfigurationError, match=r"too old: 3\.3\.1"):
        opened(new_tunnel(upstream.url))


def test_an_agent_that_ignores_the_request_to_stop_is_killed(
    cloud: Cloud, agent: Path, upstream: Upstream, new_tunnel: NewTunnel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_FAULT", "refuse stop")
    monkeypatch.setattr("services.tunnel.ngrok.agent._GRACE_SECONDS", 0.2)
    tunnel = new_tunnel(upstream.url)
    opened(tunnel)
    tunnel.close()
    assert agents_of(agent) == []


def test_a_proxy_in_the_environment_does_not_hang_the_start(
    cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert opened(new_tunnel(upstream.url))


def test_nothing_is_written_to_the_terminal(
    cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel, capfd: pytest.CaptureFixture[str]
) -> None:
    tunnel = new_tunnel(upstream.url)
    get(opened(tunnel) + "/admin/")
    tunnel.close()
    cloud.faults["auth"] = "107"
    with pytest.raises(TunnelRefused):
        opened(tunnel)
    assert capfd.readouterr() == ("", "")


def test_a_lost_session_is_seen_and_comes_back_at_the_same_address(
    cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel
) -> None:
    tunnel = new_tunnel(upstream.url)
    url = opened(tunnel)
    cloud.faults["auth"] = ""
    cloud.drop_sessions()
    wait_until(lambda: tunnel.session() == Session(True, losses=1) and cloud.sessions == 1)
    assert tunnel.current() == url
    wait_until(lambda: get(url + DISCOVERY).status_code == 200)


def test_a_dead_agent_is_told_from_a_dead_fusionauth(
    cloud: Cloud, agent: Path, upstream: Upstream, new_tunnel: NewTunnel
) -> None:
    tunnel = new_tunnel(upstream.url)
    url = opened(tunnel)
    upstream.close()
    assert look(tunnel, HttpClient(Redactor())).condition is Condition.NO_FUSIONAUTH
    for process in agents_of(agent):
        process.kill()
    wait_until(lambda: tunnel.current() is None)
    assert look(tunnel, HttpClient(Redactor())).condition is Condition.CLOSED
    wait_until(lambda: cloud.agent_port(url) is None)


def test_visits_are_noted_with_their_answers_and_without_their_secrets(
    cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel
) -> None:
    tunnel = new_tunnel(upstream.url)
    url = opened(tunnel)
    get(f"{url}{DISCOVERY}?secret=1", **{"User-Agent": "AWS"})
    get(url + "/admin/")
    wait_until(lambda: len(tunnel.visits()) == 2)  # a visit is noted once its answer has gone out
    seen = [(visit.method, visit.path, visit.status, visit.agent[:3]) for visit in tunnel.visits()]
    assert seen == [("GET", "/admin/", 404, "pyt"), ("GET", DISCOVERY, 200, "AWS")]


def test_preflight_names_everything_that_stands_in_the_way_at_once(
    cloud: Cloud, new_tunnel: NewTunnel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NGROK_AUTHTOKEN", "")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    tunnel = new_tunnel("http://127.0.0.1:1", agent="/nowhere/ngrok")
    obstacles = {one.id: one.blocks for one in tunnel.preflight()}
    assert obstacles == {"agent": True, "authtoken": True, "fusionauth": True, "proxy": False}


def test_preflight_finds_the_authtoken_in_ngrok_s_own_configuration(
    cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("NGROK_AUTHTOKEN")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    path = tmp_path / "xdg" / "ngrok" / "ngrok.yml"
    path.parent.mkdir(parents=True)
    path.write_text(f'version: "3"\nagent:\n  authtoken: {AUTHTOKEN}\n')
    tunnel = new_tunnel(upstream.url)
    assert tunnel.preflight() == ()
    assert opened(tunnel)


def test_preflight_finds_it_in_the_configuration_that_the_profile_names(
    cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("NGROK_AUTHTOKEN")
    own = tmp_path / "own.yml"
    own.write_text('version: "3"\n')
    assert [one.id for one in new_tunnel(upstream.url, config=str(own)).preflight()] == ["authtoken"]
    own.write_text(f'version: "3"\nagent:\n  authtoken: {AUTHTOKEN}\n')
    assert new_tunnel(upstream.url, config=str(own)).preflight() == ()


def test_preflight_knows_a_server_that_is_no_fusionauth(cloud: Cloud, new_tunnel: NewTunnel) -> None:
    other = Upstream(is_fusionauth=False)
    (obstacle,) = new_tunnel(other.url).preflight()
    other.close()
    assert (obstacle.id, obstacle.blocks) == ("fusionauth", True)
    assert "not as FusionAuth does" in obstacle.sentence


def test_a_fusionauth_that_speaks_https_is_named_before_anything_is_started(
    cloud: Cloud, agent: Path, new_tunnel: NewTunnel
) -> None:
    tunnel = new_tunnel("https://localhost:9013")
    assert [(one.id, one.blocks) for one in tunnel.preflight()] == [("fusionauth", True)]
    with pytest.raises(ConfigurationError, match="plain http"):
        opened(tunnel)
    assert agents_of(agent) == []


def test_pyngrok_s_own_script_is_not_taken_for_the_agent(
    agent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = tmp_path / "venv" / "ngrok"
    shim.parent.mkdir()
    shim.write_text("#!/usr/bin/python\nfrom pyngrok.ngrok import main\nmain()\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{shim.parent}:{agent.parent}:{os.environ['PATH']}")
    assert find_agent().path == agent
    with pytest.raises(ConfigurationError, match="script of the package pyngrok"):
        find_agent(str(shim))


def test_a_second_gatelight_sees_the_tunnel_and_cannot_open_another(
    cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel
) -> None:
    url = opened(new_tunnel(upstream.url))
    second = new_tunnel(upstream.url)
    assert second.current() == url
    with pytest.raises(GatelightError, match="Another Gatelight"):
        opened(second)
    assert second.current() == url


def wait_until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Come back once it holds. Fails when it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never held"
        time.sleep(0.01)

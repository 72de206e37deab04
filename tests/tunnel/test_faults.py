"""What goes wrong with a tunnel in life: a slow start, a lost network, a FusionAuth restarted, a hang, a crash.

No word of the authtoken may stand anywhere meanwhile, and no process may be left.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pyte
import pytest

from services.tunnel.ngrok.provider import NgrokTunnel
from services.workbench import Workbench
from tests.benches import Bench
from tests.tui.screen import Stage
from tests.tunnel.cloud import Cloud, hand_on
from tests.tunnel.conftest import AUTHTOKEN
from tests.tunnel.live import Live
from tests.tunnel.test_ngrok import agents_of, wait_until
from tui.app import GatelightApp
from tui.keymap import Focus


class FusionAuth:
    """The sandbox's FusionAuth behind a port of its own, which can be stopped and started."""

    def __init__(self, upstream: str) -> None:
        port = urlsplit(upstream).port or 0

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hand_on(self, port, {})

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._handler = Handler
        self._address = ("127.0.0.1", 0)
        self._server: ThreadingHTTPServer | None = None
        self.start()
        self.url = "http://{}:{}".format(*self._address)

    def start(self) -> None:
        """Answer, at the same port as ever."""
        self._server = server = ThreadingHTTPServer(self._address, self._handler)
        self._address = ("127.0.0.1", server.server_address[1])
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()


@pytest.fixture
def fusionauth(sandbox: Bench) -> Iterator[FusionAuth]:
    """A FusionAuth that can be restarted."""
    relay = FusionAuth(sandbox.record.endpoints.fusionauth.url)
    yield relay
    relay.stop()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A watcher that looks all the time, and waits for nobody."""
    monkeypatch.setattr("services.tunnel.watcher.GLANCE_SECONDS", 0.1)
    monkeypatch.setattr("services.tunnel.watcher._SOONEST", 0.2)
    monkeypatch.setattr("services.tunnel.watcher._LATEST_METERED", 0.2)
    monkeypatch.setattr("services.tunnel.proof._SECONDS", 0.7)
    monkeypatch.setattr("services.tunnel.ngrok.api._SECONDS", 0.7)
    monkeypatch.setattr("services.tunnel.ngrok.agent._GRACE_SECONDS", 0.3)


async def test_in_the_app_every_fault_is_told_apart_and_what_comes_back_is_seen(
    quick: None,
    cloud: Cloud,
    agent: Path,
    sandbox: Bench,
    fusionauth: FusionAuth,
    new_tunnel: Callable[..., NgrokTunnel],
    new_workbench: Callable[..., Workbench],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    tunnel = new_tunnel(fusionauth.url)
    workbench = new_workbench(tunnel=tunnel)
    app = GatelightApp(lambda progress, cancellation, person: workbench)
    screens: list[str] = []

    async def shown(on: Stage, text: str) -> None:
        await on.until_shown(text)
        screens.append(on.shown())

    async with app.run_test(size=(160, 45)) as pilot:
        on = Stage(app, pilot)
        await on.until(lambda: on.board.focus_kind is Focus.STEPS)
        monkeypatch.setenv("STAND_IN_FAULT", "slow")
        await on.press("p", "down")
        await shown(on, "opening the ngrok")
        await on.idle()
        await shown(on, "tunnel ✔ up")
        url = tunnel.current()
        monkeypatch.delenv("STAND_IN_FAULT")

        cloud.reachable = False  # the network is lost, and comes back
        cloud.drop_sessions()
        await shown(on, "tunnel ◐ reconnecting")
        cloud.reachable = True
        await shown(on, "tunnel ✔ up (1 reconnect)")

        fusionauth.stop()  # FusionAuth is restarted
        await shown(on, "tunnel ✘ FusionAuth is down")
        fusionauth.start()
        await shown(on, "tunnel ✔ up")

        (process,) = agents_of(agent)  # the agent hangs, and goes on
        process.suspend()
        await shown(on, "tunnel ✘ unreachable")
        process.resume()
        await shown(on, "tunnel ✔ up")

        process.kill()  # the agent crashes, and is started again
        await shown(on, "tunnel ✘ closed")
        on.board.select_step("tunnel")
        await shown(on, "drifted")
        await on.press("r")
        await on.idle()
        await shown(on, "tunnel ✔ up")
        assert tunnel.current() == url
        await on.until(lambda: _holds(on))

        (process,) = agents_of(agent)
        assert_nowhere(AUTHTOKEN, screens, tmp_path)
        process.suspend()  # it hangs while the app ends
        tunnel.close()
        await on.press("q")
    assert agents_of(agent) == []
    assert capfd.readouterr().err == ""


def _holds(on: Stage) -> bool:
    """Whether everything that was read agrees."""
    agreement = on.board.strip.state.agreement
    return agreement is not None and agreement.holds is not False


def assert_nowhere(token: str, screens: list[str], folder: Path) -> None:
    """The token is in no process's arguments, in no file of ours and on no screen."""
    for process in psutil.process_iter(["cmdline"]):
        assert not any(token in argument for argument in process.info["cmdline"] or ())
    for path in folder.rglob("*"):
        if path.is_file():
            assert token not in path.read_text("utf-8", "replace"), path
    assert not any(token in screen for screen in screens)


@pytest.fixture
def live(cloud: Cloud, sandbox: Bench, agent: Path, tmp_path: Path) -> Iterator[Live]:
    """A live profile for line commands."""
    live = Live(tmp_path / "home", cloud, sandbox, agent)
    yield live
    live.end()


def test_on_the_line_a_tunnel_whose_agent_crashed_is_opened_again(live: Live, agent: Path, tmp_path: Path) -> None:
    first = live.keep_tunnel()
    assert first["condition"] == "up"
    (process,) = agents_of(agent)
    process.kill()
    assert live.told()["condition"] == "closed"
    again = live.told()
    assert (again["condition"], again["public_url"]) == ("up", first["public_url"])
    assert_nowhere(AUTHTOKEN, [], tmp_path)
    assert live.run("tunnel", "--stop").code == 0
    wait_until(lambda: agents_of(agent) == [])


@pytest.mark.soak  # half a minute of waiting for a watcher of another process
@pytest.mark.timeout(300)
def test_on_the_line_every_fault_is_told_apart_and_what_comes_back_is_told(
    cloud: Cloud, sandbox: Bench, fusionauth: FusionAuth, agent: Path, tmp_path: Path
) -> None:
    live = Live(tmp_path / "home", cloud, sandbox, agent, fusionauth=fusionauth.url)
    live.terminal.environment["STAND_IN_FAULT"] = "slow"
    try:
        assert live.keep_tunnel()["condition"] == "up"
        cloud.reachable = False  # the network is lost, and comes back
        cloud.drop_sessions()
        assert live.told()["condition"] == "reconnecting"
        cloud.reachable = True
        assert live.told()["condition"] == "up"
        fusionauth.stop()  # FusionAuth is restarted
        assert live.told()["condition"] == "FusionAuth is down"
        fusionauth.start()
        assert live.told()["condition"] == "up"
        (process,) = agents_of(agent)  # the agent hangs, and goes on
        process.suspend()
        assert live.told()["condition"] == "unreachable"
        process.resume()
        assert live.told()["condition"] == "up"
        assert_nowhere(AUTHTOKEN, [], tmp_path)
        assert live.run("tunnel", "--stop").code == 0
    finally:
        live.end()
    wait_until(lambda: agents_of(agent) == [])


class AppInTerminal:
    """The app in a terminal of its own; `screen` is what stands there."""

    def __init__(self, live: Live) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 45, 160, 0, 0))
        self._screen = pyte.Screen(160, 45)
        self._stream = pyte.ByteStream(self._screen)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tui", "--profile", "dev"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=live.terminal.environment | {"TERM": "xterm-256color"},
            start_new_session=True,
        )
        os.close(theirs)

    def screen(self) -> str:
        """The screen now."""
        while select.select([self._ours], [], [], 0.05)[0]:
            try:
                self._stream.feed(os.read(self._ours, 65_536))
            except OSError:  # the other end is closed
                break
        return "\n".join(self._screen.display)

    def press(self, key: str) -> None:
        """Press a key."""
        os.write(self._ours, key.encode())

    def end(self) -> None:
        """End it, if it still runs."""
        self.process.kill()
        self.process.wait()
        os.close(self._ours)


@pytest.fixture
def app(live: Live) -> Iterator[AppInTerminal]:
    """`gatelight --profile dev`."""
    app = AppInTerminal(live)
    yield app
    app.end()


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL])
def test_the_agent_ends_with_the_app_whether_its_terminal_closes_or_it_crashes(
    number: signal.Signals, app: AppInTerminal, agent: Path
) -> None:
    wait_until(lambda: "reach, version" in app.screen(), seconds=30)
    for shown in ("1 of 10", "tunnel ✔ up"):
        app.press("n")  # the next step: the first one, then the tunnel
        wait_until(lambda shown=shown: shown in app.screen(), seconds=30)  # type: ignore[misc]
    (process,) = agents_of(agent)
    assert AUTHTOKEN not in app.screen()
    app.process.send_signal(number)
    app.process.wait(15)
    wait_until(lambda: agents_of(agent) == [] and not psutil.pid_exists(process.pid))

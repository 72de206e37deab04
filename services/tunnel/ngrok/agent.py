"""One ngrok agent of ours with one endpoint: opened within a deadline, ended for certain."""

import atexit
import contextlib
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from services.cancel import Cancellation
from services.errors import Interrupted
from services.redact import Redactor, Secret
from services.tunnel.ngrok.binary import Agent
from services.tunnel.ngrok.driver import Launch, Pyngrok, pyngrok
from services.tunnel.ngrok.errors import reason_in_body, reason_in_log, reason_on_stderr, refused

ENDPOINT = "fusionauth"
OPEN_SECONDS = 20.0
_GRACE_SECONDS = 3.0  # for the agent to say goodbye to ngrok: an address left online refuses the next start for a while
_TICK = 0.05
_LINES = 200
_LOST = "session closed, starting reconnect loop"
_CONFIGURATION = 'version: "3"\nagent:\n  update_check: false\n'


class AgentRun:
    """An agent with its configuration and words in `folder`, which is private to one profile's tunnel.

    `began` is told the agent's process number as soon as it runs, so that it can be ended by others should we not be
    able to. Methods may be called from any thread.
    """

    def __init__(
        self,
        agent: Agent,
        folder: Path,
        authtoken: Secret,
        redactor: Redactor,
        *,
        configuration: Path | None = None,
        region: str = "",
        began: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._path = str(agent.path)
        self._stderr = folder / "ngrok.stderr"
        self._configuration = configuration or _own_configuration(folder)
        self._region = region
        self._authtoken = authtoken
        self._redactor = redactor
        self._began = began
        self._lines: deque[str] = deque(maxlen=_LINES)
        self.losses = 0  # how often the session was lost
        self._process: Any = None
        self.public_url = ""

    @property
    def api_url(self) -> str:
        """The address of the agent's own API on loopback; empty while it does not run."""
        process = self._process
        return str(process.api_url or "") if process is not None and process.proc.poll() is None else ""

    @property
    def alive(self) -> bool:
        """Whether the agent's process runs. Never starts one, as pyngrok's own questions do."""
        process = self._process
        return process is not None and process.proc.poll() is None

    def open(
        self,
        upstream: str,
        options: Mapping[str, Any],
        cancellation: Cancellation,
        *,
        seconds: float | None = None,
    ) -> str:
        """Start the agent and publish `upstream` (an http address on loopback); gives the public URL.

        Raises TunnelRefused with ngrok's reason, or Interrupted. Nothing is left running then.
        """
        self._redactor.register(self._authtoken)
        library = pyngrok()
        library.launches[self._path] = Launch(self._stderr, self._authtoken)
        seconds = OPEN_SECONDS if seconds is None else seconds
        attempt = _Attempt(lambda: self._connect(library, upstream, options))
        try:
            self._wait(attempt, library, cancellation, time.monotonic() + seconds)
        except Interrupted:
            self._end(library, attempt)
            raise
        if attempt.tunnel is None:
            error = attempt.error or TimeoutError(f"the agent gave no answer within {seconds:.0f} s")
            self._end(library, attempt)
            raise refused(self._reasons(error), self._redactor)
        self.public_url = str(attempt.tunnel.public_url).rstrip("/")
        return self.public_url

    def close(self) -> None:
        """End the agent. Closing twice is no error."""
        if self._process is not None:
            self._end(pyngrok(), None)

    def _connect(self, library: Pyngrok, upstream: str, options: Mapping[str, Any]) -> Any:
        configuration = library.conf.PyngrokConfig(
            ngrok_path=self._path,
            config_path=str(self._configuration),
            region=self._region or None,
            log_event_callback=self._hear,
        )
        configuration.auth_token = None  # it would be an argument; the agent reads its environment
        return library.ngrok.connect(upstream, name=ENDPOINT, pyngrok_config=configuration, **options)

    def _hear(self, entry: Any) -> None:
        """Take a line of the agent's log. What takes longer here would cost pyngrok the reason of a refusal."""
        self._lines.append(entry.line)
        if _LOST in entry.line:
            self.losses += 1

    def _wait(self, attempt: "_Attempt", library: Pyngrok, cancellation: Cancellation, deadline: float) -> None:
        while not attempt.ended.wait(_TICK) and time.monotonic() < deadline:
            cancellation.check()
            self._notice(library)
        self._notice(library)

    def _notice(self, library: Pyngrok) -> None:
        """Get hold of the agent's process as soon as pyngrok has started it."""
        process = library.process._current_processes.get(self._path)  # its own question starts one
        if process is not None and process is not self._process and process.proc.poll() is None:
            self._process = process
            atexit.unregister(library.process._terminate_process)  # what we started, we end
            self._began(process.proc.pid)

    def _end(self, library: Pyngrok, attempt: "_Attempt | None") -> None:
        """End the process first: a hung start holds pyngrok's lock, and comes back once its agent is gone."""
        self._notice(library)
        process, self._process = self._process, None
        if process is not None:
            _terminate(process.proc)
        if attempt is not None:
            attempt.ended.wait(_GRACE_SECONDS)
        if process is not None:
            monitor = process._monitor_thread  # it reads the pipe that is closed below
            if monitor is not None:
                monitor.join(_GRACE_SECONDS)
            if process.proc.stdout is not None:
                process.proc.stdout.close()
            library.process._current_processes.pop(self._path, None)
        library.ngrok._current_tunnels.pop(self.public_url, None)  # it remembers them for ever

    def _reasons(self, error: BaseException) -> list[str]:
        try:
            written = self._stderr.read_text("utf-8", "replace")
        except OSError:
            written = ""
        return [
            str(getattr(error, "ngrok_error", None) or ""),
            reason_in_body(str(getattr(error, "body", None) or "")),
            reason_on_stderr(written),
            reason_in_log(self._lines),
            str(error),
        ]


class _Attempt:
    """A start in a daemon thread: one that hangs must not keep the program from ending."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self.ended = threading.Event()
        self.tunnel: Any = None
        self.error: BaseException | None = None
        threading.Thread(target=self._run, args=(connect,), daemon=True, name="ngrok-start").start()

    def _run(self, connect: Callable[[], Any]) -> None:
        try:
            self.tunnel = connect()
        except BaseException as error:  # noqa: BLE001 - pyngrok lets many kinds out; all become one error for people
            self.error = error
        finally:
            self.ended.set()


def _terminate(process: "subprocess.Popen[str]") -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(_GRACE_SECONDS)


def _own_configuration(folder: Path) -> Path:
    """A configuration of ours without anything secret: a person's own may have settings that pyngrok cannot read."""
    path = folder / "ngrok.yml"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(_CONFIGURATION, "utf-8")
    return path

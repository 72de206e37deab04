"""FusionAuth on this machine, published through an ngrok agent of ours."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.cancel import Cancellation
from services.errors import ConfigurationError, GatelightError, Unreachable
from services.http import HttpClient
from services.lifeline import Lifeline
from services.profile.model import TunnelSettings
from services.redact import Redactor, Secret
from services.tunnel.ngrok.agent import AgentRun
from services.tunnel.ngrok.authtoken import VARIABLE, find_authtoken
from services.tunnel.ngrok.binary import Agent, find_agent
from services.tunnel.provider import Capabilities, Obstacle, Session
from services.tunnel.publish import Publish
from services.tunnel.publisher import Publisher
from services.tunnel.runtime import RuntimeFile, TunnelRecord, started_at
from services.tunnel.visit import Visit

_API_SECONDS = 2.0
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


class NgrokTunnel:
    """One tunnel of one profile. It lives as long as the process that opened it; others see it by its runtime file."""

    title = "ngrok"
    capabilities = Capabilities(
        opens=True,
        stable_url=True,
        custom_domain=True,
        needs_account=True,
        needs_binary=True,
        shows_visits=True,
        metered=True,
    )

    def __init__(
        self,
        http: HttpClient,
        redactor: Redactor,
        fusionauth_url: str,
        settings: TunnelSettings,
        folder: Path,
        authtoken: Callable[[], Secret] = lambda: find_authtoken()[0],
    ) -> None:
        """`folder` is the profile's own in the state folder; `authtoken` looks the account's token up."""
        self._http = http
        self._redactor = redactor
        self._fusionauth_url = fusionauth_url
        self._settings = settings
        self._authtoken = authtoken
        self.publish: Publish | None = Publish(settings.publish)
        self._file = RuntimeFile(folder)
        self._lock = threading.Lock()
        self._lifeline = Lifeline(signal.SIGTERM)
        self._run: AgentRun | None = None
        self._publisher: Publisher | None = None
        self._agent_pid = 0

    def preflight(self) -> tuple[Obstacle, ...]:
        """Whether the agent, the authtoken and FusionAuth are there, and no proxy is in the way."""
        obstacles = [_obstacle("agent", error) for error in _raised(lambda: find_agent(self._settings.agent))]
        if not self._authtoken():
            obstacles.append(
                Obstacle(
                    "authtoken",
                    "There is no ngrok authtoken: not in the environment, the keyring or ngrok's configuration.",
                    f"Set {VARIABLE}, or run: ngrok config add-authtoken, as https://dashboard.ngrok.com tells.",
                )
            )
        obstacles += [_obstacle("fusionauth", error) for error in _raised(self._ask_fusionauth)]
        if proxies := [name for name in _PROXIES if os.environ.get(name)]:
            obstacles.append(
                Obstacle(
                    "proxy",
                    f"The agent would go through a proxy ({', '.join(proxies)}), which paid plans of ngrok allow.",
                    "If it is refused with ERR_NGROK_9009, start Gatelight without these variables.",
                    blocks=False,
                )
            )
        return tuple(obstacles)

    def current(self) -> str | None:
        """The URL of our own agent, or of the one that another Gatelight keeps open for this profile."""
        if self._run is not None:
            return self._run.public_url if self._run.alive else None
        record = self._file.read()
        return record.public_url or None if record else None

    def open(self, cancellation: Cancellation) -> str:
        """Start the agent in front of the publisher. Raises TunnelRefused, ConfigurationError or Interrupted."""
        with self._lock:
            if self._run is not None and self._run.alive:
                return self._run.public_url
            self._close()
            agent = find_agent(self._settings.agent)
            options = self._options()
            self._file.claim()
            try:
                return self._start(agent, options, cancellation)
            except BaseException:
                self._close()
                raise

    def session(self) -> Session | None:
        """What the agent says of it; None where it is another process's, or knows no such question."""
        run = self._run
        if run is None or not (api_url := run.api_url):
            return None
        try:
            reply = self._http.send("GET", f"{api_url}/api/status", total_seconds=_API_SECONDS)
        except Unreachable:
            return Session(online=False, losses=run.losses)
        state = reply.json()
        if reply.status != 200 or not isinstance(state, dict):
            return None
        return Session(online=state.get("status") == "online", losses=run.losses)

    def visits(self) -> tuple[Visit, ...]:
        """Who came, as the publisher saw it."""
        return self._publisher.visits if self._publisher else ()

    def close(self) -> None:
        """End the agent and the publisher."""
        with self._lock:
            self._close()

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"inspect": False}  # its inspector has no password, and shows whole bodies
        if self._settings.domain:
            options["url"] = f"https://{self._settings.domain}"
        if self._settings.traffic_policy:
            options["traffic_policy"] = _read(self._settings.traffic_policy)
        return options

    def _start(self, agent: Agent, options: dict[str, Any], cancellation: Cancellation) -> str:
        self._run = AgentRun(
            agent,
            self._file.folder,
            self._authtoken(),
            self._redactor,
            configuration=Path(self._settings.config).expanduser() if self._settings.config else None,
            region=self._settings.region,
            began=self._agent_began,
        )
        self._publisher = Publisher(self._fusionauth_url, Publish(self._settings.publish))
        url = self._run.open(f"http://127.0.0.1:{self._publisher.port}", options, cancellation)
        self._tell(url)
        return url

    def _agent_began(self, pid: int) -> None:
        self._agent_pid = pid
        self._lifeline.hold(pid)
        self._tell("")

    def _tell(self, url: str) -> None:
        self._file.write(
            TunnelRecord(
                owner_pid=os.getpid(),
                public_url=url,
                upstream=self._fusionauth_url,
                since=time.time(),
                agent_pid=self._agent_pid,
                agent_started=started_at(self._agent_pid),
            )
        )

    def _close(self) -> None:
        run, self._run = self._run, None
        publisher, self._publisher = self._publisher, None
        if run is not None:
            run.close()
        if publisher is not None:
            publisher.close()
        self._lifeline.release(self._agent_pid)
        self._lifeline.close()
        self._file.release()

    def _ask_fusionauth(self) -> None:
        """Raises Unreachable unless something answers where FusionAuth should be."""
        self._http.send("GET", f"{self._fusionauth_url}/api/status", total_seconds=_API_SECONDS)


def _raised(ask: Any) -> list[GatelightError]:
    try:
        ask()
    except GatelightError as error:
        return [error]
    return []


def _obstacle(name: str, error: GatelightError) -> Obstacle:
    return Obstacle(name, error.message, error.fix)


def _read(name: str) -> str:
    path = Path(name).expanduser()
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(
            f'The traffic policy "{path}" cannot be read.', "Correct tunnel.traffic_policy in the profile."
        ) from None

"""FusionAuth on this machine, published through an ngrok agent of ours."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.cancel import Cancellation
from services.errors import ConfigurationError
from services.http import HttpClient
from services.lifeline import Lifeline
from services.profile.model import TunnelSettings
from services.redact import Redactor, Secret
from services.tunnel.ngrok.agent import AgentRun
from services.tunnel.ngrok.api import agent_session
from services.tunnel.ngrok.authtoken import find_authtoken
from services.tunnel.ngrok.binary import Agent, find_agent
from services.tunnel.ngrok.errors import TunnelRefused
from services.tunnel.ngrok.preflight import already_published, check_upstream, preflight
from services.tunnel.provider import Capabilities, Obstacle, Session
from services.tunnel.publish import Publish
from services.tunnel.publisher import Publisher
from services.tunnel.runtime import RuntimeFile, TunnelRecord, started_at
from services.tunnel.visit import Visit

_HELD = ("ERR_NGROK_334", "ERR_NGROK_108")  # another agent has the address, or the last session


class NgrokTunnel:
    """One tunnel of one profile. It lives as long as the process that opened it; others see it by its runtime file."""

    title = "ngrok tunnel"
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
        return preflight(self._settings, self._http, self._fusionauth_url, self._authtoken)

    def current(self) -> str | None:
        """The URL of our own agent, or of the one that another Gatelight keeps open for this profile."""
        run = self._run
        if run is not None:
            return (run.public_url or None) if run.alive else None
        record = self._file.read()
        return record.public_url or None if record else None

    def open(self, cancellation: Cancellation) -> str:
        """Start the agent in front of the publisher. Raises TunnelRefused, ConfigurationError or Interrupted."""
        with self._lock:
            if self._run is not None and self._run.alive:
                return self._run.public_url
            self._close()
            check_upstream(self._fusionauth_url)
            agent = find_agent(self._settings.agent)
            options = self._options()
            had_orphan = self._file.claim()
            try:
                return self._start(agent, options, cancellation)
            except TunnelRefused as error:
                self._close()
                if had_orphan and error.code in _HELD:
                    error.retry = True  # what it held is free as soon as ngrok notices
                raise self._with_offer(error) from None
            except BaseException:
                self._close()
                raise

    def session(self) -> Session | None:
        """What the agent says of it; None where it is another process's, or knows no such question."""
        run = self._run
        if run is None or not (api_url := run.api_url):
            return None
        return agent_session(api_url, run.losses)

    def visits(self) -> tuple[Visit, ...]:
        """Who came, as the publisher saw it."""
        publisher = self._publisher
        return publisher.visits if publisher else ()

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
            configuration=self._configuration(),
            region=self._settings.region,
            began=self._agent_began,
        )
        self._publisher = Publisher(self._fusionauth_url, Publish(self._settings.publish))
        url = self._run.open(f"http://127.0.0.1:{self._publisher.port}", options, cancellation)
        self._tell(url)
        return url

    def _configuration(self) -> Path | None:
        if not self._settings.config:
            return None
        path = Path(self._settings.config).expanduser()
        if not path.is_file():
            raise ConfigurationError(
                f'There is no ngrok configuration at "{path}".',
                "Correct tunnel.config in the profile, or leave it out.",
            )
        return path

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

    def _with_offer(self, error: TunnelRefused) -> TunnelRefused:
        """The refusal, with the offer to use the agent that stands in the way, where one does."""
        if error.code in _HELD and (obstacle := already_published(self._fusionauth_url)):
            error.fix = f"{error.fix} {obstacle.sentence} {obstacle.fix}"
        return error


def _read(name: str) -> str:
    path = Path(name).expanduser()
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(
            f'The traffic policy "{path}" cannot be read.', "Correct tunnel.traffic_policy in the profile."
        ) from None

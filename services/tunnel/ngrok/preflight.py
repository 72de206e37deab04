"""What stands in the way of an ngrok tunnel, all of it at once; starts nothing but `ngrok version`, changes nothing."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from services.errors import ConfigurationError, GatelightError
from services.gateway.issuer_keys import discovery_url
from services.http import HttpClient
from services.profile.model import TunnelSettings
from services.redact import Secret
from services.tunnel.ngrok.authtoken import VARIABLE, token_in
from services.tunnel.ngrok.binary import find_agent
from services.tunnel.ngrok.running import find_running
from services.tunnel.provider import Obstacle

_SECONDS = 2.0
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def preflight(
    settings: TunnelSettings, http: HttpClient, fusionauth_url: str, authtoken: Callable[[], Secret]
) -> tuple[Obstacle, ...]:
    """Whether agent, authtoken and FusionAuth are there, and no proxy and no other agent is in the way."""
    found = [
        _raised("agent", lambda: find_agent(settings.agent)),
        _no_authtoken(settings, authtoken),
        _raised("fusionauth", lambda: _ask_fusionauth(http, fusionauth_url)),
        already_published(fusionauth_url),
        *_proxy(),
    ]
    return tuple(obstacle for obstacle in found if obstacle is not None)


def already_published(fusionauth_url: str) -> Obstacle | None:
    """An agent of somebody else's that publishes FusionAuth, offered for use."""
    running = find_running(fusionauth_url)
    if running is None:
        return None
    return Obstacle(
        "running",
        f'An ngrok agent that is not Gatelight\'s publishes FusionAuth already: "{running.public_url}".',
        'To use that one: tunnel.provider = "running" in the profile. It may show the world all of FusionAuth.',
        blocks=False,
    )


def check_upstream(fusionauth_url: str) -> None:
    """Raise ConfigurationError for an address that the publisher cannot hand on to."""
    if not fusionauth_url.startswith("http://"):
        raise ConfigurationError(
            f'The tunnel leads to plain http, and fusionauth.url is "{fusionauth_url}".',
            "Give FusionAuth's http address, such as http://localhost:9011: the tunnel itself is https.",
        )


def _no_authtoken(settings: TunnelSettings, authtoken: Callable[[], Secret]) -> Obstacle | None:
    if authtoken() or (settings.config and token_in(Path(settings.config).expanduser())):
        return None
    return Obstacle(
        "authtoken",
        "There is no ngrok authtoken: not in the environment, the keyring or ngrok's configuration.",
        f"Set {VARIABLE}, or run: ngrok config add-authtoken, as https://dashboard.ngrok.com tells.",
    )


def _ask_fusionauth(http: HttpClient, fusionauth_url: str) -> None:
    """Raises a GatelightError unless what answers does so like FusionAuth, and in plain http."""
    check_upstream(fusionauth_url)
    url = discovery_url(fusionauth_url)
    reply = http.send("GET", url, total_seconds=_SECONDS)
    document = reply.json()
    if reply.status != 200 or not isinstance(document, dict) or "jwks_uri" not in document:
        raise ConfigurationError(
            f'"{url}" answered with status {reply.status}, and not as FusionAuth does.',
            "Correct fusionauth.url in the profile, or wait until FusionAuth has started.",
        )


def _proxy() -> Iterator[Obstacle]:
    if proxies := [name for name in _PROXIES if os.environ.get(name)]:
        yield Obstacle(
            "proxy",
            f"The agent would go through a proxy ({', '.join(proxies)}), which paid plans of ngrok allow.",
            "If it is refused with ERR_NGROK_9009, start Gatelight without these variables.",
            blocks=False,
        )


def _raised(name: str, ask: Callable[[], object]) -> Obstacle | None:
    try:
        ask()
    except GatelightError as error:
        return Obstacle(name, error.message, error.fix)
    return None

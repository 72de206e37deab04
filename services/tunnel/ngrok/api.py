"""What an ngrok agent tells of itself on its own port, without a password, whoever started it.

An agent answers on the first free port from 4040 on: `/api/endpoints` from 3.30 on, `/api/tunnels` before
(https://ngrok.com/docs/agent/api). Nothing here changes anything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from services.errors import Unreachable
from services.http import HttpClient, Reply
from services.tunnel.provider import Session
from services.tunnel.visit import Visit

_SECONDS = 1.0
_PORT = re.compile(r"(?:^|:)(\d{1,5})/?$")
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1", "")


@dataclass(frozen=True, slots=True)
class PublishedPort:
    """Where an agent answers, and the address and the name it publishes a port of this machine under."""

    api_url: str
    public_url: str
    name: str = ""


def ask_agent(http: HttpClient, url: str) -> Reply | None:
    """Ask an agent's own port; None where nobody answers."""
    try:
        return http.send("GET", url, total_seconds=_SECONDS)
    except Unreachable:
        return None


def agent_session(http: HttpClient, api_url: str, losses: int = 0) -> Session | None:
    """What an agent says of its session (`GET /api/status`); None for one that knows no such question."""
    reply = ask_agent(http, f"{api_url}/api/status")
    if reply is None:
        return Session(online=False, losses=losses)
    state = reply.json()
    if reply.status != 200 or not isinstance(state, dict):
        return None
    return Session(online=state.get("status") == "online", losses=losses)


def published(http: HttpClient, api_url: str, private_url: str) -> list[PublishedPort]:
    """What an agent publishes of the port that `private_url` names; nothing where that is not on this machine."""
    there = urlsplit(private_url)
    if (there.hostname or "") not in _LOOPBACK:
        return []
    port = there.port or (443 if there.scheme == "https" else 80)
    for path, member in (("/api/endpoints", "endpoints"), ("/api/tunnels", "tunnels")):
        reply = ask_agent(http, api_url + path)
        if reply is None:
            return []
        entries = _list(reply, member)
        if entries is not None:
            return [found for entry in entries if (found := _published(api_url, entry, port))]
    return []


def captured(http: HttpClient, api_url: str, name: str) -> tuple[Visit, ...]:
    """The latest requests that an agent's inspector has seen at its endpoint `name`; empty where that is off."""
    reply = ask_agent(http, f"{api_url}/api/requests/http?limit=50")
    return tuple(_visits((reply and _list(reply, "requests")) or [], name))


def _list(reply: Reply, member: str) -> list[Any] | None:
    content = reply.json() if reply.status == 200 else None
    entries = content.get(member) if isinstance(content, dict) else None
    return entries if isinstance(entries, list) else None


def _published(api_url: str, entry: Any, port: int) -> PublishedPort | None:
    if not isinstance(entry, dict):
        return None
    described = entry.get("upstream") or entry.get("config")
    upstream = str(described.get("url") or described.get("addr") or "") if isinstance(described, dict) else ""
    url = str(entry.get("url") or entry.get("public_url") or "").rstrip("/")
    number, host = _PORT.search(upstream), _PORT.sub("", upstream.partition("://")[2] or upstream)
    if number is None or int(number[1]) != port or host not in _LOOPBACK or not url.startswith(("https://", "http://")):
        return None
    return PublishedPort(api_url, url, str(entry.get("name", "")))


def _visits(entries: list[Any], name: str) -> Iterator[Visit]:
    """Requests as the agent's inspector tells them, without their bodies."""
    for entry in entries:
        try:
            if name and entry.get("tunnel_name", name) != name:
                continue
            request, response = entry["request"], entry.get("response") or {}
            agents = request.get("headers", {}).get("User-Agent") or [""]
            yield Visit(
                datetime.fromisoformat(str(entry["start"])).timestamp(),
                str(request["method"])[:10],
                str(request["uri"]).partition("?")[0][:300],
                int(response.get("status_code") or 0),
                float(entry.get("duration") or 0) / 1e9,  # it counts nanoseconds
                str(agents[0])[:200],
            )
        except (AttributeError, KeyError, TypeError, ValueError):
            continue

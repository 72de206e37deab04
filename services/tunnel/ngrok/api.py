"""What an ngrok agent tells of itself on its own port, without a password, whoever started it.

An agent answers on the first free port from 4040 on: `/api/endpoints` from 3.30 on, `/api/tunnels` before
(https://ngrok.com/docs/agent/api). Nothing here changes anything.
"""

import http.client
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from services.tunnel.provider import Session
from services.tunnel.visit import Visit

NOTHING: dict[str, Any] = {}
_SECONDS = 2.0
_LIMIT = 2_000_000
_PORT = re.compile(r"(?:^|:)(\d{1,5})/?$")
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1", "")


@dataclass(frozen=True, slots=True)
class PublishedPort:
    """Where an agent answers, and the address and the name it publishes a port of this machine under."""

    api_url: str
    public_url: str
    name: str = ""


def ask_agent(url: str) -> Any:
    """The JSON an agent answers with; `NOTHING` where it gives none, None where nobody answers in time.

    It goes by no client of ours: each agent has a port of its own, and a connection kept for later would outlive it.
    """
    parts, end = urlsplit(url), time.monotonic() + _SECONDS
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_SECONDS)
    try:
        connection.request("GET", url.removeprefix(f"http://{parts.netloc}"), headers={"Connection": "close"})
        response = connection.getresponse()
        body = b""
        while len(body) < _LIMIT and time.monotonic() < end and (chunk := response.read1(65_536)):
            body += chunk
        return json.loads(body) if response.status == 200 else NOTHING
    except (OSError, http.client.HTTPException):
        return None
    except ValueError:
        return NOTHING
    finally:
        connection.close()


def agent_session(api_url: str, losses: int = 0) -> Session | None:
    """What an agent says of its session (`GET /api/status`); None for one that says nothing of it, or not in time."""
    state = ask_agent(f"{api_url}/api/status")
    if not isinstance(state, dict) or not state:
        return None
    return Session(online=state.get("status") == "online", losses=losses)


def published(api_url: str, private_url: str) -> list[PublishedPort]:
    """What an agent publishes of the port that `private_url` names; nothing where that is not on this machine."""
    there = urlsplit(private_url)
    if (there.hostname or "") not in _LOOPBACK:
        return []
    port = there.port or (443 if there.scheme == "https" else 80)
    for path, member in (("/api/endpoints", "endpoints"), ("/api/tunnels", "tunnels")):
        content = ask_agent(api_url + path)
        if content is None:
            return []
        entries = _list(content, member)
        if entries is not None:
            return [found for entry in entries if (found := _published(api_url, entry, port))]
    return []


def captured(api_url: str, name: str) -> tuple[Visit, ...]:
    """The latest requests that an agent's inspector has seen at its endpoint `name`; empty where that is off."""
    content = ask_agent(f"{api_url}/api/requests/http?limit=50")
    return tuple(_visits(_list(content, "requests") or [], name))


def _list(content: Any, member: str) -> list[Any] | None:
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

"""Looks at a tunnel from the inside out: process, session, public address, and what answers behind it."""

from services.http import HttpClient
from services.tunnel.proof import prove
from services.tunnel.provider import Condition, Health, TunnelProvider

_OPEN = "The step “tunnel” opens it; for line commands, keep it open with `gatelight tunnel`."


def look(provider: TunnelProvider, http: HttpClient, issuer_path: str = "") -> Health:
    """The tunnel's health now. It opens nothing; the public address is asked once for each of two documents."""
    url = provider.current()
    if url is None:
        return Health(Condition.CLOSED, "The tunnel is closed.", _OPEN)
    session = provider.session()
    if session is not None and not session.online:
        return Health(
            Condition.RECONNECTING,
            "The agent runs and has lost its session with the provider: it keeps trying.",
            "Check the network. The address stays the same when it is back.",
        )
    return prove(http, url, issuer_path)

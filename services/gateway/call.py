"""Call a route of the gateway, with or without a token, and keep the answer as it came."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from services.errors import ConfigurationError
from services.exchange import Exchange
from services.http import HttpClient
from services.redact import Secret

SECONDS = 35.0  # an integration may take 30 s, and its 503 must still arrive


@dataclass(frozen=True, slots=True)
class Answer:
    """What the invoke URL answered. Headers and body are as they came: show `exchange`, which is masked."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: str = field(repr=False)
    seconds: float
    exchange: Exchange = field(repr=False)
    received_at: float = 0.0  # our clock when it was complete, in seconds since the epoch

    def header(self, name: str) -> str:
        """The first header of that name (any case); empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


def call(
    http: HttpClient,
    url: str,
    token: Secret | None = None,
    *,
    method: str = "GET",
    headers: Mapping[str, str | Secret] | None = None,
    seconds: float = SECONDS,
) -> Answer:
    """One request to `url`, with `token` as `Authorization: Bearer …` if given, and `headers` as they stand.

    No redirect is followed: an answer that leads elsewhere is an answer. Raises Unreachable when nothing answers within
    `seconds`, and ConfigurationError for a token or header that cannot be sent.
    """
    sent = {**(headers or {}), **({} if token is None else {"Authorization": _bearer(token)})}
    reply = http.send(method, url, headers=sent, total_seconds=seconds)
    return Answer(
        reply.status,
        reply.exchange.reason,
        tuple(reply.headers.items()),
        reply.text,
        reply.seconds,
        reply.exchange,
        time.time(),
    )


def _bearer(token: Secret) -> Secret:
    text = token.reveal()
    if not text.isascii() or not text.isprintable():
        raise ConfigurationError(
            "The token has characters that an HTTP header cannot carry.",
            "Paste it again: a token is one line of letters, digits, dots, dashes and underscores.",
        )
    return Secret(f"Bearer {text}")

"""HTTP for a look ahead: it reads, and keeps what would be written instead of sending it."""

import json
from collections.abc import Mapping

from services.exchange import collect
from services.http import HttpClient, Reply
from services.redact import Redactor, Secret


class RehearsedHttp(HttpClient):
    """A client whose writing requests end in the exchanges collected, unsent and unanswered.

    The answer is FusionAuth's to one that succeeds: the object that was sent, under the id in the path.
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__(redactor, read_only=True)

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str | Secret] | None = None,
        json_body: object = None,
        form: Mapping[str, str | Secret] | None = None,
        total_seconds: float | None = None,
    ) -> Reply:
        """Send a reading request; keep a writing one."""
        if method == "GET":
            return super().send(method, url, headers=headers, total_seconds=total_seconds)
        body = b"" if json_body is None else json.dumps(json_body, ensure_ascii=False).encode()
        planned = self._exchange(method, url, headers or {}, body, seconds=0.0)
        collect(planned)
        answer = json.dumps(_echo(url, json_body)).encode()
        return Reply(200, "OK", {"content-type": "application/json"}, answer, 0.0, planned)


def _echo(url: str, body: object) -> dict[str, object]:
    identity = {"id": url.partition("?")[0].rpartition("/")[2], "name": ""}
    members = body.items() if isinstance(body, dict) else ()
    return {name: {**identity, **value} for name, value in members if isinstance(value, dict)}

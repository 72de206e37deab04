"""What goes back to the caller, and the answers the gateway makes itself."""

import json
import re

import msgspec
from msgspec.structs import replace

from services.gateway.verdict import Refusal

Header = tuple[bytes, bytes]

# Only the sandbox sends it: what it chose because AWS's behaviour was never captured, or what AWS would not tell.
NOTE = b"gatelight-note"
_UNPRINTABLE = re.compile(r"[^ -~]")


class Answer(msgspec.Struct, frozen=True):
    """An HTTP response; `integration_error` and `error_message` are for the access log."""

    status: int
    headers: tuple[Header, ...] = ()
    body: bytes = b""
    error_message: str = ""
    integration_error: str = ""
    authorizer_error: str = ""
    integration_seconds: float | None = None
    integration_status: int | None = None

    def noted(self, note: str) -> "Answer":
        """The same answer, labelled with what is the sandbox's choice in it."""
        return replace(self, headers=(*self.headers, (NOTE, _UNPRINTABLE.sub("?", note).encode("ascii"))))


def message(status: int, text: str, *, integration_error: str = "") -> Answer:
    """One of the gateway's own answers, `{"message":"…"}`."""
    body = json.dumps({"message": text}, separators=(",", ":")).encode()
    headers = ((b"content-type", b"application/json"),)
    return Answer(status, headers, body, error_message=text, integration_error=integration_error)


def refused(refusal: Refusal) -> Answer:
    """The authorizer's answer; content type as in captures of 2024 (those of 2020 have none)."""
    headers = (
        (b"content-type", b"application/json"),
        (b"www-authenticate", refusal.www_authenticate.encode("latin-1", "replace")),
    )
    body = refusal.body.encode()
    text = "Forbidden" if refusal.status == 403 else "Unauthorized"
    return Answer(refusal.status, headers, body, error_message=text, authorizer_error=refusal.authorizer_error)


NOT_FOUND = message(404, "Not Found")
FORBIDDEN = message(403, "Forbidden")
TOO_MANY_REQUESTS = message(429, "Too Many Requests")
TIMED_OUT = message(
    503, "Service Unavailable", integration_error="The integration did not answer within its time-out."
).noted("status and body of a time-out unverified on AWS")
HEADERS_TOO_LARGE = message(431, "Request Header Fields Too Large").noted(
    "AWS limits request line and headers to 10240 bytes; its answer is not documented"
)
BODY_TOO_LARGE = message(413, "Request Entity Too Large").noted(
    "AWS limits payloads to 10 MB; its answer is unverified"
)

BODY_TOO_SLOW = message(408, "Request Timeout").noted("how long AWS waits for a body is not documented")


def internal_error(reason: str) -> Answer:
    """A failure behind the authorizer: the caller learns nothing, the access log learns `reason`."""
    return message(500, "Internal Server Error", integration_error=reason)

"""The loopback address that a browser comes back to after a login (RFC 8252, section 7.3), open for one answer.

It believes nobody: the address must be exact, `Host` ours, `Origin` absent or FusionAuth's, and `state` the one that
was sent out, before anything but a refusal is shown.
"""

import hmac
import os
import queue
import threading
import time
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs

from services.cancel import Cancellation
from services.errors import ConfigurationError, ExpectationFailed
from services.page import STYLE_POLICY, page
from services.redact import Secret

PORTS = range(8765, 8775)
REQUEST_SECONDS = 5.0
_POLL = 0.1  # seconds between looks at the cancellation
_ARRIVED = "The answer has arrived. Close this page and go back to the terminal."
_POLICY = f"default-src 'none'; {STYLE_POLICY}; frame-ancestors 'none'; base-uri 'none'"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from the authorization endpoint with the right state: a code, or an error."""

    code: Secret
    error: str = ""
    description: str = ""
    issuer: str | None = None  # RFC 9207; FusionAuth sends it from 1.69 on

    def comes_from(self, issuer: str) -> bool:
        """Whether it is of this issuer, as far as it says."""
        return self.issuer is None or hmac.compare_digest(self.issuer.encode(), issuer.encode())


class NotOurs(Exception):
    """A request that is not the answer that is waited for. The text is for people."""


def read_answer(query: str, state: Secret) -> Answer:
    """The answer in a redirect's query. Raises NotOurs when it is no answer to the login that began with `state`."""
    try:
        fields = parse_qs(query, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise NotOurs("It has too many fields.") from None
    given = fields.get("state", [])
    if len(given) != 1 or not hmac.compare_digest(given[0].encode(), state.reveal().encode()):
        raise NotOurs("It does not answer the login that began here.")
    if any(len(fields.get(name, [])) > 1 for name in ("code", "error", "error_description", "iss")):
        raise NotOurs("It says something twice.")
    one = {name: values[0] for name, values in fields.items()}
    if bool(one.get("code")) == bool(one.get("error")):
        raise NotOurs("It has neither a code nor an error.")
    return Answer(Secret(one.get("code", "")), one.get("error", ""), one.get("error_description", ""), one.get("iss"))


class Callback:
    """A listener on 127.0.0.1 for one answer. A context manager: leaving it closes the port.

    `start_url` is what a browser is sent to: it redirects once to where `lead_to` says, so that the state in that
    address never stands among a process's arguments, where everybody on the machine could read it.
    """

    def __init__(self, state: Secret, *, origin: str, path: str, start_path: str, issuer: str = "") -> None:
        """Bind the first free port of `PORTS`. Raises ConfigurationError when there is none.

        `issuer` is whom a good answer comes from, where it says so; the page a person sees must not praise another's.
        """
        self._state = state
        self._issuer = issuer
        self._origin = origin
        self._path = path
        self._start_path = start_path
        self._lock = threading.Lock()
        self._answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._used = False
        self._destination = Secret("")
        self._server = _bind(self)
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL,), daemon=True)

    def __enter__(self) -> "Callback":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def redirect_url(self) -> str:
        """The redirect URL to register."""
        return f"http://{self.address}{self._path}"

    @property
    def start_url(self) -> str:
        """Where a browser begins."""
        return f"http://{self.address}{self._start_path}"

    def lead_to(self, destination: Secret) -> None:
        """Say where `start_url` leads."""
        self._destination = destination

    def take(self, answer: Answer) -> None:
        """Take an answer that came otherwise than to this address; only the first one counts."""
        if self._claim():
            self._answers.put(answer)

    def wait(self, cancellation: Cancellation, deadline: float) -> Answer:
        """The answer. Raises ExpectationFailed after `deadline` (on the monotonic clock), Interrupted when asked."""
        while time.monotonic() < deadline:
            cancellation.check()
            try:
                return self._answers.get(timeout=_POLL)
            except queue.Empty:
                continue
        raise ExpectationFailed(
            "Nobody came back from FusionAuth's login page in time.",
            "Begin again and log in sooner. Where the browser is on another machine, paste back the address it ends at "
            "(on the line: --no-browser).",
        )

    def respond(self, request: "_Request") -> None:
        """Answer one GET request."""
        origin = request.headers.get("Origin")
        if request.headers.get("Host") != self.address or origin not in (None, self._origin):
            request.show(403, "Refused", "This address is only for the login that Gatelight began.")
            return
        path, _, query = request.path.partition("?")
        if path == self._start_path and not query:
            self._begin(request)
        elif path == self._path:
            self._end(request, query)
        else:
            request.show(404, "Nothing here", "This address is only for the login that Gatelight began.")

    def _begin(self, request: "_Request") -> None:
        with self._lock:
            destination, self._destination = self._destination, Secret("")
        if destination:
            request.redirect(destination.reveal())
        else:
            request.show(410, "Already used", "This login has begun already. Begin a new one in the terminal.")

    def _end(self, request: "_Request", query: str) -> None:
        try:
            answer = read_answer(query, self._state)
        except NotOurs as problem:
            request.show(400, "Refused", str(problem))
            return
        if not self._claim():
            request.show(410, "Already used", "An answer was taken already.")
            return
        if answer.error or (self._issuer and not answer.comes_from(self._issuer)):
            request.show(200, "Not logged in", "Go back to the terminal: it says why.")
        else:
            request.show(200, "Almost there", _ARRIVED, bad=False)
        self._answers.put(answer)

    def _claim(self) -> bool:
        """Whether this is the first answer."""
        with self._lock:
            used, self._used = self._used, True
        return not used


class _Request(BaseHTTPRequestHandler):
    """One connection; says nothing of itself and logs nothing, for its addresses hold codes."""

    timeout = REQUEST_SECONDS
    callback: Callback

    def do_GET(self) -> None:
        self.callback.respond(self)

    def show(self, status: int, title: str, text: str, *, bad: bool = True) -> None:
        body = page(title, f"<p>{escape(text)}</p>", mark="bad" if bad else "good")
        self._head(status, {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))})
        self.wfile.write(body)

    def redirect(self, location: str) -> None:
        self._head(302, {"Location": location, "Content-Length": "0"})

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        self.show(405 if code == 501 else code, "Refused", "This address only takes the answer to a login.")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        pass

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.close_connection = True
        self.send_response_only(status)
        fixed = {
            "Cache-Control": "no-store",
            "Connection": "close",
            "Content-Security-Policy": _POLICY,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        for name, value in {**headers, **fixed}.items():
            self.send_header(name, value)
        self.end_headers()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = os.name == "posix"  # elsewhere it would let another process share the port

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke off is nothing to tell."""


def _bind(callback: Callback) -> _Server:
    handler = type("_BoundRequest", (_Request,), {"callback": callback})
    for port in PORTS:
        try:
            return _Server(("127.0.0.1", port), handler)
        except OSError:
            continue
    raise ConfigurationError(
        f"No port from {PORTS[0]} to {PORTS[-1]} is free on 127.0.0.1 for the browser to come back to.",
        "End what listens there, or wait a minute.",
    )

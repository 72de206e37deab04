"""One document as a stranger gets it: no credentials, no cookies, no proxies, no redirects; bounded in time and size.

A name is resolved once, every address it has is checked, and the connection goes to a checked one: what the name says a
moment later changes nothing. The system's resolver decides what the public sees; behind a split-horizon DNS it is
what this machine sees.
"""

import http.client
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import SplitResult, urlsplit

from services.diagnosis.addresses import is_loopback, is_public
from services.diagnosis.deadline import Deadline, PatientSocket
from services.diagnosis.facts import Fetched

GATEWAY_SECONDS = 1.5  # what API Gateway gives discovery and key set each (its quotas)
GATEWAY_BYTES = 150_000  # the largest document it takes (its quotas)
SECONDS = 5.0  # more patient than the gateway: how slow it is is worth knowing
LIMIT = GATEWAY_BYTES + 1

_UNSENDABLE = re.compile(r"[^\x21-\x7e]")
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=\"?(\d{1,10})")
_REASONS = {
    "CERTIFICATE_VERIFY_FAILED": "its certificate is not trusted",
    "WRONG_VERSION_NUMBER": "it does not speak TLS on this port",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "it refuses the TLS handshake",
    "TLSV1_ALERT_PROTOCOL_VERSION": "it speaks only an old version of TLS",
    "UNSUPPORTED_PROTOCOL": "it speaks only an old version of TLS",
}
_VERIFY_REASONS = {  # OpenSSL's X509_V_ERR_ numbers
    10: "its certificate has expired",
    18: "its certificate is self-signed",
    19: "its certificate's authority is self-signed and not trusted here",
    20: "its certificate's authority is not known, or an intermediate certificate is not sent along",
    21: "an intermediate certificate is not sent along",
    62: "its certificate is for another host name",
    64: "its certificate is for another address",
}

Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Document:
    """What came: the facts, the body (cut at the limit), and whether it came from an address AWS cannot reach."""

    facts: Fetched
    body: bytes = b""
    is_private: bool = False


class _Refused(Exception):
    """The document is not asked for; the text says why, as a clause."""


def resolve(host: str, port: int) -> Sequence[str]:
    """The IP addresses of a host, as the system resolves it."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def fetch_public(
    url: str,
    *,
    allow_loopback: bool = False,
    allow_private: bool = False,
    seconds: float = SECONDS,
    resolving: Resolve = resolve,
    tls: ssl.SSLContext | None = None,
) -> Document:
    """GET `url` once and say all there is to say of the answer. Raises nothing: what went wrong is `facts.problem`.

    With `allow_loopback` http and this machine are meant; with `allow_private` any other address that is not public is,
    for an issuer that a person named. Neither belongs to a name that comes from a token.
    """
    attempt = _Attempt(url, Deadline(seconds))
    problem = ""
    try:
        parts, port = _checked(url)
        addresses = _resolved(str(parts.hostname), port, attempt.deadline, resolving)
        _check_addresses(parts, addresses, allow_loopback=allow_loopback, allow_private=allow_private)
        attempt.is_private = not all(map(is_public, addresses))
        attempt.ask(parts, port, addresses, tls)
    except _Refused as error:
        problem = str(error)
    except TimeoutError:
        problem = f"no complete answer within {seconds * 1000:,.0f} ms"
    except ssl.SSLError as error:
        attempt.note(tls_problem=_tls_reason(error))
        problem = f"TLS failed: {attempt.facts.tls_problem}"
    except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
        problem = "it hung up without an answer"
    except OSError as error:
        problem = f"no connection ({error.strerror or error})"
    except (http.client.HTTPException, ValueError, zlib.error):
        problem = "what answers there does not speak HTTP as it should"
    return attempt.ended(problem)


class _Attempt:
    """One request under way, with what is known of it so far."""

    def __init__(self, url: str, deadline: Deadline) -> None:
        self.deadline = deadline
        self.facts = Fetched(url)
        self.is_private = False
        self._body = b""
        self._began = time.monotonic()

    def note(self, **facts: Any) -> None:
        """Add to the facts."""
        self.facts = replace(self.facts, **facts)

    def ask(self, parts: SplitResult, port: int, addresses: Sequence[str], tls: ssl.SSLContext | None) -> None:
        """Connect to one of the checked addresses, send the request and read the answer."""
        sock, address = _connected(addresses, port, self.deadline)
        self.note(address=address)
        try:
            if parts.scheme == "https":
                sock.settimeout(self.deadline.left())
                sock = (tls or _trust()).wrap_socket(sock, server_hostname=parts.hostname)
            sock.settimeout(self.deadline.left())
            sock.sendall(_request(parts))
            response = http.client.HTTPResponse(PatientSocket(sock, self.deadline), method="GET")  # type: ignore[arg-type]
            response.begin()
            self.note(**_head(response))
            self._body = _body(response)
        finally:
            sock.close()
        self.note(size=len(self._body))

    def ended(self, problem: str) -> Document:
        """The document, with what is wrong with it for the gateway."""
        seconds = time.monotonic() - self._began
        problem = problem or _problem(self.facts)
        if not problem and seconds > GATEWAY_SECONDS:
            problem = f"it took {seconds * 1000:,.0f} ms, and API Gateway waits {GATEWAY_SECONDS * 1000:,.0f} ms"
        self.note(seconds=seconds, problem=problem)
        return Document(self.facts, self._body, self.is_private)


def _checked(url: str) -> tuple[SplitResult, int]:
    if _UNSENDABLE.search(url):
        raise _Refused("the URL has characters that a URL cannot have")
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise _Refused("it is not a valid URL") from None
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise _Refused("it is not an https URL")
    return parts, port


def _resolved(host: str, port: int, deadline: Deadline, resolving: Resolve) -> Sequence[str]:
    """The host's addresses; the resolver, which knows no deadline, is left behind when it takes too long."""
    results: list[Sequence[str]] = []
    errors: list[OSError | UnicodeError] = []

    def look() -> None:
        try:
            results.append(resolving(host, port))
        except (OSError, UnicodeError) as error:  # a label too long for a name is a UnicodeError
            errors.append(error)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(deadline.left())
    if errors:
        raise _Refused("its host name is not known")
    if not results:
        raise TimeoutError
    if not results[0]:
        raise _Refused("its host name has no address")
    return results[0]


def _check_addresses(
    parts: SplitResult, addresses: Sequence[str], *, allow_loopback: bool, allow_private: bool
) -> None:
    loopback = all(map(is_loopback, addresses))
    if parts.scheme == "http" and not (allow_loopback and loopback):
        raise _Refused("it is not https")
    for address in addresses:
        if is_public(address) or (loopback and allow_loopback):
            continue
        if is_loopback(address) or not allow_private:
            raise _Refused(f"its address {address} is not public, and it is not asked")


def _request(parts: SplitResult) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = (
        f"GET {target} HTTP/1.1",
        f"Host: {parts.netloc.rpartition('@')[2]}",
        "Accept: application/json",
        "Accept-Encoding: identity",
        "User-Agent: gatelight",
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode("ascii")


@cache
def _trust() -> ssl.SSLContext:
    """The system's authorities, and those that come with requests: Python on macOS may have none of its own."""
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context


def _connected(addresses: Sequence[str], port: int, deadline: Deadline) -> tuple[socket.socket, str]:
    """A connection to the first address that takes one; none of them is looked up again."""
    failure: OSError = OSError("no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=deadline.left()), address
        except TimeoutError:
            raise
        except OSError as error:
            failure = error
    raise failure


def _head(response: http.client.HTTPResponse) -> dict[str, Any]:
    headers = response.headers
    max_age = _MAX_AGE.search(headers.get("Cache-Control", "").lower())
    return {
        "status": response.status,
        "content_type": headers.get("Content-Type", ""),
        "redirect_to": headers.get("Location", "") if 300 <= response.status < 400 else "",
        "tunnel_code": headers.get("Ngrok-Error-Code", "")[:40],
        "max_age": int(max_age[1]) if max_age else None,
        "server_time": _date(headers),
        "received_at": time.time(),
    }


def _date(headers: Message) -> float | None:
    try:
        return parsedate_to_datetime(headers.get("Date", "")).timestamp()
    except (ValueError, OverflowError):
        return None


def _body(response: http.client.HTTPResponse) -> bytes:
    body = bytearray()
    while len(body) < LIMIT and (chunk := response.read1(LIMIT - len(body))):
        body += chunk
    if response.length and len(body) < LIMIT:
        raise http.client.IncompleteRead(bytes(body), response.length)
    if response.headers.get("Content-Encoding", "").lower() in ("gzip", "deflate"):  # not asked for, sent all the same
        return zlib.decompressobj(47).decompress(bytes(body), LIMIT)
    return bytes(body)


def _problem(facts: Fetched) -> str:
    status = facts.status or 0
    if 300 <= status < 400:
        where = f' to "{facts.redirect_to}"' if facts.redirect_to else ""
        return f"it answers {status} and redirects{where}; API Gateway does not follow"
    if "html" in facts.content_type.lower():
        return f"a page for people answers ({status}, {facts.content_type}), not the document"
    if status != 200:
        return f"it answers with status {status}"
    if facts.size > GATEWAY_BYTES:
        return f"it is larger than {GATEWAY_BYTES:,} bytes, the most that API Gateway takes"
    return ""


def _tls_reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _VERIFY_REASONS.get(error.verify_code, error.verify_message.rstrip(".").lower())
    return _REASONS.get(error.reason or "", (error.reason or "it broke off").replace("_", " ").lower())

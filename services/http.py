"""HTTP as every service speaks it: deadlines, no redirects, a size limit, and a record of what was said."""

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from services.errors import BrokenOff, ConfigurationError, Unreachable
from services.exchange import Exchange, collect
from services.read_only import check_method
from services.redact import Redactor, SafeText, Secret
from services.tls import tls_failure

CONNECT_SECONDS = 3.05
TOTAL_SECONDS = 15.0
BODY_LIMIT = 2_000_000  # bytes; far above any answer of FusionAuth or a gateway, far below what hurts

# Members of FusionAuth's answers (and of OAuth's token endpoint) that are credentials.
_SECRET_MEMBERS = frozenset(
    (
        *("key", "password", "token", "refreshToken", "clientSecret", "access_token", "id_token", "refresh_token"),
        *("secret", "secretKey", "privateKey", "twoFactorId", "changePasswordId"),
        *("emailVerificationId", "registrationVerificationId"),
    )
)
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. The body is whole, or cut at the limit."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    exchange: Exchange = field(repr=False)

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 become replacement characters."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON; None where it is not JSON (an error page, an empty answer)."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class HttpClient:
    """A session that never waits for ever, never follows a redirect, and keeps what it said for people to see.

    Safe to share between threads. Credentials from `.netrc` are never added, cookies never kept, and loopback never
    goes through a proxy.
    """

    def __init__(self, redactor: Redactor, *, total_seconds: float = TOTAL_SECONDS, read_only: bool = False) -> None:
        """With `read_only` every method that could change something is refused before it is sent, logins included."""
        self._redactor = redactor
        self._total_seconds = total_seconds
        self._read_only = read_only
        self._outward = _session(trust_environment=True)
        self._loopback = _session(trust_environment=False)

    def reading(self) -> "HttpClient":
        """A client like this one that only reads; itself where it does."""
        if self._read_only:
            return self
        return HttpClient(self._redactor, total_seconds=self._total_seconds, read_only=True)

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
        """Send one request, with a JSON body or a form's fields; any status is a `Reply`.

        Raises `Unreachable` when nothing came back in time, and `ConfigurationError` for a header that cannot be sent.
        Raises `ReadOnly` where this client only reads.
        """
        if self._read_only:
            check_method(method, self._redactor.mask(url.partition("?")[0]))
        limit = total_seconds or self._total_seconds
        sent: dict[str, str | Secret] = {"Accept": "application/json", **(headers or {})}
        body = b""
        if json_body is not None:
            sent["Content-Type"] = "application/json"
            body = json.dumps(json_body, ensure_ascii=False).encode()
        elif form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode({name: _open(value) for name, value in form.items()}).encode()
            self._redactor.register(*(value for value in form.values() if isinstance(value, Secret)))
        self._redactor.register(*(value for value in sent.values() if isinstance(value, Secret)))
        for name, value in sent.items():
            _check_header(name, _open(value))
        began = time.monotonic()
        session = self._loopback if urlsplit(url).hostname in _LOOPBACK else self._outward
        try:
            with session.request(
                method,
                url,
                headers={name: _open(value) for name, value in sent.items()},
                data=body or None,
                timeout=(min(CONNECT_SECONDS, limit), limit),
                allow_redirects=False,
                auth=_keep_headers,
                stream=True,
            ) as response:
                content = _read(response, began + limit)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            seconds = time.monotonic() - began
            failure = unreachable(url, error, limit)
            collect(self._exchange(method, url, sent, body, seconds=seconds, error=failure.message))
            raise failure from None
        seconds = time.monotonic() - began
        self._redactor.register(*_secrets_in(content))
        exchange = self._exchange(method, url, sent, body, seconds=seconds, response=response, content=content)
        collect(exchange)
        return Reply(response.status_code, exchange.reason, response.headers, content, seconds, exchange)

    def close(self) -> None:
        """Let go of idle connections."""
        self._outward.close()
        self._loopback.close()

    def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str | Secret],
        body: bytes,
        *,
        seconds: float,
        response: requests.Response | None = None,
        content: bytes = b"",
        error: str = "",
    ) -> Exchange:
        redact = self._redactor.redact
        began = time.monotonic() - seconds
        said = Exchange(
            method,
            self._redactor.mask(url),
            tuple(
                (name, SafeText((value,)) if isinstance(value, Secret) else redact(value))
                for name, value in headers.items()
            ),
            redact(body.decode()),
            seconds=seconds,
            error=error,
            began=began,
        )
        if response is None:
            return said
        return Exchange(
            method,
            said.url,
            said.request_headers,
            said.request_body,
            response.status_code,
            response.reason or _phrase(response.status_code),
            tuple((name, redact(value)) for name, value in response.headers.items()),
            redact(content.decode("utf-8", "replace")),
            seconds,
            began=began,
        )


def unreachable(url: str, error: Exception, seconds: float) -> Unreachable:
    """A network failure in words: where, what happened, what to look at."""
    parts = urlsplit(url)
    place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    if isinstance(error, requests.exceptions.SSLError):
        return Unreachable(*tls_failure(place, error))
    if isinstance(error, requests.exceptions.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        return Unreachable(f'"{place}" did not answer within {seconds:.0f} s.', "Check that it runs and is not stuck.")
    if isinstance(
        error, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema | requests.exceptions.InvalidSchema
    ):
        return Unreachable(f'"{place}" is not an address that can be called.', "Check the URL in the profile.")
    text = str(error)
    if (
        "Name or service not known" in text
        or "nodename nor servname" in text
        or "getaddrinfo" in text
        or "NameResolution" in text
    ):
        return Unreachable(f'The host name in "{place}" is not known.', "Check its spelling and your network.")
    if "refused" in text.lower():
        return Unreachable(f'Nothing listens at "{place}": connection refused.', "Start it, or correct the address.")
    return BrokenOff(f'The connection to "{place}" broke off.', "Try again; if it stays, check what answers there.")


def _session(*, trust_environment: bool) -> requests.Session:
    session = requests.Session()
    session.trust_env = trust_environment
    # requests reads these itself where it trusts the environment; loopback needs them for a certificate of one's own.
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    # FusionAuth takes a token in a cookie before the one in the request, and a cookie knows no port: keep none.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = HTTPAdapter(pool_connections=4, pool_maxsize=20, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers.clear()
    session.headers = CaseInsensitiveDict({"User-Agent": "gatelight"})
    return session


def _read(response: requests.Response, deadline: float) -> bytes:
    chunks: list[bytes] = []
    size = 0
    # read1 gives what has arrived: read would wait for a whole chunk, however slowly it drips.
    while size < BODY_LIMIT and (chunk := response.raw.read1(65_536, decode_content=True)):
        chunks.append(chunk)
        size += len(chunk)
        if time.monotonic() > deadline:
            raise TimeoutError("the body took too long")
    return b"".join(chunks)[:BODY_LIMIT]


def _check_header(name: str, value: str) -> None:
    if not value.isascii() or not value.isprintable() or value != value.strip():
        raise ConfigurationError(
            f'The value for the header "{name}" has characters that HTTP cannot carry.',
            "Copy the key or token again: it is one line without blanks around it.",
        )


def _secrets_in(content: bytes) -> Iterator[Secret]:
    """The values in a JSON body whose names say that they are credentials (a JWT is known by its shape instead)."""
    try:
        waiting = [json.loads(content)] if content[:1] in (b"{", b"[") else []
    except ValueError:
        return
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            waiting.extend(item.values())
            yield from (
                Secret(value)
                for name, value in item.items()
                if name in _SECRET_MEMBERS and isinstance(value, str) and value.count(".") != 2
            )


def _keep_headers(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An `auth` that adds nothing: with none at all, requests would put `.netrc` credentials over our own header."""
    return request


def _open(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""

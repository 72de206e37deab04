"""The request as it was meant, sent to the gateway without the token and with it."""

from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from services.diagnosis.facts import Missing
from services.diagnosis.intake import Intake, Presented
from services.errors import GatelightError
from services.gateway.call import Answer, call
from services.http import HttpClient
from services.redact import Secret

AUTHORIZATION = "$request.header.Authorization"
_SENT_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))
_LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))
# What the client sets itself, or what belongs to one connection (RFC 9110, section 7.6.1).
_NOT_OURS = frozenset(
    (
        *("host", "content-length", "content-type", "transfer-encoding", "connection", "keep-alive", "upgrade", "te"),
        *("trailer", "expect", "accept-encoding", "proxy-connection", "proxy-authorization", "authorization"),
    )
)


def call_without(http: HttpClient, intake: Intake, seconds: float) -> Answer | Missing:
    """What the gateway says to the request without its token."""
    return _why_not(intake) or _send(http, intake, None, seconds)


def call_with(http: HttpClient, intake: Intake, presented: Presented, place: str, seconds: float) -> Answer | Missing:
    """What the gateway says to the request with the token at `place`, exactly as it is."""
    return _why_not(intake, with_token=True) or _send(http, intake, _placed(presented, place), seconds)


def at_place(intake: Intake, place: str) -> Secret | None:
    """What the request as pasted carries at an identity source; None where it is not there."""
    kind, _, name = place.removeprefix("$request.").partition(".")
    if kind == "header":
        return next((_secret(value) for key, value in intake.headers if key.lower() == name.lower()), None)
    query = dict(parse_qsl(urlsplit(intake.url).query, keep_blank_values=True, max_num_fields=1000))
    return Secret(query[name]) if kind == "querystring" and name in query else None


def _why_not(intake: Intake, *, with_token: bool = False) -> Missing | None:
    """Why the request is not sent; None where it may be."""
    try:
        parts = urlsplit(intake.url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return Missing("there is no URL to call", "the URL that answers 401")
    if intake.method not in _SENT_METHODS:
        return Missing(
            f"a {intake.method} request may change something, and is not repeated here",
            "the answer you got, as curl -i prints it",
        )
    if with_token and parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        return Missing("the address is http, and a token is not sent without encryption", "an https:// address")
    return None


def _placed(presented: Presented, place: str) -> tuple[str, str, Secret]:
    kind, _, name = (place or AUTHORIZATION).removeprefix("$request.").partition(".")
    # Blanks around a header's value are no part of it (RFC 9110, section 5.5): whoever receives it never sees them.
    value = presented.value.reveal()
    return kind, name, Secret(value.strip(" \t") if kind == "header" else value)


def _send(http: HttpClient, intake: Intake, placed: tuple[str, str, Secret] | None, seconds: float) -> Answer | Missing:
    headers = {name: value for name, value in intake.headers if name.lower() not in _NOT_OURS}
    given = intake.presented.place if intake.presented else ""
    url = _without(intake.url, given)
    headers = {name: value for name, value in headers.items() if f"$request.header.{name}".lower() != given.lower()}
    if placed is not None:
        kind, name, value = placed
        if kind == "querystring":
            url = _with(url, name, value)
        elif value:
            headers[name] = value
    try:
        return call(http, url, method=intake.method, headers=headers, seconds=seconds)
    except GatelightError as error:
        return Missing(error.message.rstrip("."), error.fix.rstrip("."))


def _without(url: str, place: str) -> str:
    """The URL without the token in its query; everything else in it stays as it is written."""
    kind, _, name = place.removeprefix("$request.").partition(".")
    if kind != "querystring":
        return url
    parts = urlsplit(url)
    kept = [each for each in parts.query.split("&") if each.partition("=")[0] not in (name, quote(name))]
    return urlunsplit(parts._replace(query="&".join(kept)))


def _with(url: str, name: str, value: Secret) -> str:
    parts = urlsplit(_without(url, f"$request.querystring.{name}"))
    added = f"{quote(name)}={quote(value.reveal(), safe='')}"
    return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))


def _secret(value: str | Secret) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)

"""What a person pastes, recognised: a token, a header, a command, an answer, a log line, keys, an address, in any mix.

Nothing is asked of anybody here. What the gateway would get is kept exactly: double blanks, the case of `bearer`,
quotes that a command would have sent. Only what copying adds is taken away: line ends, wrapping, quotes around a whole
token.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

from services.diagnosis.captured import CapturedRequest, read_answer_text, read_request_text
from services.diagnosis.curl_command import read_curl
from services.diagnosis.intake import Intake, Presented
from services.diagnosis.pasted_json import has_keys, is_log_line, json_object, names_of_a_log, token_member
from services.errors import ConfigurationError
from services.redact import Secret
from services.tokens.key_files import PEM, read_keys

LIMIT = 1_000_000  # characters that are read
AUTHORIZATION = "$request.header.Authorization"

_CURL = re.compile(r"^[ \t]*(?:[^\n$%>#]{0,60}[$%>#][ \t]+)?(curl)(?:\.exe)?(?=\s)", re.MULTILINE)
_CURL_OPTION = re.compile(r"[ \t]*(?:-H|--header)\b")
_VERBOSE = re.compile(r"^[<>] (?:HTTP/\d|[A-Z]{3,10} \S+ HTTP/\d)", re.MULTILINE)
_ANSWER = re.compile(r"^HTTP/\d(?:\.\d)? \d{3}\b", re.MULTILINE)
_PRIVATE = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")
_HEADER = re.compile(r"^[ \t]*[\"']?(authorization)[\"']?[ \t]*[:=][ \t]?(.*)$", re.IGNORECASE | re.MULTILINE)
_QUOTED_HEADER = re.compile(r"[\"']authorization[\"'][ \t]*[:=][ \t]*([\"'])(.*?)\1", re.IGNORECASE)
_BEARER = re.compile(r"bearer[ \t]+\S+", re.IGNORECASE)
_JWT = re.compile(r"[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){2,4}={0,2}")
_JWT_START = re.compile(r"eyJ[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*)*={0,2}")
_CONTINUED = re.compile(r"\n((?!eyJ)[A-Za-z0-9_.=-]{8,})(?=\n|$)")
_JOINED = "The token was wrapped over several lines; they were joined."
_URL = re.compile(r"https?://[^\s\"'<>`]+", re.IGNORECASE)
_SENSITIVE = re.compile(r"cookie|key|token|secret|auth|password|session|credential", re.IGNORECASE)
_OPAQUE = re.compile(r"[A-Za-z0-9+/_.~=-]{16,}")


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was recognised: as an intake, and in words ("a curl command"), in the order it was found."""

    intake: Intake
    kinds: tuple[str, ...]


@dataclass(slots=True)
class _Found:
    """An intake under construction, and the text that nothing was recognised in so far."""

    rest: str
    intake: Intake = field(default_factory=Intake)
    kinds: list[str] = field(default_factory=list)

    def add(self, kind: str, intake: Intake) -> None:
        """Take in a part; what is known already stays, but for a request without a token where one came beside it."""
        self.kinds.append(kind)
        if intake.presented and self.intake.presented and not self.intake.presented.value:
            self.intake = replace(self.intake, presented=None)
        self.intake = self.intake.or_else(intake)

    def cut(self, start: int, end: int) -> str:
        """Take a stretch out of the text."""
        taken = self.rest[start:end]
        self.rest = f"{self.rest[:start]}\n{self.rest[end:]}"
        return taken


def read_pasted(text: str) -> Pasted:
    """Recognise what stands in `text`.

    Raises ConfigurationError when nothing in it is known, when it holds a private key, and above `LIMIT` characters.
    """
    if len(text) > LIMIT:
        raise ConfigurationError(f"What was given is longer than {LIMIT:,} characters.", "Give one request or token.")
    found = _Found(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    if found.rest.lstrip().startswith("{") and _json_document(found):
        return Pasted(found.intake, tuple(found.kinds))
    for part in (_pem, _curl, _exchange, _fetch_call, _header_line, _log_line, _url, _token):
        part(found)
    if not found.kinds:
        raise ConfigurationError(
            "Nothing in what was given is known: no token, header, curl command, answer, log line, key or address.",
            "Give a token, an Authorization header, a curl command with its answer, or the URL that answers 401.",
        )
    return Pasted(found.intake, tuple(found.kinds))


def _json_document(found: _Found) -> bool:
    document = json_object(found.rest)
    token = token_member(document)
    if token:
        name, value = token
        _note_what(found, f'"{name}" of the JSON', value, value)
    elif has_keys(document):
        found.add("keys", Intake(keys=read_keys(found.rest.encode()), keys_origin="what was pasted"))
    elif names_of_a_log(document):
        found.add("an access log line", Intake(log_line=found.rest.strip()))
    return bool(found.kinds)


def _pem(found: _Found) -> None:
    if _PRIVATE.search(found.rest):
        read_keys(found.rest.encode())  # refuses it
    blocks = list(PEM.finditer(found.rest))
    if blocks:
        keys = read_keys("\n".join(block[0] for block in blocks).encode())
        found.add("keys", Intake(keys=keys, keys_origin="what was pasted"))
        for block in reversed(blocks):
            found.cut(*block.span())


def _curl(found: _Found) -> None:
    match = _CURL.search(found.rest)
    if match:
        command = read_curl(found.rest[match.start(1) :])
        found.cut(match.start(), match.start(1) + command.length)
    elif _CURL_OPTION.match(found.rest):  # one line out of a command that goes over several
        command = read_curl(f"curl {found.rest}")
        found.rest = ""
    else:
        return
    headers = [(name, value) for name, value in command.headers if name.lower() != "authorization"]
    notes = list(command.notes)
    presented = _presented(command.header("authorization"), "the curl command", notes)
    if presented is None and not command.leaves_headers_open:
        presented = _elsewhere(headers, command.url, "the curl command")
    intake = Intake(command.url, command.method, _guarded(headers), presented=presented, notes=tuple(notes))
    found.add("a curl command", intake)


def _exchange(found: _Found) -> None:
    """An answer as `curl -i` or `curl -v` prints it; the latter shows the request as well."""
    verbose = _VERBOSE.search(found.rest)
    if verbose:
        _request(found, read_request_text(found.rest))
    match = re.search(r"^< HTTP/", found.rest, re.MULTILINE) if verbose else _ANSWER.search(found.rest)
    if match is None:
        if verbose:
            found.rest = re.sub(r"^[*<>{}].*$", "", found.rest, flags=re.MULTILINE)
        return
    answer = read_answer_text(found.cut(match.start(), len(found.rest)))
    if verbose:
        found.rest = re.sub(r"^[*<>{}].*$", "", found.rest, flags=re.MULTILINE)
    found.add("an answer", Intake(captured=answer))


def _request(found: _Found, request: CapturedRequest | None) -> None:
    if request is None:
        return
    notes: list[str] = []
    given = [value for name, value in request.headers if name.lower() == "authorization"]
    presented = _presented(given, "curl's output", notes) or _elsewhere(request.headers, request.url, "curl's output")
    shown = ("authorization", "host", "user-agent", "accept", "content-length")
    headers = _guarded((name, value) for name, value in request.headers if name.lower() not in shown)
    found.add("a request", Intake(request.url, request.method, headers, presented=presented, notes=tuple(notes)))


def _fetch_call(found: _Found) -> None:
    """`"authorization": "Bearer …"` in code or JSON, such as a browser's "Copy as fetch"."""
    match = _QUOTED_HEADER.search(found.rest)
    if match and match[2]:
        presented = Presented(Secret(match[2]), "the Authorization header", place=AUTHORIZATION)
        found.add("an Authorization header", Intake(presented=presented))
        found.cut(*match.span())


def _header_line(found: _Found) -> None:
    match = _HEADER.search(found.rest)
    if match is None:
        return
    notes: list[str] = []
    value, end = match[2].strip(" \t"), match.end()
    while (more := _CONTINUED.match(found.rest, end)) and "." in value + more[1]:
        value, end = value + more[1], more.end()
    if end > match.end():
        notes.append(_JOINED)
    presented = _presented([value], "the Authorization header", notes)
    found.cut(match.start(), end)
    found.add("an Authorization header", Intake(presented=presented, notes=tuple(notes)))


def _log_line(found: _Found) -> None:
    position = 0
    for line in found.rest.split("\n"):
        if is_log_line(line):
            found.add("an access log line", Intake(log_line=line.strip()))
            found.cut(position, position + len(line))
            return
        position += len(line) + 1


def _url(found: _Found) -> None:
    match = _URL.search(found.rest)
    if match:
        found.add("an address", Intake(match[0].rstrip(".,;)]}")))
        found.cut(*match.span())


def _token(found: _Found) -> None:
    """What is left: a bare token or `Bearer …`, perhaps wrapped or quoted by whatever it was copied from."""
    text = found.rest.strip("\n")
    lines = [line for line in (each.strip() for each in text.split("\n")) if line]
    joined = "".join(lines)
    if len(lines) > 1 and (match := _JWT_START.search(joined)) and _is_wrapped(lines):
        prefix = "Bearer " if joined[: match.start()].rstrip(" \"'").lower() == "bearer" else ""
        _note_what(found, "what was pasted", prefix + match[0], joined)
        found.intake = _noted(found.intake, _JOINED)
        return
    for line in lines:
        value = line.strip("\"'`,;")
        if _BEARER.match(value) or _JWT.fullmatch(value) or _is_only(lines, value):
            _note_what(found, "what was pasted", value, line)
            return


def _is_wrapped(lines: list[str]) -> bool:
    """Whether the lines are one token cut by a window's width: nothing but a token's characters."""
    pieces = [line.strip("\"'") for line in lines]
    return all(re.fullmatch(r"(?i:bearer )?[A-Za-z0-9_.=-]+", piece) for piece in pieces) and any(
        piece.count(".") < 2 for piece in pieces
    )


def _is_only(lines: list[str], value: str) -> bool:
    """Whether the one thing given can be a token all the same: an opaque one, or a JWE."""
    return len(lines) == 1 and _OPAQUE.fullmatch(value) is not None


def _note_what(found: _Found, origin: str, value: str, written: str) -> None:
    note = "Quotes around the token were taken away." if written[:1] in "\"'`" and written != value else ""
    found.add("a token", Intake(presented=Presented(Secret(value), origin), notes=(note,) if note else ()))


def _presented(values: list[str], origin: str, notes: list[str]) -> Presented | None:
    """What the gateway makes of the Authorization headers of one request: several come out joined by commas."""
    if not values:
        return None
    if len(values) > 1:
        notes.append(f"The request has {len(values)} Authorization headers; the gateway sees them joined by commas.")
    value = ",".join(values)
    if value.lower() == "bearer":
        notes.append("The Authorization header has no token after “Bearer”.")
    return Presented(Secret(value), origin, place=AUTHORIZATION)


def _elsewhere(headers: Iterable[tuple[str, str]], url: str, origin: str) -> Presented:
    """The token of a request without an Authorization header: in another header, in the query, or none at all."""
    query = parse_qsl(url.partition("#")[0].partition("?")[2], max_num_fields=1000)
    for place, pairs in (("header", headers), ("querystring", query)):
        for name, value in pairs:
            if _JWT_START.match(value.removeprefix("Bearer ")) and value.count(".") >= 2:
                return Presented(Secret(value), origin, place=f"$request.{place}.{name}")
    return Presented(Secret(""), origin, place=AUTHORIZATION)


def _guarded(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str | Secret], ...]:
    """Headers in which what may be a credential is a Secret."""
    return tuple(
        (name, Secret(value) if _SENSITIVE.search(name) or _JWT_START.search(value) else value)
        for name, value in headers
    )


def _noted(intake: Intake, note: str) -> Intake:
    return intake.or_else(Intake(notes=(note,)))

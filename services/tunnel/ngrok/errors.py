"""What ngrok says when it refuses, read wherever it is hidden, and what to do about it.

A reason has four homes: the exception of a start, the body of the agent's API, the agent's standard error (the only
home of configuration errors), and the last line of its log with an error. All are searched for `ERR_NGROK_` and a
number (https://ngrok.com/docs/errors). The agent's texts repeat the authtoken: it is masked before anybody sees them.
"""

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from services.errors import RemoteError
from services.redact import Redactor

_CODE = re.compile(r"ERR_NGROK_(\d+)")
_LOGGED = re.compile(r'lvl=(?:eror|crit)\b.*?\berr="((?:[^"\\]|\\.)*)"')
_ON_STDERR = re.compile(r"^ERROR:[ \t]*(.*)$", re.MULTILINE)
_ECHO = re.compile(r"(?m)^(Your authtoken: ).*$")
_LONGEST = 400
_LINK = re.compile(r"(no such host|connection refused|i/o timeout|failed to dial)")
_TOO_OLD = re.compile(r"unknown version '\d+'")
_UNTRUSTED = re.compile(r"x509|unknown authority")
_UNKNOWN = "What it says is all there is: https://ngrok.com/docs/errors explains each code."


class KnownError(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of the table: what a code means, and one thing to do.

    `edge` marks those that a request meets, not a start; `retry` those that may go away by themselves.
    """

    meaning: str
    fix: str
    edge: bool = False
    retry: bool = False


class TunnelRefused(RemoteError):
    """The tunnel did not come up, or does not carry. `code` is "ERR_NGROK_…" where ngrok gave one."""

    retry: bool = False


@cache
def known_errors() -> dict[str, KnownError]:
    """The table by number, such as "334"."""
    return msgspec.json.decode(Path(__file__).with_name("errors.json").read_bytes(), type=dict[str, KnownError])


def refused(texts: Iterable[str], redactor: Redactor) -> TunnelRefused:
    """The error for people out of everything that ngrok said, the likeliest home of the reason first."""
    said = [readable for text in texts if (readable := _readable(text))]
    number = next((match[1] for text in said if (match := _CODE.search(text))), "")
    known = known_errors().get(number)
    reason = redactor.mask(_ECHO.sub(r"\1(hidden)", next(iter(said), "it gave no reason")))
    if known is not None:
        return _error(f"ERR_NGROK_{number}: {known.meaning}", known.fix, number, retry=known.retry)
    quoted = " ".join(reason.split())[:_LONGEST]
    if number:
        return _error(f'ngrok refused: "{quoted}"', _UNKNOWN, number)
    if _TOO_OLD.search(reason):
        return _error(f'The ngrok agent is too old for its configuration: "{quoted}"', "Update it: ngrok update")
    if _UNTRUSTED.search(reason):
        fix = 'A proxy reads the TLS traffic: let the agent trust it by "connect_cas: host" in ngrok\'s configuration.'
    elif _LINK.search(reason):
        fix = "Check the network and the firewall: ngrok diagnose"
        return _error(f'The ngrok agent cannot reach ngrok: "{quoted}"', fix, retry=True)
    else:
        fix = "Try it by hand: ngrok http 9011"
    return _error(f'The ngrok agent did not start: "{quoted}"', fix)


def at_edge(code: str) -> KnownError | None:
    """The row of a `Ngrok-Error-Code` header, such as "ERR_NGROK_8012"."""
    return known_errors().get(code.removeprefix("ERR_NGROK_"))


def reason_in_log(lines: Iterable[str]) -> str:
    """The `err` of the last line of a log that has one; empty where none has."""
    return next((match[1] for line in reversed(list(lines)) if (match := _LOGGED.search(line))), "")


def reason_on_stderr(text: str) -> str:
    """What the agent wrote behind `ERROR:` before it ended."""
    return "\n".join(_ON_STDERR.findall(text))


def reason_in_body(body: str) -> str:
    """The `details.err` of the agent's API, or the body itself where it has another shape."""
    try:
        content = json.loads(body)
        return str(content["details"]["err"])
    except (ValueError, KeyError, TypeError):
        return body


def _error(message: str, fix: str, number: str = "", *, retry: bool = False) -> TunnelRefused:
    error = TunnelRefused(message, fix, code=f"ERR_NGROK_{number}" if number else "")
    error.retry = retry
    return error


def _readable(text: str) -> str:
    return text.replace("\\r", "").replace("\\n", "\n").replace('\\"', '"').strip()

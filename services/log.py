"""What happened, a line each, in `gatelight.log` of the state folder: rotating, private, and without a secret in it.

Every text passes the process's own redactor after it is put together, so that tracebacks and whatever a library put
into an error lose their secrets too. Only our own logger writes there; those of libraries do not reach it.
"""

import logging
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from services.errors import GatelightError
from services.redact import EVERYWHERE
from services.visible import visible

if TYPE_CHECKING:
    from services.exchange import Exchange

LEVELS = ("off", "error", "warning", "info", "debug")
VARIABLE = "GATELIGHT_LOG_LEVEL"
FILE = "gatelight.log"
BYTES, FILES = 1_000_000, 3  # per file; the newest and those before it
_BODY = 2_000  # characters of a body, at level debug
_OFF = logging.CRITICAL + 1
_NUMBERS = {level: _OFF if level == "off" else logging.getLevelName(level.upper()) for level in LEVELS}
_BY_DEFAULT = {"live": logging.INFO, "sandbox": logging.WARNING}

_logger = logging.getLogger("gatelight")
_logger.propagate = False
_logger.addHandler(logging.NullHandler())  # without it Python would print what nobody takes
_logger.setLevel(_OFF)
_chosen: list[str] = []  # the level a person asked for, if one did
_places: list[Path] = []


def start(level: str = "", target: str = "sandbox") -> str:
    """Write the log from now on, at the level named or at the target's; the first start of a process counts.

    Says why none can be written, as a clause; empty where one can. Nothing else fails for it.
    """
    if _places:
        return ""
    level = level or os.environ.get(VARIABLE, "")
    _chosen[:] = [level] if level in LEVELS else []
    from services.log_file import LogFile
    from services.profile.paths import state_folder

    try:
        path = state_folder() / FILE
        if level != "off" and not os.access(path if path.exists() else path.parent, os.W_OK):
            return f"{path} cannot be written"
    except GatelightError as error:
        return error.message.rstrip(".")
    _places.append(path)
    handler = LogFile(path, BYTES, FILES - 1)
    handler.setFormatter(_Masked())
    _logger.addHandler(handler)
    use_level_of(target)
    return ""


def use_level_of(target: str) -> None:
    """Take the level that belongs to a target, where the person asked for none: `live` tells more."""
    if _places:
        _logger.setLevel(_NUMBERS[_chosen[0]] if _chosen else _BY_DEFAULT[target])


def stop() -> None:
    """Write no more, and forget what was chosen."""
    for handler in [one for one in _logger.handlers if not isinstance(one, logging.NullHandler)]:
        _logger.removeHandler(handler)
        handler.close()
    _logger.setLevel(_OFF)
    _places.clear()
    _chosen.clear()


def place() -> str:
    """Where errors are told in full; empty where nothing is written."""
    return str(_places[0]) if _places and _logger.isEnabledFor(logging.ERROR) else ""


def told(message: str) -> None:
    """What goes on, at level info."""
    _logger.info("%s", message)


def failed(error: GatelightError) -> None:
    """An error that a person sees."""
    _logger.warning("%s %s", error.message, error.fix)


def unforeseen(error: BaseException) -> GatelightError:
    """An error that nobody foresaw, as a person sees it: its traceback is in the log, which is named."""
    _logger.error("%s", type(error).__name__, exc_info=error)
    words = EVERYWHERE.mask(f"{type(error).__name__}: {error}")
    where = f", and {place()}" if place() else ""
    return GatelightError(
        f"Something went wrong inside Gatelight itself: {words}",
        f"Try again. If it stays, report it with the words above{where}.",
    )


def exchanged(exchange: "Exchange") -> None:
    """A request and what came of it; at level debug with headers and bodies."""
    if not _logger.isEnabledFor(logging.INFO):
        return
    aws = exchange.aws
    place = exchange.url.partition("?")[0]
    what = f"aws {aws.service}.{aws.operation} {aws.region}" if aws else f"http {exchange.method} {place}"
    outcome = str(exchange.status) if exchange.status is not None else exchange.error
    request_id = f" id={exchange.request_id}" if exchange.request_id else ""
    _logger.info("%s %s %.0f ms%s", what, outcome, exchange.seconds * 1000, request_id)
    if _logger.isEnabledFor(logging.DEBUG):
        for mark, headers, body in (
            (">", exchange.request_headers, exchange.request_body),
            ("<", exchange.response_headers, exchange.response_body),
        ):
            said = "; ".join(f"{name}: {value}" for name, value in headers)
            _logger.debug("%s %s | %s", mark, said, str(body)[:_BODY])


class _Masked(logging.Formatter):
    """One line a record, a traceback indented below it; nothing secret in either."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as it is written."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        head = f"{moment}.{int(record.msecs):03}Z {os.getpid()} {record.levelname.lower()} "
        text = EVERYWHERE.mask(record.getMessage())
        if record.exc_info:
            trace = EVERYWHERE.mask(self.formatException(record.exc_info)).splitlines()
            return "\n".join([head + visible(text), *("    " + visible(line) for line in trace)])
        return head + visible(text)

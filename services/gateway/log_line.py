"""One line of an HTTP API's access log, read for what tells a refusal from an answer.

Formats are the person's own, so members are found by the variables' usual names in a JSON line, and the authorizer's
words by their shape in any other. An empty variable prints as `-`.
"""

import json
import re
from dataclasses import dataclass

_WORDS = re.compile(r"(?:missing|invalid_token|insufficient_scope): [^\"|\t\r\n]*[^\"|\t\r\n\s,}]")
_INTEGRATION_WORDS = re.compile(r"The (?:IAM role|response from the Lambda|Lambda function)[^\"|\t\r\n]*")


@dataclass(frozen=True, slots=True)
class LogLine:
    """What a line says; empty, or None for `integration_ran`, where it does not say."""

    authorizer_error: str = ""
    integration_error: str = ""
    integration_ran: bool | None = None


def read_log_line(line: str) -> LogLine:
    """Read a line of any format; one that says nothing known comes out empty."""
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        return LogLine(_found(_WORDS, line), _found(_INTEGRATION_WORDS, line))
    members = {re.sub(r"[^a-z]", "", name.lower().removeprefix("$context.")): value for name, value in content.items()}
    latency = _first(members, "integrationlatency")
    return LogLine(
        _first(members, "authorizererror") or "",
        _first(members, "integrationerrormessage", "integrationerror") or "",
        None if latency is None else latency.isdigit(),
    )


def _first(members: dict[str, object], *names: str) -> str | None:
    """The first member of these names as text, empty for `-`; None where there is none."""
    found = next((str(members[name]).strip() for name in names if name in members), None)
    return "" if found == "-" else found


def _found(pattern: re.Pattern[str], line: str) -> str:
    match = pattern.search(line)
    return match[0] if match else ""

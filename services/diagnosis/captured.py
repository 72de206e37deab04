"""An HTTP exchange as curl prints it: `curl -i`, or `curl -v` with its marks at the beginning of the lines."""

import re
from dataclasses import dataclass

from services.diagnosis.intake import CapturedAnswer
from services.errors import ConfigurationError

STATUS_LINE = re.compile(r"HTTP/\d(?:\.\d)? (\d{3})\b.*")
_VERBOSE = re.compile(r"^(?:[*<>] ?|[{}] \[\d+ bytes data\])", re.MULTILINE)
_VERBOSE_ANSWER = re.compile(r"^< HTTP/\d(?:\.\d)? \d{3}\b", re.MULTILINE)
_REQUEST_LINE = re.compile(r"([A-Z]{1,20}) (\S+) HTTP/\d")
_LEFT_INTACT = re.compile(r"\* (?:Connection #\d+ to host|Closing connection|shutting down connection).*")


@dataclass(frozen=True, slots=True)
class CapturedRequest:
    """The request that `curl -v` showed: the address it went to, and its headers as they were sent."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]


def read_answer_text(text: str) -> CapturedAnswer:
    """The last response in the text: curl prints those of proxies and redirects before it.

    Raises ConfigurationError when the text does not begin with a response.
    """
    plain = text.replace("\r\n", "\n").lstrip()
    if _VERBOSE_ANSWER.search(plain):
        plain = _answer_of_verbose(plain)
    rest, found = plain, None
    while match := STATUS_LINE.match(rest):
        head, _, rest = rest.partition("\n\n")
        found = int(match[1]), tuple(_header(line) for line in head.split("\n")[1:] if line)
    if found is None:
        raise ConfigurationError(
            "What was given is no HTTP response: it does not begin with a status line.",
            "Give what curl -i prints: curl -si URL | gatelight explain",
        )
    return CapturedAnswer(*found, rest.strip())


def read_request_text(text: str) -> CapturedRequest | None:
    """The last request that `curl -v` showed in the text; None where it shows none."""
    lines = [line[2:] for line in text.replace("\r\n", "\n").split("\n") if line.startswith("> ")]
    starts = [index for index, line in enumerate(lines) if _REQUEST_LINE.match(line)]
    match = _REQUEST_LINE.match(lines[starts[-1]]) if starts else None
    if match is None:
        return None
    headers = tuple(_sent(line) for line in lines[starts[-1] + 1 :] if ":" in line)
    host = next((value for name, value in headers if name.lower() == "host"), "")
    scheme = "https" if re.search(r"^\* .*(?:SSL connection|TLS|ALPN| port 443)", text, re.MULTILINE) else "http"
    target = match[2] if match[2].startswith("/") else "/"
    return CapturedRequest(match[1], f"{scheme}://{host}{target}" if host else "", headers)


def _answer_of_verbose(text: str) -> str:
    """The answer's head and body out of verbose output, as `curl -i` would have printed them."""
    head: list[str] = []
    body: list[str] = []
    for line in text.split("\n"):
        if line.startswith("<"):
            if _VERBOSE_ANSWER.match(line):
                head, body = [], []
            head.append(line[2:])
        elif _VERBOSE.match(line):
            continue
        elif head:
            body.append(_LEFT_INTACT.sub("", line))
    return "\n".join([*(line for line in head if line.strip()), "", *body])


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()


def _sent(line: str) -> tuple[str, str]:
    """A header of a request: its value without the one blank after the colon, otherwise as it stands."""
    name, _, value = line.partition(":")
    return name, value.removeprefix(" ")

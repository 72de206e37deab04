"""Requests, responses and errors as text on the screen, masked unless somebody asked to see more."""

import re
from urllib.parse import urlsplit

from textual.content import Content

from services.errors import GatelightError
from services.exchange import Exchange, Headers
from services.redact import SafeText
from tui.safe import SHOWN_CHARACTERS, harmless, harmless_lines, readable_json
from tui.view.words import BAD, GOOD, GREY, duration

_TELLING_HEADERS = ("www-authenticate", "apigw-requestid", "content-type")
_JSON_TOKEN = re.compile(
    r'(?P<text>"(?:[^"\\]|\\.)*")(?P<colon>\s*:)?|(?P<word>\b(?:true|false|null|-?\d[\d.eE+-]*)\b)'
)


def shown(text: SafeText, revealed: bool) -> str:
    """The text with or without its secrets."""
    return text.reveal() if revealed else str(text)


def body(text: str, limit: int = SHOWN_CHARACTERS) -> Content:
    """A body: JSON is indented and coloured, everything else stands as it came."""
    readable = readable_json(text, limit)
    content = Content(readable)
    if readable[:1] not in ("{", "["):
        return content
    for match in _JSON_TOKEN.finditer(readable):
        style = "$accent" if match["word"] else "$primary" if match["colon"] else "$success"
        start, end = match.span("word" if match["word"] else "text")
        content = content.stylize(style, start, end)
    return content


def headers(pairs: tuple[tuple[str, str], ...], *, limit: int = 600) -> Content:
    """Header lines in two columns; a long value continues below its own beginning only as far as the width lets it."""
    width = min(24, max((len(name) for name, _ in pairs), default=0))
    lines = (
        Content.assemble((harmless(name, 60).ljust(width), GREY), "  ", harmless(value, limit)) for name, value in pairs
    )
    return Content("\n").join(lines)


def telling_first(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The headers that explain an answer, in a fixed order, and the names of the others."""
    rank = {name: index for index, name in enumerate(_TELLING_HEADERS)}
    telling = sorted((pair for pair in pairs if pair[0].lower() in rank), key=lambda pair: rank[pair[0].lower()])
    return tuple(telling), tuple(name for name, _ in pairs if name.lower() not in rank)


def error(problem: GatelightError) -> Content:
    """What happened, and what to do."""
    parts: list[str | tuple[str, str]] = [("✘ ", f"bold {BAD}"), (harmless_lines(problem.message, 1_200), BAD)]
    if problem.fix:
        parts += ["\n", harmless_lines(problem.fix, 1_200)]
    return Content.assemble(*parts)


def request_line(exchange: Exchange) -> Content:
    """Method and URL, or the AWS operation, with what came back."""
    if exchange.aws is not None:
        what = f"{exchange.aws.service} {exchange.aws.operation}"
    else:
        what = f"{exchange.method} {harmless(exchange.url, 300)}"
    if exchange.status is None:
        outcome = (f"no answer: {harmless(exchange.error, 300)}", BAD)
    else:
        text = f"{exchange.status} {harmless(exchange.reason, 60)}".rstrip()
        outcome = (text, BAD if exchange.status >= 400 else "$success")
    return Content.assemble((what, "bold"), "  →  ", outcome, (f"  {duration(exchange.seconds)}", GREY))


def short_line(exchange: Exchange, width: int) -> Content:
    """What was asked and what came back, within `width` cells; the address gives way."""
    status = "no answer" if exchange.status is None else str(exchange.status)
    end = Content.assemble(" → ", (status, GOOD if exchange.status and exchange.status < 400 else BAD))
    what = f"{exchange.aws.service} {exchange.aws.operation}" if exchange.aws else _path(exchange)
    return Content.styled(harmless(what, 200), GREY).truncate(max(8, width - len(end)), ellipsis=True) + end


def exchange(one: Exchange, revealed: bool, limit: int = 20_000) -> Content:
    """One exchange in full: what was sent, and what came back."""
    parts: list[Content] = []
    if one.aws is not None:
        parts.append(Content.styled(f"{one.method} {harmless(one.url, 600)}", GREY))
    parts += _half("Request", one.request_headers, one.request_body, revealed, limit)
    if one.status is not None:
        parts += [Content(""), *_half("Response", one.response_headers, one.response_body, revealed, limit)]
    return Content("\n").join(parts)


def heading(text: str) -> Content:
    """A heading between parts of a detail."""
    return Content.styled(f"── {text} ──", GREY)


def _path(exchange: Exchange) -> str:
    return f"{exchange.method} {urlsplit(exchange.url).path}"


def _half(title: str, pairs: Headers, text: SafeText, revealed: bool, limit: int) -> list[Content]:
    parts = [heading(title)]
    if pairs:
        parts.append(headers(tuple((name, shown(value, revealed)) for name, value in pairs), limit=2_000))
    if text:
        parts += [Content(""), body(shown(text, revealed), limit)]
    return parts

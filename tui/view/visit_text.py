"""The address of a login page in its parts, each with what it is for."""

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from textual.content import Content

from services.redact import MASK
from tui.safe import harmless
from tui.view import wire
from tui.view.words import GREY

if TYPE_CHECKING:
    from services.redact import Secret
    from services.tokens.visit import Visit

_OPENED = "Your browser is open there: log in, and this closes by itself."
_NOT_OPENED = "No browser can be opened here: y copies the address for yours."
_ELSEWHERE = (
    "A browser on another machine ends at an address of 127.0.0.1 that it cannot reach. Paste that whole address here:"
)
_SECRET = ("state", "nonce")
_MEANINGS = {
    "client_id": "the application",
    "redirect_uri": "where the answer is waited for",
    "response_type": "a code, which is no token yet",
    "scope": "asks for an id and a refresh token",
    "tenantId": "the tenant",
    "state": "comes back: the answer is this login's",
    "nonce": "in the id token: it is this login's",
    "code_challenge": "PKCE: the code is useless to others",
    "code_challenge_method": "SHA-256",
    "login_hint": "fills in the name",
}


def instructions(visit: "Visit") -> tuple[Content, ...]:
    """What the person does now."""
    note = (Content.styled(harmless(visit.note, 600), GREY),) if visit.note else ()
    return Content(_OPENED if visit.opened else _NOT_OPENED), *note, Content.styled(_ELSEWHERE, GREY)


def address(url: "Secret", width: int, *, revealed: bool) -> Content:
    """The address as a table; whole, to be selected and copied, while secrets are shown."""
    parts = urlsplit(url.reveal())
    lines = [Content(""), wire.heading("Where the login begins")]
    if revealed:
        return Content("\n").join([*lines, Content(harmless(url.reveal()))])
    lines.append(Content(harmless(f"{parts.scheme}://{parts.netloc}{parts.path}", 300)))
    return Content("\n").join([*lines, *(_line(name, value, width) for name, value in parse_qsl(parts.query))])


def _line(name: str, value: str, width: int) -> Content:
    value_width = 38 if width >= 100 else 18
    shown = Content(MASK if name in _SECRET else harmless(value, 200)).truncate(value_width, ellipsis=True, pad=True)
    line = Content.assemble((f"  {harmless(name, 22):<23}", GREY), shown, "  ", (_MEANINGS.get(name, ""), GREY))
    return line.truncate(width, ellipsis=True)

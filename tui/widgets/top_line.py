"""The first line: where am I, what is going on, and does the gate stand open?"""

from dataclasses import dataclass

from textual.content import Content
from textual.reactive import reactive

from tui.safe import harmless
from tui.view.states import Light, TopView
from tui.view.words import ACCENT, BAD, GOOD, GREY
from tui.widgets.canvas import Canvas

_LIGHT_STYLES = {Light.UNKNOWN: GREY, Light.WORKING: ACCENT, Light.OPEN: GOOD, Light.BROKEN: BAD}
_GAP = "   "


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of the line; the higher its rank, the sooner it gives way."""

    rank: int
    content: Content


class TopLine(Canvas):
    """One line that drops its less important parts where the terminal is narrow."""

    state: reactive[TopView] = reactive(TopView())

    def watch_state(self, state: TopView) -> None:
        """Paint the new state."""
        self.paint(lambda width: _line(state, width), layout=False)


def _line(state: TopView, width: int) -> Content:
    kept = _parts(state)
    while len(kept) > 1 and sum(len(part.content) for part in kept) + len(_GAP) * (len(kept) - 1) > width:
        worst = max(part.rank for part in kept)
        kept.remove(next(part for part in reversed(kept) if part.rank == worst))
    return Content(_GAP).join(part.content for part in kept)


def _parts(state: TopView) -> list[_Part]:
    light = _LIGHT_STYLES[state.light]
    parts = [_Part(0, Content.assemble((state.light.value, light), " ", ("gatelight", "bold")))]
    where = state.where
    if where is not None:
        target = where.profile if where.profile == where.target else f"{where.profile} ({where.target})"
        parts.append(_Part(2, _named("profile", target)))
        if where.sandbox:
            parts.append(_Part(6, _named("sandbox", where.sandbox)))
        tenant = f" · {where.tenant}" if where.tenant else ""
        parts.append(_Part(3, _named("FusionAuth", f"{where.fusionauth}{tenant}")))
        parts.append(_Part(4, _named("AWS", f"{where.account} · {where.region}" if where.account else where.region)))
        parts.append(_Part(5, _tunnel(where.tunnel)))
    if state.faults:
        parts.append(_Part(1, _faults(state.faults)))
    if state.secrets_for:
        parts.append(_Part(1, Content.styled(f"secrets shown for {state.secrets_for} s", f"bold {BAD}")))
    elif where is not None:
        parts.append(_Part(1, Content.styled("secrets hidden", ACCENT)))
    if state.renews:
        parts.append(_Part(2, Content.styled("↻ auto-renew", GREY)))
    if state.activity:
        parts.append(_Part(1, Content.styled(f"◐ {harmless(state.activity, 60)}", ACCENT)))
    return parts


def _named(name: str, value: str) -> Content:
    return Content.assemble((name, GREY), " ", harmless(value, 60))


def _faults(titles: tuple[str, ...]) -> Content:
    number = "fault" if len(titles) == 1 else f"{len(titles)} faults"
    return Content.assemble((f"{number} in:", GREY), " ", (", ".join(titles), ACCENT))


def _tunnel(host: str) -> Content:
    if not host:
        return Content.assemble(("tunnel", GREY), " ", ("closed", GREY))
    return Content.assemble(("tunnel", GREY), " ", ("✔", GOOD), " ", harmless(host, 60))

"""The first line: where am I, what is going on, and does the gate stand open?"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive

from tui.safe import harmless
from tui.view import tunnel_text
from tui.view.states import Light, TopView
from tui.view.tunnel_text import TunnelView
from tui.view.words import ACCENT, BAD, GOOD, GREY, shortened
from tui.widgets.canvas import Canvas

if TYPE_CHECKING:
    from services.workbench import Where

_LIGHT_STYLES = {Light.UNKNOWN: GREY, Light.WORKING: ACCENT, Light.OPEN: GOOD, Light.BROKEN: BAD}
_GAP = "   "


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of the line; the higher its rank, the sooner it gives way, at first to its shorter form if it has one."""

    rank: int
    content: Content
    shorter: "_Part | None" = None


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
        index = max(index for index, part in enumerate(kept) if part.rank == worst)
        shorter = kept[index].shorter
        kept[index : index + 1] = [shorter] if shorter is not None else []
    return Content(_GAP).join(part.content for part in kept)


def _parts(state: TopView) -> list[_Part]:
    light = _LIGHT_STYLES[state.light]
    parts = [_Part(0, Content.assemble((state.light.value, light), " ", ("gatelight", "bold")))]
    where = state.where
    if where is not None:
        target = where.profile if where.profile == where.target else f"{where.profile} ({where.target})"
        parts.append(_Part(2, _named("profile", target), _Part(1, Content(harmless(target, 30)))))
        if where.sandbox:
            parts.append(_Part(6, _named("sandbox", where.sandbox)))
        tenant = f" · {where.tenant}" if where.tenant else ""
        parts.append(_Part(3, _named("FusionAuth", f"{where.fusionauth}{tenant}")))
        parts.append(_aws(where, state.signed_out))
        parts.append(_tunnel(where.tunnel, state.tunnel))
    if state.faults:
        parts.append(_Part(1, _faults(state.faults)))
    if state.secrets_for:
        parts.append(_Part(1, Content.styled(f"secrets shown for {state.secrets_for} s", f"bold {BAD}")))
    elif where is not None:
        parts.append(_Part(3 if where.target == "live" else 1, Content.styled("secrets hidden", ACCENT)))
    if state.renews:
        parts.append(_Part(2, Content.styled("↻ auto-renew", GREY)))
    if state.activity:
        parts.append(_Part(1, Content.styled(f"◐ {harmless(state.activity, 60)}", ACCENT)))
    return parts


def _aws(where: "Where", signed_out: bool) -> _Part:
    """A real account stays in sight as long as anything does: which it is, who we are in it, and in which region."""
    if where.target != "live":
        return _Part(4, _named("AWS", f"{where.account} · {where.region}" if where.account else where.region))
    if signed_out and not where.caller:
        said = Content.assemble(("✘ not signed in", BAD), f" · {harmless(where.region, 30)}" if where.region else "")
        return _Part(1, Content.assemble(("AWS", GREY), " ", said))
    known = [harmless(text, 60) for text in (where.account, where.caller, where.region) if text]
    said, short, shortest = (Content(" · ".join(shortened(text, cells) for text in known)) for cells in (60, 24, 14))
    if not known:
        return _Part(1, Content.assemble(("AWS", GREY), " …"))
    if where.endpoint:
        elsewhere = Content.styled(f" at {harmless(where.endpoint, 60)}", ACCENT)
        said, short, shortest = said + elsewhere, short + elsewhere, shortest + Content.styled(" elsewhere", ACCENT)
    return _Part(2, Content.assemble(("AWS", GREY), " ", said), _Part(1, short, _Part(0, shortest)))


def _tunnel(host: str, view: TunnelView | None) -> _Part:
    """Where it leads gives way before how it is; that stays when something is wrong."""
    if view is None or not (host or view.seen.health.carries):
        return _Part(
            5,
            Content.assemble(
                ("tunnel", GREY), " ", *(("✔", GOOD), " ", harmless(host, 60)) if host else (("closed", GREY),)
            ),
        )
    condition = tunnel_text.condition(view)
    losses = f" ({view.seen.losses} reconnect{'s' if view.seen.losses > 1 else ''})" if view.seen.losses else ""
    place = harmless(view.seen.url.partition("://")[2] or host, 60)
    short = Content.assemble(("tunnel", GREY), " ", condition)
    half = short + Content.styled(losses, GREY)
    whole = half + Content(f" {place}")
    return _Part(5, whole, _Part(5, half, _Part(1 if view.is_broken else 2, short)))


def _named(name: str, value: str) -> Content:
    return Content.assemble((name, GREY), " ", harmless(value, 60))


def _faults(titles: tuple[str, ...]) -> Content:
    number = "fault" if len(titles) == 1 else f"{len(titles)} faults"
    return Content.assemble((f"{number} in:", GREY), " ", (", ".join(titles), ACCENT))

"""A tunnel on the screen: its place in the top line, and everything about it in its step's detail."""

from dataclasses import dataclass

from textual.content import Content

from services.tunnel.meaning import meaning
from services.tunnel.provider import Condition
from services.tunnel.publish import Publish
from services.tunnel.sighting import Sighting
from services.tunnel.visit import Visit, Visitor
from tui.safe import harmless
from tui.view.tunnel_words import PUBLISHED, glyph, lost, slept
from tui.view.words import ACCENT, BAD, GOOD, GREY, clock, duration

_STYLES = {Condition.UP: GOOD, Condition.RECONNECTING: ACCENT}
_VISITS_BRIEFLY, _VISITS = 3, 20


@dataclass(frozen=True, slots=True)
class TunnelView:
    """A tunnel as it was last seen at `now`. `wanted` is whether it should be open: a step has opened it."""

    seen: Sighting
    publish: Publish | None
    now: float
    wanted: bool = True

    @property
    def is_broken(self) -> bool:
        """Whether AWS cannot read through it what it should; a session that is about to come back is not broken yet."""
        return self.wanted and self.seen.health.condition not in (Condition.UP, Condition.RECONNECTING)

    @property
    def leads_to(self) -> str:
        """The address AWS can read through now; empty while it cannot."""
        return self.seen.url if self.seen.health.carries else ""


def tunnel_news(before: TunnelView | None, view: TunnelView) -> str | None:
    """What a person should hear of at once; None where it can wait until they look."""
    if before is None or not view.wanted:
        return None
    seen, was = view.seen, before.seen
    if seen.woke_at != was.woke_at:
        return f"Woke from sleep after {duration(seen.slept)}: the tunnel is {seen.health.condition.value}."
    if seen.url != was.url and was.url:
        return f"The tunnel has another address now: {harmless(seen.url, 100)}"
    if before.wanted and seen.health.condition is Condition.CLOSED is not was.health.condition:
        return "The tunnel is closed: r at its step opens it again."
    if before.wanted and seen.health.condition is not was.health.condition:
        return f"Tunnel: {seen.health.condition.value}. {harmless(seen.health.sentence, 200)}"
    return None


def condition(view: TunnelView) -> Content:
    """Its condition as glyph and word."""
    now = view.seen.health.condition
    style = BAD if view.is_broken else _STYLES.get(now, GREY)
    return Content.styled(f"{'✘' if view.is_broken else glyph(now)} {now.value}", style)


def standing(view: TunnelView, *, briefly: bool = False) -> Content:
    """How the tunnel is, what to do where it is not well, what the world sees, and who came."""
    seen, health = view.seen, view.seen.health
    lines = [
        Content.assemble(
            ("now       ", GREY),
            condition(view),
            "" if briefly and health.carries else f"  {harmless(health.sentence, 400)}",
        )
    ]
    if health.fix:
        lines.append(Content.assemble(("          ", GREY), (harmless(health.fix, 300), ACCENT)))
    if view.is_broken and not briefly:
        lines.append(_row("means", meaning(health)))
    if seen.former_url:
        lines.append(_row("address", f"{harmless(seen.former_url, 200)} is gone; it is {harmless(seen.url, 200)} now"))
    remarks = [remark for remark in (lost(seen), slept(seen, view.now)) if remark]
    if remarks and not briefly:
        lines.append(_row("history", "; ".join(remarks)))
    if view.publish is not None and not briefly:
        lines.append(_row("the world", f"sees {PUBLISHED[view.publish]}"))
    for index, visit in enumerate(seen.visits[: _VISITS_BRIEFLY if briefly else _VISITS]):
        lines.append(_visit("who came" if index == 0 else "", visit, view.now, briefly=briefly))
    return Content("\n").join(lines)


def _row(name: str, value: str) -> Content:
    return Content.assemble((name.ljust(10), GREY), value)


def _visit(name: str, visit: Visit, now: float, *, briefly: bool) -> Content:
    agent = "" if briefly or not visit.agent else f"  “{harmless(visit.agent, 60)}”"
    visitor = "" if briefly and visit.visitor is Visitor.READER else f"  {visit.visitor.value}{agent}"
    what = visit.what or f"{harmless(visit.method, 10)} {harmless(visit.path, 60)}"
    good = 200 <= visit.status < 300
    return Content.assemble(
        (name.ljust(10), GREY),
        (f"{clock(visit.at, now)} ", GREY),
        (f"{'✔' if good else '✘'} {visit.status} ", GOOD if good else BAD),
        what,
        (visitor, GREY),
    )

"""A step's detail: what it is for, how it went, what it said over the wire."""

from textual.content import Content

from services.provisioning.step import Change, Undone
from tui.safe import harmless
from tui.view import tunnel_text, wire
from tui.view.steps import Phase, StepRow
from tui.view.words import BAD, GREY, duration

_UNDONE = {
    Undone.DELETED: "Deleted.",
    Undone.RESTORED: "Restored to what it was.",
    Undone.KEPT: "Kept: what is there was not made by Gatelight, so it is not touched.",
    Undone.GONE: "Gone already: somebody else had deleted it.",
    Undone.NOTHING: "It only looks: there is nothing to undo.",
}


def summary(row: StepRow, width: int) -> Content:
    """The detail below the list; the screen behind Enter has everything."""
    rule = "─" * max(0, width - len(row.spec.title) - 4)
    parts = [Content.styled(f"── {row.spec.title} {rule}", GREY)]
    if row.error is not None:
        parts.append(wire.error(row.error))
    else:
        parts.append(Content(row.spec.purpose))
    told = _told(row)
    if row.standing is not None and row.done:
        told = [*told, tunnel_text.standing(row.standing, briefly=True)]
    if told:
        parts += [Content(""), *told]
    exchange = row.telling_exchange
    if exchange is not None:
        parts += [Content(""), wire.short_line(exchange, width)]
    parts += [Content(""), _hint(row)]
    return Content("\n").join(parts)


def whole(row: StepRow) -> Content:
    """Everything about a step but its exchanges."""
    parts = [Content(row.spec.purpose), Content("")]
    seconds = "" if row.seconds is None else f" in {duration(row.seconds)}"
    state = {Phase.IDLE: "not run yet", Phase.DRIFTED: "drifted"}.get(row.phase, row.word)
    parts.append(Content.assemble(("state     ", GREY), (harmless(state, 60), "bold"), seconds))
    if row.spec.needs:
        parts.append(Content.assemble(("needs     ", GREY), ", ".join(row.spec.needs)))
    report = row.report
    if report is not None and report.resource_id:
        parts.append(Content.assemble(("resource  ", GREY), harmless(report.resource_id, 300)))
    if report is not None and report.link:
        parts.append(Content.assemble(("console   ", GREY), harmless(report.link, 600)))
    parts += _told(row)
    if row.standing is not None and row.done:
        parts += [Content(""), tunnel_text.standing(row.standing)]
    if row.error is not None:
        parts += [Content(""), wire.error(row.error)]
    return Content("\n").join(parts)


def _told(row: StepRow) -> list[Content]:
    told: list[Content] = []
    if row.phase is Phase.RUNNING and row.reason:
        limit = "" if row.at_most is None else f", {row.at_most:.0f} s at most"
        told.append(Content.assemble(("waits ", GREY), harmless(row.reason, 200), (limit, GREY)))
    if row.phase is Phase.DRIFTED:
        told.append(Content.styled("It is not any more what this step made it: see above what disagrees.", BAD))
    if row.undone is not None:
        told.append(Content(_UNDONE[row.undone]))
    report = row.report
    if report is not None and row.done:
        told += [_change(change) for change in report.changes]
        if report.note:
            told.append(Content(harmless(report.note, 600)))
    return told


def _change(change: Change) -> Content:
    old = f'"{harmless(change.old, 300)}"' if change.old else "empty"
    return Content.assemble((f"{harmless(change.name, 60)} was ", GREY), old)


def _hint(row: StepRow) -> Content:
    keys = ["⏎ detail"]
    exchange = row.telling_exchange
    if exchange is not None:
        keys.append("y copy as aws" if exchange.aws is not None else "y copy as curl")
    if row.adoptable is not None:
        keys.append("r adopt it")
        return Content.styled(" · ".join(keys), GREY)
    if row.relied_on is not None:
        keys.append("r change it")
        return Content.styled(" · ".join(keys), GREY)
    keys.append("r redo" if row.done or row.phase is Phase.FAILED else "r run")
    return Content.styled(" · ".join(keys), GREY)

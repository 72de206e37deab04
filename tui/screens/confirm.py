"""Asks before something is done, and names everything that will be."""

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from tui.safe import harmless
from tui.screens.overlay import Overlay
from tui.view.remedy import Remedy
from tui.view.words import BAD, GOOD, GREY

if TYPE_CHECKING:
    from services.diagnosis.diagnosis import Finding
    from services.provisioning.adoption import NotOurs
    from services.provisioning.agreement import ReliedOn
    from services.workbench import Where


class ConfirmScreen(Overlay[bool]):
    """Shows what would be done; `key` does it, Escape does not."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "accept('y')", "Yes", show=False),
        Binding("enter", "accept('enter')", "Yes", show=False),
        Binding("n", "leave", "No", show=False),
    ]

    def __init__(self, title: str, text: Content, *, verb: str, key: str, dangerous: bool = False) -> None:
        super().__init__(title)
        self._text = text
        self._verb = verb
        self._key = key
        self.classes_of_window = "-dangerous" if dangerous else ""

    def keys(self) -> str:
        """The key that does it, and the one that does not."""
        return f"{'⏎' if self._key == 'enter' else self._key} {self._verb} · esc leave it"

    def draw(self, width: int, revealed: bool) -> Content:
        """What would be done."""
        return self._text

    def action_accept(self, key: str) -> None:
        """Do it, if this is the key that was named."""
        if key == self._key:
            self.dismiss(True)

    def action_leave(self) -> None:
        """Leave everything as it is."""
        self.dismiss(False)


def adopt_screen(found: "NotOurs", where: "Where | None") -> ConfirmScreen:
    """Asks before something is used that Gatelight did not make, and names where it is."""
    parts = [
        Content.styled(harmless(f"{found.foreign.what} exists already, and Gatelight did not make it.", 400), "bold"),
        Content(""),
        *place_rows(where),
        Content(""),
        Content("Adopted, it is used as it is. Gatelight never changes it, and “undo all” leaves it alone."),
        Content(f"Otherwise set another {found.foreign.setting} in the profile."),
    ]
    return ConfirmScreen("Adopt it?", Content("\n").join(parts), verb="adopt it", key="y")


def agree_screen(found: "ReliedOn", where: "Where | None") -> ConfirmScreen:
    """Asks before something is changed that others rely on, and names them."""
    reliance = found.reliance
    parts = [
        Content.styled(harmless(f"{reliance.what}:", 400), "bold"),
        *(Content.assemble(("· ", GREY), harmless(name, 100)) for name in reliance.by),
        Content(""),
        *place_rows(where),
        Content(""),
        Content(harmless(f"{reliance.consequence} {reliance.detail}", 600)),
        Content(""),
        Content(harmless(reliance.instead, 400)),
    ]
    return ConfirmScreen(
        "Others rely on it", Content("\n").join(parts), verb="change it all the same", key="y", dangerous=True
    )


def cure_screen(finding: "Finding", where: "Where") -> ConfirmScreen:
    """Asks before a doctor's fix is applied, and names where."""
    fix = finding.fix
    parts = [Content.styled(harmless(fix.sentence, 400), "bold"), Content("")]
    if fix.change is not None:
        parts.append(Content(f"{harmless(fix.change.where, 200)}, {fix.change.name}:"))
        parts.append(Content.assemble((f'"{harmless(fix.change.old, 300)}"', BAD)))
        parts.append(Content.assemble((f'"{harmless(fix.change.new, 300)}"', GOOD)))
        parts.append(Content(""))
    parts += place_rows(where)
    steps = (
        "the step is run again" if fix.only else "every step is run again (tunnel, tenant, authorizer, in that order)"
    )
    done = " and ".join(
        text for text, applies in ((steps, fix.step_id), ("a new token is got", fix.new_token)) if applies
    )
    parts += [Content(""), Content(f"Then {done}, the gateway is called, and everything is examined anew.")]
    return ConfirmScreen(finding.title, Content("\n").join(parts), verb="apply it", key="enter")


def place_rows(where: "Where | None") -> list[Content]:
    """Tenant, account and region, a line each, as far as they are known."""
    if where is None:
        return []
    rows = (("tenant", where.tenant), ("account", f"{where.account} · {where.region}"))
    return [Content.assemble((name.ljust(10), GREY), harmless(value, 100)) for name, value in rows if value]


def fix_screen(remedy: Remedy, where: "Where | None") -> ConfirmScreen:
    """Explains a fault that is in and offers what takes it out, and names where."""
    text = Content("\n").join((remedy.text, Content(""), *place_rows(where)))
    return ConfirmScreen("Repair", text, verb=remedy.verb, key="enter")

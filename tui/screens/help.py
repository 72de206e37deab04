"""Every key, what it does, and what the signs mean."""

from textual.content import Content

from tui.keymap import ACTIONS, Situation
from tui.screens.overlay import Overlay
from tui.view import wire
from tui.view.words import ACCENT, BAD, GOOD, GREY

_KEYS = {"enter": "⏎", "escape": "esc", "question_mark": "?", "tab": "tab", "shift+tab": "⇧tab"}
_SIGNS = (
    ("✔", GOOD, "there, and as it should be"),
    ("✘", BAD, "failed, refused, or not equal"),
    ("◐", ACCENT, "at work"),
    ("·", GREY, "waiting, or not read yet"),
    ("○", GREY, "undone"),
    ("?", ACCENT, "AWS does not document it, or a value for it is missing"),
)
_STORY = (
    "FusionAuth signs tokens; API Gateway lets a request through only when the token's issuer and audience are exactly"
    " those of its JWT authorizer. p builds both sides, t gets a token, c calls without it and with it: 401 and 200."
)


class HelpScreen(Overlay[None]):
    """The help: the keys that work now stand out."""

    def __init__(self, situation: Situation) -> None:
        super().__init__("Help")
        self._situation = situation

    def keys(self) -> str:
        """How to leave."""
        return "esc close"

    def draw(self, width: int, revealed: bool) -> Content:
        """The story, the keys, the signs."""
        parts = [Content(_STORY), Content(""), wire.heading("Keys (bright: they work now)")]
        for action in ACTIONS:
            works = action.works(self._situation)
            parts.append(
                Content.assemble(
                    (_KEYS.get(action.key, action.key).rjust(4), f"bold {ACCENT}" if works else GREY),
                    "  ",
                    (action.label.ljust(15), "bold" if works else GREY),
                    (action.explanation, "" if works else GREY),
                )
            )
        parts.append(
            Content.assemble(
                ("  ^p", f"bold {ACCENT}"), "  ", ("Palette".ljust(15), "bold"), "Every command by name, and themes."
            )
        )
        parts += [Content(""), wire.heading("Signs")]
        parts += [Content.assemble((f"   {glyph}", style), "  ", meaning) for glyph, style, meaning in _SIGNS]
        return Content("\n").join(parts)

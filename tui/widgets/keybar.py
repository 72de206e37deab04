"""The bottom line: the keys that work now, and no others."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.style import Style

from tui.keymap import RANKS
from tui.view.words import ACCENT, GREY
from tui.widgets.canvas import Canvas

_GAP = "  "


class KeyBar(Horizontal):
    """Keys and what they do, the less important ones left out where it is narrow; each can be clicked."""

    def compose(self) -> ComposeResult:
        """The keys, and the palette's key at the right end."""
        yield Canvas(id="keys")
        yield Canvas(_key("^p", "Palette", "app.command_palette"), id="palette-key")

    def on_mount(self) -> None:
        """Follow the screen's keys."""
        self.screen.bindings_updated_signal.subscribe(self, self._keys_changed)

    def _keys_changed(self, screen: Screen[object]) -> None:
        if screen is not self.screen:
            return
        entries: list[tuple[int, Content]] = []
        for _, binding, enabled, _ in screen.active_bindings.values():
            rank = RANKS.get(binding.action, 0)
            if enabled and binding.show and rank:
                shown = {"enter": "⏎", "escape": "esc", "question_mark": "?"}.get(binding.key, binding.key)
                entries.append((rank, _key(shown, binding.description, binding.action)))
        self.query_one("#keys", Canvas).paint(lambda width: _fitting(entries, width), layout=False)


def _key(key: str, description: str, action: str) -> Content:
    target = action if action.startswith("app.") else f"screen.{action}"
    shown = Content.assemble((key, f"bold {ACCENT}"), " ", (description, "$foreground"))
    return shown.stylize(Style.from_meta({"run": target}))


def _fitting(entries: list[tuple[int, Content]], width: int) -> Content:
    kept = list(entries)
    while kept and sum(len(entry) + len(_GAP) for _, entry in kept) - len(_GAP) > width:
        worst = max(rank for rank, _ in kept)
        kept.pop(max(index for index, (rank, _) in enumerate(kept) if rank == worst))
    if not kept:
        return Content.styled("? Help", GREY)
    return Content(_GAP).join(entry for _, entry in kept)

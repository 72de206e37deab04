"""The names of the panes in a row, where the screen is too narrow to show them side by side."""

from textual.content import Content
from textual.reactive import reactive
from textual.style import Style

from tui.view.words import GREY
from tui.widgets.canvas import Canvas

TABS = ("fusionauth", "aws", "token", "answers")
_TITLES = ("FusionAuth", "AWS", "Token", "Answers")


class TabLine(Canvas):
    """Says which pane is shown, and with which digit the others are."""

    shown: reactive[str] = reactive(TABS[0])

    def watch_shown(self, shown: str) -> None:
        """Paint the new choice."""
        tabs = []
        for index, (tab, title) in enumerate(zip(TABS, _TITLES, strict=True)):
            style = "bold reverse $primary" if tab == shown else GREY
            label = Content.styled(f" {index + 1} {title} ", style)
            tabs.append(label.stylize(Style.from_meta({"run": f"screen.show_pane({index})"})))
        line = Content(" ").join(tabs)
        self.paint(lambda _: line, layout=False)

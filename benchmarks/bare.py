"""The smallest Textual app worth the name: what any Textual app has to wait for."""

from textual.app import App, ComposeResult
from textual.widgets import Footer, Header, Static


class Bare(App[None]):
    """A header, a line of text and a footer."""

    def compose(self) -> ComposeResult:
        """The three widgets."""
        yield Header()
        yield Static("Nothing to see")
        yield Footer()


if __name__ == "__main__":
    Bare().run()

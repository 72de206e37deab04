"""How long the token lives: one line that is repainted each second without a new layout."""

from textual.content import Content

from tui.view.words import BAD, GOOD, GREY, countdown, distance
from tui.widgets.canvas import Canvas

_BAR = 26


class Countdown(Canvas):
    """The second verdict: whether the token's times allow it now."""

    def show(self, *, issued: float | None, expires: float | None, now: float, problem: str) -> None:
        """Show the time left, or the `problem` with the times; all in seconds since 1970, UTC."""
        self.paint(lambda width: times_line(issued, expires, now, problem, width), layout=False)


def times_line(issued: float | None, expires: float | None, now: float, problem: str, width: int) -> Content:
    """ "times", the time left and a bar of it."""
    name = ("times".ljust(11), "bold")
    if expires is not None and expires <= now:
        ago = distance(expires - now).replace("just now", "this minute")
        return Content.assemble(("✘ ", BAD), name, (f"expired {ago}", BAD))
    if problem:
        return Content.assemble(("✘ ", BAD), name, (problem, BAD)).truncate(width, ellipsis=True)
    if expires is None:
        return Content.assemble(("· ", GREY), name, ("never expires: it has no exp", GREY))
    left = expires - now
    line = Content.assemble(("✔ ", GOOD), name, "valid for ", (countdown(left), "bold"))
    whole = expires - issued if issued is not None and issued < expires else left
    bar = min(_BAR, width - len(line) - 2)
    if bar < 6:
        return line
    filled = max(1, round(bar * min(1.0, left / whole)))
    return Content.assemble(line, "  ", ("━" * filled, GOOD), ("─" * (bar - filled), GREY))

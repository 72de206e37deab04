"""Text that is laid out for the width it gets."""

from collections.abc import Callable

from textual import events
from textual.content import Content
from textual.css.styles import RulesMap
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual
from textual.widgets import Static

Draw = Callable[[int], Content]


class Fitted(Visual):
    """A visual made anew for each width: columns line up, and what does not fit gives way on purpose."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._width = -1
        self._content = Content("")

    def at(self, width: int) -> Content:
        """The content for `width` cells."""
        if width != self._width:
            self._width, self._content = width, self._draw(width)
        return self._content

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        """Lines of the content for `width`."""
        return self.at(width).render_strips(width, height, style, options)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """All there is: the content adapts."""
        return self.at(container_width).get_optimal_width(rules, container_width)

    def get_height(self, rules: RulesMap, width: int) -> int:
        """The number of lines at `width`."""
        return self.at(width).get_height(rules, width)


class Canvas(Static):
    """Shows what a drawing function makes of its width. The text can be selected."""

    def paint(self, draw: Draw, *, layout: bool = True) -> None:
        """Show `draw`'s content; `layout=False` when its height cannot have changed."""
        self.update(Fitted(draw), layout=layout)

    async def on_click(self, event: events.Click) -> None:
        """Text that was given an action runs it (Textual's own `@click` would dress it up as a link)."""
        action = event.style.meta.get("run")
        if isinstance(action, str):
            await self.run_action(action)

    @property
    def text(self) -> str:
        """What it shows now, without styles."""
        visual = self.visual
        return visual.at(self.content_size.width).plain if isinstance(visual, Fitted) else str(visual)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected part of the text."""
        return selection.extract(self.text), "\n"

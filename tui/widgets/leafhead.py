"""What is told of the chosen version, and the tabs of the forms in which it can be seen."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.strip import Strip

from ..configs.head import tab_at, tabs
from .lines import Line, Lines


class LeafHead(Lines):
    """Lines about a version or a file; the last line is the tabs. A click on a tab leads there."""

    def __init__(self, go: Callable[[str], None], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._go = go
        self._about: list[Line] = []
        self.form, self.caption, self.busy, self.lit = "", "", False, False

    def tell(self, about: list[Line]) -> None:
        """What is chosen."""
        self._about = about
        self.repaint()

    def turn(self, form: str, caption: str, busy: bool) -> None:
        """In which form it is seen, and what that shows; *busy*: that is still being read."""
        self.form, self.caption, self.busy = form, caption, busy
        self.repaint()

    def light(self, lit: bool) -> None:
        """Whether what is below has the keys."""
        self.lit = lit
        self.repaint()

    def line_at(self, y: int) -> Strip:
        """A line about it, or the tabs."""
        if y == self.size.height - 1:
            return self.strip(tabs(self.form, self.caption, self.busy, self.size.width, self.lit), self.palette.bar)
        return self.strip(self._about[y] if y < len(self._about) else [])

    def on_click(self, event: events.Click) -> None:
        """To the form whose tab was hit."""
        name = tab_at(event.x, self.size.width)
        if event.y == self.size.height - 1 and name is not None:
            self._go(name)

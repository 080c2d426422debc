"""A panel of lines, some of which lead somewhere: the cursor goes from one of these to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from ..scrollbar import line_of, thumb
from ..walking import Walk
from .lines import Lines

if TYPE_CHECKING:
    from ..describe import Link, Row

GUTTER = 2  # cells: the mark of what leads somewhere, and the scroll bar
WHEEL = 2  # lines


class RowsPane(Lines, can_focus=True):
    """The rows that *make* gives at a width."""

    class Followed(Message):
        """A line was double-clicked. From the pane."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._make: Callable[[int], Sequence[Row]] | None = None
        self._rows: Sequence[Row] = ()
        self._walk = Walk()

    def take(self, make: Callable[[int], Sequence[Row]] | None, *, anew: bool = False) -> None:
        """Show these; *anew*: they are about something else, from their beginning."""
        self._make = make
        if anew:
            self._walk.begin()
        self.tell()

    def tell(self) -> None:
        """Make the lines once more: time has passed."""
        if self.size:
            self._rows = self._make(max(1, self.size.width - GUTTER)) if self._make is not None else ()
            self._walk.show(self._rows, self.size.height)
            self._walk.keep()
        self.repaint()

    @property
    def wanted(self) -> int:
        """Lines that it would take to show all of it."""
        return len(self._rows)

    @property
    def link(self) -> Link | None:
        """Where the line under the cursor leads."""
        return self._walk.link

    # -- moving -------------------------------------------------------------------------------------

    def move(self, delta: int) -> None:
        """To the next line that leads somewhere, or towards it."""
        self._walk.move(delta)
        self.repaint()

    def page(self, delta: float) -> None:
        """By so many windows."""
        self._walk.page(delta)
        self.repaint()

    def home(self) -> None:
        """To the beginning."""
        self._scroll(0)

    def end(self) -> None:
        """To the end."""
        self._walk.end()
        self.repaint()

    def _scroll(self, top: int) -> None:
        self._walk.scroll(top)
        self.repaint()

    # -- painting -----------------------------------------------------------------------------------

    def line_at(self, y: int) -> Strip:
        """A line, and the scroll bar."""
        number = self._walk.top + y
        row = self._rows[number] if number < len(self._rows) else None
        here = self.has_focus and row is not None and number == self._walk.cursor
        mark = "›" if row is not None and row.link is not None else " "
        line = list(row.line) if row is not None else []
        used = sum(cell_len(text) for text, _ in line)
        start, end = thumb(self._walk.top, self.size.height, len(self._rows))
        bar = [(" " * max(0, self.size.width - GUTTER - used), ""), ("▐", "dim")] if start <= y < end else []
        return self.strip([(mark, "title" if here else "faint"), *line, *bar], self.palette.cursor if here else None)

    def on_resize(self) -> None:
        """Other lines."""
        self.tell()

    def watch_has_focus(self, focused: bool) -> None:
        """With the keys there is a cursor."""
        super().watch_has_focus(focused)
        self._walk.active = focused
        self._walk.keep()
        self.repaint()

    # -- mouse --------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """A click chooses what leads somewhere, twice follows; on the scroll bar it leads there."""
        number = self._walk.top + event.y
        if event.x >= self.size.width - 1 and len(self._rows) > self.size.height:
            self._scroll(line_of(event.y, self.size.height, len(self._rows)))
        elif number < len(self._rows) and self._rows[number].link is not None:
            self._walk.select(number)
            self.repaint()
            if event.chain == 2:
                self.post_message(self.Followed())

    def on_mouse_scroll_down(self) -> None:
        """The wheel scrolls."""
        self._scroll(self._walk.top + WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """The wheel scrolls."""
        self._scroll(self._walk.top - WHEEL)

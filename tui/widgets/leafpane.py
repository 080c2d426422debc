"""What is in a version, or how it differs: a window on lines that are made when they come into sight."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from textual import events
from textual.message import Message
from textual.strip import Strip

from ..configs.leaf import WIDEST, Leaf, Words, within
from ..scrollbar import line_of, thumb
from .lines import Lines

WHEEL = 3


class LeafPane(Lines, can_focus=True):
    """A window on a `Leaf`; where one of its lines is meant, there is a cursor."""

    class Turned(Message):
        """The cursor is on another line. From the pane."""

    class Followed(Message):
        """A line was double-clicked. From the pane."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.leaf: Leaf = Words()
        self.top = self.left = self.cursor = 0
        self.hit = -1  # the line in which something was found

    # -- what is shown ------------------------------------------------------------------------------

    def take(self, leaf: Leaf, *, stay: bool = False) -> None:
        """Show this, from its beginning; *stay*: it is what was there, read once more."""
        self.leaf = leaf
        self.hit = -1
        if not stay:
            self.top = self.left = self.cursor = 0
        self._lay()
        self.repaint()

    def _lay(self) -> None:
        self.leaf.lay(self.size.width - 1)
        self.cursor = max(0, min(self.cursor, self.leaf.count - 1))
        self.top = max(0, min(self.top, self._last))

    @property
    def _last(self) -> int:
        return max(0, self.leaf.count - self.size.height)

    @property
    def key(self) -> str:
        """Where the line under the cursor leads."""
        return self.leaf.key(self.cursor) if self.leaf.chooses and self.leaf.count else ""

    # -- moving -------------------------------------------------------------------------------------

    def move(self, delta: int) -> None:
        """By so many lines: the cursor, or the window."""
        if not self.leaf.chooses:
            self._scroll(self.top + delta)
            return
        self.cursor = max(0, min(self.cursor + delta, self.leaf.count - 1))
        height = max(1, self.size.height)
        self._scroll(max(self.cursor - height + 1, min(self.top, self.cursor)))
        self.post_message(self.Turned())

    def put_cursor(self, number: int) -> None:
        """Have the cursor on this line, as if it had been there: nobody is told."""
        self.cursor = max(0, min(number, self.leaf.count - 1))
        height = max(1, self.size.height)
        self._scroll(max(self.cursor - height + 1, min(self.top, self.cursor)))

    def page(self, delta: float) -> None:
        """By so many windows."""
        self.move(int(delta * self.size.height) or (1 if delta > 0 else -1))

    def home(self) -> None:
        """To the first line."""
        self.left = 0
        self.move(-self.leaf.count)

    def end(self) -> None:
        """To the last."""
        self.move(self.leaf.count)

    def sideways(self, delta: int) -> None:
        """To the right, or back."""
        self.left = max(0, min(self.left + delta, WIDEST - self.size.width))
        self.repaint()

    def jump(self, back: bool) -> bool:
        """To the next stretch that differs, or back; whether there is one."""
        stops = self.leaf.stops
        at = bisect_left(stops, self.top) - 1 if back else bisect_right(stops, self.top)
        if not 0 <= at < len(stops) or (not back and self.top >= self._last):
            return False
        self._scroll(stops[at])
        return True

    def show_hit(self, number: int) -> None:
        """Something was found in this line (-1: in none): have it in sight."""
        self.hit = number
        if number >= 0 and self.leaf.chooses:
            self.move(number - self.cursor)
        elif number >= 0 and not self.top <= number < self.top + self.size.height:
            self._scroll(number - self.size.height // 3)
        self.repaint()

    def _scroll(self, top: int) -> None:
        self.top = max(0, min(top, self._last))
        self.repaint()

    # -- painting -----------------------------------------------------------------------------------

    def line_at(self, y: int) -> Strip:
        """A line, and the scroll bar."""
        number, width = self.top + y, self.size.width - 1
        if number >= self.leaf.count:
            return self.strip([])
        here = self.leaf.chooses and number == self.cursor
        ground = self.palette.band if number == self.hit else None
        if here:
            ground = self.palette.cursor if self.has_focus else self.palette.cursor_idle
        return self.strip([*within(self.leaf.line(number, self.left, width), width), self._bar(y)], ground)

    def _bar(self, y: int) -> tuple[str, str]:
        start, end = thumb(self.top, self.size.height, self.leaf.count)
        return ("▐", "dim") if start <= y < end else (" ", "")

    def on_resize(self) -> None:
        """Other lines."""
        self._lay()
        super().on_resize()

    # -- mouse --------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """On the scroll bar it leads there; else it chooses, twice follows."""
        if event.x >= self.size.width - 1:
            self._scroll(line_of(event.y, self.size.height, self.leaf.count))
        elif self.leaf.chooses and self.top + event.y < self.leaf.count:
            self.move(self.top + event.y - self.cursor)
            if event.chain == 2:
                self.post_message(self.Followed())

    def on_mouse_scroll_down(self) -> None:
        """The wheel moves."""
        self.move(1 if self.leaf.chooses else WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """The wheel moves."""
        self.move(-1 if self.leaf.chooses else -WHEEL)

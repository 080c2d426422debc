"""A table of a million jobs: pages come from a thread, only changed cells are sent to the terminal.

Line 0 is the heading; below it the window shows offsets ``top`` … of what the filter lets through. The
table holds on to *jobs*: the cursor, the marks and the range are row ids, and their offsets follow when
the jobs move; but until somebody has chosen a job, the cursor stays on the first line. Its last column is the
scroll bar. What it shows and how it moves is in ``table_view``, marks in ``table_marks``, its picture in
``table_lines``; here are the mouse and the focus.
"""

from __future__ import annotations

from textual import events

from ..messages import Opened, SortAsked
from ..scrollbar import line_of
from .table_lines import TableLines

WHEEL = 3  # lines a notch


class VirtualTable(TableLines, can_focus=True):
    """The jobs that a filter shows, in its order."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._dragging = False

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the window."""
        event.stop()
        self.scroll_lines(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the window."""
        event.stop()
        self.scroll_lines(-WHEEL)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """The scroll bar can be dragged."""
        if event.x == self.size.width - 1 and self.total > self.lines:
            self._dragging = True
            self.capture_mouse()
            self._drag(event.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The scroll bar can be dragged."""
        if self._dragging:
            self._drag(event.y)

    def on_mouse_up(self) -> None:
        """Let go of the scroll bar."""
        if self._dragging:
            self._dragging = False
            self.release_mouse()

    def _drag(self, y: int) -> None:
        self.top = self._clamp_top(line_of(y - 1, self.lines, self.total))
        self.repaint()
        self._look_ahead()

    def on_click(self, event: events.Click) -> None:
        """A click selects; with Ctrl it marks; a double click opens; on the heading it sorts."""
        if event.x == self.size.width - 1:
            return
        if event.y == 0:
            self._sort_by(event.x)
            return
        offset = self.top + event.y - 1
        if offset >= self.total:
            return
        self.move_to(offset)
        if event.ctrl:
            self.toggle_mark()
        elif event.chain == 2 and self.selected is not None:
            self.post_message(Opened(self.selected))

    def _sort_by(self, x: int) -> None:
        column = self.column_at(x)
        if column is not None and column.sort:
            self.post_message(SortAsked(column.sort))

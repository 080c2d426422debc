"""A table of a million jobs: pages come from a thread, only changed cells are sent to the terminal.

Line 0 is the heading; below it the window shows offsets ``top`` … of what the filter lets through. The
table holds on to *jobs*: the cursor, the marks and the range are row ids, and their offsets follow when
the jobs move; but until somebody has chosen a job, the cursor stays on the first line. Its last column is the
scroll bar.
"""

from __future__ import annotations

import time

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.strip import Strip

from jobyard.core.models import JobFilter, JobRow
from jobyard.core.states import State

from ..columns import MARK, Column, plan
from ..messages import Marked, Opened, Selected, Wanted
from ..paging import PAGE, View, Wish
from ..painting import fit
from ..rowcache import RowCache
from ..scrollbar import line_of, thumb
from .lines import Line, Lines

WHEEL = 3  # lines a notch
AHEAD = 40  # rows; a page this near is fetched before it is needed


class VirtualTable(Lines, can_focus=True):
    """The jobs that a filter shows, in the facade's order."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.where = JobFilter()
        self.generation = 0
        self.total = 0
        self.top = 0
        self.cursor = 0
        self._shift = (0, 0)  # by which views have moved top and cursor, as jobs moved
        self.selected: JobRow | None = None
        self.chosen = False  # somebody has put the cursor on its job, or done something with it
        self.marks: set[int] = set()
        self.range_start: tuple[int, int] | None = None  # (row id, offset)
        self.loaded = False
        self.empty: tuple[str, ...] = ()
        self.rows = RowCache()
        self._asked: set[int] = set()
        self._dragging = False

    # -- what is shown ----------------------------------------------------------------------------

    @property
    def lines(self) -> int:
        """Lines for jobs: all but the heading."""
        return max(1, self.size.height - 1)

    def wish(self, *, seek: int | None = None, page: int | None = None, fresh: bool = False) -> Wish:
        """What a thread has to fetch; *seek* is a job to bring into view, *fresh* says that the filter is new."""
        first = self.rows.at(self.top)
        selected = self.selected.row if self.selected and self.chosen else None
        return Wish(
            self.where,
            self.generation,
            self.top,
            self.lines,
            self.cursor,
            selected=selected if seek is None else seek,
            first_shown=first.row if first else None,
            range_start=self.range_start[0] if self.range_start else None,
            seek=seek is not None,
            fresh=fresh,
            page=page,
            shift=self._shift,
        )

    def show(self, where: JobFilter) -> None:
        """Show other jobs; the selected one stays selected if it is among them."""
        self.where = where
        self.chosen = True
        self.generation += 1
        self._asked.clear()

    def take(self, view: View) -> None:
        """Show what a thread has fetched, unless something else is wanted by now."""
        if view.wish.generation != self.generation:
            return
        self._asked.discard(view.wish.page if view.wish.page is not None else -1)
        if view.wish.page is not None:
            self.rows.add(view.pages)
        else:
            self._take_anew(view)
        self.loaded = True
        self._select(self.cursor)
        self.repaint()
        self._look_ahead()

    def _take_anew(self, view: View) -> None:
        self.rows.replace(view.pages)
        self._asked.clear()
        self.total = view.total
        before, wish = (self.top, self.cursor), view.wish
        shifted = self._shift[0] - wish.shift[0], self._shift[1] - wish.shift[1]  # by views that came in between
        moved = self.top - wish.top - shifted[0], self.cursor - wish.cursor - shifted[1]  # by keys since the wish
        self.top = self._clamp_top(view.top + moved[0])
        self.cursor = self._clamp((wish.cursor if view.cursor is None else view.cursor) + moved[1])
        self._shift = self._shift[0] + self.top - before[0], self._shift[1] + self.cursor - before[1]
        if self.range_start is not None:
            offset = view.range_start
            self.range_start = None if offset is None else (self.range_start[0], offset)

    # -- movement ---------------------------------------------------------------------------------

    def move(self, delta: int) -> None:
        """Move the cursor by *delta* rows."""
        self.move_to(self.cursor + delta)

    def page(self, delta: float) -> None:
        """Move by *delta* screens."""
        self.move(int(delta * self.lines) or (1 if delta > 0 else -1))

    def home(self) -> None:
        """To the first job."""
        self.move_to(0)

    def end(self) -> None:
        """To the last job."""
        self.move_to(self.total - 1)

    def move_to(self, offset: int) -> None:
        """Put the cursor on the row at *offset*.

        At the edge the window jumps by a quarter of its height: a step then costs two lines of bytes almost
        always, and the text stands still to be read.
        """
        self.chosen = True
        self.cursor = self._clamp(offset)
        if self.cursor < self.top:
            self.top = self._clamp_top(self.cursor - self.lines // 4)
        elif self.cursor >= self.top + self.lines:
            self.top = self._clamp_top(self.cursor - self.lines + 1 + self.lines // 4)
        self._select(self.cursor)
        if self.range_start is not None:
            self.post_message(Marked(self.marked_count))
        self.repaint()
        self._look_ahead()

    def scroll_lines(self, delta: int) -> None:
        """Move the window, not the cursor."""
        self.top = self._clamp_top(self.top + delta)
        self.repaint()
        self._look_ahead()

    def _clamp(self, offset: int) -> int:
        return max(0, min(offset, self.total - 1))

    def _clamp_top(self, offset: int) -> int:
        return max(0, min(offset, self.total - self.lines))

    def _select(self, offset: int) -> None:
        row = self.rows.at(offset)
        if row is None and self.total and not self.rows.has(offset):
            return  # its page is on the way
        if row != self.selected:
            self.selected = row
            self.post_message(Selected(row))

    def _look_ahead(self) -> None:
        first, last = max(0, self.top - AHEAD), min(self.total - 1, self.top + self.lines + AHEAD)
        wanted = {offset // PAGE for offset in (self.top, self.top + self.lines - 1, self.cursor, first, last)}
        for number in sorted(wanted):
            offset = number * PAGE
            if 0 <= offset < self.total and not self.rows.has(offset) and number not in self._asked:
                self._asked.add(number)
                self.post_message(Wanted(number))

    # -- marks ------------------------------------------------------------------------------------

    def toggle_mark(self) -> None:
        """Mark or unmark the job under the cursor; a range becomes marks."""
        if self.selected is not None:
            self.chosen = True
            self.marks ^= {self.selected.row}
            self._marks_changed()

    def mark(self, rows: set[int]) -> None:
        """Mark these jobs too."""
        self.marks |= rows
        self._marks_changed()

    def unmark(self) -> None:
        """Forget the marks."""
        self.marks.clear()
        self._marks_changed()

    def begin_range(self) -> None:
        """Everything between the job under the cursor and wherever the cursor goes."""
        if self.selected is not None:
            self.chosen = True
            self.range_start = (self.selected.row, self.cursor)
            self._marks_changed()

    def end_range(self) -> None:
        """Forget the range."""
        self.range_start = None
        self._marks_changed()

    @property
    def range_span(self) -> tuple[int, int] | None:
        """The first and last offset of the range."""
        if self.range_start is None:
            return None
        return min(self.range_start[1], self.cursor), max(self.range_start[1], self.cursor)

    @property
    def marked_count(self) -> int:
        """How many jobs an action would mean, beyond the one under the cursor."""
        span = self.range_span
        return len(self.marks) + (span[1] - span[0] + 1 if span else 0)

    def _marks_changed(self) -> None:
        self.post_message(Marked(self.marked_count))
        self.repaint()

    # -- painting ---------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """The cursor stays in sight if it was."""
        self.top = self._clamp_top(self.top)
        if self.cursor >= self.top + self.lines:
            self.top = self._clamp_top(self.cursor - self.lines + 1)
        self.repaint()
        self._look_ahead()

    def tick(self) -> None:
        """A second has passed: running durations change, and nothing else."""
        if self.shows_running():
            self.repaint()

    def shows_running(self) -> bool:
        """Whether a running job is in sight."""
        shown = (self.rows.at(self.top + y) for y in range(self.lines))
        return any(row is not None and row.state is State.RUNNING for row in shown)

    def line_at(self, y: int) -> Strip:
        """The heading, a job, or an empty line."""
        if y == 0:
            return self.strip(self._with_bar(self._heading(), y))
        offset = self.top + y - 1
        if offset >= self.total:
            return self.strip(self._hint(y))
        row = self.rows.at(offset)
        line = [("  …", "faint")] if row is None else self._job(row)
        return self.strip(self._with_bar(line, y), self._ground(row, offset))

    @property
    def _columns(self) -> tuple[Column, ...]:
        return plan(max(1, self.size.width - 1))

    def _heading(self) -> Line:
        titles = (fit(column.title, column.width, column.right) for column in self._columns)
        return [(" " * MARK + " ".join(titles), "faint")]

    def _hint(self, y: int) -> Line:
        if not self.loaded or self.total or not 2 <= y < len(self.empty) + 2:
            return []
        return [("   " + self.empty[y - 2], "bold" if y == 2 else "dim")]

    def _job(self, row: JobRow) -> Line:
        marked = row.row in self.marks
        line: Line = [("▌ " if marked else "  ", "accent")]
        now = time.time()
        for column in self._columns:
            style = row.state.value if column.style == "state" else column.style
            line += [(fit(column.text(row, now), column.width, column.right), style), (" ", "")]
        return line

    def _ground(self, row: JobRow | None, offset: int) -> Style | None:
        if row is not None and self.selected is not None and row.row == self.selected.row:
            return self.palette.cursor if self.has_focus else self.palette.cursor_idle
        span = self.range_span
        return self.palette.band if span and span[0] <= offset <= span[1] else None

    def _with_bar(self, line: Line, y: int) -> Line:
        body = self.size.width - 1
        start, end = thumb(self.top, self.lines, self.total)
        text, style = ("▐", "dim") if start <= y - 1 < end else (" ", "faint")
        return [*_cut(line, body), (text, style)]

    # -- mouse and focus --------------------------------------------------------------------------

    def on_focus(self) -> None:
        """The cursor line shows who has the keys."""
        self.repaint()

    def on_blur(self) -> None:
        """The cursor line shows who has the keys."""
        self.repaint()

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
        """A click selects; with Ctrl it marks; a double click opens."""
        offset = self.top + event.y - 1
        if event.y == 0 or offset >= self.total or event.x == self.size.width - 1:
            return
        self.move_to(offset)
        if event.ctrl:
            self.toggle_mark()
        elif event.chain == 2 and self.selected is not None:
            self.post_message(Opened(self.selected))


def _cut(line: Line, width: int) -> Line:
    """The line in exactly *width* cells."""
    out: Line = []
    for text, style in line:
        room = min(width, cell_len(text))
        out.append((fit(text, room), style))
        width -= room
    out.append((" " * width, ""))
    return out

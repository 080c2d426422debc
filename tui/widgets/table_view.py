"""What a table shows: its jobs, their offsets, and how the window and the cursor move over them."""

from __future__ import annotations

from jobyard.core.models import JobFilter, JobRow

from ..messages import Marked, Selected, Wanted
from ..paging import PAGE, View, Wish
from ..rowcache import RowCache
from .lines import Lines

AHEAD = 40  # rows; a page this near is fetched before it is needed


class TableView(Lines):
    """Offsets ``top`` … of what the filter lets through, and the job under the cursor."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.where = JobFilter()
        self.generation = 0
        self.total = 0
        self.top = 0
        self.cursor = 0
        self._shift = (0, 0)  # by which views have moved top and cursor, as jobs moved
        self._selected: JobRow | None = None
        self._awaited = False  # the cursor was put on a line whose page is on the way
        self.chosen = False  # somebody has put the cursor on its job, or done something with it
        self.range_start: tuple[int, int] | None = None  # (row id, offset)
        self.loaded = False
        self.rows = RowCache()
        self._asked: set[int] = set()
        self._sought: tuple[int | None, bool] = (None, False)  # a seek or a new filter that is not answered yet

    @property
    def selected(self) -> JobRow | None:
        """The job under the cursor; None while it is not known which that is.

        The job of before is not meant any more: a key that comes before the page must not cancel it, and a view
        that comes before the page must not take the cursor back to it.
        """
        return None if self._awaited else self._selected

    @property
    def marked_count(self) -> int:
        """How many jobs are marked."""
        return 0

    @property
    def lines(self) -> int:
        """Lines for jobs: all but the heading."""
        return max(1, self.size.height - 1)

    def wish(self, *, seek: int | None = None, page: int | None = None, fresh: bool = False) -> Wish:
        """What a thread has to fetch; *seek* is a job to bring into view, *fresh* says that the filter is new."""
        if page is None and (seek is not None or fresh):
            self._sought = seek, fresh
        elif page is None:
            seek, fresh = self._sought  # this wish may take the place of that one
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
        self._sought = None, False

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
        if view.wish.seek or view.wish.fresh:
            self._sought = None, False
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
        self._awaited = self.total > 0 and not self.rows.has(self.cursor)
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
        self._awaited = False
        if row != self._selected:
            self._selected = row
            self.post_message(Selected(row))

    def _look_ahead(self) -> None:
        first, last = max(0, self.top - AHEAD), min(self.total - 1, self.top + self.lines + AHEAD)
        wanted = {offset // PAGE for offset in (self.top, self.top + self.lines - 1, self.cursor, first, last)}
        for number in sorted(wanted):
            offset = number * PAGE
            if 0 <= offset < self.total and not self.rows.has(offset) and number not in self._asked:
                self._asked.add(number)
                self.post_message(Wanted(number))

    @property
    def out_of_sight(self) -> bool:
        """Whether the job under the cursor was chosen, and its line is not in the window."""
        shown = self.top <= self.cursor < self.top + self.lines
        return self.chosen and self.selected is not None and not shown

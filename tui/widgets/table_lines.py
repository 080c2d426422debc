"""How a table looks: its heading, its jobs, the scroll bar."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Set

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from jobyard.core.models import JobRow, Sort
from jobyard.core.states import State

from ..columns import Column, cell, name_of
from ..empty import folded_words
from ..folds import told_state
from ..gauges import Gauge, with_bar
from ..painting import fit
from ..planning import MARK, plan, without_room
from ..scrollbar import thumb
from ..text import plain
from ..watching import line_of
from .lines import Line
from .table_marks import TableMarks

KEPT = 500  # lines that are kept ready
INDENT = 3  # cells before what an empty table says


class TableLines(TableMarks):
    """Line 0 is the heading; the last column is the scroll bar."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.empty: tuple[str, ...] = ()
        self.watched: Set[int] = frozenset()  # rows whose end somebody is to be told of
        self.gauges: Mapping[int, Gauge] = {}  # of the running jobs in sight, by row
        self._kept: dict[int, tuple[tuple[object, ...], Strip]] = {}  # lines by row id, and what they were made of
        self.columns: tuple[str, ...] = ()  # keys of those that were chosen; none: as ships

    def on_resize(self) -> None:
        """The cursor stays in sight if it was."""
        self.top = self._clamp_top(self.top)
        if self.cursor >= self.top + self.lines:
            self.top = self._clamp_top(self.cursor - self.lines + 1)
        self.repaint()
        self._look_ahead()

    def tick(self) -> None:
        """A second has passed: running durations and ages change, and nothing else."""
        if self.shows_running() or any(column.key == "age" for column in self.shown_columns):
            self.repaint()

    def shows_running(self) -> bool:
        """Whether a running job is in sight."""
        shown = (self.rows.at(self.top + y) for y in range(self.lines))
        return any(row is not None and row.state is State.RUNNING for row in shown)

    def running_rows(self) -> Iterator[int]:
        """The running jobs in sight; a line that stands for several is none."""
        return self._in_sight(State.RUNNING)

    def waiting_rows(self) -> Iterator[int]:
        """The pending ones."""
        return self._in_sight(State.PENDING)

    def _in_sight(self, state: State) -> Iterator[int]:
        shown = (self.rows.at(self.top + y) for y in range(self.lines))
        return (row.row for row in shown if row is not None and row.state is state and row.fold is None)

    def take_gauges(self, gauges: Mapping[int, Gauge]) -> None:
        """How far the running jobs are and what they use."""
        if gauges != self.gauges:
            self.gauges = gauges
            self.repaint()

    def line_at(self, y: int) -> Strip:
        """The heading, a job, or an empty line."""
        if y == 0:
            return self.strip(self._with_bar(self._heading(), y))
        offset = self.top + y - 1
        if offset >= self.total:
            return self.strip(self._hint(y))
        row = self.rows.at(offset)
        if row is None:
            return self.strip(
                self._with_bar([(fit("  …", self.size.width - 1), "faint")], y), self._ground(row, offset)
            )
        return self._job(row, self._ground(row, offset), y)

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        """The columns that there is room for."""
        return plan(max(1, self.size.width - 1), self.columns)

    def lay_out(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        """Have these columns; none: as ships. Returns those that there is no room for."""
        self.columns = columns
        self.repaint()
        return without_room(max(1, self.size.width - 1), columns)

    def column_at(self, x: int) -> Column | None:
        """The column at cell *x* of a line."""
        right = MARK
        for column in self.shown_columns:
            right += column.width + 1
            if MARK <= x < right:
                return column
        return None

    def _heading(self) -> Line:
        sort, columns = self.where.sort, self.shown_columns
        titles = " " * MARK + " ".join(heading(column, sort) for column in columns)
        note = self._note({column.sort for column in columns})
        room = self.size.width - 1
        note = fit(note, min(cell_len(note), room))
        titles = f"▸{titles[1:]}" if self.has_focus else titles  # who has the keys is told without a colour too
        return [(fit(titles, room - cell_len(note)), "title" if self.has_focus else "faint"), (note, "accent")]

    def _note(self, shown: set[str]) -> str:
        """What the lines do not say: an order by a column that is not shown, a chosen job that is not in sight."""
        sort, job, notes = self.where.sort, self.selected, []
        if sort is not None and sort.key not in shown:
            notes.append(f"sort: {sort.key} {arrow(sort)}")
        if self.out_of_sight and job is not None:
            notes.append(f"▸ {plain(name_of(job))} · out of sight, j k return")
        return " " + "  ".join(notes) if notes else ""

    def _hint(self, y: int) -> Line:
        if not self.loaded or self.total or y < 2:
            return []
        lines = folded_words(self.empty, self.size.width - INDENT - 1)[y - 2 : y - 1]
        return [(" " * INDENT + words, style) for words, style in lines]

    def _job(self, row: JobRow, ground: Style | None, y: int) -> Strip:
        """A job's line; the one of before if nothing has changed that it is made of."""
        now = time.time()
        mark, bar = self._mark(row), self._bar(y)
        gauge, second = self.gauges.get(row.row), int(now) if self._ages(row) else 0
        made_of = (row, mark, bar, ground, self.shown_columns, self.palette, second, gauge)
        kept = self._kept.get(row.row)
        if kept is None or kept[0] != made_of:
            if len(self._kept) > KEPT:
                self._kept.clear()
            kept = self._kept[row.row] = made_of, self.strip(self._parts(row, mark, now, bar, gauge), ground)
        return kept[1]

    def _ages(self, row: JobRow) -> bool:
        """Whether its line says something else in a second."""
        return row.ended_at is None or any(column.key == "age" for column in self.shown_columns)

    def _mark(self, row: JobRow) -> str:
        """Two cells: first the watch, then the mark, which is but half a cell and so leaves a gap before the state."""
        marked, watched = row.row in self.marks, line_of(row) in self.watched
        return "◉" + ("▌" if marked else " ") if watched else "▌ " if marked else "  "

    def _parts(self, row: JobRow, mark: str, now: float, bar: tuple[str, str], gauge: Gauge | None) -> Line:
        line: Line = [(mark, "accent")]
        for column in self.shown_columns:
            style = told_state(row).value if column.style == "state" else column.style
            text = cell(row, column, now, gauge) + " "
            line += with_bar(text, style) if gauge is not None and column.key == "reason" else [(text, style)]
        return [*line, bar]

    def _ground(self, row: JobRow | None, offset: int) -> Style | None:
        if row is not None and self.selected is not None and row.row == self.selected.row:
            return self.palette.cursor if self.has_focus else self.palette.cursor_idle
        span = self.range_span
        return self.palette.band if span and span[0] <= offset <= span[1] else None

    def _with_bar(self, line: Line, y: int) -> Line:
        """A line as wide as the body, and the scroll bar."""
        return [*line, self._bar(y)]

    def _bar(self, y: int) -> tuple[str, str]:
        start, end = thumb(self.top, self.lines, self.total)
        return ("▐", "dim") if start <= y - 1 < end else (" ", "faint")


def arrow(sort: Sort) -> str:
    """Which way it goes."""
    return "▼" if sort.descending else "▲"


def heading(column: Column, sort: Sort | None) -> str:
    """A column's title in its width, with an arrow where it is what the jobs are sorted by."""
    if sort is None or column.sort != sort.key:
        return fit(column.title, column.width, column.right)
    room = column.width - 1
    title = fit(column.title, min(cell_len(column.title), room - (room > cell_len(column.title))))
    return fit(f"{title} {arrow(sort)}" if room > cell_len(title) else title + arrow(sort), column.width, column.right)

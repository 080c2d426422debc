"""A graph as a list with lanes: a job a line, only those in the window are drawn.

Left of the lanes stand ``↑`` and ``↓`` at what leads to the selected job and away from it, and ``◆`` at the critical
path; the lanes of the former are heavy.
"""

from __future__ import annotations

import time
from collections.abc import Set

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from jobyard.core.models import JobRow
from jobyard.core.states import State
from jobyard.core.yard.drawing import Light, Picture, draw_lit

from ..columns import name_of
from ..empty import folded_words
from ..format import job_time, outcome, short_id, short_prose, state_glyph, state_word
from ..graphing import words_of
from ..painting import fit
from ..scrollbar import thumb
from ..text import plain
from .lines import Line, Lines

WHEEL = 3
STATE, TIME, GUTTER = 10, 7, 3  # cells
WIDE, MIDDLE = 100, 56  # cells from which on there is room for reasons, and for states
Ways = dict[int, str]


class LaneGraph(Lines, can_focus=True):
    """The list; the cursor is a job, not a line."""

    class Moved(Message):
        """The cursor is on another line."""

    class Chosen(Message):
        """A line was double-clicked."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.picture: Picture | None = None
        self.cursor = self.top = 0
        self.row = 0  # the job under the cursor, also one within a folded line
        self.lost = 0  # the job that was under it and has left the graph: then no other is, until somebody moves
        self.found: Set[int] = frozenset()  # the jobs that stand for the lines that a search has found
        self.told: Ways = {}  # how jobs wait, where that is not plain
        self.empty: tuple[str, ...] = ()
        self._light: Light | None = None
        self._column = 0  # the first that is drawn: in a wide graph the window follows the cursor
        self._span: tuple[int | None, int, int] = (
            0,
            0,
            0,
        )  # cursor, first line and the one after the last for which that is

    # -- what it shows --------------------------------------------------------------------------------

    def take(self, drawn: Picture, told: Ways, row: int | None = None, *, keep: bool = False) -> None:
        """Show this; the cursor goes to job *row*, or stays on its job, else on its line.

        *keep*: it is the graph that was there, so that where its job is gone the cursor means no other.
        """
        before = self.cursor - self.top
        self.picture, self.told, self._light = drawn, told, None
        wanted = (self.row or self.lost) if row is None else row
        line = self.line_of(wanted)
        self.lost = wanted if keep and line is None and row is None else 0
        self.cursor = min(self.cursor, max(0, self.total - 1)) if line is None else line
        self.row = 0 if self.lost else self._row_at(self.cursor, wanted)
        self.top = self._clamp(self.cursor - before)
        self._into_sight()
        self.repaint()

    @property
    def total(self) -> int:
        """How many lines there are."""
        return 0 if self.picture is None else len(self.picture.lanes.order)

    @property
    def job(self) -> JobRow | None:
        """The job that stands for the line under the cursor."""
        return self.picture.job(self.cursor) if self.picture is not None and self.total and not self.lost else None

    def line_of(self, row: int) -> int | None:
        """In which line a job is."""
        if self.picture is None:
            return None
        line = self.picture.folds.line_of.get(row)
        return None if line is None else self.picture.lanes.place[line]

    def _row_at(self, line: int, wanted: int) -> int:
        """The job of a line: the wanted one where it is in it."""
        if self.picture is None or not self.total:
            return 0
        unit = self.picture.unit(line)
        return wanted if self.picture.folds.line_of.get(wanted) == unit.first else unit.first

    @property
    def light(self) -> Light | None:
        """What leads to the line under the cursor, and from it, as far as it is in the window."""
        span = None if self.lost else self.cursor, self.top, self.top + self.size.height
        if self.picture is not None and self.total and (self._light is None or self._span != span):
            self._span, self._light = span, Light(self.picture.lanes, *span)
        return self._light

    # -- moving -----------------------------------------------------------------------------------------

    def move(self, delta: int) -> None:
        """By so many lines."""
        self.move_to(self.cursor + delta)

    def page(self, delta: float) -> None:
        """By so many screens."""
        self.move(int(delta * self.size.height) or (1 if delta > 0 else -1))

    def home(self) -> None:
        """To the first line."""
        self.move_to(0)

    def end(self) -> None:
        """To the last."""
        self.move_to(self.total - 1)

    def move_to(self, line: int) -> None:
        """Put the cursor on a line; at the edge the window jumps by a quarter of its height."""
        if not self.total:
            return
        self.cursor = max(0, min(line, self.total - 1))
        self.row, self.lost = self._row_at(self.cursor, 0), 0
        self._into_sight()
        self.repaint()
        self.post_message(self.Moved())

    def _into_sight(self) -> None:
        if not (height := self.size.height):
            return  # out of sight; it is seen to once it has its place again
        if self.cursor < self.top:
            self.top = self._clamp(self.cursor - height // 4)
        elif self.cursor >= self.top + height:
            self.top = self._clamp(self.cursor - height + 1 + height // 4)
        if self.picture is not None and self.total:
            column, most = self.picture.lanes.rows[self.cursor].column, self._most
            if not self._column <= column < self._column + most:
                self._column = max(0, min(column - most // 2, self.picture.lanes.width - most))
            if self.picture.lanes.width <= most:
                self._column = 0

    @property
    def _most(self) -> int:
        """How many columns of lanes are drawn."""
        return max(4, min(40, (self.size.width - 1) // 5))

    def _clamp(self, top: int) -> int:
        return max(0, min(top, self.total - self.size.height))

    def scroll_lines(self, delta: int) -> None:
        """Move the window, not the cursor."""
        self.top = self._clamp(self.top + delta)
        self.repaint()

    # -- painting -----------------------------------------------------------------------------------------

    def line_at(self, y: int) -> Strip:
        """A job's line."""
        line, width = self.top + y, self.size.width
        if self.picture is None or not self.total:
            words = folded_words(self.empty, width - 4)[y - 1 : y] if y else []
            return self.strip([("   " + text, style) for text, style in words])
        if line >= self.total:
            return self.strip([])
        ground = None
        if line == self.cursor and not self.lost:
            ground = self.palette.cursor if self.has_focus else self.palette.cursor_idle
        parts = self._parts(self.picture, line, width - 1)
        start, end = thumb(self.top, self.size.height, self.total)
        return self.strip([*parts, ("▐", "dim") if start <= y < end else (" ", "")], ground)

    def _parts(self, drawn: Picture, line: int, width: int) -> Line:
        job, light = drawn.job(line), self.light
        assert light is not None
        related = line == light.row or line in light.up or line in light.down
        left = [*self._gutter(drawn, line, light), *self._drawn(drawn, line, light)]
        right = self._columns(drawn, line, job, width)
        room = width - _length(left) - _length(right)
        return [*left, *self._words(drawn, line, job, room, related), *right]

    def _gutter(self, drawn: Picture, line: int, light: Light) -> Line:
        first = drawn.unit(line).first
        way = "↑" if line in light.up else "↓" if line in light.down else "▸" if line == light.row else " "
        mark = "•" if first in self.found else " "
        return [(way, "accent"), ("◆" if first in drawn.marked else " ", "warning"), (mark, "accent")]

    def _drawn(self, drawn: Picture, line: int, light: Light) -> Line:
        job = drawn.job(line)
        node = state_glyph(job)
        found: Line = []
        for text, lit in draw_lit(drawn.lanes, line, light, self._most, node, self._column):
            lanes, sign, rest = (text, "", "") if lit else text.partition(node)
            found += [(lanes, "accent" if lit else "faint"), (sign, job.state.value), (rest, "faint")]
        return [part for part in found if part[0]]

    def _words(self, drawn: Picture, line: int, job: JobRow, room: int, related: bool) -> Line:
        if room <= 2:
            return [(" " * max(0, room), "")]
        unit = drawn.unit(line)
        if unit.kind:
            return [(" " + fit(words_of(drawn, unit), room - 2) + " ", "bold" if related else "dim")]
        name = plain(name_of(job) if job.name else job.command)
        id = f"  {short_id(job.id)}"
        if cell_len(name) + cell_len(id) + 2 > room:
            return [(" " + fit(name, room - 2) + " ", "bold" if related else "")]
        blanks = " " * (room - cell_len(name) - cell_len(id) - 1)
        return [(" " + name, "bold" if related else ""), (id, "faint"), (blanks, "")]

    def _columns(self, drawn: Picture, line: int, job: JobRow, width: int) -> Line:
        if width < MIDDLE:
            return []
        several = bool(drawn.unit(line).kind)
        word, took = state_word(job), "" if several else job_time(job, time.time())
        found: Line = [(fit(word, STATE), job.state.value), (fit(took, TIME, right=True), "dim")]
        if width >= WIDE:
            why = "" if several else self.why(job)
            found.append(("  " + fit(why, width // 3), "failed" if job.state is State.FAILED else "dim"))
        return found

    def why(self, job: JobRow) -> str:
        """Why it waits or how it ended, and how it waits where that is not plain."""
        said = "" if job.state is State.COMPLETED else short_prose(plain(outcome(job)))
        return "; ".join(part for part in (said, self.told.get(job.row, "")) if part)

    def tick(self) -> None:
        """A second has passed: running durations change."""
        if self.picture is not None and any(
            self.picture.job(line).ended_at is None for line in range(self.top, self._last)
        ):
            self.repaint()

    @property
    def _last(self) -> int:
        return min(self.total, self.top + self.size.height)

    def on_resize(self) -> None:
        """The cursor stays in sight."""
        self.top = self._clamp(self.top)
        self._into_sight()
        self.repaint()

    # -- the mouse ------------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """A click selects, a double click opens."""
        if self.top + event.y < self.total:
            self.move_to(self.top + event.y)
            if event.chain == 2:
                self.post_message(self.Chosen())

    def on_mouse_scroll_down(self) -> None:
        """The wheel scrolls."""
        self.scroll_lines(WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """The wheel scrolls."""
        self.scroll_lines(-WHEEL)


def _length(line: Line) -> int:
    return sum(cell_len(text) for text, _ in line)

"""A chart of time as lines of text: axis, slots, waits, lanes with gaps, and the chosen attempt in words. Pure.

A line is pieces of text with the name of a palette style; what is written ``on`` a bar is reversed. The same lines are
what the screen paints and the command line prints.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from jobyard.core.gantt.axis import ticks
from jobyard.core.gantt.cells import BELOW, Cell
from jobyard.core.gantt.chart import Chart, Lane
from jobyard.core.gantt.gaps import Gap
from jobyard.core.gantt.spans import Span, Window
from jobyard.core.states import State
from jobyard.core.yard import cells as cells_of
from jobyard.core.yard import clip

from .format import clock, duration, plural, short_id, took
from .gauges import UNRECORDED
from .text import plain

BLOCKED, IDLE, NOW, GRID = "╱", "·", "│", "┊"
GLYPHS = {
    State.PENDING: "○", State.RUNNING: "●", State.COMPLETED: "✓", State.FAILED: "✗", State.CANCELLED: "⊘",
}  # fmt: skip
TORN = "ended before it started: a clock was set"


def fitted(text: str, width: int) -> str:
    """In exactly *width* cells."""
    short = clip(text, width) if cells_of(text) > width else text
    return short + " " * max(0, width - cells_of(short))


class Piece(NamedTuple):
    """A stretch of a line in one style."""

    text: str
    style: str = ""
    on: bool = False


Pieces = list[Piece]


class Grid(NamedTuple):
    """What every line shares: the window, when now is, and where the round times are."""

    window: Window
    now: float
    marks: frozenset[int]

    @property
    def now_cell(self) -> int:
        """The cell of now."""
        return self.window.cell(self.now)


def grid(window: Window, now: float) -> Grid:
    """Of this window."""
    return Grid(window, now, frozenset(tick.cell for tick in ticks(window)))


def joined(cells: Iterable[Piece]) -> Pieces:
    """Neighbours of one style as one piece."""
    found: Pieces = []
    for cell in cells:
        if found and (found[-1].style, found[-1].on) == (cell.style, cell.on):
            found[-1] = Piece(found[-1].text + cell.text, cell.style, cell.on)
        else:
            found.append(cell)
    return found


# -- above the lanes -----------------------------------------------------------------------------------------


def axis_line(grid: Grid) -> Pieces:
    """Round times where they are, and now."""
    cells = [Piece(" ", "dim")] * grid.window.cells
    for tick in ticks(grid.window):
        free = not 0 <= grid.now_cell - tick.cell <= len(tick.label)
        _put(cells, tick.cell, f"╷{tick.label}" if free else "╷", "bold" if tick.day else "dim")
    if 0 <= grid.now_cell < len(cells):
        _put(cells, grid.now_cell, "▼", "accent")
    return joined(cells)


def _put(cells: Pieces, at: int, text: str, style: str) -> None:
    for offset, char in enumerate(text):
        if at + offset < len(cells):
            cells[at + offset] = Piece(char, style)


def load_line(chart: Chart, grid: Grid) -> Pieces:
    """How many of all slots were busy; where there are no slots, against the most that were."""
    most = float(chart.timeline.slots) or max(chart.load.mean, default=0.0)
    return joined(
        Piece(chart.load.text(cell, most), "running") if cell <= grid.now_cell else Piece(" ")
        for cell in range(grid.window.cells)
    )


def wait_line(chart: Chart, grid: Grid) -> Pieces:
    """The 90th percentile of what waited, by the cell in which it began; in bold half of it waited nearly as long."""
    waits = chart.timeline.waits
    most = max((wait.most for wait in waits.values()), default=0.0)
    cells = []
    for cell in range(grid.window.cells):
        wait = waits.get(cell)
        cells.append(Piece(" ") if wait is None else Piece(_bar(wait.most, most), "warning"))
    return joined(cells)


def _bar(value: float, most: float) -> str:
    return BELOW[min(len(BELOW), max(1, -int(-value * len(BELOW) // most))) - 1] if most > 0 else BELOW[0]


def load_label(chart: Chart) -> str:
    """``busy 3/4``."""
    running = sum(chart.running.values())
    return f"busy {running}/{chart.timeline.slots}" if chart.timeline.slots else f"busy {running}"


def wait_label(chart: Chart) -> str:
    """``wait 12m``: what a bar of full height stands for."""
    most = max((wait.most for wait in chart.timeline.waits.values()), default=0.0)
    return f"wait {duration(most)}" if chart.timeline.waits else "wait"


# -- lanes ----------------------------------------------------------------------------------------------------


def lane_label(lane: Lane, chart: Chart, width: int) -> str:
    """The group's name before its first lane, with how many of its slots are busy."""
    if not lane.first:
        return fitted("  in all" if lane.dense else "", width)
    running = chart.running.get(lane.group.name, 0)
    count = f" {running}/{lane.group.slots}" if lane.group.slots else f" {running}"
    return fitted(plain(lane.group.name), width - len(count) - 1) + count + " "


def lane_line(lane: Lane, grid: Grid, chosen: int | None = None, at: int | None = None) -> Pieces:
    """A lane's cells; ``chosen`` is the number of a span in it, ``at`` the cell of the cursor in a dense one."""
    cells = [_ground(grid, cell) for cell in range(grid.window.cells)]
    for gap in lane.gaps:
        _hatch(cells, gap, grid)
    if lane.dense:
        _density(cells, lane, at)
    for cell, drawn in lane.cells(grid.window, grid.now).items():
        if 0 <= cell < len(cells):
            cells[cell] = _drawn(drawn, chosen)
    return joined(cells)


def _ground(grid: Grid, cell: int) -> Piece:
    if cell == grid.now_cell:
        return Piece(NOW, "accent")
    return Piece(GRID, "faint") if cell in grid.marks else Piece(" ")


def _drawn(cell: Cell, chosen: int | None) -> Piece:
    if cell.span != chosen:
        return Piece(cell.char, cell.state.value, cell.on)
    return Piece("▓" if cell.char == "█" else cell.char, "accent", cell.on)


def _density(cells: Pieces, lane: Lane, at: int | None) -> None:
    assert lane.load is not None
    for cell, state in enumerate(lane.load.worst):
        if state is not None:
            cells[cell] = Piece(lane.load.text(cell, lane.most), state.value)
    if at is not None and 0 <= at < len(cells):
        cells[at] = cells[at]._replace(style="accent", on=True)


def _hatch(cells: Pieces, gap: Gap, grid: Grid) -> None:
    """Hatched, with its word in the middle if there is room."""
    first = max(0, -int(-grid.window.at(gap.start) // 1))
    end = min(len(cells), grid.window.cell(gap.end), grid.now_cell)
    style, char = ("faint", IDLE) if gap.idle else ("dim", BLOCKED)
    for cell in range(first, end):
        cells[cell] = Piece(char, style)
    word = plain(gap.word)
    if end - first >= len(word) + 4:
        _put(cells, (first + end - len(word) - 2) // 2, f" {word} ", "dim" if gap.idle else "warning")


# -- what is chosen --------------------------------------------------------------------------------------------


def span_lines(span: Span, now: float) -> tuple[Pieces, Pieces]:
    """An attempt in two lines: what it is, and when it waited and ran."""
    which = f"attempt {span.attempt} of {span.attempts}" if span.attempts > 1 and span.attempt else ""
    rest = [short_id(span.id), which, f"queue {plain(span.queue)}", plain(span.user), plain(span.worker)]
    glyph = Piece(f"{GLYPHS.get(span.state, '?')} {_word(span)} ", span.state.value)
    first = [glyph, Piece(plain(span.name), "bold"), Piece("  " + " · ".join(part for part in rest if part), "dim")]
    return first, [Piece(" · ".join(part for part in _times(span, now) if part), "dim")]


def _word(span: Span) -> str:
    return "expected" if span.state is State.PENDING else span.state.value


def _times(span: Span, now: float) -> list[str]:
    start = clock(span.start, now)
    if not span.attempt:
        end = f" to {clock(span.end, now)}" if span.end is not None else ""
        return [f"expected from {start}{end}", f"waits since {clock(span.waited_from, now)}"]
    if span.torn:
        return [f"{TORN}, at {start}", plain(span.message)]
    waited = f"waited {took(span.waited)}"
    if span.end is None:
        share = f"{span.fraction:.0%} done" if span.fraction is not None else ""
        ends = f"ends about {clock(span.expected, now)}" if span.expected is not None else ""
        ends = UNRECORDED if span.unrecorded else ends
        return [waited, f"since {start}, for {duration(now - span.start)}", share, ends]
    return [waited, f"{start} to {clock(span.end, now)}, {took(span.end - span.start)}", plain(span.message)]


def dense_lines(lane: Lane, grid: Grid, cell: int) -> tuple[Pieces, Pieces]:
    """What is in a cell of a lane that shows how many."""
    assert lane.load is not None
    start, end = (clock(grid.window.time(at), grid.now) for at in (cell, cell + 1))
    inside = 0 <= cell < len(lane.load.touched)
    count = lane.load.touched[cell] if inside else 0
    mean = lane.load.mean[cell] if inside else 0.0
    words = f"{plural(count, 'attempt')}, {mean:.1f} at a time" if count else "no attempt"
    return [Piece(f"{plain(lane.group.name)}  ", "bold"), Piece(f"{start} to {end}: {words}", "dim")], [
        Piece("closer: one by one", "dim") if count else Piece("", "")
    ]


def gap_at(gaps: Sequence[Gap], moment: float) -> Gap | None:
    """The gap that holds a time."""
    return next((gap for gap in gaps if gap.start <= moment < gap.end), None)

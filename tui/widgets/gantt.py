"""The timeline: axis, slots and waits above; lanes with a cursor that walks through attempts; its words below."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Sequence

from rich.style import Style
from textual import events
from textual.strip import Strip

from jobyard.core.gantt.chart import Chart, Lane
from jobyard.core.gantt.spans import Span

from ..ganttlines import (
    Grid,
    Piece,
    Pieces,
    axis_line,
    dense_lines,
    fitted,
    grid,
    lane_label,
    lane_line,
    load_label,
    load_line,
    span_lines,
    wait_label,
    wait_line,
)
from ..painting import strip_of
from .lines import Lines

HEAD, FOOT = 3, 3  # lines above and below the lanes
WIDE = 100  # columns from which names have more room
LABEL, NARROW_LABEL = 18, 13
WHEEL = 3


class Gantt(Lines, can_focus=True):
    """Paints a chart. ``chosen`` is told whenever another attempt is, or none."""

    def __init__(self, chosen: Callable[[Span | None], None], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._tell = chosen
        self.chart: Chart | None = None
        self.empty: tuple[tuple[str, str], ...] = ()  # what is said where there is nothing: lines with their styles
        self.lane, self._top = 0, 0
        self.moment = 0.0  # the time at which the cursor is
        self.span: Span | None = None
        self._grid: Grid | None = None
        self._strips: dict[tuple[object, ...], Strip] = {}
        self._rows: list[int | None] = []  # which lane a line shows; None parts two groups, where there is room

    # -- room -----------------------------------------------------------------------------------------

    @property
    def label(self) -> int:
        """Cells of the names on the left."""
        return LABEL if self.size.width >= WIDE else NARROW_LABEL

    @property
    def cells(self) -> int:
        """Cells of the chart itself."""
        return max(1, self.size.width - self.label)

    @property
    def height(self) -> int:
        """Lines for lanes."""
        return max(1, self.size.height - HEAD - FOOT)

    # -- what is shown ----------------------------------------------------------------------------------

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """From top to bottom."""
        return self.chart.lanes if self.chart is not None else ()

    def take(self, chart: Chart) -> None:
        """Show this; the cursor stays with its attempt, else at its time."""
        fresh = self.chart is None
        self.chart = chart
        if fresh:
            self.moment = chart.timeline.now
            self.lane = next((at for at, lane in enumerate(chart.lanes) if lane.spans or lane.dense), 0)
        self._strips.clear()
        self._grid = grid(chart.window, time.time())  # the one of before may have more cells than this chart
        self._rows = _spaced(chart.lanes, self.height)
        self._find()
        self.tick()

    def tick(self) -> None:
        """Time went on."""
        if self.chart is not None:
            self._grid = grid(self.chart.window, time.time())
            self.repaint()

    def choose(self, row: int) -> bool:
        """Put the cursor on the last attempt of a job, if it is shown."""
        found = [
            (span.attempt, at, span) for at, lane in enumerate(self.lanes) for span in lane.spans if span.row == row
        ]
        if found:
            _, at, span = max(found, key=lambda one: one[0])
            self._set(at, span)
        return bool(found)

    def _find(self) -> None:
        if self.span is not None:
            key = (self.span.row, self.span.attempt)
            for at, lane in enumerate(self.lanes):
                for span in lane.spans:
                    if (span.row, span.attempt) == key:
                        self._set(at, span, moment=self.moment)
                        return
        self._go(min(self.lane, len(self.lanes) - 1))

    # -- the cursor -------------------------------------------------------------------------------------

    def _set(self, lane: int, span: Span | None, moment: float | None = None) -> None:
        self.lane = max(0, lane)
        if span is not None and moment is None and self._grid is not None:
            moment = min(max(span.start, self._grid.window.start), self._grid.window.end)
        self.moment = self.moment if moment is None else moment
        at = self._rows.index(self.lane) if self.lane in self._rows else 0
        self._top = max(0, min(self._top, at, max(0, len(self._rows) - self.height)), at - self.height + 1)
        self.span = span
        self._tell(span)
        self.repaint()

    def _go(self, lane: int) -> None:
        """To a lane, to what is nearest there."""
        if 0 <= lane < len(self.lanes):
            self._set(lane, _nearest(self.lanes[lane], self.moment, self._now), moment=self.moment)
        else:
            self._set(0, None, moment=self.moment)

    @property
    def around(self) -> float:
        """The time that a zoom keeps in sight: of what runs it is now."""
        return self._now if self.span is not None and self.span.end is None else self.moment

    @property
    def _now(self) -> float:
        return self._grid.now if self._grid is not None else time.time()

    def move(self, delta: int) -> None:
        """By so many lanes."""
        if self.lanes:
            self._go(max(0, min(len(self.lanes) - 1, self.lane + delta)))

    def page(self, delta: float) -> None:
        """By so many screens."""
        self.move(int(delta * self.height) or (1 if delta > 0 else -1))

    def step(self, delta: int) -> bool:
        """To the next attempt of the lane, or the one before; False where there is none in sight."""
        if not self.lanes or self.chart is None:
            return False
        lane = self.lanes[self.lane]
        if lane.dense:
            return self._step_dense(lane, delta)
        if self.span is None or self.span not in lane.spans:
            at = 0 if delta > 0 else len(lane.spans) - 1
        else:
            at = lane.spans.index(self.span) + delta
        if 0 <= at < len(lane.spans):
            self._set(self.lane, lane.spans[at])
            return True
        return False

    def _step_dense(self, lane: Lane, delta: int) -> bool:
        """To the next cell in which there is anything."""
        assert self.chart is not None
        assert lane.load is not None
        window, at = self.chart.window, self.chart.window.cell(self.moment) + delta
        while 0 <= at < window.cells:
            if lane.load.touched[at]:
                self._set(self.lane, None, moment=window.time(at + 0.5))
                return True
            at += delta
        return False

    def on_click(self, event: events.Click) -> None:
        """To what was hit."""
        at = self._lane_of(event.y) if HEAD <= event.y < self.size.height - FOOT else None
        if self.chart is None or at is None:
            return
        if event.x >= self.label:
            self.moment = self.chart.window.time(event.x - self.label + 0.5)
        self._go(at)

    def on_mouse_scroll_down(self) -> None:
        """The wheel goes from lane to lane."""
        self.move(WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """The same."""
        self.move(-WHEEL)

    # -- lines ------------------------------------------------------------------------------------------

    def line_at(self, y: int) -> Strip:
        """Axis, slots, waits, lanes, and what is chosen."""
        chart, shown = self.chart, self._grid
        if chart is None or shown is None:
            return self.strip([])
        if y < HEAD:
            return self._head(y, chart, shown)
        if y >= self.size.height - FOOT:
            return self._foot(y - self.size.height + FOOT, chart, shown)
        if not self.lanes:
            at = y - HEAD - 1
            return self.strip([(f"   {self.empty[at][0]}", self.empty[at][1])] if 0 <= at < len(self.empty) else [])
        return self._lane(self._lane_of(y), chart, shown)

    def _lane_of(self, y: int) -> int | None:
        at = y - HEAD + self._top
        return self._rows[at] if at < len(self._rows) else None

    def _head(self, y: int, chart: Chart, shown: Grid) -> Strip:
        label = ("", load_label(chart), wait_label(chart))[y]

        def line() -> Pieces:
            told = (axis_line(shown), load_line(chart, shown), wait_line(chart, shown))[y]
            return [Piece(fitted(label, self.label), "dim"), *told]

        return self._kept(("head", y, shown.now_cell, label), line)

    def _lane(self, at: int | None, chart: Chart, shown: Grid) -> Strip:
        if at is None or at >= len(self.lanes):
            return self.strip([])
        lane, here = self.lanes[at], at == self.lane
        chosen = lane.spans.index(self.span) if here and self.span in lane.spans else None
        cell = chart.window.cell(self.moment) if here and lane.dense else None
        goes = any(span.end is None for span in lane.spans)
        moved = round(chart.window.at(shown.now) * 8) if goes else shown.now_cell

        def line() -> Pieces:
            style = ("title" if here and self.has_focus else "bold") if here else "dim" if not lane.first else ""
            sign = "▌" if here else " "
            label = Piece(sign + lane_label(lane, chart, self.label - 1), style)
            return [label, *lane_line(lane, shown, chosen, cell)]

        return self._kept((at, chosen, cell, here, self.has_focus, moved), line)

    def _foot(self, y: int, chart: Chart, shown: Grid) -> Strip:
        if y == 0:
            return self.strip([("─" * self.size.width, "faint")])
        if self.span is not None:
            return self._paint([Piece(" "), *span_lines(self.span, shown.now)[y - 1]])
        if self.lanes and self.lanes[self.lane].dense:
            return self._paint(
                [Piece(" "), *dense_lines(self.lanes[self.lane], shown, chart.window.cell(self.moment))[y - 1]]
            )
        return self.strip([])

    def _kept(self, key: tuple[object, ...], line: Callable[[], Pieces]) -> Strip:
        """A strip that is made anew only when something of it is another."""
        strip = self._strips.get(key)
        if strip is None or strip.cell_length != self.size.width:
            if len(self._strips) > 4 * self.size.height:
                self._strips.clear()
            strip = self._strips[key] = self._paint(line())
        return strip

    def _paint(self, line: Pieces) -> Strip:
        named = self.palette.named
        return strip_of(
            ((piece.text, _reversed(named(piece.style)) if piece.on else named(piece.style)) for piece in line),
            self.palette.base, self.size.width,
        )  # fmt: skip

    def forget(self) -> None:
        """The theme changed."""
        self._strips.clear()
        super().forget()

    def on_resize(self) -> None:
        """Another width has other cells."""
        self._strips.clear()
        super().on_resize()


def _reversed(style: Style) -> Style:
    return style + Style(reverse=True)


def _spaced(lanes: Sequence[Lane], height: int) -> list[int | None]:
    """A line free between two groups, if all fits then."""
    rows: list[int | None] = []
    for at, lane in enumerate(lanes):
        if lane.first and at:
            rows.append(None)
        rows.append(at)
    return rows if len(rows) <= height else list(range(len(lanes)))


def _nearest(lane: Lane, moment: float, now: float) -> Span | None:
    """The attempt that ran at a time, else the one whose end or beginning is nearest."""
    at = bisect_right([span.start for span in lane.spans], moment)
    near = lane.spans[max(0, at - 1) : at + 1]
    return min(near, key=lambda span: max(span.start - moment, moment - span.until(now), 0.0), default=None)

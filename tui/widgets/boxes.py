"""The jobs around a job as boxes with lines between them; only the rows in the window are drawn.

``↑`` and ``↓`` stand in the edge of what leads to the selected job and away from it, and the lines between them are
heavy; ``◆`` is the critical path; ``+3`` says how many parents (above) or children (below) are not shown.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from itertools import groupby

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from jobyard.core.yard.drawing import DOWN, HEIGHT, LEFT, RIGHT, UP, Box, Boxed, Picture, Ways, glyph

from ..columns import name_of
from ..format import job_time, state_glyph, state_word
from ..painting import cells as spread
from ..painting import fit
from ..text import plain
from .lines import Line, Lines

WHEEL = 3
LIGHT, HEAVY = "╭╮╰╯─│", "┏┓┗┛━┃"
Cells = list[tuple[str, str]]  # a character and its style, cell by cell; a wide character's second is ""


class Boxes(Lines, can_focus=True):
    """The boxes; one is selected."""

    class Moved(Message):
        """Another box is selected."""

    class Chosen(Message):
        """A box was double-clicked."""

    class Beyond(Message):
        """Somebody goes on over the edge of what is shown."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.picture: Picture | None = None
        self.boxed: Boxed | None = None
        self.row = 0
        self.left = self.top = 0
        self._critical: frozenset[int] = frozenset()
        self._ways: Ways = {}
        self._up: frozenset[int] = frozenset()
        self._down: frozenset[int] = frozenset()

    def take(self, drawn: Picture, boxed: Boxed, row: int) -> None:
        """Show these; *row* is selected if it is among them, else the one in the middle."""
        self.picture, self.boxed, self._critical = drawn, boxed, frozenset(drawn.critical)
        self.select(row if row in boxed.sheet.boxes else boxed.centre)

    def select(self, row: int) -> None:
        """Select a box, and bring it into sight."""
        assert self.boxed is not None
        self.row = row
        self._up, self._down = _reached(self.boxed.waits, row), _reached(self.boxed.children, row)
        upper, lower = {row, *self._up}, {row, *self._down}
        self._ways = self.boxed.sheet.lit(
            lambda parent, child: (parent in upper and child in upper) or (parent in lower and child in lower)
        )
        self._into_sight(self.boxed.sheet.boxes[row])
        self.repaint()
        self.post_message(self.Moved())

    # -- moving -------------------------------------------------------------------------------------------

    def move(self, delta: int) -> None:
        """To a parent or a child that is shown, the nearest; over the edge where there are more."""
        if self.boxed is None:
            return
        near = (self.boxed.waits if delta < 0 else self.boxed.children)[self.row]
        if not near and self.boxed.more[self.row][delta > 0]:
            self.post_message(self.Beyond())
        self._nearest(near or self._layer(delta))

    def sideways(self, delta: int) -> None:
        """To the next box of the same layer."""
        level = self._layer(0)
        at = level.index(self.row) + delta if level else -1
        if 0 <= at < len(level):
            self.select(level[at])

    def page(self, delta: float) -> None:
        """A layer up or down."""
        self._nearest(self._layer(1 if delta > 0 else -1))

    def home(self) -> None:
        """To the first box of the first layer."""
        self._end(0)

    def end(self) -> None:
        """To the last box of the last layer."""
        self._end(-1)

    def _end(self, at: int) -> None:
        if self.boxed is not None:
            boxes = self.boxed.sheet.boxes
            self.select(sorted(boxes, key=lambda row: (boxes[row].y, boxes[row].x))[at])

    def _layer(self, delta: int) -> list[int]:
        """The boxes of a layer above or below, or of its own, from left to right."""
        if self.boxed is None:
            return []
        sheet = self.boxed.sheet
        at = sheet.layers.index(sheet.boxes[self.row].y) + delta
        if not 0 <= at < len(sheet.layers):
            return []
        return sorted(
            (row for row, box in sheet.boxes.items() if box.y == sheet.layers[at]), key=sheet.boxes.__getitem__
        )

    def _nearest(self, rows: Collection[int]) -> None:
        if rows and self.boxed is not None:
            boxes, here = self.boxed.sheet.boxes, self.boxed.sheet.boxes[self.row]
            self.select(min(rows, key=lambda row: abs(_middle(boxes[row]) - _middle(here))))

    def _into_sight(self, box: Box) -> None:
        """A quarter of the window beyond it, as far as there is something."""
        sheet, (width, height) = self.boxed.sheet if self.boxed else None, self.size
        if sheet is None:
            return
        self.left = _window(self.left, width, box.x, box.width, sheet.width)
        self.top = _window(self.top, height, box.y, HEIGHT, sheet.height)

    def scroll_lines(self, delta: int) -> None:
        """Move the window, not the selection."""
        if self.boxed is not None:
            self.top = max(0, min(self.top + delta, self.boxed.sheet.height - self.size.height))
            self.repaint()

    # -- painting -----------------------------------------------------------------------------------------

    def line_at(self, y: int) -> Strip:
        """A row of the picture, as much of it as is in the window."""
        if self.boxed is None or self.picture is None:
            return self.strip([])
        sheet, width = self.boxed.sheet, self.size.width
        shift = max(0, (width - sheet.width) // 2)  # a small picture stands in the middle
        row = self.top + y - max(0, (self.size.height - sheet.height) // 2)
        if not 0 <= row < sheet.height:
            return self.strip([])
        cells: Cells = [(" ", "")] * width
        first = self.left - shift
        for x, (arms, heavy) in sheet.row(row, first, first + width, self._ways).items():
            if 0 <= x - first < width:
                cells[x - first] = glyph(arms, heavy), "accent" if heavy else "faint"
        self._boxes(cells, row, first)
        if cells and not cells[0][0]:  # the second half of a wide character
            cells[0] = " ", ""
        if cells and cell_len(cells[-1][0]) > 1:
            cells[-1] = " ", ""
        return self.strip(_runs(cells))

    def _boxes(self, cells: Cells, row: int, first: int) -> None:
        assert self.boxed is not None
        sheet = self.boxed.sheet
        layer = max(at for at, y in enumerate(sheet.layers) if y <= row)
        inner = row - sheet.layers[layer]
        if inner >= HEIGHT:
            return
        ports = {x: lit for x, _, _, lit in sheet.ports(layer, self._ways)} if not inner else {}
        for job, box in sheet.boxes.items():
            if box.y == sheet.layers[layer]:
                for x, cell in enumerate(self._box(job, box, inner, ports), box.x - first):
                    if 0 <= x < len(cells):
                        cells[x] = cell

    def _box(self, row: int, box: Box, inner: int, ports: Mapping[int, bool]) -> Cells:
        """One of the rows of a box."""
        assert self.picture is not None
        job, selected = self.picture.graph.jobs[row], row == self.row
        near = selected or row in self._up or row in self._down
        sign = HEAVY if selected else LIGHT
        edge = "accent" if near else "dim"
        if inner == 0:
            return self._upper(row, box, sign, edge, ports)
        if inner == HEIGHT - 1:
            return self._lower(row, box, sign, edge)
        room = box.width - 4
        name = plain(name_of(job))
        state = f"{state_glyph(job)} {state_word(job)} {job_time(job, time.time())}"
        called = "cursor" if selected and self.has_focus else "bold" if near else ""
        text, style = (name, called) if inner == 1 else (state, job.state.value)
        return [(sign[5], edge), (" ", ""), *_spread(fit(text, room), style), (" ", ""), (sign[5], edge)]

    def _upper(self, row: int, box: Box, sign: str, edge: str, ports: Mapping[int, bool]) -> Cells:
        assert self.boxed is not None
        way = "↑" if row in self._up else "↓" if row in self._down else ""
        mark = "◆" if row in self._critical else ""
        more = f"+{self.boxed.more[row][0]:,}" if self.boxed.more[row][0] else ""
        cells = _edge(sign[0], sign[4], sign[1], box.width, edge, mark + way, more)
        for at in range(1, box.width - 1):
            if (lit := ports.get(box.x + at)) is not None:
                cells[at] = _joint(UP, lit, heavy=row == self.row), "accent" if lit else edge
        return cells

    def _lower(self, row: int, box: Box, sign: str, edge: str) -> Cells:
        assert self.boxed is not None
        more = f"+{self.boxed.more[row][1]:,}" if self.boxed.more[row][1] else ""
        cells = _edge(sign[2], sign[4], sign[3], box.width, edge, "", more)
        if self.boxed.children[row]:
            lit = row in self._ways
            joint = _joint(DOWN, lit, heavy=row == self.row)
            cells[(box.width - 1) // 2] = joint, "accent" if lit else edge
        return cells

    def tick(self) -> None:
        """A second has passed: running durations change."""
        self.repaint()

    def on_resize(self) -> None:
        """The selected box stays in sight."""
        if self.boxed is not None:
            self._into_sight(self.boxed.sheet.boxes[self.row])
        self.repaint()

    # -- the mouse ------------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """A click selects, a double click opens."""
        if self.boxed is None:
            return
        sheet = self.boxed.sheet
        x = event.x + self.left - max(0, (self.size.width - sheet.width) // 2)
        y = event.y + self.top - max(0, (self.size.height - sheet.height) // 2)
        for row, box in sheet.boxes.items():
            if box.x <= x < box.x + box.width and box.y <= y < box.y + HEIGHT:
                self.select(row)
                if event.chain == 2:
                    self.post_message(self.Chosen())

    def on_mouse_scroll_down(self) -> None:
        """The wheel scrolls."""
        self.scroll_lines(WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """The wheel scrolls."""
        self.scroll_lines(-WHEEL)


def _reached(near: Mapping[int, list[int]], row: int) -> frozenset[int]:
    found: set[int] = set()
    stack = list(near[row])
    while stack:
        one = stack.pop()
        if one not in found:
            found.add(one)
            stack += near[one]
    return frozenset(found)


def _middle(box: Box) -> int:
    return box.x + box.width // 2


def _window(start: int, room: int, at: int, length: int, total: int) -> int:
    """Where a window of *room* begins, so that what is *at* is in it with a quarter of the room around it."""
    margin = max(0, min(room // 4, (room - length) // 2))
    start = min(start, at - margin)
    start = max(start, at + length + margin - room)
    return max(0, min(start, total - room))


def _joint(arm: int, lit: bool, *, heavy: bool) -> str:
    """Where a line meets the edge of a box."""
    edge = LEFT | RIGHT
    return glyph(edge | arm, (edge if heavy else 0) | (arm if lit else 0))


def _edge(first: str, middle: str, last: str, width: int, style: str, left: str, right: str) -> Cells:
    """A horizontal edge with signs near its corners."""
    cells = [(char, style) for char in first + middle * (width - 2) + last]
    for at, char in enumerate(left, 2):
        cells[at] = char, "warning" if char == "◆" else "accent"
    for at, char in enumerate(right, width - 2 - len(right)):
        cells[at] = char, "dim"
    return cells


def _spread(text: str, style: str) -> Cells:
    """Text cell by cell: a wide character has an empty cell behind it, what takes no room stays with what is before."""
    return [(char, style) for char, _ in spread(Strip([Segment(text)]))]


def _runs(cells: Cells) -> Line:
    return [("".join(char for char, _ in some), style) for style, some in groupby(cells, key=lambda cell: cell[1])]

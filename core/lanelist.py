"""A graph as a list with lanes beside it: a job a row, parents above their children (FACES section 3).

A job that something further down waits for opens a lane in its column; the lane runs down to the last of
those, and each of them is joined to it by a horizontal line in its own row. So a job with ten thousand
dependants costs one lane, and a row is drawn from what crosses it, whatever the length of the list::

    ● build
    ├─● unit tests
    ● │ lint
    ●─╯ package

Pure; what is drawn is cells of text, which a face colours.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from heapq import heappop, heappush
from typing import Generic, NamedTuple, TypeVar

from .errors import Cycle
from .graph import find_cycle, name_cycle

K = TypeVar("K", bound=Hashable)

NODE = "●"


class Join(NamedTuple):
    """A row's line to a parent's lane; ``ends``: nothing further down needs that lane."""

    column: int
    ends: bool


class Row(NamedTuple):
    """Where a job stands, what it joins, and whether it opens a lane."""

    column: int
    joins: tuple[Join, ...]
    opens: bool


class LaneList(Generic[K]):
    """The laid-out list. ``order`` are the nodes from top to bottom, ``rows`` what stands in each row.

    ``parents`` and ``children`` are rows, row by row.
    """

    def __init__(
        self, order: list[K], rows: list[Row], lanes: list[list[tuple[int, int]]], parents: list[list[int]]
    ) -> None:
        self.order = order
        self.place = {node: row for row, node in enumerate(order)}
        self.rows = rows
        self.parents = parents
        self.children: list[list[int]] = [[] for _ in order]
        for row, wanted in enumerate(parents):
            for parent in wanted:
                self.children[parent].append(row)
        self._lanes = lanes  # for each column (first row, last row) of its lanes, by first row

    @property
    def width(self) -> int:
        """How many columns it has."""
        return len(self._lanes)

    def passes(self, row: int, column: int) -> bool:
        """Whether a lane runs through this place, from above to below."""
        return self.owner(row, column, ends=False) is not None

    def owner(self, row: int, column: int, *, ends: bool = True) -> int | None:
        """The row whose lane comes down to this place, or, without *ends*, goes on below it."""
        spans = self._lanes[column]
        index = bisect_right(spans, (row, -1)) - 1
        if index < 0 or not spans[index][0] < row <= spans[index][1] - (not ends):
            return None
        return spans[index][0]

    def draw(self, row: int, most: int = 20, node: str = NODE, first: int = 0) -> str:
        """The cells left of a job's name: *most* columns from *first* on; what lies beyond them is told by ``…``."""
        here, end = self.rows[row], first + most
        left, right = _reach(here)
        joins = {join.column: join for join in here.joins}
        columns = range(first, min(max(self.width, 1), end))
        cells = [self._cell(row, column, here, joins, (left, right), node) for column in columns]
        gaps = ["─" if left <= column < right else " " for column in columns]
        text = "".join(cell + gap for cell, gap in zip(cells, gaps, strict=True)).rstrip()
        if right >= end:
            text = text[: 2 * most - 1] + ("…" + node if here.column >= end else "…")
        return node + "…" + text[2:] if here.column < first else text

    def _cell(
        self, row: int, column: int, here: Row, joins: Mapping[int, Join], reach: tuple[int, int], node: str
    ) -> str:
        if column == here.column:
            return node
        join = joins.get(column)
        if join is not None:
            return _JOINED[(column > reach[0], column < reach[1], join.ends)]
        if self.passes(row, column):
            return "│"
        return "─" if reach[0] < column < reach[1] else " "


# (a line to the left, a line to the right, the lane ends here)
_JOINED = {
    (False, True, False): "├",
    (False, True, True): "╰",
    (True, False, False): "┤",
    (True, False, True): "╯",
    (True, True, False): "┼",
    (True, True, True): "┴",
}


def _reach(row: Row) -> tuple[int, int]:
    """The columns from which and to which a row's line goes."""
    columns = [row.column, *(join.column for join in row.joins)]
    return min(columns), max(columns)


def lay_out(waits: Mapping[K, Iterable[K]]) -> LaneList[K]:
    """Lay out a graph that says for each node what it waits for; parents that are no key are left out.

    Raises Cycle. Time grows with nodes and edges, whatever the shape.
    """
    parents = {node: [one for one in dict.fromkeys(wanted) if one in waits] for node, wanted in waits.items()}
    order = list_order(parents)
    place = {node: row for row, node in enumerate(order)}
    last = [-1] * len(order)  # the last row that needs each row's lane
    for node, wanted in parents.items():
        for parent in wanted:
            last[place[parent]] = max(last[place[parent]], place[node])
    by_row = [[place[parent] for parent in parents[node]] for node in order]
    rows = _rows(by_row, last)
    return LaneList(order, rows, _spans(rows, last), by_row)


def list_order(parents: Mapping[K, list[K]]) -> list[K]:
    """Parents before children, a chain in one piece, otherwise as given. Raises Cycle."""
    waiting = {node: len(wanted) for node, wanted in parents.items()}
    children: dict[K, list[K]] = {node: [] for node in parents}
    for node, wanted in parents.items():
        for parent in wanted:
            children[parent].append(node)
    stack = [node for node in reversed(list(parents)) if not waiting[node]]
    order: list[K] = []
    while stack:
        node = stack.pop()
        order.append(node)
        for child in reversed(children[node]):
            waiting[child] -= 1
            if not waiting[child]:
                stack.append(child)
    if len(order) < len(parents):
        cycle = find_cycle(parents)
        raise Cycle(f"These wait for each other: {name_cycle(cycle or [])}")
    return order


def _rows(parents: list[list[int]], last: list[int]) -> list[Row]:
    """Each row's column: that of its leftmost parent whose lane ends here, else the leftmost that is free.

    Jobs without any edge that stand below each other share one: from column to column they would look like a pattern.
    """
    columns = _Columns()
    rows: list[Row] = []
    alone = False  # whether the row above has no edge
    for row, wanted in enumerate(parents):
        columns.at(row)
        joins = sorted(Join(rows[parent].column, last[parent] == row) for parent in wanted)
        ending = [join.column for join in joins if join.ends]
        for other in ending[1:]:
            columns.give_back(other, row)
        above, alone = alone, not wanted and last[row] <= row
        column = ending[0] if ending else columns.take_again() if above and alone else columns.take()
        rows.append(Row(column, tuple(join for join in joins if join.column != column), last[row] > row))
        if last[row] <= row:
            columns.give_back(column, row)
    return rows


class _Columns:
    """The columns that are free. One rests for a row before it is used again: below each other means connected.

    Only jobs without any edge stand below each other unconnected.
    """

    def __init__(self) -> None:
        self._free: list[int] = []
        self._resting: deque[tuple[int, int]] = deque()  # row, column
        self._count = 0

    def at(self, row: int) -> None:
        while self._resting and self._resting[0][0] < row - 1:
            heappush(self._free, self._resting.popleft()[1])

    def take(self) -> int:
        if self._free:
            return heappop(self._free)
        self._count += 1
        return self._count - 1

    def take_again(self) -> int:
        """The one that was given back last, without a rest."""
        return self._resting.pop()[1]

    def give_back(self, column: int, row: int) -> None:
        self._resting.append((row, column))


def _spans(rows: list[Row], last: list[int]) -> list[list[tuple[int, int]]]:
    spans: list[list[tuple[int, int]]] = [[] for _ in range(1 + max((row.column for row in rows), default=-1))]
    for index, row in enumerate(rows):
        if row.opens:
            spans[row.column].append((index, last[index]))
    return spans

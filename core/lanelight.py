"""What leads to a row of a lane list and away from it, and a row's lanes with those that do drawn heavily. Pure.

A lane is lit from the job that opens it down to the last one of the selected job's way that waits for it; so the
eye follows the way by weight alone, where there is no colour.
"""

from __future__ import annotations

from typing import Any

from .lanelist import NODE, Join, LaneList, Row

Parts = list[tuple[str, bool]]  # text, and whether it is lit

HEAVY = {"│": "┃", "─": "━"}
# A joint: its light form → (its lane is lit, its line is lit) → what is drawn.
JOINTS = {
    "├": {(True, True): "┣", (True, False): "┠", (False, True): "┝"},
    "┤": {(True, True): "┫", (True, False): "┨", (False, True): "┥"},
    "┼": {(True, True): "╋", (True, False): "╂", (False, True): "┿"},
    "┴": {(True, True): "┻", (True, False): "┸", (False, True): "┷"},
    "╰": {(True, True): "┗", (True, False): "┖", (False, True): "┕"},
    "╯": {(True, True): "┛", (True, False): "┚", (False, True): "┙"},
}


class Light:
    """A row's ancestors (``up``) and descendants (``down``), as rows, and how far down each lane is lit.

    With a window, rows *top* to before *bottom*, just what is needed to draw it: what leads to it from above *top* is
    not followed any further, nor what lies below. So a step costs what is seen, however long the graph is. Nothing is
    lit where *row* is None.
    """

    def __init__(self, lanes: LaneList[Any], row: int | None, top: int = 0, bottom: int | None = None) -> None:
        self.row = row
        bottom = len(lanes.order) if bottom is None else bottom
        self.up = frozenset[int]() if row is None else _above(lanes.parents, row, top)
        self.down = frozenset[int]() if row is None else _below(lanes.children, row, bottom)
        self._until: dict[int, int] = {}
        if row is None:
            return
        for one in (row, *self.up):
            for parent in lanes.parents[one] if one >= top else ():
                self._until[parent] = max(self._until.get(parent, -1), one)
        for one in (row, *self.down):
            if lanes.children[one]:
                self._until[one] = lanes.children[one][-1]  # the lowest

    def lane(self, owner: int | None, row: int) -> bool:
        """Whether the lane of *owner* is lit where it comes down to *row*."""
        return owner is not None and self._until.get(owner, -1) >= row

    def edge(self, parent: int | None, child: int) -> bool:
        """Whether one leads to the selected row through both, or from it."""
        if parent is None:
            return False
        upper = (parent in self.up or parent == self.row) and (child in self.up or child == self.row)
        return upper or ((parent in self.down or parent == self.row) and (child in self.down or child == self.row))


def _above(parents: list[list[int]], row: int, top: int) -> frozenset[int]:
    found: set[int] = set()
    stack = list(parents[row]) if row >= top else []
    while stack:
        one = stack.pop()
        if one not in found:
            found.add(one)
            if one >= top:
                stack += parents[one]
    return frozenset(found)


def _below(children: list[list[int]], row: int, bottom: int) -> frozenset[int]:
    found: set[int] = set()
    stack = [row]
    while stack:
        for one in children[stack.pop()]:
            if one >= bottom:
                break  # they stand in order
            if one not in found:
                found.add(one)
                stack.append(one)
    return frozenset(found)


def draw(lanes: LaneList[Any], row: int, light: Light, most: int = 20, node: str = NODE, first: int = 0) -> Parts:
    """The cells of :meth:`LaneList.draw`, those heavy that are lit, in runs of lit and unlit ones."""
    text = lanes.draw(row, most, node, first)
    here = lanes.rows[row]
    joins = {join.column: join for join in here.joins}
    lit = {join.column for join in here.joins if light.edge(lanes.owner(row, join.column), row)}
    parts: Parts = []
    for at, char in enumerate(text, 2 * first):
        if at == 2 * here.column or char in " …" + node:
            _add(parts, char, False)
        else:
            _add(parts, *_weighed(lanes, row, at, char, here, joins, lit, light))
    return parts


def _weighed(
    lanes: LaneList[Any], row: int, at: int, char: str, here: Row, joins: dict[int, Join], lit: set[int], light: Light
) -> tuple[str, bool]:
    column, gap = divmod(at, 2)
    line = _line_is_lit(here, column, bool(gap), lit)
    if gap or char == "─":
        return (HEAVY["─"], True) if line else (char, False)
    lane = light.lane(lanes.owner(row, column), row)
    if column not in joins:
        return (HEAVY["│"], True) if lane else (char, False)
    return JOINTS[char].get((lane, line), char), lane or line


def _line_is_lit(here: Row, column: int, gap: bool, lit: set[int]) -> bool:
    """Whether the row's line is lit at a column, or in the gap at its right: a lit joint lies there or beyond."""
    if column < here.column:
        return any(one <= column for one in lit)
    return any(one > column if gap else one >= column for one in lit)


def _add(parts: Parts, char: str, lit: bool) -> None:
    if parts and parts[-1][1] == lit:
        parts[-1] = parts[-1][0] + char, lit
    else:
        parts.append((char, lit))

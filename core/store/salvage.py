"""Every row of a damaged store that can still be read, table by table, without SQLite, which refuses the file.

A table is walked from its root. Where a page of it makes no sense, the rows below it are missing: pages that nothing
points to any more are looked through for them, and taken if all that is on them fits the table and lies where
something is missing; deleted rows lie about too and must not come back. Where even the list of tables is gone, a
table is known by what its rows look like.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from .layout import Row, Table, row_of, tables
from .pages import INDEX_LEAF, INDEX_NODE, TABLE_LEAF, TABLE_NODE, Cell, Image, Node, Torn

MASTER = 1  # the page where the list of tables begins
LISTS = {"settle", "rechain", "reorder", "refold", "meta"}  # of work; nobody misses them
LINKS = {"attempt_config", "config_type"}  # better none than wrong ones: config_main's rows look like config_type's
UNKNOWABLE = LISTS | LINKS  # rows of numbers that could be anything's
DEEPEST = 40  # levels of a b-tree
SAMPLE = 50  # rows that tell what table they are of


Gap = tuple[float, float]  # rows above the first and up to the second may be missing
EVERYWHERE: Gap = (-math.inf, math.inf)


@dataclass(slots=True)
class Found:
    """What could be read. ``torn`` counts places that could not, by table; ``guessed``: there was no list of tables."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    torn: dict[str, int] = field(default_factory=dict)
    guessed: bool = False
    version: int = 0


# -- reading -------------------------------------------------------------------------------------------------


def read(image: Image, progress: Callable[[str], None] = lambda text: None) -> Found:
    """Every table's rows. Raises Torn only if the file has no page at all."""
    return _Reader(image, progress).read()


@dataclass(slots=True)
class _Walk:
    """One table's rows so far, and between which row ids something is missing."""

    rows: dict[Any, Row] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)


class _Reader:
    def __init__(self, image: Image, progress: Callable[[str], None]) -> None:
        self._image, self._progress = image, progress
        self._known = tables()
        self._seen = image.free()  # pages that belong to something, or to nothing any more
        self._walks: dict[str, _Walk] = {}

    def read(self) -> Found:
        listed = self._listed()
        roots = {name: root for name, root in listed.items() if name in self._known} or self._guessed_roots()
        for name, root in roots.items():
            self._progress(f"reading table {name}")
            self._walk(self._known[name], root)
        for name in self._known.keys() - self._walks.keys():
            self._walks[name] = _Walk(gaps=[] if name in LISTS else [EVERYWHERE])
        self._fill_gaps([root for name, root in listed.items() if name not in self._known])
        rows = {name: list(walk.rows.values()) for name, walk in self._walks.items()}
        torn = {name: len(walk.gaps) for name, walk in self._walks.items() if walk.gaps}
        return Found(rows, torn, not listed, self._image.header_int(60))

    def _listed(self) -> dict[str, int]:
        """Where each table and index begins, as the list of tables says; nothing if that is gone."""
        listed: dict[str, int] = {}
        for cell in self._cells(MASTER, TABLE_LEAF, [], EVERYWHERE):
            if len(cell.record) == 5 and isinstance(cell.record[3], int) and cell.record[3] > 1:
                listed[str(cell.record[1])] = cell.record[3]
        return listed

    def _walk(self, table: Table, root: int) -> None:
        walk = self._walks.setdefault(table.name, _Walk())
        for cell in self._cells(root, table.leaf, walk.gaps, EVERYWHERE):
            row = row_of(table, cell)
            if row is None:
                walk.gaps.append((cell.row - 1, cell.row))
            else:
                walk.rows.setdefault(_key(table, cell), row)

    def _cells(self, number: int, leaf: int, gaps: list[Gap], span: Gap, depth: int = 0) -> Iterator[Cell]:
        """The records below a page, in order; what cannot be read becomes a gap between row ids."""
        node = self._node(number, leaf) if depth < DEEPEST else None
        if node is None:
            gaps.append(span)
            return
        if node.torn:
            gaps.append(span)
        low, high = span
        for cell in node.cells:
            upper = float(cell.row) if node.kind == TABLE_NODE else high
            if leaf == TABLE_LEAF and not low < cell.row <= high:
                gaps.append(span)
                continue
            if cell.child:
                yield from self._cells(cell.child, leaf, gaps, (low, upper), depth + 1)
            if node.kind != TABLE_NODE:
                yield cell
            low = upper if node.kind == TABLE_NODE else low
        if node.right:
            yield from self._cells(node.right, leaf, gaps, (low, high), depth + 1)

    def _node(self, number: int, leaf: int) -> Node | None:
        """A page that has not been read yet, if it is of the right sort and whole."""
        if number in self._seen:
            return None
        with contextlib.suppress(Torn):
            node = self._image.node(number)
            if node.kind in ((TABLE_LEAF, TABLE_NODE) if leaf == TABLE_LEAF else (INDEX_LEAF, INDEX_NODE)):
                self._seen.add(number)
                return node
        return None

    # -- pages that nothing points to -------------------------------------------------------------------

    def _fill_gaps(self, others: Sequence[int]) -> None:
        """Rows that are missing, from leaves that belong to nobody; *others* are the roots of indexes."""
        wanting = [self._known[name] for name, walk in self._walks.items() if walk.gaps and name not in LINKS]
        if not wanting:
            return
        for root in others:
            self._seen |= self._below(root)
        for number in range(2, self._image.count + 1):
            kind = self._image.kind(number)
            if number not in self._seen and kind in (TABLE_LEAF, INDEX_LEAF):
                with contextlib.suppress(Torn):
                    self._give(self._image.node(number).cells, [table for table in wanting if table.leaf == kind])

    def _give(self, cells: Sequence[Cell], wanting: Sequence[Table]) -> None:
        """A whole leaf, to the one table that it fits and that misses it."""
        for table in wanting:
            walk = self._walks[table.name]
            rows = [row_of(table, cell) for cell in cells if _within(cell, table, walk.gaps)]
            if rows and len(rows) == len(cells) and None not in rows:
                for cell, row in zip(cells, rows, strict=True):
                    walk.rows.setdefault(_key(table, cell), row or ())
                return

    def _below(self, root: int) -> set[int]:
        """A page and all below it."""
        found, fresh = {root}, [root]
        while fresh:
            with contextlib.suppress(Torn):
                more = set(self._image.children(fresh.pop())) - found
                found |= more
                fresh += more
        return found

    # -- without a list of tables -----------------------------------------------------------------------

    def _guessed_roots(self) -> dict[str, int]:
        """Of the pages that no other points to, for each table the one with the most pages of its kind below it."""
        nodes = [n for n in range(2, self._image.count + 1) if self._image.kind(n) in (TABLE_NODE, INDEX_NODE)]
        pointed = {child for number in nodes for child in self._children(number)}
        best: dict[str, tuple[int, int]] = {}
        for number in range(2, self._image.count + 1):
            if self._image.kind(number) and number not in pointed and number not in self._seen:
                size = len(self._below(number))
                for name in self._looks_like(number):
                    best[name] = max(best.get(name, (0, 0)), (size, number))
        return {name: number for name, (_, number) in best.items()}

    def _children(self, number: int) -> list[int]:
        with contextlib.suppress(Torn):
            return self._image.children(number)
        return []

    def _looks_like(self, root: int) -> list[str]:
        """The tables of which the first rows below a page could be."""
        leaf = TABLE_LEAF if self._image.kind(root) in (TABLE_LEAF, TABLE_NODE) else INDEX_LEAF
        seen, self._seen = self._seen, set(self._seen)
        cells = list(islice(self._cells(root, leaf, [], EVERYWHERE), SAMPLE))
        self._seen = seen
        fitting = [table for name, table in self._known.items() if table.leaf == leaf and name not in UNKNOWABLE]
        return [
            table.name for table in fitting if sum(row_of(table, cell) is not None for cell in cells) > len(cells) / 2
        ]


def _key(table: Table, cell: Cell) -> Any:
    return cell.record if table.alias == -1 else cell.row


def _within(cell: Cell, table: Table, gaps: Sequence[Gap]) -> bool:
    return table.alias == -1 or any(low < cell.row <= high for low, high in gaps)

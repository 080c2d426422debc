"""The order of rows that are marked, by the parts of a list: sorted where they are few, else met along the indexes."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Sequence

from ..store import Store
from .plans import Part
from .scanning import Marks, both, marked, rows_in
from .segments import order

FEW = 5000  # rows that SQLite sorts sooner than they are met along an index
FIRST = 20_000  # rows of an index that are walked at first; then ever more
GROWTH = 4
STEP = 4096  # rows in a list of numbers that is read at once: nobody waits longer for Python's lock


def sorted_rows(store: Store, parts: Sequence[Part], rows: Sequence[int]) -> array[int]:
    """These rows in order."""
    found = array("q")
    left = json.dumps(list(rows))
    queues = _queues(store, left) if any(part.queue for part in parts) else set()
    for part in parts:
        if part.queue and part.queue not in queues:
            continue
        sql = (
            f"SELECT j.id FROM json_each(?) e CROSS JOIN {part.tables} "
            f"WHERE j.id = e.value AND {part.where} ORDER BY {order(part.key)}"
        )
        found.extend(row for (row,) in store.db.rows(sql, (left, *part.parameters)))
    return found


def _queues(store: Store, rows: str) -> set[int]:
    sql = "SELECT DISTINCT j.queue_id FROM json_each(?) e CROSS JOIN job j ON j.id = e.value"
    return {queue for (queue,) in store.db.rows(sql, (rows,))}


class Strand:
    """Marked rows in order, from one end of the list, as far as somebody has asked."""

    def __init__(self, store: Store, parts: Sequence[Part], marks: Marks, *, backwards: bool) -> None:
        self._rows = array("q")
        self._more = _walk(store, parts[::-1] if backwards else parts, marks, backwards)

    def reach(self, end: int) -> array[int]:
        """The rows up to this place at least."""
        while len(self._rows) < end and (some := next(self._more, None)) is not None:
            self._rows.extend(some)
        return self._rows

    def find(self, row: int) -> array[int]:
        """The rows up to this one at least, or all."""
        looked = 0
        while row not in self._rows[looked:]:
            looked = len(self._rows)
            some = next(self._more, None)
            if some is None:
                break
            self._rows.extend(some)
        return self._rows


def _walk(store: Store, parts: Sequence[Part], marks: Marks, backwards: bool) -> Iterator[list[int]]:
    for part in parts:
        yield from (_by_table if part.by_table else _by_index)(store, part, marks, backwards)


def _by_index(store: Store, part: Part, marks: Marks, backwards: bool) -> Iterator[list[int]]:
    """The marked rows of a part, by stretches of its index; the index alone is read."""
    ordered = order(part.key, backwards=backwards)
    sql = (
        f"SELECT group_concat(id), count(*) FROM (SELECT j.id AS id FROM {part.source} WHERE {part.where} "
        f"ORDER BY {ordered} LIMIT ? OFFSET ?)"
    )
    size, skip = FIRST, 0
    while True:
        with store.db.interruptible():
            text, count = store.db.row(sql, (*part.parameters, size, skip)) or ("", 0)
        yield from ([row for row in some if row < len(marks) and marks[row]] for some in _numbers(text or ""))
        if count < size:
            return
        skip, size = skip + size, size * GROWTH


def _numbers(text: str) -> Iterator[list[int]]:
    """``1,2,…`` as numbers, some at a time."""
    start = 0
    while start < len(text):
        comma = text.find(",", start + 8 * STEP)
        end = len(text) if comma < 0 else comma
        yield [int(number) for number in text[start:end].split(",")]
        start = end + 1


def _by_table(store: Store, part: Part, marks: Marks, backwards: bool) -> Iterator[list[int]]:
    """The marked rows of a part that has no index: by row id, which marks are in anyway."""
    mine = both(marks, marked(store, part.where, part.parameters))
    some: list[int] = []
    for row in rows_in(mine, backwards=part.key[0][1] != backwards):
        some.append(row)
        if len(some) == STEP:
            yield some
            some = []
    yield some

"""Lists of jobs, by pages, in the order in which people read them, at a million jobs as at ten.

The usual order is three *segments*: running (oldest first), pending (in the order in which they will start),
ended (newest first); the order by a column is other segments (`sorts`). A page is found by its neighbour's last row
(keyset) where there is one, else by one OFFSET from the nearer end. What no index serves is looked for (`found`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...models import JobFilter, JobRow, Page
from ..database import marks
from ..store import Store
from . import walking
from .folding import line_of, with_folds
from .found import found
from .lines import COLUMNS, finish, rows_of
from .news import version
from .plans import is_folded, plan

MOST_MARKS = 500  # values in an IN list


def page(store: Store, where: JobFilter, offset: int, limit: int, anchor: Page | None = None) -> Page:
    """Rows *offset* … of the list; *anchor* is a page next to it, if the caller has one."""
    with store.db.reading():
        now_version = version(store)
        planned = plan(store, where)
        if planned is not None:
            if anchor is not None and anchor.offset + len(anchor.rows) != offset:
                anchor = None  # keyset only leads on from the page right before
            raw = walking.at(store, planned, offset, limit, anchor)
            rows = finish(store, raw)
            if is_folded(where):
                rows = with_folds(store, rows)
            return Page(offset, planned.total, tuple(rows), now_version)
    kept = found(store, where)
    wanted = kept.rows(store, offset, limit)
    known = rows_of(store, wanted)
    return Page(offset, kept.total, tuple(known[row] for row in wanted if row in known), kept.version)


def listing(store: Store, where: JobFilter, limit: int | None) -> list[JobRow]:
    """The list, from its beginning."""
    return list(page(store, where, 0, -1 if limit is None else limit).rows)


def offset_of(store: Store, where: JobFilter, row: int) -> int | None:
    """The position of a job in a list, or of the line that it is folded into; None if the list does not show it."""
    with store.db.reading():
        planned = plan(store, where)
        if planned is not None:
            return walking.place(store, planned, line_of(store, row) if is_folded(where) else row)
    return found(store, where).place(store, row)


# -- from beginning to end -------------------------------------------------------------------------


def walk(store: Store, where: JobFilter, passed: Mapping[int, object], size: int) -> Iterator[JobRow]:
    """The list, *size* rows at a time, without elements of the arrays that have been *passed* when they come up.

    The caller adds to *passed* as it goes. A job that changes sides meanwhile comes once.
    """
    told: set[int] = set()
    for raw in _stretches(store, where, passed, size):
        for row in finish(store, raw):
            if row.row not in told:
                told.add(row.row)
                yield row


def _stretches(store: Store, where: JobFilter, passed: Mapping[int, object], size: int) -> Iterator[list[Any]]:
    planned = plan(store, where) if where.sort is None else None
    if planned is None:
        rows = found(store, where).rows(store, 0, -1)
        for start in range(0, len(rows), MOST_MARKS):
            yield _picked(store, list(rows[start : start + MOST_MARKS]), passed)
        return
    for part in planned.parts:
        after: JobRow | None = None
        while raw := walking.beyond(store, part, after, *_others(passed), size):
            yield raw
            if len(raw) < size:
                break
            after = finish(store, raw[-1:])[0]


def _others(passed: Mapping[int, object]) -> tuple[str, Sequence[int]]:
    """Jobs that are in none of the newest arrays passed."""
    arrays = list(passed)[-MOST_MARKS:]
    return f"(j.array_id IS NULL OR j.array_id NOT IN ({marks(len(arrays))}))" if arrays else "1", arrays


def _picked(store: Store, rows: Sequence[int], passed: Mapping[int, object]) -> list[Any]:
    """These rows, in order, one of each array at most."""
    arrays: dict[int, int | None] = dict(
        store.db.rows(f"SELECT id, array_id FROM job WHERE id IN ({marks(len(rows))})", rows)
    )
    heads: dict[int, int] = {}
    for row in rows:
        key = arrays.get(row)
        heads.setdefault(-row if key is None else key, row)
    wanted = [row for key, row in heads.items() if key not in passed]
    some = {raw[0]: raw for raw in store.db.rows(f"{_BY_ROW} ({marks(len(wanted))})", wanted)}
    return [some[row] for row in wanted if row in some]


_BY_ROW = f"SELECT {COLUMNS} FROM job j WHERE j.batch IS NULL AND j.id IN"

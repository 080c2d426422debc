"""Lists of jobs, by pages, in the order in which people read them, at a million jobs as at ten.

The order is three *segments*: running (oldest first), pending (in the order in which they will start),
ended (newest first). Each has an index of its own; how long each is the tallies know. A page is found by
its neighbour's last row (keyset) where there is one, else by one OFFSET from the nearer end.
A filter with words has no index: its rows are found by one scan, kept, and paged by position.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...models import JobFilter, JobRow, Page
from ...states import State
from ..database import marks
from ..filtering import scanned
from ..store import Store
from .lines import COLUMNS, finish, rows_of
from .news import version
from .queries import Query, queries
from .scans import scan
from .segments import keyset, order

MOST_MARKS = 500  # values in an IN list


def page(store: Store, where: JobFilter, offset: int, limit: int, anchor: Page | None = None) -> Page:
    """Rows *offset* … of the list; *anchor* is a page next to it, if the caller has one."""
    now_version = version(store)
    if scanned(where):
        found = scan(store, where)
        wanted = found[offset:] if limit < 0 else found[offset : offset + limit]
        rows = rows_of(store, wanted)
        return Page(offset, len(found), tuple(rows[row] for row in wanted if row in rows), now_version)
    parts = queries(store, where)
    total = sum(query.total for query in parts)
    if anchor is not None and anchor.offset + len(anchor.rows) != offset:
        anchor = None  # keyset only leads on from the page right before
    raw = _across(store, parts, offset, limit, anchor)
    return Page(offset, total, tuple(finish(store, raw)), now_version)


def listing(store: Store, where: JobFilter, limit: int | None) -> list[JobRow]:
    """The list, from its beginning."""
    return list(page(store, where, 0, -1 if limit is None else limit).rows)


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
    if scanned(where):
        found = scan(store, where)
        for start in range(0, len(found), MOST_MARKS):
            yield _picked(store, list(found[start : start + MOST_MARKS]), passed)
        return
    for query in queries(store, where):
        after: JobRow | None = None
        while raw := _beyond(store, query, after, passed, size):
            yield raw
            if len(raw) < size:
                break
            after = finish(store, raw[-1:])[0]


def _beyond(store: Store, query: Query, after: JobRow | None, passed: Mapping[int, object], size: int) -> list[Any]:
    """Rows of a segment that come after one, without elements of the newest arrays passed."""
    beyond, values = keyset(query.key, after) if after is not None else ("1", ())
    arrays = list(passed)[-MOST_MARKS:]
    others = f"(j.array_id IS NULL OR j.array_id NOT IN ({marks(len(arrays))}))" if arrays else "1"
    sql = (
        f"SELECT {COLUMNS} FROM job j {query.hint} WHERE {query.where} AND {beyond} AND {others} "
        f"ORDER BY {order(query.key)} LIMIT ?"
    )
    return store.db.rows(sql, (*query.parameters, *values, *arrays, size))


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
    found = {raw[0]: raw for raw in store.db.rows(f"{_BY_ROW} ({marks(len(wanted))})", wanted)}
    return [found[row] for row in wanted if row in found]


_BY_ROW = f"SELECT {COLUMNS} FROM job j WHERE j.batch IS NULL AND j.id IN"


def _across(store: Store, segments: Sequence[Query], offset: int, limit: int, anchor: Page | None) -> list[Any]:
    """Rows from the segments that a page touches."""
    raw: list[Any] = []
    for query in segments:
        if offset < query.total and limit != len(raw):
            want = query.total if limit < 0 else limit - len(raw)
            raw += _fetch(store, query, offset, want, anchor if offset else None)
        offset = max(0, offset - query.total)
    return raw


def _fetch(store: Store, query: Query, offset: int, limit: int, anchor: Page | None) -> list[Any]:
    """Rows of one segment: after the anchor, or else from the nearer end."""
    limit = min(limit, query.total - offset)
    source = f"SELECT {COLUMNS} FROM job j {query.hint} WHERE {query.where}"
    after = _anchor_row(query, anchor)
    if after is not None:
        beyond, values = keyset(query.key, after)
        sql = f"{source} AND {beyond} ORDER BY {order(query.key)} LIMIT ?"
        return store.db.rows(sql, (*query.parameters, *values, limit))
    behind = query.total - offset - limit
    if behind < offset:
        sql = f"{source} ORDER BY {order(query.key, backwards=True)} LIMIT ? OFFSET ?"
        return store.db.rows(sql, (*query.parameters, limit, behind))[::-1]
    sql = f"{source} ORDER BY {order(query.key)} LIMIT ? OFFSET ?"
    return store.db.rows(sql, (*query.parameters, limit, offset))


def _anchor_row(query: Query, anchor: Page | None) -> JobRow | None:
    """The last row of the page before, if this page goes on in its segment."""
    last = anchor.rows[-1] if anchor is not None and anchor.rows else None
    if last is None:
        return None
    stored = State.RUNNING if last.handed else last.state
    return last if stored in query.segment.states else None

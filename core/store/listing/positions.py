"""Where a job stands in a list."""

from __future__ import annotations

from ...models import JobFilter, JobRow
from ..filtering import scanned
from ..store import Store
from .lines import rows_of
from .queries import Query, queries
from .scans import scan
from .segments import keyset

NEAR = 20_000  # rows that are counted from the beginning before the rest is


def offset_of(store: Store, where: JobFilter, row: int) -> int | None:
    """The position of a job in a list, or None if the list does not show it."""
    if scanned(where):
        found = scan(store, where)
        return found.index(row) if row in found else None
    found_row = rows_of(store, [row]).get(row)
    if found_row is None:
        return None
    before = 0
    for query in queries(store, where):
        inside = store.db.value(f"SELECT 1 FROM job j WHERE {query.where} AND j.id = ?", (*query.parameters, row))
        if inside:
            return before + _before(store, query, found_row)
        before += query.total
    return None


def _before(store: Store, query: Query, row: JobRow) -> int:
    """How many rows of the segment come before this one."""
    before = _count(store, query, row, backwards=True, most=NEAR)
    if before < NEAR:
        return before
    return max(0, query.total - _count(store, query, row, backwards=False, most=-1) - 1)


def _count(store: Store, query: Query, row: JobRow, *, backwards: bool, most: int) -> int:
    beyond, values = keyset(query.key, row, backwards=backwards)
    rows = f"SELECT 1 FROM job j {query.hint} WHERE {query.where} AND {beyond} LIMIT ?"
    return int(store.db.value(f"SELECT count(*) FROM ({rows})", (*query.parameters, *values, most)))

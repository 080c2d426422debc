"""Filters that no index serves: their rows are found by one scan, kept, and paged by position."""

from __future__ import annotations

import time
from array import array

from ...models import JobFilter
from .. import queues
from ..filtering import conditions
from ..store import Store
from .news import version
from .queries import query_of
from .segments import SEGMENTS, order

REPEAT = 5.0  # a scan is repeated no sooner than after this many times its own length

_scans: dict[tuple[str, JobFilter], tuple[int, float, float, array[int]]] = {}


def scan(store: Store, where: JobFilter) -> array[int]:
    """The rows that a filter with words shows, in order. Interruptible; kept until something changes."""
    key = (str(store.path), where)
    now_version, now = version(store), time.monotonic()
    if key in _scans:
        its_version, at, took, found = _scans[key]
        if its_version == now_version or now - at < REPEAT * took:
            return found
    found = _scan(store, where)
    _scans.clear()
    _scans[key] = (now_version, time.monotonic(), time.monotonic() - now, found)
    return found


def _scan(store: Store, where: JobFilter) -> array[int]:
    plain = JobFilter(states=where.states, queues=where.queues, user=where.user, ended_since=where.ended_since)
    buckets = queues.tallies(store)
    found = array("q")
    condition, values = conditions(store, where)
    with store.db.interruptible():
        for segment in SEGMENTS:
            query = query_of(store, segment, plain, buckets)
            if query is not None and query.total:
                sql = f"SELECT j.id FROM job j {query.hint} WHERE {query.where}{condition} ORDER BY {order(query.key)}"
                found.extend(row for (row,) in store.db.rows(sql, (*query.parameters, *values)))
    return found

"""Lists whose rows must be looked for: by words, by an expression, of a user, by a column under a filter.

A list is kept with a mark for each job that it shows. After a change only the jobs that changed are looked at again;
all are again when nobody can say which did, when the condition itself has changed (it may name a time, or jobs), and
no sooner than after `REPEAT` times as long as that took. Few rows are sorted by SQLite; of many the order is that of
the indexes, walked as far as somebody asks, from either end.
"""

from __future__ import annotations

import json
import threading
import time
from array import array
from collections.abc import Sequence
from typing import Any

from ...models import JobFilter
from ..database import marks as question_marks
from ..filtering import conditions
from ..store import Store
from .news import changes, version
from .plans import arrangement
from .scanning import Marks, marked, rows_in
from .strands import FEW, Strand, sorted_rows

REPEAT = 5.0  # nothing is looked for again sooner than after this many times its own length
AGE = 10.0  # seconds after which a condition that has changed is asked again
NARROW = 5000  # jobs that are sooner fetched by an index than met in a scan of all
KEPT = 4  # lists

Condition = tuple[str, list[Any]]


class Found:
    """The rows that a filter shows, as of event ``version``, and their order as far as anybody has asked."""

    def __init__(self, store: Store, where: JobFilter, condition: Condition) -> None:
        self.version = version(store)
        self._where, self._condition = where, condition
        began = time.monotonic()
        self._marks = look(store, where, condition)
        self.total = self._marks.count(1)
        self.looked = time.monotonic()
        self._cost = self.looked - began
        self._followed, self._ordering = 0.0, 0.0
        self._forget_order()

    def _forget_order(self) -> None:
        self._few: array[int] | None = None
        self._strands: dict[bool, Strand] = {}

    # -- keeping up ------------------------------------------------------------------------------------------------

    def stale(self, store: Store, condition: Condition) -> bool:
        """Bring it up to date if that is soon done; whether all must be looked for again."""
        now = time.monotonic()
        patient = now - self.looked < REPEAT * self._cost
        if condition != self._condition:
            return not patient and (condition[0] != self._condition[0] or now - self.looked > AGE)
        news = version(store)
        if news == self.version or now - self._followed < REPEAT * self._ordering:
            return False
        changed = changes(store, self.version)
        if changed.rows is None or changed.queues:
            return not patient
        self._follow(store, changed.rows, condition)
        self.version, self._followed = changed.version, now
        return False

    def _follow(self, store: Store, rows: frozenset[int], condition: Condition) -> None:
        """Look again at the jobs that changed."""
        text, values = whole(self._where, condition)
        sql = f"SELECT j.id FROM job j WHERE j.id IN (SELECT value FROM json_each(?)) AND j.batch IS NULL AND {text}"
        now = {row for (row,) in store.db.rows(sql, (json.dumps(sorted(rows)), *values))}
        newest = max(rows, default=0)
        if newest >= len(self._marks):
            self._marks.extend(bytes(newest + 1 - len(self._marks)))
        before = {row for row in rows if self._marks[row]}
        for row in before - now:
            self._marks[row] = 0
        for row in now - before:
            self._marks[row] = 1
        self.total += len(now) - len(before)
        if now or before:
            self._forget_order()
            self._ordering = 0.0

    # -- order -----------------------------------------------------------------------------------------------------

    def rows(self, store: Store, offset: int, limit: int) -> Sequence[int]:
        """Rows *offset* … of the list; *limit* below 0: all that follow."""
        end = self.total if limit < 0 else min(self.total, offset + limit)
        if offset >= end:
            return ()
        began = time.monotonic()
        try:
            return self._between(store, offset, end)
        finally:
            self._ordering += time.monotonic() - began

    def _between(self, store: Store, offset: int, end: int) -> Sequence[int]:
        if self.total <= FEW:
            return self._sorted(store)[offset:end]
        backwards = self.total - end < offset
        if not backwards:
            return self._strand(store, backwards).reach(end)[offset:end]
        found = self._strand(store, backwards).reach(self.total - offset)
        return found[self.total - end : self.total - offset][::-1]

    def place(self, store: Store, row: int) -> int | None:
        """Where a row stands."""
        if not 0 <= row < len(self._marks) or not self._marks[row]:
            return None
        rows = self._sorted(store) if self.total <= FEW else self._strand(store, False).find(row)
        return rows.index(row) if row in rows else None

    def _sorted(self, store: Store) -> array[int]:
        if self._few is None:
            self._few = sorted_rows(store, arrangement(store, self._order()), list(rows_in(self._marks)))
        return self._few

    def _strand(self, store: Store, backwards: bool) -> Strand:
        if backwards not in self._strands:
            parts = arrangement(store, self._order())
            self._strands[backwards] = Strand(store, parts, self._marks, backwards=backwards)
        return self._strands[backwards]

    def _order(self) -> JobFilter:
        return JobFilter(queues=self._where.queues, sort=self._where.sort)


_kept: dict[tuple[str, JobFilter], Found] = {}
_lock = threading.Lock()  # two threads that ask for the same list look for it once


def found(store: Store, where: JobFilter) -> Found:
    """The list of a filter that no index serves. Interruptible; kept."""
    key = str(store.path), where._replace(folded=False)
    condition = conditions(store, where)
    with _lock:
        kept = _kept.pop(key, None)
        if kept is None or kept.stale(store, condition):
            kept = Found(store, where, condition)
        _kept[key] = kept
        while len(_kept) > KEPT:
            del _kept[next(iter(_kept))]
    return kept


def forget() -> None:
    """Keep no list."""
    with _lock:
        _kept.clear()


# -- looking ---------------------------------------------------------------------------------------


def whole(where: JobFilter, condition: Condition) -> Condition:
    """Everything that a filter says, as one condition."""
    clauses: list[str] = ["1"]
    values: list[Any] = []
    if where.states:
        clauses.append(f"{_SHOWN} IN ({question_marks(len(where.states))})")
        values += sorted(state.value for state in where.states)
    if where.queues:
        clauses.append(f"j.queue_id IN ({question_marks(len(where.queues))})")
        values += sorted(where.queues)
    if where.user:
        clauses.append("j.user = ?")
        values.append(where.user)
    if where.ended_since is not None:
        clauses.append("(j.ended_at IS NULL OR j.ended_at >= ?)")
        values.append(where.ended_since)
    return " AND ".join(clauses) + condition[0], [*values, *condition[1]]


_SHOWN = "CASE WHEN j.state = 'running' AND j.started_at IS NULL THEN 'pending' ELSE j.state END"


def look(store: Store, where: JobFilter, condition: Condition) -> Marks:
    """Mark the rows of a filter: by an index where that leaves few to look at, else by a scan."""
    text, values = whole(where, condition)
    source = _narrow(store, where)
    if source is None:
        return marked(store, text, values)
    rows: list[int] = []
    with store.db.interruptible() as long:
        for table, clause, given in source:
            long.check()
            sql = f"SELECT j.id FROM {table} WHERE j.batch IS NULL AND {clause} AND {text}"
            rows += [row for (row,) in store.db.rows(sql, (*given, *values))]
    marks = Marks(max(rows, default=0) + 1)
    for row in rows:
        marks[row] = 1
    return marks


Source = list[tuple[str, str, Sequence[Any]]]  # tables with their index, a condition, its parameters


def _narrow(store: Store, where: JobFilter) -> Source | None:
    """Where the rows of a filter are among few, and how to fetch these."""
    if where.rows is not None and len(where.rows) <= NARROW:
        return [("job j", "1", ())]  # the rows are in the condition
    if where.user:
        sql = "SELECT count(*) FROM (SELECT 1 FROM job INDEXED BY job_user WHERE user = ? AND batch IS NULL LIMIT ?)"
        if store.db.value(sql, (where.user, NARROW + 1)) <= NARROW:
            return [("job j INDEXED BY job_user", "j.user = ?", (where.user,))]
    return _in_lanes(store, where) if where.queues or where.states else None


def _in_lanes(store: Store, where: JobFilter) -> Source | None:
    """By queues and states, where the tallies say that few are in them."""
    from .plans import plan

    narrow = plan(store, JobFilter(states=where.states, queues=where.queues))
    if narrow is None or narrow.total > NARROW:
        return None
    return [(part.source, part.where, part.parameters) for part in narrow.parts]

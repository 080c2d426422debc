"""Deleting what ended long ago, in short steps, so that a yard of years stays as quick as a new one.

A job goes when it ended before its queue's cutoff and nothing needs it any more: no pending or running job waits
for it, its edges are settled, its hooks have run. With it go its edges, attempts and events, change sets without an
event, and later environments that no job uses. Edges of ended children to it vanish without a trace: no child
changes its state. Each step leaves one tombstone event, by which readers that are behind learn that they must
reload, and a `trash` row for each attempt's folder in the same transaction: folders are removed afterwards, so
nothing on disk is forgotten, whoever dies when.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from .. import crash
from . import attic, blobs, ids
from .claims import folder as claims_folder
from .database import marks
from .store import Store

VERB = "purge"
BUDGET = 0.004  # seconds of deleting after which a step commits
GROUP = 20  # jobs that are deleted together
STEP = 500  # jobs a step at most
MANY = 500  # edges, events or attempts of one job beyond which they go in steps of their own
LOOK = 2000  # jobs that a look counts in one query

crash.register(purge_step="jobs are deleted, their folders lie in the trash list")


class Rule(NamedTuple):
    """What goes of a queue: jobs that ended before *before* (seconds since the epoch)."""

    queue: int
    name: str
    before: float


@dataclass(slots=True)
class Tally:
    """What went so far, and what had to be kept although it is old enough."""

    jobs: int = 0
    kept: int = 0
    folders: int = 0
    queues: int = 0
    environments: int = 0
    by_queue: dict[str, int] = field(default_factory=dict)

    def gone(self, queue: str, jobs: int) -> None:
        """So many more of a queue."""
        self.jobs += jobs
        self.by_queue[queue] = self.by_queue.get(queue, 0) + jobs


def rules(
    store: Store, default: float, keep: float | None = None, queue: int | None = None, now: float | None = None
) -> list[Rule]:
    """A rule for each queue (or the one given): *keep* seconds, else the queue's own retention, else *default*."""
    sql = (
        "SELECT q.id, s.name, q.name, q.retention FROM queue q JOIN session s ON s.id = q.session_id "
        "WHERE ?1 IS NULL OR q.id = ?1 ORDER BY q.id"
    )
    now = store.clock() if now is None else now
    return [
        Rule(id, name if session == "default" else f"{session}/{name}", now - _kept(keep, own, default))
        for id, session, name, own in store.db.rows(sql, (queue,))
    ]


def _kept(*wishes: float | None) -> float:
    return next(wish for wish in wishes if wish is not None)


def steps(store: Store, some: Sequence[Rule], tally: Tally) -> Iterator[None]:
    """The whole purge; each turn of the iterator is one short transaction, or a look that found nothing."""
    for rule in some:
        yield from _jobs(store, rule, tally)
    for rule in some:
        tally.queues += yield from attic.queue_of_a_run(store, rule.queue, rule.before)
    tally.environments += yield from attic.environments(store)
    if tally.jobs:
        for _ in blobs.sweep(store):
            yield


# -- which jobs -------------------------------------------------------------------------------------

Cursor = tuple[float, int]  # ended_at, row
START: Cursor = (float("-inf"), 0)

_OLD = (
    "SELECT j.ended_at, j.id, j.day, j.number FROM job j INDEXED BY job_queue_ended WHERE j.queue_id = ? "
    "AND j.ended_at >= ? AND j.ended_at < ? AND (j.ended_at > ? OR j.id > ?) AND j.batch IS NULL "
    "ORDER BY j.ended_at, j.id LIMIT ?"
)
_NEEDED = (
    "SELECT id FROM job j WHERE id IN ({}) AND ("
    "EXISTS (SELECT 1 FROM edge e JOIN job c ON c.id = e.child_id WHERE e.parent_id = j.id AND c.ended_at IS NULL) "
    "OR EXISTS (SELECT 1 FROM settle s WHERE s.parent_id = j.id) "
    "OR EXISTS (SELECT 1 FROM hook h WHERE h.job_id = j.id))"
)
Old = tuple[float, int, int, int]  # ended_at, row, day, number


def _old(connection: sqlite3.Connection, rule: Rule, after: Cursor, most: int) -> list[Old]:
    """Jobs that are old enough, oldest first, behind *after*."""
    at, row = after
    return connection.execute(_OLD, (rule.queue, at, rule.before, at, row, most)).fetchall()


def _needed(connection: sqlite3.Connection, rows: Sequence[int]) -> set[int]:
    """Those of them that something waits for, or that are not done with."""
    return {row for (row,) in connection.execute(_NEEDED.format(marks(len(rows))), rows)}


def look(store: Store, some: Sequence[Rule]) -> Tally:
    """What a purge would delete and keep. Changes nothing; no query takes long."""
    tally = Tally()
    for rule in some:
        after = START
        while old := _old(store.db.connection, rule, after, LOOK):
            after = old[-1][:2]
            rows = [row for _, row, _, _ in old]
            kept = sum(len(_needed(store.db.connection, part)) for part in _parts(rows, MANY))
            tally.kept += kept
            if len(old) > kept:
                tally.gone(rule.name, len(old) - kept)
            tally.folders += sum(_count_attempts(store, part) for part in _parts(rows, MANY))
    return tally


def _count_attempts(store: Store, rows: Sequence[int]) -> int:
    return int(store.db.value(f"SELECT count(*) FROM attempt WHERE job_id IN ({marks(len(rows))})", rows))


def _parts(rows: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


# -- jobs go ----------------------------------------------------------------------------------------


def _jobs(store: Store, rule: Rule, tally: Tally) -> Iterator[None]:
    after = START
    while _old(store.db.connection, rule, after, 1):
        after, heavy = _step(store, rule, after, tally)
        crash.point("purge.step")
        yield
        if heavy:
            yield from _thin(store, heavy)


def _step(store: Store, rule: Rule, after: Cursor, tally: Tally) -> tuple[Cursor, int]:
    """Delete as many as the budget allows; where the next step goes on, and a job that must be thinned before."""
    gone: list[Old] = []
    heavy = 0
    with store.db.unsynced(), store.db.transaction() as connection:
        began = time.perf_counter()
        old = _old(connection, rule, after, STEP)
        for group in (old[start : start + GROUP] for start in range(0, len(old), GROUP)):
            rows = [row for _, row, _, _ in group]
            needed = _needed(connection, rows)
            free = [one for one in group if one[1] not in needed]
            heavy = _heavy(connection, [row for _, row, _, _ in free])
            if heavy:
                break
            tally.folders += _delete(connection, [row for _, row, _, _ in free])
            tally.kept += len(needed)
            gone += free
            after = group[-1][:2]
            if time.perf_counter() - began > BUDGET:
                break
        if gone:
            _leave_tombstone(store, rule, gone)
    if gone:
        tally.gone(rule.name, len(gone))
    return after, heavy


def _leave_tombstone(store: Store, rule: Rule, gone: Sequence[Old]) -> None:
    ends = {"first": min(gone, key=_row), "last": max(gone, key=_row)}
    told = {name: ids.text(day, number) for name, (_, _, day, number) in ends.items()}
    store.record(VERB, queue=rule.queue, after={"jobs": len(gone), **told})


def _row(old: Old) -> int:
    return old[1]


def _delete(connection: sqlite3.Connection, rows: Sequence[int]) -> int:
    """These jobs and all that is theirs; how many folders are trash now."""
    if not rows:
        return 0
    these = f"({marks(len(rows))})"
    folders = connection.execute(f"SELECT folder FROM attempt WHERE job_id IN {these}", rows).fetchall()
    folders += _given_back(connection, rows)
    connection.executemany("INSERT OR IGNORE INTO trash (folder) VALUES (?)", folders)
    changes = attic.changes_of(connection, f"SELECT DISTINCT change_id FROM event WHERE job_id IN {these}", rows)
    tried = f"SELECT id FROM attempt WHERE job_id IN {these}"
    for table in ("attempt_config", "result"):  # versions themselves stay for ever
        connection.execute(f"DELETE FROM {table} WHERE attempt_id IN ({tried})", rows)
    for table, column in (("edge", "parent_id"), ("edge", "child_id"), ("attempt", "job_id"), ("event", "job_id")):
        connection.execute(f"DELETE FROM {table} WHERE {column} IN {these}", rows)
    connection.execute(f"DELETE FROM job WHERE id IN {these}", rows)
    attic.drop_changes(connection, changes)
    return len(set(folders))


def _given_back(connection: sqlite3.Connection, rows: Sequence[int]) -> Iterator[tuple[str]]:
    """Folders of claims that came to nothing: no attempt tells of them, and in each lies the promise not to start."""
    more = (
        f"SELECT day, number, claims FROM job j WHERE id IN ({marks(len(rows))}) "
        "AND claims > (SELECT count(*) FROM attempt WHERE job_id = j.id)"
    )
    for day, number, claims in connection.execute(more, rows).fetchall():
        for claim in range(max(1, claims - MANY), claims + 1):
            yield (claims_folder(day, number, claim),)


# -- jobs with much of their own ----------------------------------------------------------------------

_OWNED = {  # table: (column of the job, what tells its rows apart)
    "edge": ("parent_id", "child_id, parent_id"),
    "edge e": ("child_id", "child_id, parent_id"),
    "event": ("job_id", "id"),
    "attempt": ("job_id", "id"),
}


def _heavy(connection: sqlite3.Connection, rows: Sequence[int]) -> int:
    """One of these jobs that has too much of its own for a single step; 0 if none has."""
    return next((row for row in rows if _heavy_in(connection, row)), 0)


def _heavy_in(connection: sqlite3.Connection, row: int) -> str:
    """The table in which it has more than `MANY` rows; "" if in none."""
    for table, (column, _) in _OWNED.items():
        if connection.execute(f"SELECT 1 FROM {table} WHERE {column} = ? LIMIT 1 OFFSET {MANY}", (row,)).fetchone():
            return table
    return ""


def _thin(store: Store, row: int) -> Iterator[None]:
    """Delete what it has too much of, some at a time; all of it would go with the job a moment later."""
    while True:
        with store.db.transaction(quiet=True) as connection:
            table = "" if _needed(connection, [row]) else _heavy_in(connection, row)
            if table:
                _thin_once(connection, table, row)
        if not table:
            return
        yield


def _thin_once(connection: sqlite3.Connection, table: str, row: int) -> None:
    column, key = _OWNED[table]
    some = f"FROM {table} WHERE {column} = ? ORDER BY {key} LIMIT {MANY}"
    changes: set[int] = set()
    if table == "attempt":
        connection.execute(f"INSERT OR IGNORE INTO trash (folder) SELECT folder {some}", (row,))
        for other in ("attempt_config", "result"):
            connection.execute(f"DELETE FROM {other} WHERE attempt_id IN (SELECT id {some})", (row,))
    elif table == "event":
        changes = attic.changes_of(connection, f"SELECT change_id {some}", (row,))
    connection.execute(f"DELETE FROM {table.split()[0]} WHERE ({key}) IN (SELECT {key} {some})", (row,))
    attic.drop_changes(connection, changes)


# -- trash ----------------------------------------------------------------------------------------------


def trash(store: Store, after: str = "", most: int = STEP) -> list[str]:
    """Folders of purged attempts that are still to be removed, relative to the yard, in order."""
    return [folder for (folder,) in store.db.rows("SELECT folder FROM trash WHERE folder > ? LIMIT ?", (after, most))]


def harden(store: Store) -> None:
    """Have all that was deleted on the disk before any folder goes: no power cut may bring back jobs without one."""
    with store.db.transaction(quiet=True) as connection:
        connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('purged', ?)", (store.clock(),))


def forget(store: Store, folders: Sequence[str]) -> None:
    """These folders are gone from the disk."""
    for some in (folders[start : start + STEP] for start in range(0, len(folders), STEP)):
        with store.db.transaction(quiet=True) as connection:
            connection.executemany("DELETE FROM trash WHERE folder = ?", [(folder,) for folder in some])


def day_in_use(store: Store, day: int) -> bool:
    """Whether a job of that day exists, whose attempts would lie in the day's folder."""
    return store.db.value("SELECT 1 FROM job WHERE day = ? LIMIT 1", (day,)) is not None

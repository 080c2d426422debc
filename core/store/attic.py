"""What jobs leave behind when they are purged: change sets, the queues of runs, environments that nothing uses."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable, Sequence

from .database import marks
from .store import Store

STEP = 500  # rows that are looked at together
MOST = 100  # environments a transaction; one is some kilobytes
RECENT = 86_400.0  # seconds: what was looked up so lately may be about to be used
RUN_SESSION = "run"  # its queues are made by `jobyard run`, one a run


def changes_of(connection: sqlite3.Connection, sql: str, values: Sequence[int]) -> set[int]:
    """The change sets that a query over events answers."""
    return {change for (change,) in connection.execute(sql, values) if change is not None}


_LINKED = (
    "SELECT of FROM change WHERE id = ?1 UNION SELECT undone FROM change WHERE id = ?1 "
    "UNION SELECT id FROM change WHERE of = ?1 UNION SELECT id FROM change WHERE undone = ?1"
)


def drop_changes(connection: sqlite3.Connection, some: Iterable[int]) -> None:
    """Delete those change sets that have no event left; one that undoes another goes together with it, or not yet."""
    for change in some:
        if _has_events(connection, change):
            continue
        family = _family(connection, change)
        if not any(_has_events(connection, one) for one in family):
            connection.execute(f"DELETE FROM change WHERE id IN ({marks(len(family))})", tuple(family))


def _family(connection: sqlite3.Connection, change: int) -> set[int]:
    """A change set with all that undo or redo it, and what those undo or redo."""
    family, fresh = {change}, [change]
    while fresh:
        found = {id for (id,) in connection.execute(_LINKED, (fresh.pop(),)) if id is not None}
        fresh += found - family
        family |= found
    return family


def _has_events(connection: sqlite3.Connection, change: int) -> bool:
    return connection.execute("SELECT 1 FROM event WHERE change_id = ? LIMIT 1", (change,)).fetchone() is not None


_OLD_RUN = (
    "SELECT q.name FROM queue q JOIN session s ON s.id = q.session_id WHERE q.id = ? AND s.name = ? "
    "AND q.created_at < ? AND NOT EXISTS (SELECT 1 FROM tally t WHERE t.queue_id = q.id AND t.n > 0) "
    "AND NOT EXISTS (SELECT 1 FROM batch)"
)


def queue_of_a_run(store: Store, queue: int, before: float) -> Generator[None, None, int]:
    """Delete the queue of a run that was begun before a time, once its last job is gone; how many: 0 or 1."""
    values = (queue, RUN_SESSION, before)
    if store.db.value(_OLD_RUN, values) is None:
        return 0
    gone = 0
    with store.db.without_references(), store.db.transaction() as connection:  # the tally knows: no job refers to it
        found = connection.execute(_OLD_RUN, values).fetchone()
        if found is not None:
            for table, column in (
                ("tally", "queue_id"),
                ("fold_tally", "queue_id"),
                ("reorder", "queue_id"),
                ("queue", "id"),
            ):
                connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (queue,))
            store.record("queue remove", before={"session": RUN_SESSION, "name": found[0]})
            gone = 1
    yield
    return gone


_UNUSED = (
    "SELECT e.id FROM environment e WHERE e.id > ? AND e.id <= ? AND NOT EXISTS "
    "(SELECT 1 FROM job j WHERE j.env_id = e.id) AND e.seen < ? ORDER BY e.id LIMIT ?"
)


def environments(store: Store) -> Generator[None, None, int]:
    """Delete those that no job uses; how many. The newest stays: its id must never be another's, workers keep it."""
    last = int(store.db.value("SELECT max(id) FROM environment") or 0) - 1
    gone = 0
    for start in range(0, last, STEP):
        span = (start, min(start + STEP, last), store.clock() - RECENT)
        while store.db.value(_UNUSED, (*span, 1)) is not None:
            with store.db.transaction(quiet=True) as connection:
                unused = connection.execute(_UNUSED, (*span, MOST)).fetchall()
                connection.executemany("DELETE FROM environment WHERE id = ?", unused)
            gone += len(unused)
            yield
    return gone

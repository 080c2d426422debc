"""Ends that somebody wants a command run for. A trigger leaves a row with the end itself (`schema_2`).

A row is some worker's while that worker is active, and goes when its command has ended: a worker that is killed
leaves it to the next, so that every end has its command run at least once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from ..states import State
from .database import many
from .schema import ACTIVE
from .store import Store

YARD = "on_end"  # the key in `meta` while the yard has a command for jobs that name none


class Hook(NamedTuple):
    """An end that waits for its command. ``state`` is what the job ended as, whatever has become of it since."""

    id: int
    job: int
    attempt: int  # 0 = it was never started
    state: State
    command: str  # the job's own; "" = the yard's


def switch(store: Store, on: bool) -> None:
    """From now on every end leaves a row, or only those of jobs with a command of their own."""
    known = store.db.value("SELECT value FROM meta WHERE key = ?", (YARD,)) is not None
    if known == on:
        return
    sql = "INSERT INTO meta (key, value) VALUES (?, 1)" if on else "DELETE FROM meta WHERE key = ?"
    with store.db.transaction(quiet=True) as connection:
        connection.execute(sql, (YARD,))


_FREE = (
    "FROM hook h JOIN job j ON j.id = h.job_id WHERE j.batch IS NULL "
    f"AND (h.worker_id IS NULL OR h.worker_id NOT IN (SELECT id FROM worker WHERE mode IN {ACTIVE}))"
)


def waiting(store: Store) -> bool:
    """Whether there is one that nobody has taken; a row costs a look, so there are seldom any."""
    return store.db.value(f"SELECT 1 {_FREE} LIMIT 1") is not None


def take(store: Store, worker: int, most: int) -> list[Hook]:
    """Make up to *most* of them this worker's, oldest first."""
    with store.db.transaction(quiet=True) as connection:
        rows = connection.execute(
            f"SELECT h.id, h.job_id, h.attempt, h.state, j.on_end {_FREE} ORDER BY h.id LIMIT ?", (most,)
        ).fetchall()
        many(connection, "UPDATE hook SET worker_id = ? WHERE id = ?", [(worker, row[0]) for row in rows])
    return [Hook(id, job, attempt, State(state), command) for id, job, attempt, state, command in rows]


def done(store: Store, ended: Iterable[tuple[Hook, str]]) -> None:
    """These have run (hook, what was wrong or ""): their rows go, and what was wrong is told in the job's history."""
    with store.db.transaction(quiet=True) as connection:
        for hook, wrong in ended:
            connection.execute("DELETE FROM hook WHERE id = ?", (hook.id,))
            if wrong:
                _tell(store, connection, hook, wrong)


def _tell(store: Store, connection: sqlite3.Connection, hook: Hook, wrong: str) -> None:
    found = connection.execute("SELECT queue_id FROM job WHERE id = ?", (hook.job,)).fetchone()
    if found is not None:
        store.record("on_end", job=hook.job, queue=found[0], after={"text": wrong})

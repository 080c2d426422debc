"""Generations of workers: who lives, who was replaced, who died, and what they left.

A worker lives while it holds the lock ``run/workers/NAME.lock``. Heartbeats only show hung ones.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

from .. import locks
from ..errors import Retired, WrongState
from ..models import WorkerInfo
from . import ids
from .database import marks
from .schema import ACTIVE
from .store import Store

MOCK = b"mock\n"  # what the lock of a worker without hardware says


class Running(NamedTuple):
    """An attempt that the store believes running. ``folder`` is relative to the yard."""

    row: int
    token: str
    job: str
    folder: str
    time_limit: float | None
    queue_id: int
    slots: int
    stop: str | None
    started: bool
    kind: str = "exec"


def lock_path(run: Path, name: str) -> Path:
    """Where a worker's lock lies."""
    return run / "workers" / f"{name}.lock"


def mark(lock: int, mock: bool) -> None:
    """Say in the lock of a worker, which lives as long as it does, whether it has simulated hardware."""
    os.ftruncate(lock, 0)
    if mock:
        os.pwrite(lock, MOCK, 0)


def _is_mock(run: Path, name: str) -> bool:
    try:
        return lock_path(run, name).read_bytes() == MOCK
    except OSError:
        return False


def admit(store: Store, name: str, host: str, pid: int, face: str, most: int | None, replaces: int | None) -> int:
    """A new generation; in the same transaction it retires exactly the one that it replaces, and takes its jobs.

    Call it with the lock of the name in hand.
    """
    with store.db.transaction() as connection:
        worker = connection.execute(
            "INSERT INTO worker (name, host, pid, face, mode, max_jobs, started_at, heartbeat, boot_id) "
            "VALUES (?, ?, ?, ?, 'working', ?, ?, ?, ?)",
            (name, host, pid, face, most, store.clock(), locks.boottime(), locks.boot_id()),
        ).lastrowid
        assert worker is not None
        if replaces is not None:
            _replace(connection, replaces, worker)
        dead = connection.execute(  # the lock of this name is ours: whoever had it before is dead, though it looks held
            f"UPDATE worker SET mode = 'dead' WHERE name = ? AND id <> ? AND mode IN {ACTIVE} RETURNING id",
            (name, worker),
        ).fetchall()
        store.record_many("worker dead", ((None, None, None, {"worker": id, "name": name}) for (id,) in dead))
        store.record("worker start", after={"worker": worker, "name": name, "face": face, "replaces": replaces})
    return worker


def _replace(connection: sqlite3.Connection, old: int, new: int) -> None:
    done = connection.execute(
        f"UPDATE worker SET mode = 'retired', replaced_by = ? WHERE id = ? AND mode IN {ACTIVE}", (new, old)
    ).rowcount
    if not done:
        raise WrongState(
            f"Worker generation {old} cannot be replaced",
            "it has left or was replaced already",
            "See: jobyard worker list",
        )
    connection.execute("UPDATE attempt SET worker_id = ? WHERE worker_id = ? AND state = 'running'", (new, old))


def heartbeat(store: Store, worker: int) -> None:
    """Tell that this worker is well. Rings no bell."""
    with store.db.transaction(quiet=True) as connection:
        connection.execute("UPDATE worker SET heartbeat = ? WHERE id = ?", (locks.boottime(), worker))


def set_mode(store: Store, worker: int, mode: str) -> None:
    """Change an active worker's mode: working, draining, stopping, left."""
    with store.db.transaction() as connection:
        done = connection.execute(
            f"UPDATE worker SET mode = ? WHERE id = ? AND mode IN {ACTIVE} AND mode <> ?", (mode, worker, mode)
        ).rowcount
        if done:
            store.record(f"worker {mode}", after={"worker": worker})


def mode(store: Store, worker: int) -> str:
    """A generation's mode."""
    return str(store.db.value("SELECT mode FROM worker WHERE id = ?", (worker,)) or "gone")


def _active(store: Store) -> list[tuple[int, str]]:
    return [(id, name) for id, name in store.db.rows(f"SELECT id, name FROM worker WHERE mode IN {ACTIVE}")]


def any_attempt(store: Store) -> bool:
    """Whether any attempt stands as running, whoever answers for it."""
    return store.db.value("SELECT 1 FROM attempt WHERE state = 'running' LIMIT 1") is not None


def any_alive(store: Store) -> bool:
    """Whether a worker lives."""
    return any(locks.is_held(lock_path(store.run, name)) for _, name in _active(store))


def bury(store: Store, heir: int) -> list[str]:
    """Mark dead every worker whose lock is free, and give its running attempts to *heir*; their names."""
    dead = [(id, name) for id, name in _active(store) if id != heir and not locks.is_held(lock_path(store.run, name))]
    if not dead:
        return []
    with store.db.transaction() as connection:
        rows = [id for id, _ in dead]
        connection.execute(
            f"UPDATE worker SET mode = 'dead' WHERE id IN ({marks(len(rows))}) AND mode IN {ACTIVE}", rows
        )
        store.record_many("worker dead", ((None, None, None, {"worker": id, "name": name}) for id, name in dead))
    return [name for _, name in dead]


def inherit(store: Store, heir: int) -> int:
    """Take over the running attempts of workers that are not active any more; how many."""
    orphans = (
        "SELECT a.id FROM attempt a WHERE a.state = 'running' AND a.worker_id <> ? AND a.worker_id NOT IN "
        f"(SELECT id FROM worker WHERE mode IN {ACTIVE})"
    )
    if store.db.value(orphans + " LIMIT 1", (heir,)) is None:
        return 0
    with store.db.transaction(quiet=True) as connection:
        if _mode_of(connection, heir) not in ("working", "draining", "stopping"):
            raise Retired()
        return connection.execute(f"UPDATE attempt SET worker_id = ? WHERE id IN ({orphans})", (heir, heir)).rowcount


def _mode_of(connection: sqlite3.Connection, worker: int) -> str:
    found = connection.execute("SELECT mode FROM worker WHERE id = ?", (worker,)).fetchone()
    return str(found[0]) if found else "gone"


_RUNNING = (
    "SELECT a.job_id, a.token, j.day, j.number, a.folder, a.time_limit, j.queue_id, q.slots, j.stop, "
    "a.started_at IS NOT NULL, j.kind FROM attempt a JOIN job j ON j.id = a.job_id JOIN queue q ON q.id = j.queue_id "
    "WHERE a.state = 'running'"
)


def running(store: Store, worker: int) -> list[Running]:
    """The attempts that a worker answers for."""
    return [_running(row) for row in store.db.rows(_RUNNING + " AND a.worker_id = ? ORDER BY a.id", (worker,))]


def to_stop(store: Store) -> list[Running]:
    """Running attempts that somebody wants stopped or taken back."""
    return [
        _running(row) for row in store.db.rows(_RUNNING + " AND j.id IN (SELECT id FROM job WHERE stop IS NOT NULL)")
    ]


def _running(row: tuple[Any, ...]) -> Running:
    job, token, day, number, folder, limit, queue, slots, stop, started, kind = row
    return Running(job, token, ids.text(day, number), folder, limit, queue, slots, stop, bool(started), kind)


def every(store: Store, *, all: bool = False) -> list[WorkerInfo]:
    """Workers that are active (or *all* of the last hundred), newest first."""
    where = "" if all else f"WHERE w.mode IN {ACTIVE}"
    rows = store.db.rows(
        "SELECT w.id, w.name, w.host, w.pid, w.face, w.mode, w.started_at, w.heartbeat, w.boot_id, w.max_jobs, "
        "(SELECT count(*) FROM attempt a WHERE a.worker_id = w.id AND a.state = 'running' AND a.started_at NOTNULL) "
        f"FROM worker w {where} ORDER BY w.id DESC LIMIT 100"
    )
    now, boot = locks.boottime(), locks.boot_id()
    return [_info(store, row, now, boot) for row in rows]


def _info(store: Store, row: tuple[Any, ...], now: float, boot: str) -> WorkerInfo:
    id, name, host, pid, face, mode, started_at, beat, its_boot, most, running = row
    active = mode in ("working", "draining", "stopping")
    alive = active and locks.is_held(lock_path(store.run, name))
    silent = now - beat if its_boot == boot else store.hung_after * 2
    return WorkerInfo(
        id=id, name=name, host=host, pid=pid, face=face, mode=mode if alive or not active else "dead", alive=alive,
        hung=alive and silent > store.hung_after, started_at=started_at, heartbeat_at=store.clock() - silent,
        running=running, max_jobs=most, mock=alive and _is_mock(store.run, name),
    )  # fmt: skip

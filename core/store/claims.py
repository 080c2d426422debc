"""pending → running: one IMMEDIATE transaction that looks, lets the scheduler decide, and claims.

The look costs the same at a thousand and at a million pending jobs: it walks the queues that have
pending jobs, their few demands, and the first few rows of each in the index of eligible jobs.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import Retired
from ..scheduler import MOST_AHEAD, Candidate, QueueView, World, decide
from . import ids
from .database import many, marks
from .schema import ELIGIBLE
from .store import Store

MOST = 64  # claims a transaction

_QUEUES = (
    "SELECT q.id, q.slots, q.policy, "
    "(SELECT n FROM tally WHERE queue_id = q.id AND bucket = 'running'), "
    "(SELECT n FROM tally WHERE queue_id = q.id AND bucket = 'next') "
    "FROM queue q JOIN session s ON s.id = q.session_id JOIN tally t ON t.queue_id = q.id AND t.bucket = 'pending' "
    "WHERE t.n > 0 AND q.paused = 0 AND q.ended_at IS NULL AND s.ended_at IS NULL ORDER BY q.id"
)
NEXT_DEMAND = (
    "SELECT demand_id FROM job INDEXED BY job_eligible "
    f"WHERE queue_id = ? AND demand_id > ? AND {ELIGIBLE} ORDER BY demand_id LIMIT 1"
)
CANDIDATES = (
    "SELECT id, priority, weight, rank FROM job INDEXED BY job_eligible "
    f"WHERE queue_id = ? AND demand_id = ? AND {ELIGIBLE} ORDER BY priority DESC, weight, rank, id LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claimed job with all that its start needs. ``folder`` is relative to the yard."""

    row: int
    id: str
    queue_id: int
    slots: int
    token: str
    folder: str
    number: int
    kind: str
    fields: Mapping[str, Any]
    cwd: str
    umask: int
    env: Mapping[str, str]
    stdin: str
    time_limit: float | None


def check_generation(connection: sqlite3.Connection, worker: int) -> str:
    """The worker's mode; raises Retired if it may commit nothing more. Inside its transaction."""
    found = connection.execute("SELECT mode FROM worker WHERE id = ?", (worker,)).fetchone()
    mode = found[0] if found else "gone"
    if mode not in ("working", "draining", "stopping"):
        raise Retired(None, f"generation {worker} is {mode}")
    return str(mode)


def look(
    connection: sqlite3.Connection, recent: Mapping[int, float], room: int | None, may_start: bool = True
) -> World:
    """What the scheduler needs to know, read in the caller's transaction."""
    queues = [
        QueueView(id=queue, slots=slots, running=running, handed=handed, policy=policy, recent=recent.get(queue))
        for queue, slots, policy, running, handed in connection.execute(_QUEUES)
    ]
    candidates = [candidate for queue in queues for candidate in _candidates(connection, queue)]
    return World(queues=queues, candidates=candidates, room=room, may_start=may_start)


def _candidates(connection: sqlite3.Connection, queue: QueueView) -> list[Candidate]:
    room = queue.slots + MOST_AHEAD - queue.running - queue.handed
    if room <= 0 or (queue.slots == 1 and queue.running + queue.handed):
        return []
    found: list[Candidate] = []
    demand = _next_demand(connection, queue.id, -1)
    while demand is not None:
        rows = connection.execute(CANDIDATES, (queue.id, demand, min(room, MOST))).fetchall()
        found += [
            Candidate(row=row, queue_id=queue.id, priority=priority, rank=rank) for row, priority, _, rank in rows
        ]
        demand = _next_demand(connection, queue.id, demand)
    return found


def _next_demand(connection: sqlite3.Connection, queue: int, after: int) -> int | None:
    found = connection.execute(NEXT_DEMAND, (queue, after)).fetchone()
    return found[0] if found else None


def claim(
    store: Store, connection: sqlite3.Connection, worker: int, recent: Mapping[int, float], room: int | None
) -> list[Claimed]:
    """Claim what the scheduler picks, in the caller's transaction, for a worker whose generation was checked."""
    rows = decide(look(connection, recent, room))[:MOST]
    if not rows:
        return []
    connection.execute(
        f"UPDATE job SET state = 'running', claims = claims + 1, stop = NULL WHERE id IN ({marks(len(rows))}) "
        f"AND {ELIGIBLE}",
        rows,
    )
    claimed = _read(store, connection, rows)
    now = store.clock()
    many(
        connection,
        "INSERT INTO attempt (job_id, number, token, folder, worker_id, claimed_at) VALUES (?,?,?,?,?,?)",
        [(job.row, job.number, job.token, job.folder, worker, now) for job in claimed],
    )
    return claimed


_READ = (
    "SELECT j.id, j.day, j.number, j.queue_id, q.slots, j.claims, j.tried, j.kind, j.fields, j.cwd, j.umask, j.env_id, "
    "j.stdin, j.time_limit FROM job j JOIN queue q ON q.id = j.queue_id WHERE j.id IN ({})"
)


def _read(store: Store, connection: sqlite3.Connection, rows: Sequence[int]) -> list[Claimed]:
    found = {row[0]: row for row in connection.execute(_READ.format(marks(len(rows))), rows)}
    return [_claimed(found[row], store.environment(found[row][_ENV])) for row in rows]


_ENV = 11  # the column of env_id in _READ


def _claimed(row: tuple[Any, ...], env: Mapping[str, str]) -> Claimed:
    job, day, number, queue, slots, claims, tried, kind, fields, cwd, umask, _, stdin, limit = row
    return Claimed(
        row=job,
        id=ids.text(day, number),
        queue_id=queue,
        slots=slots,
        token=os.urandom(8).hex(),
        folder=f"jobs/{day}/{ids.text(day, number)}.{claims}",
        number=tried + 1,
        kind=kind,
        fields=json.loads(fields),
        cwd=cwd,
        umask=umask,
        env=env,
        stdin=stdin,
        time_limit=limit,
    )

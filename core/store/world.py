"""What the scheduler is shown: queues with pending jobs, the first few of each of their demands, what is free.

The look costs the same at a thousand and at a million pending jobs: it walks the queues that have pending
jobs, their few demands, and the first few rows of each in the index of eligible jobs. Where no job wants a
resource, none is read. Of a demand that cannot start now the first job is enough, because it reserves; of
one that nobody may have (locked, or more than there is) not even that. Which running jobs are long, and
which handed ones wait, is read only where jobs are handed ahead.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from ..scheduler import LONG, MOST_AHEAD, Ahead, Candidate, QueueView, World
from . import resources
from .database import marks
from .schema import ELIGIBLE
from .store import Store

MOST = 64  # claims a transaction
MOST_DEMANDS = 2_000  # of a queue, the oldest; only memory that is asked for to the byte comes in so many kinds
MOST_DEEP = 64  # startable demands of a queue of which more than the first job is read

_QUEUES = (
    "SELECT q.id, q.slots, q.policy, "
    "(SELECT n FROM tally WHERE queue_id = q.id AND bucket = 'running'), "
    "(SELECT n FROM tally WHERE queue_id = q.id AND bucket = 'next') "
    "FROM queue q JOIN session s ON s.id = q.session_id JOIN tally t ON t.queue_id = q.id AND t.bucket = 'pending' "
    "WHERE (t.n > 0 OR (SELECT n FROM tally WHERE queue_id = q.id AND bucket = 'next') > 0) "
    "AND q.paused = 0 AND q.ended_at IS NULL AND s.ended_at IS NULL ORDER BY q.id"
)
_FIRST_DEMAND = (
    f"SELECT demand_id FROM job INDEXED BY job_eligible WHERE queue_id = ?1 AND demand_id > {{}} AND {ELIGIBLE} "
    "ORDER BY demand_id LIMIT 1"
)
DEMANDS = (
    f"WITH RECURSIVE next (demand) AS (SELECT ({_FIRST_DEMAND.format('?2')}) UNION ALL "
    f"SELECT ({_FIRST_DEMAND.format('next.demand')}) FROM next WHERE next.demand IS NOT NULL) "
    "SELECT demand FROM next WHERE demand IS NOT NULL LIMIT ?3"
)
FIRSTS = (
    f"WITH RECURSIVE next (demand) AS (SELECT ({_FIRST_DEMAND.format('?2')}) UNION ALL "
    f"SELECT ({_FIRST_DEMAND.format('next.demand')}) FROM next WHERE next.demand IS NOT NULL LIMIT ?3) "
    "SELECT j.demand_id, j.id, j.priority, j.rank, j.weight FROM next CROSS JOIN job j ON j.id = "
    f"(SELECT id FROM job INDEXED BY job_eligible WHERE queue_id = ?1 AND demand_id = next.demand AND {ELIGIBLE} "
    "ORDER BY priority DESC, weight, rank, id LIMIT 1)"
)
CANDIDATES = (
    "SELECT id, priority, weight, rank FROM job INDEXED BY job_eligible "
    f"WHERE queue_id = ? AND demand_id = ? AND {ELIGIBLE} ORDER BY priority DESC, weight, rank, id LIMIT ?"
)
_LATEST = (
    "SELECT -priority, weight, rank, id FROM job INDEXED BY job_running WHERE state = 'running' AND queue_id = ? "
    "ORDER BY 1 DESC, 2 DESC, 3 DESC, 4 DESC LIMIT 1"
)
_LONG = (
    "SELECT queue_id, count(*) FROM job INDEXED BY job_running WHERE state = 'running' AND started_at NOT NULL "
    "AND started_at NOT BETWEEN ?1 - ?2 AND ?1 + ?2 GROUP BY queue_id"
)
_AHEAD = (
    "SELECT j.queue_id, -j.priority, j.weight, j.rank, j.id, a.claimed_at FROM job j INDEXED BY job_running "
    "JOIN attempt a ON a.job_id = j.id AND a.state = 'running' "
    "WHERE j.state = 'running' AND j.started_at IS NULL AND j.stop IS NULL AND j.demand_id = 0 AND j.queue_id = ? "
    "ORDER BY 2 DESC, 3 DESC, 4 DESC, 5 DESC LIMIT ?"
)
_HELD = (
    "SELECT demand_id, count(*) FROM job INDEXED BY job_holding WHERE state = 'running' AND demand_id > 0 "
    "GROUP BY demand_id"
)


class Supply(NamedTuple):
    """Of the resources that some demands name: units that nobody holds, and what nobody may have."""

    wants: Mapping[int, Mapping[str, int]]  # of each demand
    capacity: Mapping[str, int]
    free: Mapping[str, int]
    locked: Mapping[str, tuple[str, str]]  # who, and the note

    def never(self, demand: int) -> bool:
        """Whether it cannot start until a person does something: a lock, or a capacity below what it wants."""
        wants = self.wants[demand]
        return any(name in self.locked or units > self.capacity.get(name, 0) for name, units in wants.items())

    def short(self, demand: int) -> list[str]:
        """Of which resources there is not enough now."""
        return [name for name, units in self.wants[demand].items() if units > self.free.get(name, 0)]


def look(store: Store, recent: Mapping[int, float], room: int | None, may_start: bool = True) -> World:
    """What the scheduler needs to know, in the caller's transaction if there is one. ``room``: at most a claim's."""
    connection = store.db.connection
    queues = [
        QueueView(id=queue, slots=slots, running=running, handed=handed, policy=policy, recent=recent.get(queue))
        for queue, slots, policy, running, handed in connection.execute(_QUEUES)
    ]
    queues, ahead = _with_long(store, queues), _ahead(store, queues)
    room = MOST if room is None else min(room, MOST)
    firsts = _firsts(connection, queues)
    if not any(firsts.values()):
        plain = [candidate for queue in queues for candidate in _plain(connection, queue, _places(queue))]
        return World(queues=queues, candidates=plain, room=room, may_start=may_start, ahead=ahead)
    supply = supply_of(store, {first.demand for some in firsts.values() for first in some})
    views = [_with_latest(connection, queue) if firsts[queue.id] else queue for queue in queues]
    candidates = [one for queue in queues for one in _candidates(connection, queue, firsts[queue.id], supply)]
    return World(views, candidates, supply.free, room, may_start, supply.locked.keys(), ahead)


def _with_long(store: Store, queues: list[QueueView]) -> list[QueueView]:
    """How many of their jobs run long, where that decides how many are handed ahead."""
    if not any(queue.recent is not None or queue.surplus for queue in queues if queue.slots > 1):
        return queues
    long = dict(store.db.connection.execute(_LONG, (store.clock(), LONG)))
    return [replace(queue, long=long[queue.id]) if queue.id in long else queue for queue in queues]


def _ahead(store: Store, queues: Iterable[QueueView]) -> list[Ahead]:
    """The last of their handed jobs, those that wait for another one's end."""
    now, found = store.clock(), []
    for queue in queues:
        rows = store.db.connection.execute(_AHEAD, (queue.id, queue.surplus)) if queue.surplus else ()
        found += [Ahead(one, tuple(order), abs(now - claimed)) for one, *order, claimed in rows]
    return found


def supply_of(store: Store, demands: Iterable[int]) -> Supply:
    """How much of all that these demands name there is and is free."""
    wants = resources.wants_of(store, demands)
    names = sorted({name for one in wants.values() for name in one})
    sql = f"SELECT name, capacity, locked_by, lock_note FROM resource WHERE name IN ({marks(len(names))})"
    rows = store.db.rows(sql, names)
    capacity = {name: units for name, units, _, _ in rows}
    free = dict(capacity)
    for demand, jobs in store.db.rows(_HELD):
        for name, units in resources.wants(store, demand).items():
            if name in free:
                free[name] = max(0, free[name] - units * jobs)
    return Supply(wants, capacity, free, {name: (who, note) for name, _, who, note in rows if who is not None})


class _First(NamedTuple):
    """The first eligible job of a queue that has this demand."""

    demand: int
    row: int
    priority: int
    rank: int
    weight: float

    def order(self) -> tuple[float, ...]:
        return (-self.priority, self.weight, self.rank, self.row)


def _firsts(connection: sqlite3.Connection, queues: Iterable[QueueView]) -> dict[int, list[_First]]:
    """What the eligible jobs of each queue want, but for those that want nothing, and who stands first for it."""
    if connection.execute("SELECT 1 FROM demand LIMIT 1").fetchone() is None:
        return {queue.id: [] for queue in queues}
    return {
        queue.id: list(map(_First._make, connection.execute(FIRSTS, (queue.id, 0, MOST_DEMANDS)))) for queue in queues
    }


def _places(queue: QueueView) -> int:
    """How many jobs that want nothing could be handed over at most; where some wait, at least the best of them."""
    ahead = MOST_AHEAD if queue.slots > 1 else 0
    return max(queue.slots + ahead - queue.running - queue.handed, 1 if queue.surplus else 0)


def _plain(connection: sqlite3.Connection, queue: QueueView, most: int) -> list[Candidate]:
    if most <= 0:
        return []
    rows = connection.execute(CANDIDATES, (queue.id, 0, min(most, MOST)))
    return [
        Candidate(row, queue.id, priority=priority, rank=rank, weight=weight) for row, priority, weight, rank in rows
    ]


def _candidates(
    connection: sqlite3.Connection, queue: QueueView, firsts: Iterable[_First], supply: Supply
) -> list[Candidate]:
    """The first few of each demand: a full queue's first ``slots``, which stand in line, since they may reserve."""
    able = [first for first in firsts if not supply.never(first.demand)]
    free = queue.slots - queue.running - queue.handed
    found = _plain(connection, queue, max(_places(queue), queue.slots if able else 0))
    wants = supply.wants
    found += [Candidate(one.row, queue.id, wants[one.demand], one.priority, one.rank, one.weight) for one in able]
    deep = able if free <= 0 else [first for first in able if not supply.short(first.demand)]
    most = min(queue.slots if free <= 0 else free, MOST)
    if most > 1:
        for demand in _earliest(deep):
            rows = connection.execute(CANDIDATES, (queue.id, demand, most)).fetchall()[1:]
            found += [Candidate(row, queue.id, wants[demand], prio, rank, weight) for row, prio, weight, rank in rows]
    return found


def _earliest(firsts: list[_First]) -> list[int]:
    """The demands of those that stand before the others."""
    some = sorted(firsts, key=_First.order)[:MOST_DEEP] if len(firsts) > MOST_DEEP else firsts
    return [first.demand for first in some]


def _with_latest(connection: sqlite3.Connection, queue: QueueView) -> QueueView:
    """Where the last of its running jobs stands: it matters to those that wait for nothing but a slot."""
    if queue.slots > queue.running + queue.handed:
        return queue
    return replace(queue, latest=connection.execute(_LATEST, (queue.id,)).fetchone())

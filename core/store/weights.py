"""The policy of a queue as a number: `job.weight`, smaller first, between priority and rank.

========  ============================================================================================
fifo      0, so that the rank decides
shortest  the job's estimate; without one it comes last
chain     minus the longest remaining chain: the job's estimate and those of the pending jobs that wait
          for it, along the way on which they are most; a job without an estimate counts as 60 s
========  ============================================================================================

A job that was moved by hand (`job.moved`) keeps the weight of its new neighbours until its queue's policy is
set anew.

A new policy leaves a `reorder` row, which says up to which job the queue has been weighed. As long as some
queue has policy chain, `job.chain` is kept for all pending and running jobs of the yard, since a chain may
lead through any queue: whatever changes one leaves a `rechain` row in the same transaction. Steps work both
off, each short and each resumable. A job is computed from its children's chains, once those have none to be
computed before them (`turn`: the higher, the sooner), so that each is computed once, however long a chain and
whichever way its rows were numbered. Where no queue has that policy nothing is recorded.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence, Set
from typing import NamedTuple

from .. import crash
from ..errors import BadInput
from .database import many
from .store import Store

POLICIES = ("fifo", "shortest", "chain")
WITHOUT_ESTIMATE = 60.0  # seconds
UNKNOWN = 1e15  # seconds: behind every estimate
STEP = 1000  # jobs weighed anew a transaction
STRETCH, STRETCHES = 500, 20  # rows that are looked through for them: so many, so often at most
BUDGET = 2000  # edges' worth of work a transaction
JOB = 6  # edges' worth of work that each job costs besides
IN_PASSING = 20  # steps that a command does of work that a worker would do as well

crash.register(
    reorder_set="a queue's policy is set, none of its jobs is weighed anew",
    reorder_step="some jobs of a queue are weighed by its new policy, others by the old one",
    rechain_step="some of the chains that have changed are computed, others are not",
)

_CHAINED = "SELECT 1 FROM queue INDEXED BY queue_policy WHERE policy = 'chain' AND policy <> 'fifo' LIMIT 1"
_REMEMBER = "ON CONFLICT (job_id) DO UPDATE SET scanned = 0, best = 0, told = NULL"


def check_policy(word: str) -> str:
    """The policy that a word means. Raises BadInput."""
    if word in POLICIES:
        return word
    from ..words import nearest

    near = nearest(word, list(POLICIES))
    raise BadInput(
        f"There is no policy {word}", f"the nearest is {near}" if near else "", "Use fifo, shortest or chain"
    )


def policies(connection: sqlite3.Connection) -> dict[int, str]:
    """The policies of those queues that do not simply take what came first."""
    sql = "SELECT id, policy FROM queue INDEXED BY queue_policy WHERE policy <> 'fifo'"
    return dict(connection.execute(sql).fetchall())


def chained(connection: sqlite3.Connection) -> bool:
    """Whether any queue has policy chain."""
    return connection.execute(_CHAINED).fetchone() is not None


def at_first(policy: str, estimate: float | None) -> float:
    """The weight that a job is stored with; under chain it comes last until its chain is computed."""
    if policy == "shortest":
        return UNKNOWN if estimate is None else estimate
    return 0.0


# -- what has changed -------------------------------------------------------------------------------


def mark(connection: sqlite3.Connection, rows: Sequence[int]) -> None:
    """These jobs' chains are to be computed; in the transaction of what changed them."""
    if rows and chained(connection):
        many(connection, f"INSERT INTO rechain (job_id) VALUES (?) {_REMEMBER}", [(row,) for row in rows])


def submitted(connection: sqlite3.Connection, first: int, last: int) -> bool:
    """These rows are new jobs that everybody may see; whether that makes work."""
    if not chained(connection):
        return False
    sql = f"INSERT INTO rechain (job_id) SELECT id FROM job WHERE id BETWEEN ? AND ? AND ended_at IS NULL {_REMEMBER}"
    connection.execute(sql, (first, last))
    return True


def gone(connection: sqlite3.Connection, rows: Sequence[int]) -> None:
    """These jobs have ended: they are no part any more of the chains of those that they waited for."""
    if rows and chained(connection):
        many(connection, _MARK_PARENTS, [(row,) for row in rows])


_MARK_PARENTS = (
    "INSERT INTO rechain (job_id) SELECT e.parent_id FROM edge e JOIN job p ON p.id = e.parent_id "
    f"WHERE e.child_id = ? AND e.state = 'open' AND p.ended_at IS NULL {_REMEMBER}"
)


def back(connection: sqlite3.Connection, rows: Sequence[int]) -> None:
    """These jobs are pending again: what was known of them may be out of date."""
    many(connection, _BACK, [(row,) for row in rows])
    mark(connection, rows)


_BACK = (
    "UPDATE job SET chain = NULL, weight = CASE iif(moved, '', (SELECT policy FROM queue WHERE id = job.queue_id)) "
    f"WHEN 'fifo' THEN 0 WHEN 'shortest' THEN coalesce(estimate, {UNKNOWN}) ELSE weight END WHERE id = ?"
)


# -- a new policy -----------------------------------------------------------------------------------


def set_policy(store: Store, connection: sqlite3.Connection, queue: int, policy: str) -> None:
    """Have a queue's jobs weighed anew from now on, in the transaction that sets its policy.

    Places given by hand go, also when it is the same policy once more. `finish` does the work, or any worker.
    """
    sql = "INSERT INTO reorder (queue_id, done) VALUES (?, 0) ON CONFLICT (queue_id) DO UPDATE SET done = 0"
    connection.execute(sql, (queue,))


def _reorder(store: Store, connection: sqlite3.Connection) -> bool:
    """Weigh the next stretches of a queue; False if there is none to be weighed."""
    sql = "SELECT r.queue_id, r.done, q.policy FROM reorder r JOIN queue q ON q.id = r.queue_id LIMIT 1"
    found = connection.execute(sql).fetchone()
    if found is None:
        return False
    queue, done, policy = found
    weighed = 0
    for _ in range(STRETCHES):
        (first,) = connection.execute("SELECT min(id) FROM job WHERE id > ?", (done,)).fetchone()
        if first is None:
            connection.execute("DELETE FROM reorder WHERE queue_id = ?", (queue,))
            store.record("reorder", queue=queue, after={"policy": policy})
            return True
        done = first + STRETCH - 1
        weighed += _WEIGH[policy](connection, queue, first, done)
        if weighed > STEP - STRETCH:
            break
    connection.execute("UPDATE reorder SET done = ? WHERE queue_id = ?", (done, queue))
    return True


def _weigh_plainly(connection: sqlite3.Connection, queue: int, first: int, last: int) -> int:
    return _weigh(connection, "0", queue, first, last)


def _weigh_by_estimate(connection: sqlite3.Connection, queue: int, first: int, last: int) -> int:
    return _weigh(connection, f"coalesce(estimate, {UNKNOWN})", queue, first, last)


def _weigh(connection: sqlite3.Connection, weight: str, queue: int, first: int, last: int) -> int:
    return connection.execute(
        f"UPDATE job SET weight = {weight}, moved = 0 WHERE id BETWEEN ? AND ? AND queue_id = ? "
        f"AND (moved = 1 OR (ended_at IS NULL AND weight <> {weight}))",
        (first, last, queue),
    ).rowcount


def _weigh_by_chain(connection: sqlite3.Connection, queue: int, first: int, last: int) -> int:
    """All chains of the yard are out of date: until now they may have been nobody's business."""
    sql = "UPDATE job SET moved = 0 WHERE id BETWEEN ? AND ? AND queue_id = ? AND moved = 1"
    connection.execute(sql, (first, last, queue))
    stretch = "id BETWEEN ? AND ? AND ended_at IS NULL"
    connection.execute(f"UPDATE job SET chain = NULL WHERE {stretch} AND chain IS NOT NULL", (first, last))
    sql = f"INSERT INTO rechain (job_id) SELECT id FROM job WHERE {stretch} AND batch IS NULL {_REMEMBER}"
    return connection.execute(sql, (first, last)).rowcount


_WEIGH = {"fifo": _weigh_plainly, "shortest": _weigh_by_estimate, "chain": _weigh_by_chain}


# -- steps -------------------------------------------------------------------------------------------

_ADMITTING = "EXISTS (SELECT 1 FROM batch WHERE complete = 1)"  # what comes in steps is computed once it is all there


def pending(store: Store) -> bool:
    """Whether there is anything to do now."""
    sql = f"SELECT EXISTS (SELECT 1 FROM reorder) OR (EXISTS (SELECT 1 FROM rechain) AND NOT {_ADMITTING})"
    return bool(store.db.value(sql))


def step(store: Store, connection: sqlite3.Connection) -> None:
    """A short piece of it, inside the caller's transaction."""
    if _reorder(store, connection) or connection.execute(f"SELECT {_ADMITTING}").fetchone()[0]:
        return
    queues = {queue for queue, policy in policies(connection).items() if policy == "chain"}
    if not queues:
        connection.execute("DELETE FROM rechain WHERE job_id IN (SELECT job_id FROM rechain LIMIT ?)", (STEP,))
        return
    budget = BUDGET
    while budget > 0 and (job := _next(connection)) is not None:
        budget -= JOB + _compute(connection, job, queues, max(1, budget))


def begin(store: Store) -> None:
    """Weigh a queue's jobs by the policy that was set just now, all of them, though any worker would do it too."""
    crash.point("reorder.set")
    finish(store)


def finish(store: Store, most: int | None = None) -> None:
    """Step until nothing is left, or *most* times."""
    while (most is None or most > 0) and pending(store):
        ordering = store.db.value("SELECT 1 FROM reorder LIMIT 1") is not None
        with store.db.transaction() as connection:
            step(store, connection)
        crash.point("reorder.step" if ordering else "rechain.step")
        most = None if most is None else most - 1


# -- chains --------------------------------------------------------------------------------------------


class _Marked(NamedTuple):
    """A job whose chain is to be computed, and how far that has come."""

    row: int
    turn: int
    scanned: int  # children up to this row have been looked at
    best: float  # the longest chain among them
    told: int | None  # parents up to this row have been told; None: the children are not done
    ended: bool
    chain: float | None
    queue: int
    moved: bool
    estimate: float | None

    def total(self) -> float:
        """Its chain, once `best` is final."""
        return (WITHOUT_ESTIMATE if self.estimate is None else self.estimate) + self.best


def _next(connection: sqlite3.Connection) -> _Marked | None:
    found = connection.execute(
        "SELECT r.job_id, r.turn, r.scanned, r.best, r.told, j.ended_at IS NOT NULL, j.chain, j.queue_id, j.moved, "
        "j.estimate FROM rechain r INDEXED BY rechain_turn JOIN job j ON j.id = r.job_id "
        "ORDER BY r.turn DESC, r.job_id DESC LIMIT 1"
    ).fetchone()
    return None if found is None else _Marked(*found)


def _compute(connection: sqlite3.Connection, job: _Marked, queues: Set[int], budget: int) -> int:
    """Bring a job's chain as far as the budget goes; how many edges were looked at."""
    edges = 0
    if not job.ended and job.told is None:
        job, edges = _look_at_children(connection, job, budget)
        if job.told is None:
            return edges
    if not job.ended and job.total() != job.chain:
        told, done = _tell_parents(connection, job, max(1, budget - edges))
        edges += told
        if not done:
            return edges
    _keep(connection, job, queues)
    return edges


def _keep(connection: sqlite3.Connection, job: _Marked, queues: Set[int]) -> None:
    """The chain is known: so is the weight, where the chain is what decides."""
    if not job.ended:
        weight = ", weight = -?1" if job.queue in queues and not job.moved else ""
        connection.execute(f"UPDATE job SET chain = ?1{weight} WHERE id = ?2", (job.total(), job.row))
    connection.execute("DELETE FROM rechain WHERE job_id = ?", (job.row,))


_CHILDREN = (
    "SELECT e.child_id, c.chain, r.job_id IS NULL, c.state = 'pending' AND c.batch IS NULL FROM edge e "
    "JOIN job c ON c.id = e.child_id LEFT JOIN rechain r ON r.job_id = e.child_id "
    "WHERE e.parent_id = ? AND e.state = 'open' AND e.child_id > ? ORDER BY e.child_id LIMIT ?"
)


def _look_at_children(connection: sqlite3.Connection, job: _Marked, budget: int) -> tuple[_Marked, int]:
    """Find the longest chain among the children; one whose own chain is not known yet has its turn before."""
    seen, scanned, best, first = 0, job.scanned, job.best, None
    for child, chain, settled, waits in connection.execute(_CHILDREN, (job.row, scanned, budget)):
        if waits and (chain is None or not settled):
            first = child
            break
        seen, scanned, best = seen + 1, child, max(best, chain) if waits else best
    told = 0 if first is None and seen < budget else None
    sql = "UPDATE rechain SET scanned = ?, best = ?, told = ? WHERE job_id = ?"
    connection.execute(sql, (scanned, best, told, job.row))
    if first is not None:
        sql = "INSERT INTO rechain (job_id, turn) VALUES (?, ?) ON CONFLICT (job_id) DO UPDATE SET turn = excluded.turn"
        connection.execute(sql, (first, job.turn + 1))
    return job._replace(scanned=scanned, best=best, told=told), seen


_TELL = (
    "INSERT INTO rechain (job_id) SELECT id FROM job WHERE id = ?1 AND ended_at IS NULL "
    f"{_REMEMBER} WHERE scanned >= ?2 OR told IS NOT NULL"  # one that has not come to this child yet will see it
)


_PARENTS = (
    "SELECT parent_id FROM edge WHERE child_id = ? AND parent_id > ? AND state = 'open' ORDER BY parent_id LIMIT ?"
)


def _tell_parents(connection: sqlite3.Connection, job: _Marked, budget: int) -> tuple[int, bool]:
    """Those that it waits for are to be computed too, a stretch at a time; how many, and whether that is all."""
    parents = [parent for (parent,) in connection.execute(_PARENTS, (job.row, job.told, budget))]
    many(connection, _TELL, [(parent, job.row) for parent in parents])
    if len(parents) < budget:
        return len(parents), True
    connection.execute("UPDATE rechain SET told = ? WHERE job_id = ?", (parents[-1], job.row))
    return len(parents), False

"""Chains that have ended become one line of a list, in steps that a crash can resume; and many again.

A chain are jobs of one queue, of which each waited for the one before alone and nothing else waited for that. It is
folded behind its last job when that has ended and all before it have. It stays so until one of them is requeued or
purged, whatever else is made to wait for them later. Every job that ends with dependencies leaves a `refold` row.
"""

from __future__ import annotations

import json
import sqlite3

from .. import crash
from .schema_4 import TELLING
from .store import Store

__all__ = ["WRONGLY_FOLDED", "WRONG_LINES", "finish", "mend", "pending", "step"]

STEP = 300  # jobs a transaction: 5 ms
IN_PASSING = 40  # steps that a command takes along; workers do the rest
FARTHEST = 1000  # jobs through which the end of a chain is looked for

crash.register(refold_step="some jobs of a chain stand behind its last, others do not")

_ONE_PARENT = "(SELECT count(*) FROM (SELECT 1 FROM edge WHERE child_id = {} LIMIT 2)) = 1"
_ONE_CHILD = "(SELECT count(*) FROM (SELECT 1 FROM edge WHERE parent_id = {} LIMIT 2)) = 1"
_OF_ITS_QUEUE = "c.array_id IS NULL AND c.batch IS NULL AND c.queue_id = ?2"
_UP = (
    "WITH RECURSIVE way (row, depth) AS (SELECT ?1, 0 UNION ALL SELECT e.parent_id, depth + 1 FROM way "
    "CROSS JOIN edge e ON e.child_id = way.row CROSS JOIN job c NOT INDEXED ON c.id = e.parent_id "
    f"WHERE depth < ?3 AND {_ONE_PARENT.format('way.row')} AND {_ONE_CHILD.format('e.parent_id')} "
    f"AND c.ended_at IS NOT NULL AND {_OF_ITS_QUEUE}) SELECT row FROM way WHERE depth > 0"
)
_DOWN = (
    "WITH RECURSIVE way (row, depth) AS (SELECT ?1, 0 UNION ALL SELECT e.child_id, depth + 1 FROM way "
    "CROSS JOIN edge e ON e.parent_id = way.row CROSS JOIN job c NOT INDEXED ON c.id = e.child_id "
    f"WHERE depth < ?3 AND {_ONE_CHILD.format('way.row')} AND {_ONE_PARENT.format('e.child_id')} "
    f"AND c.ended_at IS NOT NULL AND {_OF_ITS_QUEUE}) SELECT row FROM way"
)
_GOES_ON = (  # the next of the chain has not ended
    f"SELECT 1 WHERE {_ONE_CHILD.format('?1')} AND EXISTS (SELECT 1 FROM edge e CROSS JOIN job c NOT INDEXED "
    f"ON c.id = e.child_id WHERE e.parent_id = ?1 AND {_ONE_PARENT.format('c.id')} AND c.ended_at IS NULL "
    f"AND {_OF_ITS_QUEUE})"
)
_SET = "UPDATE job SET behind = ?1, folded = 1 WHERE id IN (SELECT value FROM json_each(?2))"
_FREE = (
    "UPDATE job SET behind = NULL, folded = 0 WHERE id IN (SELECT id FROM job WHERE behind = ?1 LIMIT ?2) RETURNING id"
)


def pending(store: Store) -> bool:
    """Whether there is anything to fold or to unfold."""
    return store.db.value("SELECT 1 FROM refold LIMIT 1") is not None


def finish(store: Store, most: int | None = None) -> None:
    """Step until nothing is left, or *most* times."""
    while (most is None or most > 0) and pending(store):
        with store.db.transaction() as connection:
            step(connection)
        crash.point("refold.step")
        most = None if most is None else most - 1


def step(connection: sqlite3.Connection, budget: int = STEP) -> None:
    """A short piece of it, inside the caller's transaction. The youngest first: they are the ends of chains."""
    while budget > 0:
        found = connection.execute("SELECT job_id, undo, at FROM refold ORDER BY job_id DESC LIMIT 1").fetchone()
        if found is None:
            return
        row, undo, at = found
        budget -= 1 + (_unfold(connection, row, budget) if undo else _fold(connection, row, at, budget))


def _unfold(connection: sqlite3.Connection, last: int, budget: int) -> int:
    """Bring back jobs from behind one; how many."""
    freed = len(connection.execute(_FREE, (last, budget)).fetchall())
    if freed < budget:  # what of it has ended still is folded again
        connection.execute("DELETE FROM refold WHERE job_id = ?", (last,))
        sql = "INSERT INTO refold (job_id) SELECT id FROM job WHERE id = ? AND ended_at IS NOT NULL"
        connection.execute(sql, (last,))
    return freed


def _fold(connection: sqlite3.Connection, row: int, at: int | None, budget: int) -> int:
    """Fold the chain that a job is in behind its last one, if it has ended; how many jobs that was."""
    job = connection.execute("SELECT queue_id, ended_at, array_id, behind FROM job WHERE id = ?", (row,)).fetchone()
    if job is None or job[1] is None or job[2] is not None or job[3] is not None:
        return _done(connection, row)
    queue = job[0]
    last = row if at is not None else connection.execute(_DOWN, (row, queue, FARTHEST)).fetchall()[-1][0]
    last = _head(connection, last)
    if connection.execute(_GOES_ON, (last, queue)).fetchone():
        return _done(connection, row)
    members = [one for (one,) in connection.execute(_UP, (at or last, queue, budget))]
    connection.execute(_SET, (last, json.dumps(members)))
    _done(connection, row)
    if len(members) == budget:
        sql = "INSERT INTO refold (job_id, at) VALUES (?1, ?2) ON CONFLICT (job_id) DO UPDATE SET at = ?2"
        connection.execute(sql, (last, members[-1]))
    return len(members)


def _head(connection: sqlite3.Connection, row: int) -> int:
    """The job behind which one stands, or itself."""
    behind = connection.execute("SELECT behind FROM job WHERE id = ?", (row,)).fetchone()[0]
    return row if behind is None else int(behind)


def _done(connection: sqlite3.Connection, row: int) -> int:
    connection.execute("DELETE FROM refold WHERE job_id = ?", (row,))
    return 0


# -- what is wrong -------------------------------------------------------------------------------------

_HEADED = "EXISTS (SELECT 1 FROM job h WHERE h.id = j.behind AND h.ended_at IS NOT NULL AND h.queue_id = j.queue_id)"
_UNDER_WAY = "EXISTS (SELECT 1 FROM refold WHERE job_id = j.behind)"
_SHOULD = (
    "CASE WHEN j.array_id IS NOT NULL THEN j.id IS NOT (SELECT line FROM array WHERE id = j.array_id) "
    "ELSE j.behind IS NOT NULL END"
)
WRONGLY_FOLDED = (
    f"SELECT j.id FROM job j WHERE j.batch IS NULL AND (j.folded <> {_SHOULD} OR (j.behind IS NOT NULL "
    f"AND NOT {_UNDER_WAY} AND (j.array_id IS NOT NULL OR j.ended_at IS NULL OR NOT {_HEADED})))"
)
_RANK = "CASE {} WHEN 'running' THEN 0 WHEN 'pending' THEN 1 ELSE 2 END"
WRONG_LINES = (
    "SELECT id, line, telling FROM (SELECT id, line, "
    f"(SELECT state FROM job WHERE id = line) AS is_, {TELLING} AS telling FROM array "
    "WHERE EXISTS (SELECT 1 FROM job WHERE array_id = array.id AND batch IS NULL)) "
    f"WHERE is_ IS NULL OR {_RANK.format('is_')} <> {_RANK.format('(SELECT state FROM job WHERE id = telling)')}"
)


def mend(connection: sqlite3.Connection) -> int:
    """Set lines and what is folded right, in the caller's transaction; how many were not."""
    lines = connection.execute(WRONG_LINES).fetchall()
    connection.executemany("UPDATE array SET line = ?2 WHERE id = ?1", [(id, telling) for id, _, telling in lines])
    rows = connection.execute(WRONGLY_FOLDED).fetchall()
    connection.executemany("UPDATE job SET behind = NULL, folded = 0 WHERE id = ? AND array_id IS NULL", rows)
    sql = f"UPDATE job AS j SET folded = {_SHOULD} WHERE id = ? AND array_id IS NOT NULL"
    connection.executemany(sql, rows)
    return len(lines) + len(rows)

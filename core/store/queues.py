"""Sessions and queues: lanes with slots, paused or not, ended or not."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection
from typing import Any

from ..errors import Unknown, WrongState
from ..models import QueueInfo, SessionInfo
from ..states import State
from ..words import nearest
from .store import Store

DEFAULT = "default"
RECALLING = {"slots", "policy", "paused", "ended_at"}  # what the keeper has not started yet is asked back for these

_QUEUE = (
    "SELECT q.id, s.name, q.name, q.slots, q.policy, q.paused, q.paused_until, q.ended_at IS NOT NULL, "
    "s.ended_at IS NOT NULL, q.instructions, q.time_limit, q.limit_factor, q.retention, q.python, q.station, "
    "q.warm, q.declared, q.by_hand "
    "FROM queue q JOIN session s ON s.id = q.session_id"
)


def ensure_default(store: Store) -> None:
    """The queue ``default`` of session ``default``, one slot a core, unless it is there."""
    if store.db.value("SELECT 1 FROM queue LIMIT 1") is None:
        with store.db.transaction() as connection:
            if connection.execute("SELECT 1 FROM queue LIMIT 1").fetchone() is None:
                insert(store, connection, DEFAULT, DEFAULT, os.cpu_count() or 1, "")


def ensure(store: Store, name: str, slots: int, retention: float | None = None) -> None:
    """A queue of session ``default``, unless it is there: one of many that want it at once makes it."""
    sql = "SELECT 1 FROM queue q JOIN session s ON s.id = q.session_id WHERE s.name = ? AND q.name = ?"
    if store.db.value(sql, (DEFAULT, name)) is None:
        with store.changing("queue create"), store.db.transaction() as connection:
            if connection.execute(sql, (DEFAULT, name)).fetchone() is None:
                insert(store, connection, DEFAULT, name, slots, "", retention)


def python(store: Store, queue: int) -> str:
    """The interpreter of a queue's experiments; "" = the submitter's."""
    return str(store.db.value("SELECT python FROM queue WHERE id = ?", (queue,)) or "")


def every(store: Store) -> list[QueueInfo]:
    """All queues with their counts, in the order of sessions and names."""
    counts = tallies(store)
    rows = store.db.rows(_QUEUE + " ORDER BY s.id, q.id")
    return [_info(row, counts.get(row[0], {})) for row in rows]


def warm(store: Store) -> list[str]:
    """SESSION/QUEUE of those that keep their station and take jobs."""
    sql = (
        "SELECT s.name || '/' || q.name FROM queue q JOIN session s ON s.id = q.session_id "
        "WHERE q.warm AND q.ended_at IS NULL AND s.ended_at IS NULL"
    )
    return [str(name) for (name,) in store.db.rows(sql)]


def all_jobs(store: Store) -> int:
    """How many jobs the yard has, by its tallies."""
    return int(store.db.value("SELECT coalesce(sum(n), 0) FROM tally"))


def tallies(store: Store) -> dict[int, dict[str, int]]:
    """Counts for each queue and bucket that has jobs; ``next`` are the jobs handed to the keeper."""
    counts: dict[int, dict[str, int]] = {}
    for queue, bucket, n in store.db.rows("SELECT queue_id, bucket, n FROM tally WHERE n <> 0"):
        counts.setdefault(queue, {})[bucket] = n
    return counts


_STATES = tuple((state, state.value) for state in State)  # with a thousand queues going through the enum is felt


def by_state(buckets: dict[str, int]) -> dict[State, int]:
    """Counts as people see them: a handed job is pending."""
    counts = {state: buckets.get(value, 0) for state, value in _STATES}
    counts[State.PENDING] += buckets.get("next", 0)
    return counts


def _info(row: tuple[Any, ...], buckets: dict[str, int]) -> QueueInfo:
    id, session, name, slots, policy, paused, until, ended, session_ended, instructions, *rules, said, hand = row
    limit, factor, retention, python, station, warm = rules
    return QueueInfo(
        id, session, name, slots, policy, bool(paused), until, bool(ended), bool(session_ended), by_state(buckets),
        instructions, limit, factor, retention, None if said is None else json.loads(said), _hand(hand),
        python, station, bool(warm),
    )  # fmt: skip


def _hand(text: str | None) -> dict[str, str]:
    """What was set by hand, and by whom; of almost every queue nothing was."""
    return dict(json.loads(text)) if text and text != "{}" else {}


def find(store: Store, session: str, name: str) -> QueueInfo:
    """A queue by its names; Unknown tells the nearest ones."""
    row = store.db.row(_QUEUE + " WHERE s.name = ? AND q.name = ?", (session, name))
    if row is None:
        known = [f"{s}/{q}" if s != DEFAULT else q for s, q in _names(store)]
        wanted = name if session == DEFAULT else f"{session}/{name}"
        hint = nearest(wanted, known)
        raise Unknown(
            f"There is no queue {wanted}",
            f"the nearest is {hint}" if hint else "",
            f"Create it with: jobyard queue create {wanted}",
        )
    return _info(row, tallies(store).get(row[0], {}))


def _names(store: Store) -> list[tuple[str, str]]:
    sql = "SELECT s.name, q.name FROM queue q JOIN session s ON s.id = q.session_id"
    return [(session, name) for session, name in store.db.rows(sql)]


def create(store: Store, session: str, name: str, slots: int, instructions: str = "") -> QueueInfo:
    """A new queue, in a session that is made when it is missing."""
    with store.changing("queue create"), store.db.transaction() as connection:
        if connection.execute(_QUEUE + " WHERE s.name = ? AND q.name = ?", (session, name)).fetchone():
            raise WrongState(f"Queue {name} of session {session} exists already", "", "Use `jobyard queue set`")
        insert(store, connection, session, name, slots, instructions)
    return find(store, session, name)


def insert(
    store: Store,
    connection: sqlite3.Connection,
    session: str,
    name: str,
    slots: int,
    instructions: str,
    retention: float | None = None,
) -> int:
    """A new queue, in the caller's transaction; its id."""
    now = store.clock()
    if connection.execute("SELECT 1 FROM session WHERE name = ?", (session,)).fetchone() is None:
        _insert_session(store, connection, session)
    session_id, ended = connection.execute("SELECT id, ended_at FROM session WHERE name = ?", (session,)).fetchone()
    if ended is not None:
        raise WrongState(f"Session {session} has ended", "", "Choose another session")
    queue = _next_id(connection)
    connection.execute(
        "INSERT INTO queue (id, session_id, name, slots, instructions, created_at, retention)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (queue, session_id, name, slots, instructions, now, retention),
    )
    store.record("queue create", queue=queue, after=image(connection, queue))
    return queue


def _next_id(connection: sqlite3.Connection) -> int:
    """An id that no queue has had: a removed one's history is not that of the next."""
    used = "SELECT max(queue_id) FROM event WHERE job_id IS NULL"
    return int(
        connection.execute(
            f"SELECT max(coalesce((SELECT max(id) FROM queue), 0), coalesce(({used}), 0)) + 1"
        ).fetchone()[0]
    )


def image(connection: sqlite3.Connection, queue: int) -> dict[str, Any] | None:
    """All that is set of a queue, its session by its name, for the audit and for undo; None when there is none."""
    cursor = connection.execute(
        "SELECT s.name AS session, q.* FROM queue q JOIN session s ON s.id = q.session_id WHERE q.id = ?", (queue,)
    )
    row = cursor.fetchone()
    if row is None:
        return None
    names = [column[0] for column in cursor.description]
    return {name: value for name, value in zip(names, row, strict=True) if name not in ("id", "session_id")}


def change(store: Store, queue: QueueInfo, verb: str, *, hand: Collection[str] = (), **values: Any) -> QueueInfo:
    """Set columns of a queue: slots, policy, instructions, paused, paused_until, ended_at, time_limit, …

    *hand* names those that the settings file does not decide from now on.
    """
    with store.changing(f"queue {verb}"), store.db.transaction() as connection:
        if hand:
            from .declared import by_hand

            values["by_hand"] = by_hand(connection, queue.id, dict.fromkeys(hand, store.actor.user))
        put(store, connection, queue.id, f"queue {verb}", **values)
    if "policy" in values:
        from . import weights

        weights.begin(store)
    return find(store, queue.session, queue.name)


def put(store: Store, connection: sqlite3.Connection, queue: int, verb: str, **values: Any) -> None:
    """Set columns of a queue and tell the audit, in the caller's transaction."""
    columns = ", ".join(f"{column} = ?" for column in values)
    old = connection.execute(f"SELECT {', '.join(values)} FROM queue WHERE id = ?", (queue,)).fetchone()
    connection.execute(f"UPDATE queue SET {columns} WHERE id = ?", (*values.values(), queue))
    if "policy" in values:
        from . import weights

        weights.set_policy(store, connection, queue, values["policy"])
    if verb != "queue resume" and not RECALLING.isdisjoint(values):
        recall(connection, "= ?", queue)
    store.record(verb, queue=queue, before=dict(zip(values, old, strict=True)), after=values)


def recall(connection: sqlite3.Connection, which: str, value: int) -> None:
    """Ask back what the keeper has not started yet: a queue that pauses, ends or narrows does so now."""
    connection.execute(
        f"UPDATE job SET stop = 'recall' WHERE id IN (SELECT id FROM job WHERE state = 'running') AND queue_id {which} "
        "AND started_at IS NULL AND stop IS NULL",
        (value,),
    )


def remove(store: Store, queue: QueueInfo) -> None:
    """Delete a queue that has no job, not even an ended one."""
    with store.changing("queue remove"), store.db.transaction() as connection:
        jobs = connection.execute("SELECT count(*) FROM job WHERE queue_id = ?", (queue.id,)).fetchone()[0]
        if jobs:
            raise WrongState(
                f"Queue {queue.name} still has {jobs} job{'s' if jobs > 1 else ''}",
                "a queue goes only when it is empty",
                f"End it instead: jobyard queue end {queue.name}",
            )
        store.record("queue remove", queue=queue.id, before=image(connection, queue.id))
        connection.execute("DELETE FROM queue WHERE id = ?", (queue.id,))


# -- sessions ---------------------------------------------------------------------------------------

_SESSION = (
    "SELECT s.id, s.name, s.created_at, s.ended_at, (SELECT count(*) FROM queue WHERE session_id = s.id) FROM session s"
)


def sessions(store: Store) -> list[SessionInfo]:
    """All sessions, oldest first."""
    return [SessionInfo(*row) for row in store.db.rows(_SESSION + " ORDER BY s.id")]


def session(store: Store, name: str) -> SessionInfo:
    """A session by its name."""
    row = store.db.row(_SESSION + " WHERE s.name = ?", (name,))
    if row is None:
        hint = nearest(name, [info.name for info in sessions(store)])
        raise Unknown(
            f"There is no session {name}", f"the nearest is {hint}" if hint else "", "See: jobyard session list"
        )
    return SessionInfo(*row)


def create_session(store: Store, name: str) -> SessionInfo:
    """A new session."""
    with store.changing("session create"), store.db.transaction() as connection:
        if connection.execute("SELECT 1 FROM session WHERE name = ?", (name,)).fetchone():
            raise WrongState(f"Session {name} exists already", "", "See: jobyard session list")
        _insert_session(store, connection, name)
    return session(store, name)


def _insert_session(store: Store, connection: sqlite3.Connection, name: str) -> None:
    now = store.clock()
    connection.execute("INSERT INTO session (name, created_at) VALUES (?, ?)", (name, now))
    store.record("session create", after={"name": name, "created_at": now, "ended_at": None})


def end_session(store: Store, name: str) -> SessionInfo:
    """End a session: none of its queues takes or starts anything more. What runs goes on."""
    found = session(store, name)
    if found.ended_at is not None:
        raise WrongState(f"Session {name} has ended already")
    with store.changing("session end"), store.db.transaction() as connection:
        now = store.clock()
        connection.execute("UPDATE session SET ended_at = ? WHERE id = ?", (now, found.id))
        recall(connection, "IN (SELECT id FROM queue WHERE session_id = ?)", found.id)
        store.record("session end", before={"name": name, "ended_at": None}, after={"name": name, "ended_at": now})
    return session(store, name)

"""What people do to jobs: cancel, requeue, hold, release, priority. Many at once, in steps.

A job that is handed to the keeper but has not started is still pending for people. What changes such
a job *recalls* it: the worker takes it back from the keeper first, or, where it started meanwhile,
the change comes too late and is moot.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .. import crash
from ..models import Change
from ..states import ENDED, After, EdgeState, State, Transition, judge, sources
from . import ids, settle, unique
from .database import marks
from .store import Store

STEP = 150  # jobs a transaction: 30 ms where they are chained

crash.register(
    cancel_committed="a stop is asked for, the keeper has not been told",
    requeue_step="some of the jobs of a requeue are pending again",
)


@dataclass(frozen=True, slots=True)
class Target:
    """A job as an edit sees it."""

    row: int
    id: str
    queue: int
    state: State
    started: bool
    held: bool
    priority: int
    stop: str | None
    closed: bool  # its queue or session has ended
    tried: int

    @property
    def handed(self) -> bool:
        """Claimed, but without a process so far."""
        return self.state is State.RUNNING and not self.started

    def standing(self) -> str:
        """Its state in a word, as people see it."""
        return "pending" if self.handed else self.state.value


@dataclass(slots=True)
class _Tally:
    """What a command did so far."""

    done: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)


Edit = Callable[[Store, sqlite3.Connection, Target], str]  # "" = done, else why it was left alone

_TARGETS = (
    "SELECT j.id, j.day, j.number, j.queue_id, j.state, j.started_at IS NOT NULL, j.held, j.priority, j.stop, "
    "q.ended_at IS NOT NULL OR s.ended_at IS NOT NULL, j.tried FROM job j JOIN queue q ON q.id = j.queue_id "
    "JOIN session s ON s.id = q.session_id WHERE j.id IN ({}) AND j.batch IS NULL"
)


def targets(connection: sqlite3.Connection, rows: Sequence[int]) -> Iterator[Target]:
    """These jobs, in the order given."""
    found = {row[0]: row for row in connection.execute(_TARGETS.format(marks(len(rows))), rows)}
    for row in dict.fromkeys(rows):
        if row in found:
            job, day, number, queue, state, started, held, priority, stop, closed, tried = found[row]
            yield Target(
                job, ids.text(day, number), queue, State(state), bool(started), bool(held), priority, stop,
                bool(closed), tried,
            )  # fmt: skip


def _apply(store: Store, verb: str, rows: Sequence[int], edit: Edit) -> Change:
    """Do *edit* to each job, a step a transaction, and settle what follows from it."""
    since = store.db.value("SELECT max(id) FROM event") or 0
    tally = _Tally()
    with store.changing(verb):
        for start in range(0, len(rows), STEP):
            with store.db.transaction() as connection:
                for target in targets(connection, rows[start : start + STEP]):
                    why = edit(store, connection, target)
                    if why:
                        tally.left.append((target.id, why))
                    else:
                        tally.done.append(target.id)
            crash.point("requeue.step" if verb == "requeue" else "cancel.committed")
    settle.settle_all(store)
    return Change(verb, tuple(tally.done), tuple(tally.left), followers(store, since, set(tally.done)))


def followers(store: Store, since: int, done: set[str]) -> tuple[str, ...]:
    """The ids of those that were skipped or revived since an event; at most 1,000."""
    rows = store.db.rows(
        "SELECT DISTINCT j.day, j.number FROM event e JOIN job j ON j.id = e.job_id "
        "WHERE e.id > ? AND e.verb IN ('skip', 'revive') AND e.actor_id = ? LIMIT 1000",
        (since, store.actor_id()),
    )
    return tuple(id for id in (ids.text(day, number) for day, number in rows) if id not in done)


# -- cancel ---------------------------------------------------------------------------------------


def cancel(store: Store, rows: Sequence[int], *, only_pending: bool = False) -> Change:
    """Pending jobs are cancelled at once; running ones are asked to stop, or left with *only_pending*."""
    return _apply(store, "cancel", rows, _cancel_pending if only_pending else _cancel)


def _cancel_pending(store: Store, connection: sqlite3.Connection, job: Target) -> str:
    return "it is running" if job.standing() == State.RUNNING.value else _cancel(store, connection, job)


def _cancel(store: Store, connection: sqlite3.Connection, job: Target) -> str:
    if job.state in ENDED:
        return f"it is {job.state.value} already"
    if job.state is State.RUNNING:
        return _stop(store, connection, job)
    values = {
        "state": State.CANCELLED.value,
        "ended_at": store.clock(),
        "held": 0,
        "message": f"cancelled by {store.actor.user}",
    }
    before = rewrite(connection, job.row, values, _CANCELLABLE)
    settle.note(connection, [job.row])
    store.record("cancel", job=job.row, queue=job.queue, before=before, after=values)
    return ""


def _stop(store: Store, connection: sqlite3.Connection, job: Target) -> str:
    """Ask a process to stop.

    A job that is handed to the keeper and never starts will have been cancelled like a pending one; so its event
    tells what it will be then, and what undo brings back.
    """
    before: dict[str, Any] = {"stop": job.stop}
    after: dict[str, Any] = {"stop": "cancel"}
    if job.handed:
        was = image(connection, job.row, ("held", "message", "ended_at", "tried")) or {}
        before = was | {"state": State.PENDING.value}
        after = {"state": State.CANCELLED.value, "started_at": None, "tried": job.tried}
    connection.execute("UPDATE job SET stop = 'cancel' WHERE id = ? AND state = 'running'", (job.row,))
    store.record("stop", job=job.row, queue=job.queue, before=before, after=after)
    return ""


_CANCELLABLE = sources(State.CANCELLED, Transition.CANCEL)


# -- requeue --------------------------------------------------------------------------------------


def requeue(store: Store, rows: Sequence[int]) -> Change:
    """Ended jobs are pending again, same id, next attempt; those that were skipped through them too."""
    with store.changing("requeue"):
        return _requeue_all(store, rows)


def _requeue_all(store: Store, rows: Sequence[int]) -> Change:
    first = _apply(store, "requeue", rows, _requeue)
    again = [id for id, why in first.left if why == DEAD_PARENT]
    if not again or not first.done:
        return first
    return _second_look(store, rows, first, set(again))


def _second_look(store: Store, rows: Sequence[int], first: Change, waiting: set[str]) -> Change:
    """Those whose dead parents were requeued by the same command have been revived meanwhile, or can be now."""
    later = [target for target in _peek(store, rows) if target.id in waiting]
    revived = tuple(target.id for target in later if target.state is State.PENDING)
    second = _apply(store, "requeue", [target.row for target in later if target.state is not State.PENDING], _requeue)
    done = (*first.done, *revived, *second.done)
    left = (*(entry for entry in first.left if entry[0] not in waiting), *second.left)
    also = tuple(id for id in dict.fromkeys((*first.also, *second.also)) if id not in done)
    return Change("requeue", done, left, also)


def _peek(store: Store, rows: Sequence[int]) -> list[Target]:
    found: list[Target] = []
    for start in range(0, len(rows), STEP):
        found += targets(store.db.connection, rows[start : start + STEP])
    return found


DEAD_PARENT = "a job that it depends on did not end as needed; requeue that one"


def unfit(job: Target) -> str:
    """Why a job cannot be requeued whatever it depends on, or ""."""
    if job.state not in ENDED:
        return f"it is {job.standing()}"
    return "its queue has ended; clone it into another" if job.closed else ""


def _requeue(store: Store, connection: sqlite3.Connection, job: Target) -> str:
    if why := unfit(job):
        return why
    if not _judge_parents(connection, job.row):
        return DEAD_PARENT
    if taken := unique.holder(connection, job.row):
        return taken
    values = _AFRESH | {"base": job.tried, "tried": job.tried}
    before = rewrite(connection, job.row, values, _REQUEUABLE)
    settle.note(connection, [job.row], again=True)
    store.record("requeue", job=job.row, queue=job.queue, before=before, after=values)
    return ""


_AFRESH: dict[str, Any] = {
    "state": State.PENDING.value, "started_at": None, "ended_at": None, "exit_code": None, "signal": None,
    "cause": None, "message": "", "due": 1, "not_before": None,
}  # fmt: skip
_REQUEUABLE = sources(State.PENDING, Transition.REQUEUE)


def _judge_parents(connection: sqlite3.Connection, row: int) -> bool:
    """Judge a job's own edges by its parents' present states; False, and nothing changed, if one is dead."""
    edges = connection.execute(
        "SELECT e.parent_id, e.type, e.state, p.state FROM edge e JOIN job p ON p.id = e.parent_id "
        "WHERE e.child_id = ?",
        (row,),
    ).fetchall()
    judged = [(judge(After(after), State(state)), parent, before) for parent, after, before, state in edges]
    if any(state is EdgeState.DEAD for state, _, _ in judged):
        return False
    for state, parent, before in judged:
        if state != before:
            connection.execute("UPDATE edge SET state = ? WHERE child_id = ? AND parent_id = ?", (state, row, parent))
    return True


DOWN = (
    "WITH RECURSIVE down (id) AS (SELECT value FROM json_each(?1) UNION "
    "SELECT e.child_id FROM edge e JOIN down ON e.parent_id = down.id LIMIT ?2) "
)  # the nearest first, however long the way


def descendants(store: Store, rows: Sequence[int], most: int = 100_000) -> list[int]:
    """All jobs that depend on these, transitively, nearest first; at most *most*."""
    start = dict.fromkeys(rows)
    found = store.db.rows(DOWN + "SELECT id FROM down", (json.dumps(list(start)), most + len(start)))
    return [row for (row,) in found if row not in start]


# -- hold, release, priority -----------------------------------------------------------------------


def hold(store: Store, rows: Sequence[int]) -> Change:
    """Pending jobs do not start until released."""
    return _apply(store, "hold", rows, _hold)


def _hold(store: Store, connection: sqlite3.Connection, job: Target) -> str:
    if job.held:
        return "it is held already"
    return _change(store, connection, job, "hold", "held", int(job.held), 1)


def release(store: Store, rows: Sequence[int]) -> Change:
    """Held jobs may start again."""
    return _apply(store, "release", rows, _release)


def _release(store: Store, connection: sqlite3.Connection, job: Target) -> str:
    if job.state not in ENDED and not job.held:
        return "it is not held"
    return _change(store, connection, job, "release", "held", int(job.held), 0)


def priority(store: Store, rows: Sequence[int], value: Callable[[int], int]) -> Change:
    """Set the priority of pending jobs; *value* gets the old one."""

    def edit(store: Store, connection: sqlite3.Connection, job: Target) -> str:
        return _change(store, connection, job, "priority", "priority", job.priority, value(job.priority))

    return _apply(store, "priority", rows, edit)


def _change(
    store: Store, connection: sqlite3.Connection, job: Target, verb: str, column: str, before: int, after: int
) -> str:
    """Set a column of a job that has no process; recall it if it is handed to the keeper."""
    if job.state is not State.PENDING and not job.handed:
        return f"it is {job.state.value}"
    rewrite(connection, job.row, {column: after})
    recall(connection, job.row)
    store.record(verb, job=job.row, queue=job.queue, before={column: before}, after={column: after})
    return ""


# -- what an edit writes, and what it remembers for the audit and for undo -------------------------------


def image(connection: sqlite3.Connection, row: int, columns: Iterable[str]) -> dict[str, Any] | None:
    """A job's values in these columns, or None when there is no such job."""
    names = tuple(columns)
    found = connection.execute(f"SELECT {', '.join(names)} FROM job WHERE id = ?", (row,)).fetchone()
    return None if found is None else dict(zip(names, found, strict=True))


def rewrite(
    connection: sqlite3.Connection, row: int, values: Mapping[str, Any], states: Sequence[State] = ()
) -> dict[str, Any]:
    """Set columns of a job, if it is in one of *states* (any, where none is given); what they were before."""
    before = image(connection, row, values) or {}
    guard = f" AND state IN ({marks(len(states))})" if states else ""
    columns = ", ".join(f"{column} = ?" for column in values)
    connection.execute(f"UPDATE job SET {columns} WHERE id = ?{guard}", (*values.values(), row, *states))
    return before


def recall(connection: sqlite3.Connection, row: int) -> None:
    """Ask a job back that the keeper has not started yet, so that what was changed of it counts."""
    connection.execute(
        "UPDATE job SET stop = 'recall' WHERE id = ? AND state = 'running' AND started_at IS NULL AND stop IS NULL",
        (row,),
    )

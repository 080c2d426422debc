"""What became of claims: started, returned, ended; each guarded by the token and the state it expects.

Any worker may commit an outcome; the first one wins, the others find nothing to change. All functions
work inside the caller's transaction, so that a worker commits many outcomes and its next claims together.
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..labmodels import DataFile
from ..models import Result
from ..states import State, Transition, allowed
from . import ids, resources, settle
from .database import marks
from .store import Store

_FIND = (
    "SELECT a.id, a.job_id, a.number, a.started_at, j.queue_id, j.stop, j.retries, j.retry_delay, "
    "j.retry_factor, j.retry_most, j.idempotent, j.base, j.demand_id, j.state "
    "FROM attempt a JOIN job j ON j.id = a.job_id WHERE a.token = ? AND a.state = 'running'"
)


@dataclass(frozen=True, slots=True)
class _Open:
    """A running attempt with what decides over its end."""

    attempt: int
    job: int
    number: int
    started_at: float | None
    queue: int
    stop: str | None
    retries: int
    retry_delay: float
    retry_factor: float
    retry_most: float
    idempotent: bool
    base: int  # attempts before the last requeue
    demand: int
    state: State


def find(connection: sqlite3.Connection, token: str) -> _Open | None:
    """The running attempt with this token, or None when its end is recorded already."""
    row = connection.execute(_FIND, (token,)).fetchone()
    if row is None:
        return None
    return _Open(*(*row[:-1], State(row[-1])))


def started(store: Store, connection: sqlite3.Connection, starts: Iterable[tuple[str, int, float]]) -> None:
    """These attempts (token, pid, time) have a process. A recall that came too late is moot."""
    events = []
    for token, pid, at in starts:
        open_ = find(connection, token)
        if open_ is None or open_.started_at is not None:
            continue
        connection.execute("UPDATE attempt SET started_at = ?, pid = ? WHERE id = ?", (at, pid, open_.attempt))
        connection.execute(
            "UPDATE job SET started_at = ?, held = 0, tried = ?, "
            "stop = CASE stop WHEN 'recall' THEN NULL ELSE stop END WHERE id = ? AND state = 'running'",
            (at, open_.number, open_.job),
        )
        events.append((open_.job, open_.queue, None, None))
    if events:
        store.record_many("start", events)


def returned(store: Store, connection: sqlite3.Connection, tokens: Iterable[str]) -> None:
    """These claims never started and never will: the jobs wait again, no attempt counted; or are cancelled."""
    for token in tokens:
        open_ = find(connection, token)
        if open_ is None or open_.started_at is not None:
            continue
        connection.execute("DELETE FROM attempt WHERE id = ?", (open_.attempt,))
        if open_.stop == "cancel":
            _end_job(store, connection, open_, Result(token, State.CANCELLED, store.clock(), counts=False))
        else:
            assert allowed(open_.state, State.PENDING, Transition.RETURN)
            connection.execute(
                "UPDATE job SET state = 'pending', stop = NULL WHERE id = ? AND state = 'running'", (open_.job,)
            )
            store.record("return", job=open_.job, queue=open_.queue)
            settle.rejudge(store, connection, open_.job)


def ended(store: Store, connection: sqlite3.Connection, results: Sequence[Result]) -> list[int]:
    """Record these ends; the rows of the jobs that ended or will be tried again."""
    rows = []
    for result in results:
        open_ = find(connection, result.token)
        if open_ is None:
            continue
        assert allowed(open_.state, result.state, Transition.END)
        result = _warned(store, open_, result)
        _end_attempt(connection, open_, result)
        if result.data is not None:
            _keep_data(connection, open_, result.data)
        delay = retry_delay(open_, result)
        if delay is None:
            _end_job(store, connection, open_, result)
        else:
            _retry(store, connection, open_, result, store.clock() + delay)
        rows.append(open_.job)
    return rows


def _warned(store: Store, open_: _Open, result: Result) -> Result:
    """The result with a word on more memory than was asked for: that is not prevented, but told."""
    text = resources.overuse(store, open_.demand, result.max_rss)
    if not text:
        return result
    store.record("note", job=open_.job, queue=open_.queue, after={"text": text})
    return result._replace(message=f"{result.message}; {text}" if result.message else text)


def retry_delay(open_: _Open, result: Result) -> float | None:
    """Seconds until the next attempt, or None when there is none.

    A cancel is never retried; a time limit is. What was lost is retried only where the job is idempotent. The delay
    grows by its factor with every attempt up to its most (RUNNING section 4: 60 s, doubled, an hour).
    """
    if result.state is not State.FAILED or open_.stop == "cancel" or open_.number - open_.base > open_.retries:
        return None
    if result.cause == "lost" and not open_.idempotent:
        return None
    return grown(open_.retry_delay, open_.retry_factor, open_.number - open_.base - 1, open_.retry_most)


def grown(delay: float, factor: float, times: int, most: float) -> float:
    """A delay (seconds) multiplied *times* over, at most *most*; no number of retries is too many for it."""
    if delay <= 0:
        return 0.0
    far = times * math.log(factor) > math.log(max(most, 1e-9)) - math.log(delay)
    return most if far else min(most, delay * factor**times)


def _end_attempt(connection: sqlite3.Connection, open_: _Open, result: Result) -> None:
    connection.execute(
        "UPDATE attempt SET state = ?, started_at = coalesce(started_at, ?), ended_at = ?, pid = coalesce(?, pid), "
        "exit_code = ?, signal = ?, cause = ?, message = ?, cpu_seconds = ?, max_rss = ?, stdout_bytes = ?, "
        "stderr_bytes = ? WHERE id = ? AND state = 'running'",
        (
            result.state, result.started_at, result.ended_at, result.pid, result.exit_code, result.signal, result.cause,
            result.message, result.cpu_seconds, result.max_rss, result.stdout_bytes, result.stderr_bytes, open_.attempt,
        ),
    )  # fmt: skip


def _keep_data(connection: sqlite3.Connection, open_: _Open, data: DataFile) -> None:
    sql = "INSERT OR REPLACE INTO result (attempt_id, path, size, made_at) VALUES (?, ?, ?, ?)"
    connection.execute(sql, (open_.attempt, *data))


def _end_job(store: Store, connection: sqlite3.Connection, open_: _Open, result: Result) -> None:
    connection.execute(
        "UPDATE job SET state = ?, started_at = coalesce(started_at, ?), ended_at = ?, exit_code = ?, signal = ?, "
        "cause = ?, message = ?, stop = NULL, held = 0, tried = max(tried, ?) WHERE id = ? AND state = 'running'",
        (
            result.state, result.started_at, result.ended_at, result.exit_code, result.signal, result.cause,
            result.message, open_.number if result.counts else 0, open_.job,
        ),
    )  # fmt: skip
    settle.note(connection, [open_.job])
    store.record("end", job=open_.job, queue=open_.queue, after={"state": result.state, "cause": result.cause})


def _retry(store: Store, connection: sqlite3.Connection, open_: _Open, result: Result, due: float) -> None:
    connection.execute(
        "UPDATE job SET state = 'pending', started_at = NULL, due = 0, not_before = ?, stop = NULL, tried = ?, "
        "message = ? WHERE id = ? AND state = 'running'",
        (due, open_.number, result.message, open_.job),
    )
    store.record("retry", job=open_.job, queue=open_.queue, after={"not_before": due, "cause": result.cause})


def admit_due(store: Store, connection: sqlite3.Connection, most: int = 1000) -> None:
    """Make due what its time has come for, and resume queues whose pause is over."""
    now = store.clock()
    due = connection.execute(
        "UPDATE job SET due = 1 WHERE id IN (SELECT id FROM job WHERE due = 0 AND state = 'pending' "
        "AND not_before <= ? LIMIT ?) RETURNING id, queue_id",
        (now, most),
    ).fetchall()
    if due:
        store.record_many("due", ((row, queue, None, None) for row, queue in due))
    over = connection.execute("SELECT id, paused_until FROM queue WHERE paused = 1 AND paused_until <= ?", (now,))
    for queue, until in over.fetchall():
        connection.execute("UPDATE queue SET paused = 0, paused_until = NULL WHERE id = ?", (queue,))
        before, after = {"paused": 1, "paused_until": until}, {"paused": 0, "paused_until": None}
        store.record("queue resume", queue=queue, before=before, after=after)


def hasten(store: Store) -> int:
    """Retries that wait longer than their delay, since the wall clock was set back, wait that long from now; how many.

    Anything else that waits for a time was told the time.
    """
    now, late = store.clock(), []
    for row, queue, tried, delay, factor, most, due in store.db.rows(_DELAYED, (now,)):
        again = now + grown(delay, factor, tried - 1, most)
        if due > again + EVEN:
            late.append((row, queue, again))
    for some in (late[start : start + HASTENED] for start in range(0, len(late), HASTENED)):
        with store.db.transaction() as connection:
            connection.executemany(
                "UPDATE job SET not_before = ?3 WHERE id = ?1 AND due = 0 AND state = 'pending' AND queue_id = ?2", some
            )
            text = {"text": "the clock was set back: it is tried again in its delay from now"}
            store.record_many("note", ((row, queue, None, text) for row, queue, _ in some))
    return len(late)


_DELAYED = (
    "SELECT id, queue_id, tried - base, retry_delay, retry_factor, retry_most, not_before FROM job "
    "WHERE due = 0 AND state = 'pending' AND not_before > ? AND tried > base"
)
EVEN = 1.0  # seconds that nobody minds
HASTENED = 500  # jobs a transaction


def next_due(store: Store) -> float | None:
    """When (wall time) the next delayed job or paused queue wants attention."""
    job = store.db.value("SELECT min(not_before) FROM job WHERE due = 0 AND state = 'pending'")
    queue = store.db.value("SELECT min(paused_until) FROM queue WHERE paused = 1")
    times = [time for time in (job, queue) if time is not None]
    return min(times) if times else None


class Awaited(NamedTuple):
    """Jobs that start by themselves at a later time: when the first may, which it is, and how many more there are."""

    until: float
    id: str
    more: int

    def words(self) -> str:
        """``waits until 11:40:02 for JOB-… and 2 more``; another day with its date."""
        moment, now = time.localtime(self.until), time.localtime()
        at = time.strftime("%T" if moment[:3] == now[:3] else "%F %T", moment)
        return f"waits until {at} for {self.id}" + (f" and {self.more} more" if self.more else "")


def awaits(store: Store) -> bool:
    """Whether a time will start a job: one that is delayed, or in a queue that is paused until then; and not held."""
    return store.db.value(f"SELECT 1 {_AWAITED} LIMIT 1") is not None


def awaited(store: Store) -> Awaited | None:
    """What a time will start, in numbers; reads all that waits."""
    soonest = store.db.row(f"SELECT j.day, j.number, {_WHEN} {_AWAITED} ORDER BY 3, j.rank, j.id LIMIT 1")
    if soonest is None:
        return None
    return Awaited(soonest[2], ids.text(*soonest[:2]), store.db.value(f"SELECT count(*) {_AWAITED}") - 1)


_WHEN = "max(CASE WHEN j.due THEN 0 ELSE coalesce(j.not_before, 0) END, coalesce(q.paused_until, 0))"
_AWAITED = (
    "FROM job j JOIN queue q ON q.id = j.queue_id WHERE j.state = 'pending' AND j.batch IS NULL AND j.held = 0 "
    "AND q.ended_at IS NULL AND (q.paused = 0 AND j.due = 0 OR q.paused_until NOT NULL)"
)


class Ending(NamedTuple):
    """A running attempt whose end is about to be recorded: where its output lies (relative), and its kind."""

    token: str
    folder: str
    kind: str


def ending(store: Store, tokens: Sequence[str]) -> list[Ending]:
    """What is needed to judge and explain these ends, read before they are recorded; the first 200 of them."""
    some = list(tokens[:200])
    rows = store.db.rows(
        "SELECT a.token, a.folder, j.kind FROM attempt a JOIN job j ON j.id = a.job_id "
        f"WHERE a.state = 'running' AND a.token IN ({marks(len(some))})",
        some,
    )
    return [Ending(*row) for row in rows]


def mark_recorded(store: Store, tokens: Sequence[str]) -> set[str]:
    """Which of these tokens belong to attempts that are not running any more, or to none."""
    running = {
        row[0]
        for row in store.db.rows(
            f"SELECT token FROM attempt WHERE state = 'running' AND token IN ({marks(len(tokens))})", tokens
        )
    }
    return set(tokens) - running


def note(store: Store, connection: sqlite3.Connection, token: str, text: str) -> None:
    """Something that people should read about an attempt that goes on."""
    open_ = find(connection, token)
    if open_ is not None:
        store.record("note", job=open_.job, queue=open_.queue, after={"text": text})

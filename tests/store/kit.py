"""A store to act on directly: a clock of its own, jobs in one line, and the check that all is sound."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from jobyard.core import locks
from jobyard.core.models import JobSpec, Result
from jobyard.core.states import After, Cause, State
from jobyard.core.store import Actor, Store, check, claims, outcomes, queues, settle, submit, workers
from jobyard.core.store.claims import Claimed
from jobyard.core.store.store import Retrying
from jobyard.core.store.submit import NewJob, Parent
from jobyard.core.yard import home as homes

NOW = 1_790_000_000.0  # some day of 2026
COMPLETED, FAILED, CANCELLED, SKIPPED = State.COMPLETED, State.FAILED, State.CANCELLED, State.SKIPPED
PENDING, RUNNING = State.PENDING, State.RUNNING


class Lab:
    """A store with a worker's generation that claims; time goes only when told."""

    def __init__(self, home: Path, slots: int = 4) -> None:
        self.now = NOW
        self.home = homes.prepare(home)
        self.store = self.another()
        queues.create(self.store, "default", "default", slots)
        self.lock = locks.acquire(workers.lock_path(self.store.run, "lab"))
        self.worker = workers.admit(self.store, "lab", "host", os.getpid(), "headless", None, None)
        self.env = submit.intern_environment(self.store, "{}")
        self.tokens: dict[int, str] = {}

    def another(self) -> Store:
        """The same yard, opened once more."""
        return Store(self.home, Actor("ada", "host", "test"), clock=lambda: self.now)

    def close(self) -> None:
        self.store.close()
        if self.lock is not None:
            os.close(self.lock)

    # -- acting ---------------------------------------------------------------------------------

    def new(
        self, parents: Iterable[tuple[int, After]] = (), inside: Iterable[tuple[int, After]] = (), **spec: object
    ) -> NewJob:
        """A checked job; *parents* are rows, *inside* indexes of the same submit."""
        queue = int(spec.pop("queue_id", 1))  # type: ignore[call-overload]
        wishes = [Parent(after, row=row) for row, after in parents] + [Parent(after, inside=i) for i, after in inside]
        job = JobSpec(**{"fields": {}, "cwd": "/", "umask": 0o22, **Retrying()._asdict(), **spec})  # type: ignore[arg-type]
        return NewJob(job, queue, "{}", "true", self.env, tuple(wishes))

    def submit(self, *parents: tuple[int, After], **spec: object) -> int:
        """One job; its row."""
        return submit.add(self.store, [self.new(parents, **spec)])[0]

    def claim(self, room: int | None = None) -> list[Claimed]:
        """What the scheduler gives."""
        with self.store.db.transaction() as connection:
            claims.check_generation(connection, self.worker)
            outcomes.admit_due(self.store, connection)
            claimed = claims.claim(self.store, connection, self.worker, {}, room)
        self.tokens.update((job.row, job.token) for job in claimed)
        return claimed

    def start(self, row: int) -> None:
        with self.store.db.transaction() as connection:
            outcomes.started(self.store, connection, [(self.tokens[row], 4711, self.now)])

    def give_back(self, row: int) -> None:
        with self.store.db.transaction() as connection:
            outcomes.returned(self.store, connection, [self.tokens[row]])

    def end(self, row: int, state: State, cause: Cause = Cause.EXIT) -> None:
        """The end of a claimed job's attempt, and all that follows from it."""
        code = {COMPLETED: 0, FAILED: 1}.get(state)
        why = cause if state is FAILED else None
        result = Result(self.tokens[row], state, self.now, self.now, why, "", code if cause is Cause.EXIT else None)
        with self.store.db.transaction() as connection:
            outcomes.ended(self.store, connection, [result])
        settle.settle_all(self.store)

    def run(self, row: int, state: State) -> None:
        """Claim everything that may be claimed, and end this one."""
        if row not in self.running():
            self.claim()
        self.end(row, state)

    def finish(self, row: int, state: State) -> None:
        """Bring a pending job to an ended state by the way that leads there."""
        from jobyard.core.store import edits

        if state is CANCELLED:
            edits.cancel(self.store, [row])
        elif state is SKIPPED:
            raise AssertionError("a job is skipped by its parent")
        else:
            self.run(row, state)

    # -- looking --------------------------------------------------------------------------------

    def state(self, row: int) -> State:
        return State(self.store.db.value("SELECT state FROM job WHERE id = ?", (row,)))

    def states(self, rows: Sequence[int]) -> list[State]:
        return [self.state(row) for row in rows]

    def running(self) -> list[int]:
        return [row for (row,) in self.store.db.rows("SELECT id FROM job WHERE state = 'running'")]

    def edge(self, child: int, parent: int) -> str:
        return str(self.store.db.value("SELECT state FROM edge WHERE child_id = ? AND parent_id = ?", (child, parent)))

    def verbs(self, row: int) -> list[str]:
        return [verb for (verb,) in self.store.db.rows("SELECT verb FROM event WHERE job_id = ? ORDER BY id", (row,))]

    def sound(self) -> None:
        """Every counter recounted, every reference followed."""
        assert check.problems(self.store) == []


def plan(store: Store, sql: str, parameters: Sequence[object]) -> str:
    """SQLite's plan of a query, one line."""
    return "; ".join(row[3] for row in store.db.rows("EXPLAIN QUERY PLAN " + sql, parameters))


def statements(store: Store, action: Callable[[], object]) -> list[str]:
    """Every SQL statement that *action* makes, with its parameters filled in."""
    seen: list[str] = []
    store.db.connection.set_trace_callback(seen.append)
    try:
        action()
    finally:
        store.db.connection.set_trace_callback(None)
    return seen

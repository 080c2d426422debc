"""A worker of the test's own: its turns are taken one by one, its keeper is in memory, its time goes when told."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from jobyard.core import locks
from jobyard.core.models import Job, JobSpec
from jobyard.core.settings import Settings
from jobyard.core.states import State
from jobyard.core.store import Actor, Store, check, workers
from jobyard.core.worker import Worker
from jobyard.core.yard import Yard
from tests.running.fake_runner import FakeHost, FakeRunner

COMPLETED, FAILED, CANCELLED = State.COMPLETED, State.FAILED, State.CANCELLED
PENDING, RUNNING, SKIPPED = State.PENDING, State.RUNNING, State.SKIPPED


class Shift:
    """A yard, a host in memory, and any number of workers whose turns the test takes."""

    def __init__(self, home: Path) -> None:
        self.now = 1_790_000_000.0
        self.ticks = 100.0
        self.yard = Yard.open(home, face="test")
        self.yard._store.clock = lambda: self.now
        self.host = FakeHost(lambda: self.now)
        self.spare = FakeRunner(self.host)  # for the test's own use: it never connects
        self.workers: list[Worker] = []
        self.told: list[str] = []

    # -- workers ------------------------------------------------------------------------------

    def worker(self, name: str = "", **options: object) -> Worker:
        """An admitted worker that has taken no turn."""
        store = Store(self.yard.home, Actor("ada", "host", "headless"), clock=lambda: self.now)
        worker = Worker(
            store, FakeRunner(self.host), Settings(disk_floor=0), face="headless", name=name or f"w{len(self.workers)}",
            clock=lambda: self.ticks, tell=self.told.append, **options,  # type: ignore[arg-type]
        )  # fmt: skip
        worker._begin()
        self.workers.append(worker)
        return worker

    def turn(self, *workers: Worker, times: int = 4) -> None:
        """Some turns of these (default: all), as if somebody had rung."""
        for _ in range(times):
            for worker in workers or self.workers:
                if not worker.gone.is_set() and not worker._leave:
                    worker._rung = True
                    worker.turn()

    def later(self, seconds: float) -> None:
        """Time goes, on both clocks."""
        self.now += seconds
        self.ticks += seconds

    def kill(self, worker: Worker) -> None:
        """As SIGKILL does: its lock is free, its connections are gone, nothing is said."""
        assert worker._lock is not None
        os.close(worker._lock)
        worker._lock = None
        worker.runner.close()
        self.workers.remove(worker)

    def leave(self, worker: Worker) -> None:
        """The orderly way out."""
        worker._left()
        worker._end()
        self.workers.remove(worker)

    def close(self) -> None:
        for worker in list(self.workers):
            self.leave(worker)
        self.spare.close()
        assert check.problems(self.yard._store) == []
        self.yard.close()

    # -- jobs -----------------------------------------------------------------------------------

    def submit(self, **options: object) -> str:
        """A job; its id."""
        return self.yard.submit(JobSpec(fields={"command": ["true"]}, cwd="/", **options)).id  # type: ignore[arg-type]

    def job(self, ref: str) -> Job:
        return self.yard.job(ref)

    def state(self, ref: str) -> State:
        return self.yard.job(ref).state

    def token(self, ref: str) -> str:
        """The token of its running attempt."""
        sql = "SELECT token FROM attempt WHERE state = 'running' AND job_id = ?"
        return str(self.yard._store.db.value(sql, (self.job(ref).row,)))

    def finish(self, ref: str, exit_code: int | None = 0, **more: object) -> None:
        """Its process ends."""
        self.spare.finish(self.token(ref), exit_code, **more)

    def generation(self, worker: Worker) -> str:
        return workers.mode(self.yard._store, worker.id)


def until(condition: Callable[[], object], what: str = "condition", patience: float = 30.0) -> None:
    """Poll *condition* until it holds."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)


def lives(home: Path, name: str) -> bool:
    """Whether a worker of this name holds its lock."""
    return locks.is_held(workers.lock_path(home / "run", name))

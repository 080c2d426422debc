"""A yard with workers as real processes, and jobs of ``sh``."""

from __future__ import annotations

import subprocess
from pathlib import Path

from jobyard.core.models import Job, JobSpec
from jobyard.core.states import ENDED, State
from jobyard.core.store import check
from jobyard.core.yard import Yard
from tests import leftovers
from tests.running import promise
from tests.running.promise import until

RUNNING = State.RUNNING


class Crew:
    """A yard, its workers as processes, and jobs of ``sh``."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.yard = Yard.open(home, face="test")
        self.yard.queue_set("default", slots=4)
        self.workers: list[subprocess.Popen[bytes]] = []

    def worker(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        """A headless worker that has been admitted."""
        known = {info.id for info in self.yard.workers(all=True)}
        process = promise.worker(self.home, *words, JOBYARD_KILL_GRACE="0.3s", **environment)
        self.workers.append(process)
        until(lambda: {info.id for info in self.yard.workers(all=True)} - known, "the worker's admission")
        return process

    def submit(self, script: str, **options: object) -> str:
        """A job of a shell; its id."""
        spec = JobSpec({"command": ["/bin/sh", "-c", script]}, cwd=str(self.home), **options)  # type: ignore[arg-type]
        return self.yard.submit(spec).id

    def gated(self, code: int = 0, gate: str = "gate") -> str:
        """A job that ends with *code* once its gate is opened."""
        return self.submit(f"while [ ! -e {gate} ]; do sleep 0.02; done; exit {code}")

    def open(self, gate: str = "gate") -> None:
        (self.home / gate).touch()

    def job(self, id: str) -> Job:
        return self.yard.job(id)

    def started(self, *ids: str) -> None:
        until(lambda: all(self.job(id).state is RUNNING for id in ids), f"the start of {ids}")

    def ended(self, *ids: str) -> list[Job]:
        found = self.yard.wait(ids, timeout=promise.PATIENCE)
        assert all(job.state in ENDED for job in found), (found, self.told())
        return found

    def folder(self, id: str) -> Path:
        """The folder of its running attempt."""
        sql = "SELECT folder FROM attempt WHERE job_id = ? ORDER BY id DESC"
        return self.home / str(self.yard._store.db.value(sql, (self.job(id).row,)))

    def pid(self, id: str) -> int:
        return int(self.job(id).attempts[-1].pid or 0)

    def kill_keeper(self) -> None:
        """Kill it and wait for its end; a worker that lives has started the next one meanwhile."""
        killed = promise.keepers(self.home)
        for pid in killed:
            promise.kill(pid)
        until(lambda: not set(killed) & set(promise.keepers(self.home)), "the keeper's death")

    def kill_workers(self) -> None:
        for process in self.workers:
            process.kill()
            process.wait()

    def told(self) -> str:
        log = self.home / "run" / "worker.log"
        return log.read_text()[-2000:] if log.exists() else ""

    def close(self) -> None:
        promise.put_down(self.home, self.workers)
        assert check.problems(self.yard._store) == []
        self.yard.close()

    def children(self) -> list[str]:
        """Processes of jobs that sleep."""
        return [line for line in leftovers.processes_of(self.home).values() if "sleep" in line]

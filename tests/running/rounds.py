"""Rounds of jobs go through a yard of several workers while a dice kills workers, keepers and submitters.

After each round everything must have ended as it should: no job forgotten, none run twice, every outcome true. And
an exclusive queue of 10,000 jobs, each of which takes a lock that nobody else may hold, served by eight workers.
"""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path

from jobyard.core.models import Dependency, JobSpec
from jobyard.core.states import ENDED, After, State
from jobyard.core.store import submit
from jobyard.core.yard import Yard
from tests.running import promise
from tests.running.promise import Expected, may_be

JOBS = 120  # a round
WORKERS = 3
HANGS = 240.0  # seconds without an end mean that something is stuck

COMPLETED, FAILED, CANCELLED, SKIPPED = State.COMPLETED, State.FAILED, State.CANCELLED, State.SKIPPED


class Soak:
    """A yard under fire."""

    def __init__(self, home: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        self.yard = Yard.open(home, face="soak")
        self.yard.queue_set("default", slots=6)
        self.workers: list[subprocess.Popen[bytes]] = []
        self.kills = {"worker": 0, "keeper": 0, "submitter": 0, "cancel": 0}
        self.expected: dict[str, Expected] = {}
        self.rounds = 0

    # -- one round ------------------------------------------------------------------------------

    def round(self) -> list[str]:
        """Submit, kill while it works, wait until all has ended; what is broken."""
        self.rounds += 1
        names = self._submit()
        began = heard = time.monotonic()
        left = len(names)
        while left:
            self._keep_workers()
            self._strike(names)
            time.sleep(self.dice.uniform(0.02, 0.25))
            now_left = self._left(names)
            heard = time.monotonic() if now_left != left else heard
            left = now_left
            if time.monotonic() - heard > HANGS:
                return [f"stuck for {HANGS:.0f} s: {self._stuck(names)}"]
        took = time.monotonic() - began
        print(f"round {self.rounds}: {len(names)} jobs in {took:.1f} s, kills {self.kills}", flush=True)
        fates = {self.yard.job(name).id: fate for name, fate in names.items()}
        return promise.broken(self.yard, fates, may_lose=True)

    def _submit(self) -> dict[str, Expected]:
        """A round's jobs, submitted by a process that may be killed over it, and is followed by another."""
        seed = self.dice.randrange(1 << 30)
        while not self._is_in(name_of(seed, 0)):
            code = f"from tests.running.rounds import jobs; yard.submit_many(jobs(yard.home, {seed}))"
            process = subprocess.Popen(promise.python(self.yard.home, code), cwd=promise.ROOT)
            if self.dice.random() < 0.5:
                time.sleep(self.dice.uniform(0.05, 0.45))
                self.kills["submitter"] += process.poll() is None
                process.kill()
            process.wait()
            submit.sweep(self.yard._store)
        return fates(seed)

    def _is_in(self, name: str) -> bool:
        return self.yard._store.db.value("SELECT 1 FROM job WHERE name = ? AND batch IS NULL", (name,)) is not None

    def _keep_workers(self) -> None:
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) < WORKERS:
            self.workers.append(promise.worker(self.yard.home, JOBYARD_KILL_GRACE="0.2s"))

    def _strike(self, names: dict[str, Expected]) -> None:
        what = self.dice.random()
        if what < 0.12:
            self.kills["worker"] += 1
            self.dice.choice(self.workers).kill()
        elif what < 0.18:
            for pid in promise.keepers(self.yard.home):
                self.kills["keeper"] += 1
                promise.kill(pid)
        elif what < 0.20:
            for worker in self.workers:
                worker.kill()
            for pid in promise.keepers(self.yard.home):
                promise.kill(pid)
            self.kills["worker"] += len(self.workers)
            self.kills["keeper"] += 1
        elif what < 0.24:
            self.dice.choice(self.workers).terminate()
        elif what < 0.30:
            self._cancel_some(names)

    def _cancel_some(self, names: dict[str, Expected]) -> None:
        chosen = self.dice.sample([name for name in names if name.endswith("s")], 2)
        self.kills["cancel"] += len(self.yard.cancel(chosen).done)

    def _left(self, names: dict[str, Expected]) -> int:
        """How many have not ended; those that only a cancel ends are cancelled when nothing else is left."""
        prefix = next(iter(names)).partition("-")[0]
        sql = "SELECT name FROM job WHERE name >= ? AND name < ? AND ended_at IS NULL"
        left = [name for (name,) in self.yard._store.db.rows(sql, (f"{prefix}-", f"{prefix}."))]
        if left and all(name.endswith("s") for name in left):
            self.yard.cancel(left)
        return len(left)

    def _stuck(self, names: dict[str, Expected]) -> list[str]:
        jobs = [self.yard.job(name) for name in names]
        return [f"{job.id} {job.state} {job.reason} {job.message}" for job in jobs if job.state not in ENDED][:10]

    # -- the end ----------------------------------------------------------------------------------

    def close(self) -> None:
        promise.put_down(self.yard.home, self.workers)
        self.yard.close()


def jobs(home: Path, seed: int) -> list[JobSpec]:
    """A round's jobs. The letter that ends a name says what it does."""
    dice = random.Random(seed)
    found = []
    for number in range(JOBS):
        name, parent = name_of(seed, number), dice.randrange(max(1, number))
        depends = number > 10 and number % 4 == 0
        after = (Dependency(name_of(seed, parent), After.ANY),) if depends else ()
        script = {
            "c": f"sleep 0.0{dice.randrange(10)}",
            "f": "exit 3",
            "l": "(sleep 300 &); exit 0",
            "s": "trap '' TERM; while :; do sleep 0.1; done" if number % 22 == 0 else "sleep 300",
        }[name[-1]]
        fields = {"command": promise.shell(home, script)}
        found.append(JobSpec(fields, name=name, dependencies=after, cwd="/", priority=number % 3))
    return found


def name_of(seed: int, number: int) -> str:
    """``rSEED-NUMBER`` and what it does: complete, fail, leave something behind, have to be stopped."""
    kind = "s" if number % 11 == 0 and number else "l" if number % 13 == 5 else "f" if number % 5 == 3 else "c"
    return f"r{seed}-{number}{kind}"


def fates(seed: int) -> dict[str, Expected]:
    """How each may truthfully end."""
    fate = {
        "c": may_be(COMPLETED),
        "f": may_be(FAILED, code=3),
        "l": may_be(COMPLETED),
        "s": may_be(CANCELLED),
    }
    return {name: fate[name[-1]] for name in (name_of(seed, number) for number in range(JOBS))}


# -- the exclusive queue ----------------------------------------------------------------------------------


def exclusive(home: Path, count: int, workers: int) -> list[str]:
    """*count* jobs on a queue of one slot, each failing where another one holds its lock; what is broken."""
    began = time.monotonic()
    with Yard.open(home, face="soak") as yard:
        yard.queue_create("alone", exclusive=True)
        command = ["flock", "--nonblock", "--conflict-exit-code", "77", str(home / "alone.lock"), "true"]
        yard.submit_many(JobSpec({"command": command}, queue="alone", cwd="/") for _ in range(count))
        processes = [promise.worker(home) for _ in range(workers)]
        try:
            promise.until(lambda: yard.counts()[State.PENDING] + yard.counts()[State.RUNNING] == 0, "all to end", 900)
        finally:
            promise.put_down(home, processes)
        counts = yard.counts()
        sound = promise.broken(yard, {}, may_lose=False)
    print(f"exclusive: {count} jobs, {workers} workers, {time.monotonic() - began:.1f} s", flush=True)
    return sound + ([] if counts[COMPLETED] == count else [f"of {count} exclusive jobs: {counts}"])


def under_fire(home: Path, seed: int, until: float) -> list[str]:
    """Rounds until the time is over; what is broken."""
    soak = Soak(home, seed)
    try:
        while time.monotonic() < until or not soak.rounds:
            found = soak.round()
            if found:
                return found
        return promise.broken(soak.yard, {}, may_lose=True)
    finally:
        soak.close()

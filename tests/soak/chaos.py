"""Jobs with dependencies are submitted while workers and keepers are killed, again and again."""

from __future__ import annotations

import contextlib
import importlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from jobyard.core import crash
from jobyard.core.models import Dependency, JobSpec
from jobyard.core.states import ENDED, After, State
from jobyard.core.yard import Yard
from tests import leftovers
from tests.soak import promise, witness

KEEPER = ("keeper", "spawn", "stopping", "outcomes")
for module in ("worker", "store.submit", "store.settle", *(f"runners.keeper.{name}" for name in KEEPER)):
    importlib.import_module(f"jobyard.core.{module}")  # they declare their crash points

WORKERS = 3
BACKLOG = 60  # pending jobs at most, so that kills meet jobs of every age
DRAIN = 180.0  # seconds for the last jobs to end in peace


class Chaos:
    """One yard, one seed; every random choice comes from ``random``."""

    def __init__(self, yard: Yard, seed: int) -> None:
        self.yard = yard
        self.random = random.Random(seed)
        self.workers: list[subprocess.Popen[bytes]] = []
        self.codes: dict[str, int] = {}
        self.done: Counter[str] = Counter()
        self.script = yard.home.parent / "job.sh"
        self.witness = yard.home.parent / "witness"
        self.alone = yard.home.parent / "alone"
        self.script.write_text(witness.SCRIPT)
        yard.queue_create("wide", slots=4)
        yard.queue_create("narrow", slots=1)

    def run(self, seconds: float) -> None:
        """Do one thing after the other for *seconds*, then let everything end in peace."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            act = self._choose()
            act()
            self.done[act.__name__.strip("_")] += 1
            time.sleep(self.random.uniform(0.0, 0.3))
        self._peace()

    def _choose(self) -> Callable[[], None]:
        if sum(worker.poll() is None for worker in self.workers) < WORKERS and self.random.random() < 0.5:
            return self._start_worker
        weights = {self._submit: 8, self._kill_worker: 3, self._kill_keeper: 2, self._kill_both: 1, self._cancel: 1}
        return self.random.choices(list(weights), list(weights.values()))[0]

    def _submit(self) -> None:
        if self.yard.counts()[State.PENDING] < BACKLOG:
            specs = [self._spec() for _ in range(self.random.randint(1, 12))]
            ids = self.yard.submit_many(specs)
            self.codes |= {job: int(spec.fields["command"][3]) for job, spec in zip(ids, specs, strict=True)}

    def _spec(self) -> JobSpec:
        queue = self.random.choice(["wide", "narrow"])
        recent = list(self.codes)[-20:]
        parents = self.random.sample(recent, min(len(recent), self.random.choice([0, 0, 0, 1, 2])))
        after = self.random.choice([After.OK, After.ANY, After.ANY])
        code = self.random.choices([0, 3], [9, 1])[0]
        seconds = self.random.choice([0.0, 0.0, 0.1, 0.5])
        alone = self.alone if queue == "narrow" else None
        return JobSpec(
            fields={"command": witness.command(self.script, self.witness, code, seconds, alone)},
            queue=queue,
            cwd="/",
            dependencies=tuple(Dependency(parent, after) for parent in parents),
        )

    def _start_worker(self, crash_at: str | None = None) -> None:
        """A headless worker; it, or the keeper that it starts, may have a named point to die at."""
        if crash_at is None:
            crash_at = self.random.choice([*sorted(crash.POINTS), *[""] * len(crash.POINTS)])
        number = len(self.workers)
        once = self.yard.home.parent / f"once-{number}"
        once.mkdir()
        env = {**os.environ, "JOBYARD_CRASH_AT": crash_at, "JOBYARD_CRASH_ONCE": str(once)}
        argv = [sys.executable, "-P", "-m", "jobyard.tui", "--yard", str(self.yard.home), "--worker"]
        with open(self.yard.home.parent / "workers.log", "ab") as log:
            self.workers.append(subprocess.Popen(argv, env=env, stdout=log, stderr=log, start_new_session=True))

    def _kill_worker(self) -> None:
        living = [worker for worker in self.workers if worker.poll() is None]
        if living:
            worker = self.random.choice(living)
            worker.kill()
            worker.wait()

    def _kill_keeper(self) -> None:
        for pid in self._keepers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _kill_both(self) -> None:
        self._kill_keeper()
        self._kill_worker()

    def _cancel(self) -> None:
        """Cancel one of the last; that it may have ended already is part of the game."""
        if self.codes:
            self.yard.cancel([self.random.choice(list(self.codes)[-20:])])

    def _keepers(self) -> list[int]:
        found = leftovers.processes_of(self.yard.home)
        return [pid for pid, command in found.items() if "runners.keeper" in command]

    def _peace(self) -> None:
        """A sound worker; everything ends. Who has not ended by then has been forgotten."""
        self._start_worker(crash_at="")
        until = time.monotonic() + DRAIN
        while time.monotonic() < until and self._unended():
            time.sleep(0.2)

    def _unended(self) -> int:
        return sum(count for state, count in self.yard.counts().items() if state not in ENDED)

    def complaints(self) -> list[str]:
        """Everything that contradicts the promise."""
        seen = witness.read(self.witness)
        found = [
            line
            for job, code in self.codes.items()
            for line in promise.broken(self.yard.job(job), seen.get(job, witness.Seen()), code)
        ]
        unsound = [f"doctor: {finding.what}" for finding in self.yard.doctor() if finding.level == "bad"]
        return found + unsound

    def summary(self) -> str:
        """What was done, and what became of the jobs."""
        lost = sum(self.yard.job(job).cause == "lost" for job in self.codes)
        states = ", ".join(f"{count} {state}" for state, count in self.yard.counts().items() if count)
        acts = ", ".join(f"{count} × {name.replace('_', ' ')}" for name, count in self.done.most_common())
        return f"{acts}; {len(crash.POINTS)} crash points; {len(self.codes)} jobs: {states} ({lost} lost with a reason)"


def run(home: Path, seed: int, seconds: float) -> list[str]:
    """Chaos for *seconds* on a new yard; the complaints."""
    with Yard.open(home) as yard:
        chaos = Chaos(yard, seed)
        try:
            chaos.run(seconds)
            print(f"chaos, seed {seed}: {chaos.summary()}", flush=True)
            return chaos.complaints()
        finally:
            leftovers.end_all(home.parent)
            for worker in chaos.workers:
                worker.wait()

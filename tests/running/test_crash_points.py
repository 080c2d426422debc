"""Every named crash point of worker, keeper and commands, on real processes: the promise holds (RUNNING section 7)."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import jobyard.core.runners.keeper as keeper_package
import jobyard.core.store as store_package
from jobyard.core import crash
from jobyard.core.states import ENDED
from jobyard.core.store import submit
from jobyard.core.yard import Yard
from tests.running import promise
from tests.running.fates import FATES, SKIPPED
from tests.running.promise import PATIENCE, until

importlib.import_module("jobyard.core.worker")
for package in (keeper_package, store_package):
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
ELSEWHERE = ("app.", "share.", "unshare.", "hook.", "settings.", "undo.", "move.", "after.", "reorder.", "rechain.",
             "purge.", "swap.", "refold.", "experiment.", "config.")  # fmt: skip
# test_terminal_dies, test_other_accounts, test_order_killed, …
POINTS = sorted(name for name in crash.POINTS if not name.startswith(ELSEWHERE))
BY_COMMANDS = ("submit.", "settle.", "cancel.", "requeue.")

SUBMIT = f"""
    from pathlib import Path
    from tests.running.fates import mix
    yard.submit_many(mix(yard.home))
    yard.submit_many(mix(yard.home, tail={submit.CHUNK}))
"""


class Scenario:
    """A yard in which processes die at one point, once; whoever dies is started again."""

    def __init__(self, home: Path, point: str, once: Path) -> None:
        self.home, self.point, self.once = home, point, once
        self.crash = {"JOBYARD_CRASH_AT": point, "JOBYARD_CRASH_ONCE": str(once), "JOBYARD_KILL_GRACE": "0.2s"}
        self.yard = Yard.open(home)
        self.yard.queue_set("default", slots=4)
        self.workers: list[subprocess.Popen[bytes]] = []

    @property
    def fired(self) -> bool:
        return (self.once / f"crashed-{self.point}").exists()

    def command(self, code: str) -> None:
        """A command that may die at the point; then it is given once more."""
        if promise.script(self.home, code, **self.crash) == -9:
            assert self.fired

    def submit(self) -> None:
        """Both submits are in, whole."""
        self.command(SUBMIT)
        submit.sweep(self.yard._store)  # as the next worker does
        for tail in (0, submit.CHUNK):
            if not self.has(tail):
                assert promise.script(self.home, SUBMIT_ONE.format(tail=tail)) == 0
        counted = self.yard._store.db.value("SELECT count(*) FROM job")
        assert counted == 2 * len(FATES) + submit.CHUNK, "a submit is all or nothing"

    def has(self, tail: int) -> bool:
        return self.yard._store.db.value("SELECT 1 FROM job WHERE name = ?", (f"quick0-{tail}",)) is not None

    def work(self, condition: object, what: str) -> None:
        """Have a worker at work until the condition holds; one that has died is followed by another."""
        deadline = time.monotonic() + PATIENCE
        while not condition():  # type: ignore[operator]
            assert time.monotonic() < deadline, f"waited in vain for {what}: {self.told()}"
            if not self.workers or self.workers[-1].poll() is not None:
                assert len(self.workers) < 12, f"workers die one after another: {self.told()}"
                self.workers.append(promise.worker(self.home, **self.crash))
            time.sleep(0.02)

    def told(self) -> str:
        rows = [(row.name, row.state.value, row.reason, row.message) for row in self.yard.list() if not row.held]
        return f"{rows} {(self.home / 'run' / 'worker.log').read_text()[-1500:]}"

    def running(self, name: str) -> bool:
        """Whether it has begun, as the witness saw (or has come to an end, if a keeper died over it)."""
        ran = {job for job, _ in promise.witnessed(self.home)}
        jobs = [self.yard.job(f"{name}-{tail}") for tail in (0, submit.CHUNK)]
        return all(job.id in ran or job.state in ENDED for job in jobs)

    def ended(self, *names: str) -> bool:
        return all(self.yard.job(f"{name}-{tail}").state in ENDED for name in names for tail in (0, submit.CHUNK))

    def requeued(self, name: str) -> bool:
        """Whether it is, or was, pending a second time."""
        return any(event.verb in ("requeue", "revive") for event in self.yard.history(name))

    def end_worker(self) -> None:
        """SIGTERM: it drains and leaves, or dies on the way out."""
        worker = self.workers[-1]
        worker.terminate()
        worker.wait(PATIENCE)

    def close(self) -> None:
        promise.put_down(self.home, self.workers)
        self.yard.close()


SUBMIT_ONE = """
    from tests.running.fates import mix
    yard.submit_many(mix(yard.home, tail={tail}))
"""


@pytest.fixture
def scenario(yard_home: Path, tmp_path: Path, point: str) -> Iterator[Scenario]:
    """A yard whose processes die at *point*."""
    once = tmp_path / "once"
    once.mkdir()
    found = Scenario(yard_home, point, once)
    yield found
    found.close()


def leave_claims(scenario: Scenario) -> None:
    """A worker dies with claims in the store of which its keeper knows nothing; the keeper goes too."""
    elsewhere = scenario.once / "before"
    elsewhere.mkdir()
    first = promise.worker(
        scenario.home, **scenario.crash | {"JOBYARD_CRASH_AT": "worker.claimed", "JOBYARD_CRASH_ONCE": str(elsewhere)}
    )
    assert first.wait(PATIENCE) == -9
    for pid in promise.keepers(scenario.home):
        promise.kill(pid)
    until(lambda: not promise.keepers(scenario.home), "the keeper's death")


def kill_keeper(scenario: Scenario) -> None:
    """The keeper is killed with jobs running; the worker goes on with the next."""
    scenario.work(lambda: scenario.running("gated"), "the gated jobs")
    for pid in promise.keepers(scenario.home):
        promise.kill(pid)


def kill_both(scenario: Scenario) -> None:
    """The worker is killed, jobs end, then the keeper is killed: what it wrote is read by the next."""
    first = promise.worker(scenario.home, **scenario.crash)
    until(lambda: scenario.running("gated"), "the gated jobs")
    first.kill()
    first.wait()
    (scenario.home / "gate").touch()
    gated = scenario.yard._store.db.value(
        "SELECT folder FROM attempt JOIN job ON job.id = job_id WHERE name = 'gated-0' AND attempt.state = 'running'"
    )
    until(lambda: (scenario.home / str(gated) / "result.json").exists(), "the end of a gated job")
    for pid in promise.keepers(scenario.home):
        promise.kill(pid)


BEFORE = {
    "keeper.before_tombstone": leave_claims,
    "keeper.after_tombstone": leave_claims,
    "keeper.during_adoption": kill_keeper,
    "keeper.before_forget": kill_both,
}


def test_the_points_are_many_and_known() -> None:
    """Worker, keeper and commands have named their windows."""
    parts = {name.partition(".")[0] for name in POINTS}
    assert parts == {"worker", "keeper", "submit", "settle", "cancel", "requeue"}
    assert len(POINTS) >= 30


@pytest.mark.parametrize("point", POINTS)
def test_crash(scenario: Scenario, point: str) -> None:
    """Whoever dies there, once: no job is forgotten, none runs twice, every outcome is true."""
    scenario.submit()
    if point in BEFORE:
        BEFORE[point](scenario)
    scenario.work(lambda: scenario.running("stubborn") and scenario.running("gated"), "the long jobs")
    for tail in (0, submit.CHUNK):
        scenario.command(f"yard.cancel(['stubborn-{tail}'])")
    (scenario.home / "gate").touch()
    scenario.work(lambda: scenario.ended(*FATES), "every end")
    expected = {
        scenario.yard.job(f"{name}-{tail}").id: fate for name, fate in FATES.items() for tail in (0, submit.CHUNK)
    }
    may_lose = point.startswith("keeper.")
    assert promise.broken(scenario.yard, expected, may_lose) == []
    if point.startswith("settle."):
        scenario.end_worker()  # it settles in passing what a command leaves: alone, the command does so itself
    again(scenario, may_lose)
    scenario.end_worker()
    assert scenario.fired, "the point was never reached"
    until(lambda: not jobs_left(scenario), "the end of all that jobs left behind", 10)


def again(scenario: Scenario, may_lose: bool) -> None:
    """A requeue of what failed, and of what was skipped through it: the next attempt runs once too."""
    names = [f"{name}-{submit.CHUNK}" for name in ("bad", "skipped", "below", "anyway")]
    before = len(promise.witnessed(scenario.home))
    scenario.command(f"yard.requeue({names})")
    scenario.yard.requeue([name for name in names if not scenario.requeued(name)])
    scenario.work(lambda: scenario.ended("bad", "skipped", "below", "anyway"), "every second end")
    bad, below = scenario.yard.job(names[0]), scenario.yard.job(names[2])
    assert bad.exit_code == 3 or may_lose
    assert below.state is SKIPPED
    assert len(bad.attempts) == 2
    assert before < len(promise.witnessed(scenario.home)) <= before + 2
    assert promise.broken(scenario.yard, {}, may_lose) == []


def jobs_left(scenario: Scenario) -> list[int]:
    """Processes that a job has started and that nobody has ended."""
    from tests import leftovers

    return [pid for pid, line in leftovers.processes_of(scenario.home).items() if "sleep" in line or "/bin/sh" in line]

"""Workers purge what is old while they work, one of them at a time; killed in any window, the next one goes on."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core import crash, locks, retention
from jobyard.core.chores import TROUBLED
from jobyard.core.models import Dependency, JobSpec
from jobyard.core.retention import HOUR, PAUSE, Retention, Tidy
from jobyard.core.states import State
from jobyard.core.store import Actor, Store, check, database, purge
from jobyard.core.store.database import Busy
from jobyard.core.yard import Yard
from tests.running import promise
from tests.running.promise import until
from tests.running.workerkit import COMPLETED, RUNNING, Shift

DAY = 86_400.0


@pytest.fixture
def shift(yard_home: Path) -> Iterator[Shift]:
    """A yard whose workers take their turns when told."""
    found = Shift(yard_home)
    found.yard.queue_set("default", slots=4)
    yield found
    found.close()


def old_jobs(shift: Shift, count: int) -> list[str]:
    """Jobs that completed two days ago, with folders."""
    worker = shift.worker()
    ids = [shift.submit() for _ in range(count)]
    while any(shift.state(id) is not COMPLETED for id in ids):
        shift.turn(worker)
        for id in [id for id in ids if shift.state(id) is RUNNING]:
            shift.finish(id)
        shift.turn(worker)
    shift.leave(worker)
    for (folder,) in shift.yard._store.db.rows("SELECT folder FROM attempt"):
        (shift.yard.home / folder).mkdir(parents=True, exist_ok=True)
        (shift.yard.home / folder / "stdout").write_text("x" * 100)
    shift.later(2 * DAY)
    return ids


def beside(shift: Shift, keep: float = DAY) -> Retention:
    """The chore, on a store as a worker's."""
    store = Store(shift.yard.home, Actor("ada", "host", "headless"), clock=lambda: shift.now)
    return Retention(store, lambda: keep, up=lambda: shift.ticks)


def rested(chore: Retention) -> int:
    """Turns until it rests for an hour."""
    for turn in range(1000):
        if chore.turn() == HOUR:
            return turn + 1
    raise AssertionError("it never rests")


def folders(home: Path) -> list[str]:
    return sorted(str(path) for path in (home / "jobs").glob("*/*"))


def test_a_worker_purges_when_it_comes_up_and_every_hour(shift: Shift) -> None:
    """The jobs of a worker go on meanwhile; what became old in the next hour goes in the next one."""
    old = old_jobs(shift, 6)
    store = shift.yard._store
    chore = beside(shift)
    worker = shift.worker(chores=[chore])
    fresh = shift.submit()
    for _ in range(200):
        shift.turn(worker, times=1)
        shift.later(1)
        if shift.state(fresh) is RUNNING and not folders(store.home)[1:]:
            break
    assert shift.state(fresh) is RUNNING
    assert {row.id for row in shift.yard.list(limit=None)} == {fresh}
    until(lambda: purge.trash(store) == [], "the end of the folders")
    shift.finish(fresh)
    shift.turn(worker)
    shift.later(DAY + 10)

    def gone() -> bool:
        shift.turn(worker, times=1)
        shift.later(HOUR)
        return shift.yard.list(limit=None) == []

    until(gone, "the next purge")
    assert old
    chore._store.close()


def test_one_worker_at_a_time(shift: Shift) -> None:
    """Another that comes up meanwhile leaves it to the first."""
    old_jobs(shift, 3)
    first, second = beside(shift), beside(shift)
    assert PAUSE <= first.turn() < 60
    assert second.turn() == HOUR
    assert second.turn() == HOUR
    rested(first)
    assert not locks.is_held(shift.yard.home / "run" / "purge.lock")
    for chore in (first, second):
        chore.close()
        chore._store.close()


def test_a_step_that_fails_is_tried_again_from_the_start(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy store or a full disk: the chore lets go of its lock, and a later turn begins anew."""
    old_jobs(shift, 3)
    chore = beside(shift)
    with monkeypatch.context() as patch:
        patch.setattr(purge, "_step", lambda *_: (_ for _ in ()).throw(Busy()))
        with pytest.raises(Busy):
            chore.turn()
    assert not locks.is_held(shift.yard.home / "run" / "purge.lock")
    rested(chore)
    assert shift.yard.list(limit=None) == []
    assert TROUBLED < HOUR
    chore.close()
    chore._store.close()


def test_folders_of_others_are_left(shift: Shift) -> None:
    """What is no attempt's of a purged job stays, whatever it is."""
    old_jobs(shift, 2)
    day = next((shift.yard.home / "jobs").iterdir())
    (day / "mine").mkdir()
    chore = beside(shift)
    rested(chore)
    chore.close()
    for _ in retention.emptied(shift.yard._store):
        pass
    assert [path.name for path in day.iterdir()] == ["mine"]
    chore._store.close()


def test_the_log_is_bounded_while_jobs_run(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that holds a job for a week gives the log's room back all the same."""
    monkeypatch.setattr(database, "WAL_LIMIT", 100_000)
    store = shift.yard._store
    chore = Tidy(Store(shift.yard.home, Actor("ada", "host", "headless")))
    worker = shift.worker(chores=[chore])
    job = shift.submit()
    shift.turn(worker)
    assert (shift.state(job), worker.busy) == (RUNNING, 1)
    store.db.rows("PRAGMA wal_autocheckpoint = 0")
    while store.db.wal_size() < 150_000:
        shift.submit(held=True)

    def given_back() -> bool:
        shift.later(60)
        shift.turn(worker, times=1)
        return store.db.wal_size() < 100_000  # a heartbeat may have begun it anew

    until(given_back, "a short log")
    shift.finish(job)
    shift.turn(worker)
    chore.close()
    chore._store.close()


def test_a_worker_that_leaves_does_not_wait_for_folders(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that removes them stops between two looks; the list keeps the rest."""
    old_jobs(shift, 8)
    monkeypatch.setattr(retention, "BATCH", 1)
    began, go_on = threading.Event(), threading.Event()
    original = retention.remove

    def slow(home: Path, folder: str) -> bool:
        began.set()
        go_on.wait(30)
        return original(home, folder)

    monkeypatch.setattr(retention, "remove", slow)
    chore = beside(shift)
    while chore.turn() < 60:
        pass
    assert began.wait(30)
    chore._leaving.set()
    go_on.set()
    chore.close()
    left = purge.trash(shift.yard._store)
    assert 0 < len(left) < 8
    assert len(folders(shift.yard.home)) == len(left)
    for _ in retention.emptied(shift.yard._store):
        pass
    assert folders(shift.yard.home) == []
    chore._store.close()


# -- killed -------------------------------------------------------------------------------------------------

CLEAN = "yard.cleanup(keep=0.0)"
WORK = "yard.run_worker()"
WINDOWS = sorted(name for name in crash.POINTS if name.startswith("purge."))


@pytest.fixture
def ended(yard_home: Path) -> Yard:
    """A yard with a few jobs that have run, and one that waits for one of them."""
    with Yard.open(yard_home) as yard:
        ids = yard.submit_many(
            JobSpec({"command": promise.shell(yard_home, "exit 0")}, cwd=str(yard_home), name=f"job-{n}")
            for n in range(5)
        )
        assert promise.script(yard_home, "yard.run_worker(once=True)") == 0
        yard.submit(JobSpec({"command": ["true"]}, held=True, name="waits", dependencies=(Dependency(ids[0]),)))
    return Yard.open(yard_home)


@pytest.mark.parametrize("who", [CLEAN, WORK])
@pytest.mark.parametrize("point", WINDOWS)
def test_a_purge_that_is_killed(ended: Yard, tmp_path: Path, point: str, who: str) -> None:
    """Command or worker, in every window: the next one finishes; no folder and no job is left over or missing."""
    with contextlib.closing(ended):
        ended._store.db.rows("UPDATE queue SET retention = 0")
        surroundings = {"JOBYARD_CRASH_AT": point, "JOBYARD_CRASH_ONCE": str(tmp_path)}
        assert promise.script(ended.home, who, **surroundings) == -9
        assert (tmp_path / f"crashed-{point}").exists()
        assert check.problems(ended._store) == []
        known = {
            folder for (folder,) in ended._store.db.rows("SELECT folder FROM attempt UNION SELECT folder FROM trash")
        }
        there = {os.path.relpath(path, ended.home) for path in (ended.home / "jobs").glob("*/*")}
        assert there <= known, "a folder of which nobody knows"
        assert promise.script(ended.home, CLEAN) == 0
        assert [row.name for row in ended.list(limit=None)] == ["waits", "job-0"]
        assert ended.counts()[State.COMPLETED] == 1
        assert len(folders(ended.home)) == 1
        assert purge.trash(ended._store) == []
        assert check.problems(ended._store) == []

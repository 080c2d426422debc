"""Settings edited while real workers run real jobs: the last good version wins, and no job notices."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.settings.watch import Watcher
from jobyard.core.states import Cause, State
from jobyard.core.store import declared
from jobyard.core.yard import Yard
from tests.running import promise
from tests.running.crewkit import Crew
from tests.running.promise import until

EDITS, JOBS = 1_000, 200


@pytest.fixture
def crew(yard_home: Path) -> Iterator[Crew]:
    found = Crew(yard_home)
    yield found
    found.close()


def replace(home: Path, text: str) -> None:
    """As editors save: a new file, renamed over the old one."""
    new = home / "jobyard.yml.new"
    new.write_text(text)
    new.rename(home / "jobyard.yml")


def write(home: Path, text: str) -> None:
    """As a shell does: the file is cut off and written anew."""
    (home / "jobyard.yml").write_text(text)


def events(yard: Yard, verb: str) -> list[str]:
    return [after for (after,) in yard._store.db.rows("SELECT after FROM event WHERE verb = ? ORDER BY id", (verb,))]


def edit(home: Path, number: int, dice: random.Random) -> None:
    """One of the thousand: good, broken, gone, a link, half a file, in either way of saving."""
    save = dice.choice([replace, write])
    what = dice.randrange(6)
    if what == 0:
        (home / "jobyard.yml").unlink(missing_ok=True)
    elif what == 1:
        save(home, f"kill_grace: {number}\nqueues:\n  gpu: {{slotz: {number}}}\n")
    elif what == 2:
        save(home, "queues: {gpu: {slots: ")
    elif what == 3:
        write(home, "\xff\x00")
    else:
        save(
            home,
            f"kill_grace: 0.{1 + number % 9}\n"
            f"queues: {{gpu: {{slots: {1 + number % 5}}}}}\nresources: {{qick: {number % 3}}}\n",
        )


def test_a_thousand_edits_while_two_hundred_jobs_run(crew: Crew):
    """Two workers, edits of every kind at full speed: every job completes once, and in the end the last good holds."""
    crew.worker()
    crew.worker()
    dice = random.Random(20_261_122)
    jobs = []
    for number in range(EDITS):
        edit(crew.home, number, dice)
        if number % (EDITS // JOBS) == 0:
            jobs.append(crew.submit(promise.shell(crew.home, "exit 0")[2]))
    replace(crew.home, "queues: {gpu: {slots: 77}}\nresources: {qick: 7}\n")
    until(
        lambda: "gpu" in {one.name for one in crew.yard.queues()} and crew.yard.queue("gpu").slots == 77,
        "the last good",
    )
    replace(crew.home, "queues: {gpu: {slots: 78, polizy: fifo}}\n")
    until(lambda: any("polizy" in after for after in events(crew.yard, "settings refused")), "the refusal")
    assert [job.state for job in crew.ended(*jobs)] == [State.COMPLETED] * JOBS
    expected = {job: promise.may_be(State.COMPLETED) for job in jobs}
    assert promise.broken(crew.yard, expected, may_lose=False) == []
    assert crew.yard.queue("gpu").slots == 77
    assert "line 1: `polizy` is no key of a queue. Did you mean policy?" in crew.told()


def test_an_edit_is_followed_without_a_restart(crew: Crew):
    """A number that the worker itself goes by, from the next job on; broken or gone, the file takes nothing with it."""
    crew.worker()
    first = crew.submit("exit 0")
    crew.ended(first)
    replace(crew.home, "disk_floor: 4000P\nqueues: {gpu: {slots: 2}}\n")
    until(lambda: declared.digest(crew.yard._store) != "", "the edit")
    waits = crew.submit("exit 0")
    until(lambda: "gpu" in {one.name for one in crew.yard.queues()}, "the queue")
    replace(crew.home, "disk_floor: plenty\n")
    until(lambda: events(crew.yard, "settings refused"), "the refusal")
    assert crew.job(waits).state is State.PENDING
    (crew.home / "jobyard.yml").unlink()
    crew.ended(waits)


def test_a_worker_starts_with_the_last_good_settings(crew: Crew):
    """The file is broken when the worker starts, and nothing but the store remembers what it said before."""
    replace(crew.home, "disk_floor: 4000P\n")
    Yard.open(crew.home).close()
    (crew.home / "run" / "settings.json").unlink()
    replace(crew.home, "disk_flor: 1M\n")
    waits = crew.submit("exit 0")
    crew.worker()
    until(lambda: "Did you mean disk_floor?" in crew.told(), "the worker's word")
    until(lambda: events(crew.yard, "settings refused"), "the audit")
    assert crew.job(waits).state is State.PENDING
    replace(crew.home, "disk_floor: 1M\n")
    crew.ended(waits)


@pytest.mark.parametrize("point", ["settings.applying", "settings.applied"])
def test_a_worker_killed_while_it_applies(crew: Crew, tmp_path: Path, point: str):
    """Killed before the commit nothing is applied, after it all; the next worker goes on from there, once."""
    once = tmp_path / "once"
    once.mkdir()
    process = crew.worker(JOBYARD_CRASH_AT=point, JOBYARD_CRASH_ONCE=str(once))
    replace(crew.home, "queues: {gpu: {slots: 2}}\nresources: {qick: 1}\nkill_grace: 1s\n")
    process.wait(promise.PATIENCE)
    assert (once / f"crashed-{point}").exists()
    store = crew.yard._store
    made = store.db.value("SELECT count(*) FROM queue WHERE name = 'gpu'")
    assert made == store.db.value("SELECT count(*) FROM resource WHERE name = 'qick'")
    assert bool(made) == (declared.digest(store) != "") == (point == "settings.applied")
    crew.worker()
    until(lambda: declared.digest(store) != "", "the next worker")
    crew.ended(crew.submit("exit 0", queue="gpu"))
    assert len(events(crew.yard, "settings")) == 2  # that of the queue and that of kill_grace


def test_a_job_is_stopped_at_its_estimate_times_the_factor(crew: Crew):
    """Also one that prints nothing, and whose worker was killed; an estimate alone stops nothing."""
    crew.yard.queue_create("timed", slots=2, limit_factor=2.0)
    process = crew.worker()
    silent = crew.submit("exec sleep 300", queue="timed", estimate=0.6)
    crew.started(silent)
    process.kill()
    process.wait()
    crew.yard.queue_set("timed", limit_factor=1000.0)  # for those that start from now on
    crew.worker()
    patient = crew.submit("sleep 0.5; exit 3", estimate=0.1)
    (stopped, went_on) = crew.ended(silent, patient)
    assert (stopped.state, stopped.cause) == (State.FAILED, Cause.TIME_LIMIT)
    assert (went_on.cause, went_on.exit_code) == (Cause.EXIT, 3)


# -- the thread that watches -------------------------------------------------------------------------------


@pytest.fixture(params=["watchfiles", "times"])
def watcher(yard_home: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watcher]:
    """One that watches, and one that cannot: the kernel has no watches left."""
    (yard_home / "run").mkdir(parents=True)
    if request.param == "times":

        def none_left(*args: object, **options: object) -> None:
            raise OSError(28, "No space left on device (os error 28)")

        monkeypatch.setattr("watchfiles.watch", none_left)
    found = Watcher(yard_home, lambda: None, first=0.0)
    until(lambda: found.polling == (request.param == "times") and not found._first, "the watch")
    yield found
    found.close()
    assert not found._thread.is_alive()


def test_every_way_of_saving_is_heard(watcher: Watcher, yard_home: Path):
    """Written, replaced, broken, removed, linked, made anew: each is read."""

    def heard(grace: float, problems: bool = False) -> None:
        def seen() -> bool:
            loaded = watcher.take()
            return loaded is not None and loaded.settings.kill_grace == grace and bool(loaded.problems) == problems

        until(seen, f"{grace}")

    write(yard_home, "kill_grace: 1s\n")
    heard(1.0)
    replace(yard_home, "kill_grace: 2s\n")
    heard(2.0)
    write(yard_home, "kill_grace: 2 s\nx\n")
    heard(2.0, problems=True)
    (yard_home / "jobyard.yml").unlink()
    heard(5.0)
    (yard_home / "elsewhere.yml").write_text("kill_grace: 3s\n")
    os.symlink("elsewhere.yml", yard_home / "jobyard.yml")
    heard(3.0)

"""``on_end``: a command for every end, at least once whoever is killed; its failure changes nothing."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jobyard.core import hooks as hooks_module
from jobyard.core.hooks import Hooks, Task, append
from jobyard.core.models import Dependency
from jobyard.core.states import After
from jobyard.core.store import hooks as rows
from jobyard.core.worker import Worker
from jobyard.core.yard import Yard
from tests.running.crewkit import Crew
from tests.running.promise import PATIENCE
from tests.running.workerkit import CANCELLED, COMPLETED, FAILED, PENDING, SKIPPED, Shift, until


@pytest.fixture
def shift(yard_home: Path) -> Iterator[Shift]:
    """A yard with a queue of two slots, and nobody at work."""
    found = Shift(yard_home)
    found.yard.queue_set("default", slots=2)
    yield found
    found.close()


class Told:
    """A worker with hooks, and what their commands have been told."""

    def __init__(self, shift: Shift, tmp_path: Path, command: str = "") -> None:
        self.shift, self.folder, self.command = shift, tmp_path / "told", command
        self.folder.mkdir()
        self.worker = self.hire()

    def hire(self) -> Worker:
        self.hooks = Hooks(self.shift.yard._store, lambda: worker.id, lambda: self.command)
        worker = self.shift.worker(chores=[self.hooks])
        return worker

    def tell(self, name: str = "$JOBYARD_JOB") -> str:
        """A command that keeps what it is told."""
        return f'cat > "{self.folder}/{name}.part"; mv "{self.folder}/{name}.part" "{self.folder}/{name}"'

    def heard(self, *ids: str) -> dict[str, dict[str, Any]]:
        """What the commands of these jobs were told, once they have ended."""
        self.until(lambda: set(os.listdir(self.folder)) >= set(ids) and not self.hooks.busy())
        return {id: json.loads((self.folder / id).read_text()) for id in ids}

    def until(self, condition: Callable[[], object]) -> None:
        def turned() -> object:
            self.shift.later(0.01)
            self.shift.turn(self.worker, times=1)
            return condition()

        until(turned)


@pytest.fixture
def told(shift: Shift, tmp_path: Path) -> Told:
    """One worker whose hooks write into a folder."""
    return Told(shift, tmp_path)


def history(shift: Shift, id: str) -> list[str]:
    return [str((event.after or {}).get("text")) for event in shift.yard.history(id) if event.verb == "on_end"]


def test_it_is_told_what_show_tells(told: Told, shift: Shift) -> None:
    """The same keys and values, without the environment."""
    from jobyard.tui.cli import jsonview

    id = shift.submit(on_end=told.tell(), env={"MY_TOKEN": "hush"})
    shift.turn(told.worker)
    shift.finish(id, 3)
    heard = told.heard(id)[id]
    assert heard == json.loads(json.dumps(jsonview.job(shift.job(id))))
    assert (heard["id"], heard["state"], heard["exit_code"]) == (id, "failed", 3)
    assert "hush" not in json.dumps(heard)
    assert history(shift, id) == []


def test_every_kind_of_end_counts(told: Told, shift: Shift) -> None:
    """Completed, failed, cancelled while pending and while running, skipped."""
    hook = told.tell()
    done, bad, stopped = (shift.submit(on_end=hook) for _ in range(3))
    pending = shift.submit(on_end=hook, held=True)
    skipped = shift.submit(on_end=hook, dependencies=(Dependency(bad, After.OK),))
    shift.turn(told.worker)
    shift.finish(done)
    shift.finish(bad, 1)
    shift.turn(told.worker)
    shift.yard.cancel([pending, stopped])
    shift.turn(told.worker)
    shift.finish(stopped, None, signal=15, stopped="cancel")
    heard = told.heard(done, bad, stopped, pending, skipped)
    assert {id: one["state"] for id, one in heard.items()} == {
        done: COMPLETED, bad: FAILED, stopped: CANCELLED, pending: CANCELLED, skipped: SKIPPED
    }  # fmt: skip


def test_a_retry_is_no_end(told: Told, shift: Shift) -> None:
    """Only when the last attempt has failed is the command run."""
    id = shift.submit(on_end=told.tell(), retries=1, retry_delay=1.0)
    shift.turn(told.worker)
    shift.finish(id, 1)
    shift.turn(told.worker)
    assert shift.state(id) is PENDING
    assert not rows.waiting(shift.yard._store)
    assert not told.hooks.busy()
    shift.later(2)
    shift.turn(told.worker)
    shift.finish(id, 1)
    assert len(told.heard(id)[id]["attempts"]) == 2


def test_the_yards_command_is_for_jobs_that_name_none(shift: Shift, tmp_path: Path) -> None:
    """A job's own comes instead of it; when it is taken away, nothing is run any more."""
    told = Told(shift, tmp_path)
    told.command = told.tell("yard-$JOBYARD_JOB")
    shift.turn(told.worker)
    own, plain = shift.submit(on_end=told.tell("own-$JOBYARD_JOB")), shift.submit()
    shift.turn(told.worker)
    shift.finish(own)
    shift.finish(plain)
    told.until(lambda: len(os.listdir(told.folder)) == 2 and not told.hooks.busy())
    assert sorted(os.listdir(told.folder)) == sorted([f"own-{own}", f"yard-{plain}"])
    told.command = ""
    told.until(lambda: shift.yard._store.db.value("SELECT 1 FROM meta WHERE key = ?", (rows.YARD,)) is None)
    last = shift.submit()
    shift.turn(told.worker)
    shift.finish(last)
    shift.turn(told.worker)
    assert not rows.waiting(shift.yard._store)


def test_a_failure_is_told_and_changes_nothing(told: Told, shift: Shift) -> None:
    """In the job's history, with the last line; the job is what it was."""
    id = shift.submit(on_end="echo first; echo 'cannot \033[31msend' >&2; exit 4")
    shift.turn(told.worker)
    shift.finish(id)
    told.until(lambda: history(shift, id))
    assert history(shift, id) == ["the on_end command failed with exit code 4: cannot send"]
    assert shift.state(id) is COMPLETED
    assert "first\n" in (shift.yard.home / "run/hooks.log").read_text()


def test_it_is_told_of_the_end_also_after_a_requeue(shift: Shift, tmp_path: Path) -> None:
    """The job is pending again when its command comes to run; what it reads is the end that it is for."""
    told = Told(shift, tmp_path)
    id = shift.submit(on_end=told.tell())
    other = shift.worker()  # without hooks
    told.worker.drain()
    shift.turn(other)
    shift.finish(id, 7)
    shift.turn(other)
    shift.kill(other)
    shift.yard.hold([shift.submit()])
    shift.yard.requeue([id])
    shift.yard.hold([id])
    heard = told.heard(id)[id]
    assert (heard["state"], heard["exit_code"], heard["cause"], heard["reason"]) == ("failed", 7, "exit", None)


def test_a_dead_workers_commands_are_run_by_the_next(shift: Shift, tmp_path: Path) -> None:
    """It had taken them, and nobody knows whether they have run."""
    told = Told(shift, tmp_path)
    id = shift.submit(on_end=told.tell())
    shift.turn(told.worker)
    shift.finish(id)
    store = shift.yard._store
    told.hooks._start = lambda hook: None  # type: ignore[method-assign]  # killed right then
    shift.turn(told.worker)
    assert not rows.waiting(store)
    shift.kill(told.worker)
    told.worker = told.hire()
    assert told.heard(id)[id]["state"] == "completed"
    assert store.db.value("SELECT count(*) FROM hook") == 0


def test_a_storm_of_ends_is_worked_off_a_few_at_a_time(shift: Shift, tmp_path: Path) -> None:
    """Never more than four commands run; a turn takes no more than its share of the worker's time."""
    shift.yard.queue_set("default", slots=500)
    told = Told(shift, tmp_path, "sleep 0.05")
    shift.turn(told.worker)
    ids = [shift.submit() for _ in range(60)]
    while any(shift.state(id) is PENDING for id in ids):
        shift.turn(told.worker)
    for id in ids:
        shift.finish(id)
    most = 0

    def worked() -> bool:
        nonlocal most
        most = max(most, sum(thread.is_alive() for thread in told.hooks._threads))
        return not told.hooks.busy()

    told.until(worked)
    assert 1 < most <= hooks_module.AT_ONCE


def test_many_are_taken_at_a_time(shift: Shift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long row costs few transactions, or a busy yard would end more jobs than it tells of."""
    shift.yard.queue_set("default", slots=100)
    told = Told(shift, tmp_path, "true")
    shift.turn(told.worker)
    ids = [shift.submit() for _ in range(60)]
    while any(shift.state(id) is PENDING for id in ids):
        shift.turn(told.worker)
    taken: list[int] = []
    original = rows.take
    monkeypatch.setattr(rows, "take", lambda *words: (found := original(*words), taken.append(len(found)))[0])
    for id in ids:
        shift.finish(id)
    told.until(lambda: all(shift.state(id) is COMPLETED for id in ids) and not told.hooks.busy())
    assert sum(taken) == 60
    assert len(taken) <= 6


# -- a command -----------------------------------------------------------------------------------------


def run(home: Path, command: str, cwd: str = "/", data: str = "{}", patience: float = PATIENCE) -> tuple[str, str]:
    """What was wrong with a command, and what it printed."""
    task = Task(command, data, cwd, "JOB-20261122-00001", home, patience)
    return task.run(), bytes(task._output).decode()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder like a yard's."""
    (tmp_path / "run").mkdir()
    return tmp_path


def test_where_it_runs_and_with_what(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the job's folder, or the yard's if that is gone; with the owner's environment and the job's id."""
    monkeypatch.setenv("OURS", "yes")
    (home / "there").mkdir()
    said = 'echo "$PWD $OURS $JOBYARD_JOB $JOBYARD_HOME"'
    assert run(home, said, str(home / "there"))[1] == f"{home}/there yes JOB-20261122-00001 {home}\n"
    assert run(home, said, str(home / "gone"))[1].startswith(f"{home} yes")


def test_a_large_job_is_read_or_not_as_it_likes(home: Path) -> None:
    """Neither a slow nor a deaf command keeps anybody waiting."""
    data = json.dumps({"x": "y" * (1 << 20)})
    assert run(home, "wc -c", data=data) == ("", f"{len(data) + 1}\n")
    assert run(home, "true", data=data) == ("", "")


def test_output_is_bounded(home: Path) -> None:
    """Of a command, and of all of them together."""
    wrong, said = run(home, "yes | head -c 3000000")
    assert (wrong, len(said)) == ("", hooks_module.MOST_OUTPUT)
    for _ in range(40):
        run(home, "yes | head -c 100000")
    log = home / "run/hooks.log"
    assert log.stat().st_size <= hooks_module.MOST_LOG
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_log_keeps_its_newer_half(tmp_path: Path) -> None:
    """From the beginning of a line."""
    for number in range(100):
        append(tmp_path / "log", b"%09d\n" % number, most=200)
    lines = (tmp_path / "log").read_text().splitlines()
    assert lines[-1] == f"{99:09}"
    assert all(len(line) == 9 for line in lines)


@pytest.mark.parametrize("command", ["sleep 60", "trap '' TERM; while :; do sleep 0.05; done", "sleep 60 & wait"])
def test_a_command_that_takes_too_long_is_stopped(home: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked first, then killed, with all that it has started."""
    monkeypatch.setattr(hooks_module, "GRACE", 0.2)
    began = time.monotonic()
    assert "was stopped" in run(home, command, patience=0.2)[0]
    assert time.monotonic() - began < PATIENCE


def test_what_it_leaves_running_is_not_waited_for(home: Path) -> None:
    """Also if that holds its output open."""
    began = time.monotonic()
    wrong, said = run(home, "sleep 30 & echo $!")
    os.kill(int(said), 9)
    assert wrong == ""
    assert time.monotonic() - began < 25


# -- real processes -------------------------------------------------------------------------------------


@pytest.fixture
def crew(yard_home: Path) -> Iterator[Crew]:
    """A yard whose workers are processes."""
    found = Crew(yard_home)
    yield found
    found.close()


def at_peace(yard: Yard) -> bool:
    return yard._store.db.value("SELECT count(*) FROM hook") == 0


@pytest.mark.parametrize("point", ["hook.taken", "hook.ran", "worker.committed"])
def test_crash(crew: Crew, tmp_path: Path, point: str) -> None:
    """A worker that is killed there leaves every command to the next one: each runs at least once."""
    once = tmp_path / "once"
    once.mkdir()
    witness = tmp_path / "witness"
    ids = [crew.submit(f"exit {code}", on_end=f"echo $JOBYARD_JOB >> {witness}") for code in (0, 3, 0)]
    crew.worker(JOBYARD_CRASH_AT=point, JOBYARD_CRASH_ONCE=str(once))
    assert crew.workers[-1].wait(PATIENCE) == -9
    crew.worker()
    crew.ended(*ids)
    until(lambda: at_peace(crew.yard), "the last command", PATIENCE)
    assert set(witness.read_text().split()) == set(ids)


def test_a_worker_that_drains_waits_for_its_commands(crew: Crew, tmp_path: Path) -> None:
    """--once too: the last job has ended, its command has not."""
    witness = tmp_path / "witness"
    crew.submit("exit 0", on_end=f"sleep 0.3; echo here >> {witness}")
    worker = crew.worker("--once")
    assert worker.wait(PATIENCE) == 0
    assert witness.read_text() == "here\n"
    assert at_peace(crew.yard)

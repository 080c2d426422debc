"""Stopping: the whole tree goes, whatever it does to stay; what ended by itself keeps its own outcome."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from jobyard.core.runners.base import Disowned, Ended
from tests.running.keeperkit import Yard, alive, held, until

ESCAPE = """
import os, sys, time
path, stays = sys.argv[1], len(sys.argv) > 2
if os.fork():
    time.sleep(60 if stays else 0)
    sys.exit()
os.setsid()
if os.fork():
    os._exit(0)
os.chdir("/")
for fd in (0, 1, 2):
    os.close(fd)
code = f"import os, time; open('{path}', 'w').write(str(os.getpid())); time.sleep(60)"
os.execve(sys.executable, ["x", "-c", code], {})
"""


def escape(yard: Yard, *arguments: str) -> tuple[str, ...]:
    """A command that leaves a process behind which bears no mark; its pid is in the file ``escaped``."""
    script = yard.home / "escape.py"
    script.write_text(ESCAPE)
    return (sys.executable, str(script), str(yard.home / "escaped"), *arguments)


@pytest.fixture(params=["cgroup", "walk"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, keeper_yard: Yard) -> Yard:
    """A yard whose keeper uses cgroups where it may, and one whose keeper walks the tree."""
    monkeypatch.setenv("JOBYARD_KEEPER_CGROUP", "1" if request.param == "cgroup" else "0")
    keeper_yard.connect()
    return keeper_yard


def written_pid(path: Path) -> int:
    """The pid that a job has written to *path*, waited for."""
    until(path.exists, str(path))
    until(lambda: path.read_text().strip(), str(path))
    return int(path.read_text())


def test_cancel(keeper_yard: Yard) -> None:
    """A cancelled job gets SIGTERM and is told as cancelled by us, with the signal."""
    keeper_yard.connect()
    spec = keeper_yard.start("sleep 60")
    keeper_yard.runner.stop(spec.token, "cancel")
    outcome = keeper_yard.ended(spec.token)
    assert (outcome.stopped, outcome.signal, outcome.cause) == ("cancel", signal.SIGTERM, "")


def test_exit_code_zero_after_a_cancel_is_still_a_cancel(keeper_yard: Yard) -> None:
    """A job that ends cleanly on SIGTERM was stopped all the same; its exit code stays told."""
    keeper_yard.connect()
    spec = keeper_yard.start("trap 'exit 0' TERM; touch ready; while :; do sleep 0.01; done")
    until((keeper_yard.home / "ready").exists)
    keeper_yard.runner.stop(spec.token, "cancel")
    outcome = keeper_yard.ended(spec.token)
    assert (outcome.stopped, outcome.exit_code) == ("cancel", 0)


def test_own_outcome_stands_if_it_ended_first(keeper_yard: Yard) -> None:
    """A stop that comes after the end changes nothing about it."""
    keeper = keeper_yard.connect()
    spec = keeper_yard.start("exit 3")
    os.kill(keeper, signal.SIGSTOP)
    pid = keeper_yard.pid(spec)
    until(lambda: not alive(pid))
    keeper_yard.runner.stop(spec.token, "cancel")
    os.kill(keeper, signal.SIGCONT)
    outcome = keeper_yard.ended(spec.token)
    assert (outcome.stopped, outcome.exit_code) == ("", 3)


def test_whoever_ignores_sigterm_is_killed(either: Yard) -> None:
    """A job that ignores SIGTERM, with a child that does, is killed after its grace."""
    spec = either.start(f"trap '' TERM; (trap '' TERM; while :; do sleep 1; done) & echo $! > {either.home}/pid; wait")
    child = written_pid(either.home / "pid")
    either.runner.stop(spec.token, "cancel")
    outcome = either.ended(spec.token)
    assert outcome.signal == signal.SIGKILL
    assert outcome.stopped == "cancel"
    assert outcome.ended_at - (outcome.started_at or 0) >= spec.grace
    assert not alive(child)


def test_stopped_processes_are_stopped_too(keeper_yard: Yard) -> None:
    """A job under SIGSTOP ends on a cancel within its grace: it is continued to hear SIGTERM."""
    keeper_yard.connect()
    spec = keeper_yard.start("sleep 60", grace=30.0)
    os.kill(keeper_yard.pid(spec), signal.SIGSTOP)
    keeper_yard.runner.stop(spec.token, "cancel")
    assert keeper_yard.ended(spec.token).signal == signal.SIGTERM


def test_escapee_is_stopped_with_its_job(either: Yard) -> None:
    """A double fork with a session of its own, an empty environment and closed streams does not outlive a cancel."""
    spec = either.start("", argv=escape(either, "stay"))
    pid = written_pid(either.home / "escaped")
    either.runner.stop(spec.token, "cancel")
    either.ended(spec.token)
    assert not alive(pid)


def test_escapee_that_was_seen_is_told_from_other_jobs(either: Yard) -> None:
    """What a look saw below its job is stopped with that job, and only with that, whatever else runs."""
    other = either.start("sleep 60")
    path = either.home / "escaped"
    script = f"sh -c 'sleep 0.6; echo $$ > {path}.new; mv {path}.new {path}; exec env -i setsid sleep 60' & sleep 60"
    spec = either.start(script)
    pid = written_pid(path)
    either.runner.stop(spec.token, "cancel")
    either.ended(spec.token)
    assert not alive(pid)
    assert alive(either.pid(other))


def test_escapee_is_a_leftover_when_its_job_ends(either: Yard) -> None:
    """What an ended job left behind in a session of its own is stopped before the job counts as ended; told."""
    path = either.home / "escaped"
    command = " ".join(escape(either))
    outcome = either.run(f"{command}; until [ -s {path} ]; do sleep 0.01; done; exit 4")
    assert not alive(written_pid(path))
    assert outcome.exit_code == 4
    assert outcome.message == "1 process that it left behind had to be stopped"


def test_escapee_among_several_jobs_goes_with_the_last(keeper_yard: Yard) -> None:
    """An orphan that nothing gives away does not outlive the last of the jobs that it may be of."""
    keeper_yard.connect()
    path = keeper_yard.home / "escaped"
    other = keeper_yard.start("sleep 60")
    assert keeper_yard.run(" ".join(escape(keeper_yard)) + f"; until [ -s {path} ]; do :; done").exit_code == 0
    assert alive(keeper_yard.pid(other))
    keeper_yard.runner.stop(other.token, "cancel")
    keeper_yard.ended(other.token)
    assert not alive(written_pid(path))


def test_children_left_behind(either: Yard) -> None:
    """Background children of an ended job are stopped; its end is that of its main process."""
    spec = either.spec(f"sleep 60 & echo $! > {either.home}/pid; trap '' TERM; (while :; do sleep 1; done) & exit 5")
    either.runner.start([spec])
    outcome = either.ended(spec.token)
    assert outcome.exit_code == 5
    assert "left behind" in outcome.message
    assert not outcome.stopped
    assert not alive(written_pid(either.home / "pid"))
    assert time.time() - outcome.ended_at >= spec.grace * 0.9


def test_time_limit(keeper_yard: Yard) -> None:
    """A job that prints nothing is stopped when its time is up, whatever its exit code."""
    keeper_yard.connect()
    outcome = keeper_yard.run("trap 'exit 0' TERM; while :; do sleep 0.01; done", time_limit=0.4)
    assert (outcome.cause, outcome.exit_code, outcome.stopped) == ("time limit", 0, "")
    assert 0.4 <= outcome.ended_at - (outcome.started_at or 0) < 5


def test_time_limit_without_any_worker(keeper_yard: Yard) -> None:
    """The limit holds also while nobody is connected."""
    keeper_yard.connect()
    spec = keeper_yard.start("exec sleep 60", time_limit=0.4)
    pid = keeper_yard.pid(spec)
    keeper_yard.runner.close()
    until(lambda: not alive(pid))
    keeper_yard.runner = keeper_yard.another()
    keeper_yard.connect()
    assert keeper_yard.ended(spec.token).cause == "time limit"


def test_stop_of_one_that_was_stopped_before(keeper_yard: Yard) -> None:
    """A stop that is resent changes nothing; an adopt that says stop is one."""
    keeper_yard.connect()
    spec = keeper_yard.start("trap '' TERM; while :; do sleep 0.01; done", grace=0.3)
    keeper_yard.runner.stop(spec.token, "cancel")
    keeper_yard.runner.stop(spec.token, "cancel")
    keeper_yard.runner.adopt([held(spec, stop="cancel")])
    assert keeper_yard.ended(spec.token).stopped == "cancel"
    assert not [event for event in keeper_yard.hear() if isinstance(event, Ended | Disowned)]


FORKS = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
end = time.time() + 20
while time.time() < end:
    if not os.fork():
        os.setsid()
        time.sleep(0.05)
        os.fork()
        time.sleep(0.1)
        os._exit(0)
    time.sleep(0.02)
"""


def test_a_tree_that_goes_on_forking(either: Yard) -> None:
    """A tree that ignores SIGTERM and forks all the time is killed until nothing is left."""
    spec = either.start("", argv=(sys.executable, "-c", FORKS), grace=0.4)
    either.runner.stop(spec.token, "cancel")
    assert either.ended(spec.token).stopped == "cancel"
    assert not alive(either.pid(spec))

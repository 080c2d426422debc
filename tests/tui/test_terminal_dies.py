"""What becomes of the work when the app or its terminal dies, for real: nothing that runs notices."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobyard.core.models import Job, JobSpec
from jobyard.core.states import State
from jobyard.core.yard import Yard
from tests.tui.terminal import DEADLINE, JOBYARD, Terminal, app_on


@pytest.fixture
def yard(yard_home: Path) -> Iterator[Yard]:
    with Yard.open(yard_home) as yard:
        yield yard
        yard.worker_stop() if yard.worker_alive() else None
        until(lambda: not yard.worker_alive(), "all workers left")


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"did not come true: {what}"
        time.sleep(0.02)


class Work:
    """Two jobs: one runs until a file appears and says so in a witness file, one waits for it."""

    def __init__(self, yard: Yard, folder: Path) -> None:
        self.yard, self.go, self.witness = yard, folder / "go", folder / "witness"
        script = f"echo started >> {self.witness}; while [ ! -e {self.go} ]; do sleep 0.05; done; exit 7"
        yard.submit(JobSpec({"command": ["sh", "-c", script]}, name="long"))
        from jobyard.core.models import Dependency
        from jobyard.core.states import After

        then = JobSpec(
            {"command": ["sh", "-c", f"echo then >> {self.witness}"]},
            name="then",
            dependencies=(Dependency("long", After.ANY),),
        )
        yard.submit(then)

    def job(self, name: str) -> Job:
        return self.yard.job(name)

    def runs(self) -> bool:
        return self.job("long").state is State.RUNNING and self.witness.exists()

    def check(self) -> None:
        """Let it end; the outcomes are true and nothing ran twice."""
        self.go.touch()
        until(lambda: self.job("then").state is State.COMPLETED, "the second job completed")
        long = self.job("long")
        assert (long.state, long.exit_code, len(long.attempts)) == (State.FAILED, 7, 1)
        assert self.witness.read_text() == "started\nthen\n"


@pytest.fixture
def work(yard: Yard, tmp_path: Path) -> Work:
    return Work(yard, tmp_path)


def running_app(terminal: Terminal, work: Work) -> None:
    terminal.until(work.runs, "the job runs")
    terminal.shown("in this app")


def headless(yard: Yard) -> bool:
    return any(worker.alive and worker.face == "headless" for worker in yard.workers())


def test_sigkill(yard: Yard, work: Work) -> None:
    """The app is SIGKILLed: the job goes on; the next worker adopts it and runs what waits."""
    with app_on(yard.home) as terminal:
        running_app(terminal, work)
        terminal.process.kill()
        terminal.process.wait()
    assert work.runs()
    yard.worker_start()
    work.check()


@pytest.mark.parametrize("controlling", [True, False])
def test_the_terminal_is_closed(yard: Yard, work: Work, controlling: bool) -> None:
    """The terminal goes away, with a SIGHUP or without: the app leaves by itself, a headless worker goes on."""
    with app_on(yard.home, controlling=controlling) as terminal:
        running_app(terminal, work)
        terminal.hang_up()
        terminal.wait()
    until(lambda: headless(yard), "a headless worker")
    work.check()


@pytest.mark.parametrize(
    "numbers", [(signal.SIGHUP, signal.SIGHUP), (signal.SIGTERM,), (signal.SIGHUP, signal.SIGTERM)]
)
def test_signals(yard: Yard, work: Work, numbers: tuple[signal.Signals, ...]) -> None:
    """SIGHUP, also twice, and SIGTERM: a headless worker goes on, and it is one."""
    with app_on(yard.home) as terminal:
        running_app(terminal, work)
        for number in numbers:
            os.kill(terminal.process.pid, number)
        terminal.wait()
    until(lambda: headless(yard), "a headless worker")
    assert len([worker for worker in yard.workers() if worker.alive]) == 1
    work.check()


def test_quit_detaches(yard: Yard, work: Work) -> None:
    """q and Enter: the app leaves, a headless worker goes on."""
    with app_on(yard.home) as terminal:
        running_app(terminal, work)
        terminal.shown("1 running")
        terminal.keys("q")
        terminal.shown("under way in this app")
        terminal.keys("\r")
        assert terminal.wait() == 0
    assert headless(yard)
    work.check()


@pytest.mark.parametrize("point", ["app.detach_before", "app.detach_after", "app.quit"])
def test_crash_points(yard: Yard, work: Work, point: str, tmp_path: Path) -> None:
    """The app dies at each of its own windows while it hands over: nothing is lost, nothing runs twice."""
    env = {"JOBYARD_CRASH_AT": point, "JOBYARD_CRASH_ONCE": str(tmp_path)}
    with app_on(yard.home, env=env) as terminal:
        running_app(terminal, work)
        terminal.shown("1 running")
        terminal.keys("q")
        terminal.shown("under way in this app")
        terminal.keys("\r")
        assert terminal.wait() == -signal.SIGKILL
    if not headless(yard):
        yard.worker_start()
    work.check()


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_tmux_kill_session(yard: Yard, work: Work, tmp_path: Path) -> None:
    """tmux kill-session: the app is gone, a headless worker goes on."""
    tmux = ["tmux", "-S", str(tmp_path / "tmux"), "-f", "/dev/null"]
    env = {**os.environ, "JOBYARD_HOME": str(yard.home)}
    subprocess.run([*tmux, "new-session", "-d", "-x", "160", "-y", "50", *JOBYARD], env=env, check=True)

    def screen() -> str:
        return subprocess.run([*tmux, "capture-pane", "-p"], capture_output=True, text=True, check=False).stdout

    until(lambda: work.runs() and "in this app" in screen(), "the app in tmux runs the job")
    subprocess.run([*tmux, "kill-session"], check=True)
    until(lambda: headless(yard), "a headless worker")
    work.check()

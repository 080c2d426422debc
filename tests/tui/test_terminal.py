"""The app as people have it: its own process on a terminal, on a real yard."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.models import JobSpec
from jobyard.core.states import State
from jobyard.core.yard import Yard
from tests.tui.terminal import app_on


@pytest.fixture
def yard(yard_home: Path) -> Iterator[Yard]:
    with Yard.open(yard_home) as yard:
        yield yard


def sleeper(name: str, seconds: float = 60) -> JobSpec:
    return JobSpec({"command": ["sleep", str(seconds)]}, name=name)


def state(yard: Yard, name: str) -> State:
    return yard.job(name).state


def test_it_runs_what_is_submitted(yard: Yard) -> None:
    """The app's own worker runs a job; its log and its outcome are on the screen."""
    yard.submit(JobSpec({"command": ["sh", "-c", "echo hello from the job; exit 3"]}, name="greeter"))
    with app_on(yard.home) as terminal:
        terminal.shown("✗ failed")
        terminal.shown("exit code 3")
        terminal.shown("hello from the job")
        terminal.keys("q")
        assert terminal.wait() == 0


def test_keys_work_on_the_real_yard(yard: Yard) -> None:
    """Hold, priority and cancel with keys are what the yard has afterwards; another process's job appears by itself."""
    yard.submit(sleeper("victim"))
    with app_on(yard.home, "--no-worker") as terminal:
        terminal.shown("victim")
        terminal.keys("H")
        terminal.until(lambda: yard.job("victim").held, "held")
        terminal.keys("+")
        terminal.until(lambda: yard.job("victim").priority == 1, "priority 1")
        yard.submit(sleeper("newcomer"))
        terminal.shown("newcomer")
        terminal.keys("c")
        terminal.until(lambda: state(yard, "victim") is State.CANCELLED, "cancelled")
        terminal.until(lambda: re.search(r"⊘ cancelled +\d{4}-", terminal.text()), "cancelled in the table")


def test_a_running_job_is_cancelled_and_requeued(yard: Yard) -> None:
    """c and Enter stop a running job, r runs it again."""
    yard.submit(sleeper("runner"))
    with app_on(yard.home) as terminal:
        terminal.until(
            lambda: re.search(r"● running +\d{4}-\d{5}", terminal.text()), "running in the table, which c means"
        )
        terminal.keys("c")
        terminal.shown("Cancel this running job?")
        terminal.keys("\r")
        terminal.until(lambda: state(yard, "runner") is State.CANCELLED, "cancelled")
        terminal.until(lambda: re.search(r"⊘ cancelled +\d{4}-", terminal.text()), "cancelled in the table")
        terminal.keys("r")
        terminal.until(lambda: len(yard.job("runner").attempts) == 2, "a second attempt")
        yard.cancel(["runner"])
        terminal.until(lambda: state(yard, "runner") is State.CANCELLED, "cancelled again")


def test_detach_and_attach_do_not_touch_a_job(yard: Yard) -> None:
    """D hands a running job's worker to a process of its own and takes it back; the job's process is the same."""
    yard.submit(sleeper("steady"))
    with app_on(yard.home) as terminal:
        terminal.until(lambda: state(yard, "steady") is State.RUNNING, "running")
        terminal.until(lambda: yard.job("steady").attempts[-1].pid, "its pid")
        before = yard.job("steady").attempts
        for faces in ("headless", "app"):
            terminal.keys("D")
            terminal.until(lambda: [w.face for w in yard.workers() if w.alive] == [faces], f"a worker of {faces}")  # noqa: B023
        after = yard.job("steady").attempts
        assert [(a.number, a.pid, a.token) for a in after] == [(a.number, a.pid, a.token) for a in before]
        os.kill(after[-1].pid or 0, 0)
        yard.cancel(["steady"])
        terminal.until(lambda: state(yard, "steady") is State.CANCELLED, "cancelled")


def test_small_and_back(yard: Yard) -> None:
    """A window of 20×5, and back: the picture is whole again."""
    yard.submit(sleeper("survivor"))
    with app_on(yard.home, "--no-worker") as terminal:
        terminal.shown("survivor")
        terminal.resize(20, 5)
        terminal.until(lambda: "○" in terminal.text() and len(terminal.screen.display) == 5, "the small picture")
        terminal.resize(160, 50)
        terminal.shown("reason")
        terminal.shown("JOB-")
        assert terminal.process.poll() is None


def test_bytes_of_another_encoding(yard: Yard) -> None:
    """What a terminal of Latin-1 sends becomes a mark, a key beyond Unicode none; what follows is heard."""
    with app_on(yard.home, "--no-worker") as terminal:
        terminal.shown("No jobs yet")
        os.write(terminal.near, b"\x1b[99999999999u\x1b[1114112u")
        os.write(terminal.near, b"/caf\xe9 \xff\xfe")
        terminal.shown("caf\N{REPLACEMENT CHARACTER}")
        terminal.keys("beans\r")
        terminal.shown("beans")
        terminal.keys("q")
        assert terminal.wait() == 0
        assert b"Traceback" not in terminal.raw


def test_without_colour(yard: Yard) -> None:
    """NO_COLOR: not one cell has a colour, and the cursor is still to be seen."""
    yard.submit(sleeper("grey"))
    with app_on(yard.home, "--no-worker", env={"NO_COLOR": "1"}) as terminal:
        terminal.shown("grey")
        cells = [cell for line in terminal.screen.buffer.values() for cell in line.values()]
        assert {(cell.fg, cell.bg) for cell in cells} == {("default", "default")}
        assert any(cell.reverse for cell in cells)


def test_a_yard_that_cannot_be_opened(tmp_path: Path) -> None:
    """A yard that is a file: one line, exit 2, no picture."""
    path = tmp_path / "file"
    path.write_text("no yard")
    with app_on(path) as terminal:
        assert terminal.wait() == 2
        assert "Traceback" not in terminal.text()


def test_the_app_opens_on_a_job(yard: Yard) -> None:
    """--screen jobs JOB: the cursor is on that job, however many there are."""
    for number in range(80):
        yard.submit(sleeper(f"other-{number}"))
    last = yard.submit(sleeper("wanted")).id
    with app_on(yard.home, "--no-worker", "--screen", "jobs", last, size=(100, 24)) as terminal:
        terminal.shown("wanted")
        terminal.shown(last)


def test_a_screen_that_there_is_not(yard: Yard) -> None:
    """An unknown screen is refused with those that there are."""
    with app_on(yard.home, "--screen", "grpah") as terminal:
        assert terminal.wait() == 2
        assert "There is no screen grpah. The screens are jobs, graph, timeline" in " ".join(terminal.text().split())

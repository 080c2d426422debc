"""A log in the person's own pager, on a real terminal: the app stands back, and comes back."""

from __future__ import annotations

import time
from pathlib import Path

from jobyard.core.states import State
from jobyard.core.yard import Yard
from jobyard.tui.logs.saving import AT_ONCE
from tests.tui import prepared
from tests.tui.terminal import app_on

PAGER = """#!/bin/sh
trap : INT
echo "this is the pager of $(wc -l < "$1") lines"
until read answer < /dev/tty; do :; done  # some shells end a read at ^C, others go on
echo "it read $answer"
"""


def test_the_app_lends_its_terminal_to_a_pager(yard_home: Path, tmp_path: Path) -> None:
    """The pager has screen and keys, ^C is its own; when it is left, the app is there again and takes keys."""
    with Yard.open(yard_home) as yard:
        prepared._Lab(yard).ended("done", State.COMPLETED)
        path = yard.log_path("done")
        assert path is not None
        path.parent.mkdir(parents=True)
        path.write_text("".join(f"line {number}\n" for number in range(1, 101)))
    pager = tmp_path / "pager"
    pager.write_text(PAGER)
    pager.chmod(0o700)
    with app_on(yard_home, "--no-worker", "--screen", "logs", "done", env={"PAGER": str(pager)}) as terminal:
        terminal.shown("line 100")
        terminal.keys("|")
        terminal.shown("this is the pager of 100 lines")
        terminal.keys("\x03")
        terminal.keys("yes\r")
        terminal.shown("■ completed")
        terminal.keys("g")
        terminal.until(lambda: "line 1 " in terminal.screen.display[1], "the beginning")
        terminal.keys("q")
        terminal.shown("queues")
        terminal.keys("q")
        assert terminal.wait() == 0
    assert b"it read yes" in terminal.raw


def test_a_pager_that_is_left_early_gives_the_terminal_back(yard_home: Path, tmp_path: Path) -> None:
    """A pager that reads nothing of a big log of both streams and fails late: the app is there again, without alarm."""
    with Yard.open(yard_home) as yard:
        prepared._Lab(yard).ended("done", State.COMPLETED)
        path = yard.log_path("done")
        assert path is not None
        path.parent.mkdir(parents=True)
        path.write_text("a line of output\n" * 50_000)
        path.with_name("stderr").write_text("the last error\n")
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\necho it reads nothing\nread answer < /dev/tty\nexit 1\n")
    pager.chmod(0o700)
    with app_on(yard_home, "--no-worker", "--screen", "logs", "done", env={"PAGER": str(pager)}) as terminal:
        terminal.shown("the last error")
        terminal.keys("|")
        terminal.shown("it reads nothing")
        deadline = time.monotonic() + 2 * AT_ONCE  # it was there for a while
        terminal.until(lambda: time.monotonic() > deadline, "the while")
        began = len(terminal.raw)
        terminal.keys("\r")
        terminal.until(lambda: b"completed" in terminal.raw[began:], "the app is back")
        assert "ended at once" not in terminal.text()
        terminal.keys("g")
        terminal.until(lambda: "a line" in terminal.screen.display[1], "the beginning")
        terminal.keys("qq")
        assert terminal.wait() == 0

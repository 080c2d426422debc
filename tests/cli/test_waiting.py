"""How far a long command is: told to whoever looks, once it takes long, and to nobody else."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from jobyard.core.models import JobSpec
from jobyard.core.progress import Progress
from jobyard.core.yard import Yard
from jobyard.tui.cli import waiting as module
from jobyard.tui.cli.taskrun.printer import Printer
from jobyard.tui.cli.taskrun.standing import Standing
from jobyard.tui.cli.verbs.wait import standing
from jobyard.tui.cli.waiting import Waiting, waiting


class Screen(io.StringIO):
    """A terminal as a file."""

    def __init__(self) -> None:
        super().__init__()
        self.buffer = SimpleNamespace(write=lambda data: self.write(data.decode()), flush=self.flush)

    def isatty(self) -> bool:
        return True


def terminal_of(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Standard output and standard error are one terminal, of which rich is told."""
    screen, made = Screen(), module._lines
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("TERM", "xterm")

    def lines() -> Any:
        found = made()
        found.live.console = Console(file=screen, force_terminal=True, width=80)
        return found

    monkeypatch.setattr(module, "_lines", lines)
    return screen


def test_a_long_command_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Text and bar are shown once it has begun, and wiped when it is over; users' markup is text."""
    terminal = terminal_of(monkeypatch)
    shown = Waiting("Copying [red]a[/red]")
    shown.say("early")
    assert terminal.getvalue() == ""
    shown.begin()
    shown.say("[b]half[/b] copied", 0.5)
    shown.end()
    assert "[b]half[/b] copied" in terminal.getvalue()
    assert "━" in terminal.getvalue()
    assert terminal.getvalue().endswith("\x1b[2K")
    size = len(terminal.getvalue())
    shown.begin()
    shown.say("too late")
    assert len(terminal.getvalue()) == size


def test_a_short_command_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is over within a second leaves no trace, and no thread."""
    terminal = terminal_of(monkeypatch)
    with waiting("Copying") as told:
        told.say("half", 0.5)
    assert terminal.getvalue() == ""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join()
    assert terminal.getvalue() == ""


def test_it_begins_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though nothing is said meanwhile."""
    terminal = terminal_of(monkeypatch)
    begun = threading.Event()
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    begin = Waiting.begin
    monkeypatch.setattr(Waiting, "begin", lambda self: (begin(self), begun.set()))
    with waiting("Checking the yard"):
        assert begun.wait(10)
    assert "Checking the yard" in terminal.getvalue()


@pytest.mark.parametrize("dumb", [False, True])
def test_nobody_looks(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], dumb: bool) -> None:
    """In a pipe and on a terminal that cannot wipe a line nothing is begun."""
    if dumb:
        monkeypatch.setattr(sys, "stderr", Screen())
        monkeypatch.setenv("TERM", "dumb")
    before = threading.active_count()
    with waiting("Copying"):
        assert threading.active_count() == before
    assert capsys.readouterr().err == ""


def test_a_pipe_hears_nothing_of_a_large_submit(yard_home: Path) -> None:
    """``submit --file -`` of thousands prints ids and nothing else, and does not load rich."""
    lines = b'{"command":["true"],"hold":true}\n' * 3000
    code = "import sys; from jobyard.tui.cli.main import main; main(sys.argv[1:]); print('rich' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, "submit", "--file", "-"], input=lines, capture_output=True, check=True,
        env={**os.environ, "TERM": "xterm"},
    )  # fmt: skip
    printed = done.stdout.decode().split()
    assert len(printed) == 3001
    assert printed[-1] == "False"
    assert b"stored" not in done.stderr


def test_wait_tells_how_many_have_ended(yard_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several jobs those that have ended and what the running ones say; of one its own words."""
    with Yard.open(yard_home) as yard:
        ids = yard.submit_many([JobSpec({"command": ["true"]}, cwd="/") for _ in range(4)])
        rows = yard.resolve(ids)
        yard.cancel(rows[:2])
        assert standing(yard, rows[1:], 4) == ("2 of 4 jobs have ended, 0 running", 0.5)
        assert standing(yard, rows[3:], 1) == (f"{ids[3]} pending", None)
        monkeypatch.setattr(Yard, "progress", lambda self, some: {rows[3]: Progress(0.25, "fit", 0.0)})
        assert standing(yard, rows[3:], 1) == (f"{ids[3]} pending: fit", 0.25)


def test_run_keeps_its_line_below_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """Output goes above the line that says how far the run is; the line is wiped at the end."""
    terminal = terminal_of(monkeypatch)
    now = [0.0]
    printer = Printer(terminal)
    yard: Any = SimpleNamespace(progress=lambda rows: {rows[0]: Progress(0.5, "", 0.0)})
    follower: Any = SimpleNamespace(tracks=dict.fromkeys(range(4)), left=3, live={2: None})
    line = Standing(yard, printer, lambda: now[0])
    line.look(follower)
    assert terminal.getvalue() == ""
    now[0] = 1.5
    line.look(follower)
    told = "▕███▊      ▏ 37% · 1 of 4 tasks ended, 1 running"
    assert terminal.getvalue() == f"\r\x1b[K{told}"
    printer.output("a", [b"one"])
    assert terminal.getvalue().endswith(f"\r\x1b[Ka | one\n\r\x1b[K{told}")
    line.end()
    assert terminal.getvalue().endswith(f"{told}\r\x1b[K")


def test_run_has_no_such_line_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """Where output does not go to a terminal nothing is added to it."""
    follower: Any = SimpleNamespace(tracks={1: None}, left=1, live={})
    yard: Any = SimpleNamespace(progress=lambda rows: {})
    now = [0.0]
    line = Standing(yard, Printer(), lambda: now[0])
    now[0] = 9.0
    line.look(follower)
    line.end()
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""

"""The process that reads data files: it can be stopped, dies with whoever asks, and keeps nothing from anybody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jobyard.core.errors import BadFile
from jobyard.core.results import apart as apart_module
from jobyard.core.results.apart import Apart

ENDLESS = ("re:match", "(a+)+$", "a" * 60 + "b")  # a question that stays in C, where no thread of Python gets a turn


@pytest.fixture
def apart() -> Iterator[Apart]:
    reader = Apart()
    yield reader
    reader.end()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.005)


def asked(apart: Apart, *question: Any, stop: threading.Event | None = None) -> tuple[threading.Thread, list[Any]]:
    """Asked by a thread, and what became of it."""
    found: list[Any] = []

    def ask() -> None:
        try:
            found.append(apart.ask(*question, stop=stop))
        except BadFile as error:
            found.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    return thread, found


def test_a_question_that_is_given_up_lets_the_next_one_through(apart: Apart) -> None:
    """The process that works for nobody is ended after a while; the next question is answered by another one."""
    first, stop = apart.ask("os:getpid"), threading.Event()
    thread, found = asked(apart, *ENDLESS, stop=stop)
    until(apart._turn.locked)
    stop.set()
    assert apart.ask("os:getpid") not in (None, first)
    thread.join(5)
    assert "stopped" in found[0].line()


def test_what_is_answered_soon_is_let_go_on(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that nobody wants any more does not cost the process, which would have to be started again."""
    monkeypatch.setattr(apart_module, "PATIENCE", 60.0)
    first, stop = apart.ask("os:getpid"), threading.Event()
    thread, _ = asked(apart, "time:sleep", 0.1, stop=stop)
    until(apart._turn.locked)
    stop.set()
    assert apart.ask("os:getpid") == first
    thread.join(5)


def test_who_waits_for_the_turn_may_give_up(apart: Apart) -> None:
    """A question behind another one that takes long is given up without having been asked."""
    apart.ask("os:getpid")
    long = threading.Event()
    working, _ = asked(apart, *ENDLESS, stop=long)
    until(apart._turn.locked)
    stop = threading.Event()
    waiting, found = asked(apart, "os:getpid", stop=stop)
    stop.set()
    waiting.join(5)
    assert "stopped" in found[0].line()
    assert working.is_alive()
    long.set()
    working.join(5)


def test_a_long_question_has_a_process_alone(apart: Apart) -> None:
    """Others are answered meanwhile; it ends with the rest."""
    found: list[Any] = []

    def ask() -> None:
        try:
            apart.ask_alone("time:sleep", 600)
        except BadFile as error:
            found.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    until(lambda: apart._others and apart._others[0].pid)
    assert apart.ask("os:getpid") == apart.pid
    apart.end()
    thread.join(5)
    assert found
    with pytest.raises(BadFile, match="app ends"):
        apart.ask("os:getpid")


def test_it_holds_no_terminal_and_takes_no_more_memory_than_a_file_needs(apart: Apart) -> None:
    """It has a session of its own, pipes instead of the terminal; what claims to be endless is refused."""
    pid = apart.ask("os:getpid")
    assert os.getsid(pid) == pid
    assert Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[4] == "0"
    links = {os.readlink(f"/proc/{pid}/fd/{name}").partition(":")[0] for name in os.listdir(f"/proc/{pid}/fd")}
    assert links <= {"pipe", "/dev/null"}
    with pytest.raises(BadFile, match="not enough memory"):
        apart.ask("builtins:bytearray", 1 << 40)
    assert apart.pid == pid


ASKS = """
import sys, threading
from jobyard.core.results.apart import Apart
reader = Apart()
print(reader.ask("os:getpid"), flush=True)
print(reader.ask(*sys.argv[1:]), flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("question", [ENDLESS, ("os:getpid",)], ids=["working", "waiting"])
def test_it_ends_when_whoever_asks_is_killed(question: tuple[str, ...]) -> None:
    """Not only while it waits for a question: also in the midst of one that never ends."""
    argv = [sys.executable, "-c", ASKS, *question]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as asking:
        assert asking.stdout is not None
        reader = int(asking.stdout.readline())
        if question == ENDLESS:
            until(lambda: Path(f"/proc/{reader}/stat").read_text().rpartition(")")[2].split()[0] == "R")
        else:
            asking.stdout.readline()
        asking.send_signal(signal.SIGKILL)
    until(lambda: ended(reader))


def ended(pid: int) -> bool:
    """Whether it is gone, or waits for somebody to notice that."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True

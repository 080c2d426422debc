"""Colours as the terminal gets them: none with NO_COLOR, sixteen where there are no more, in dialogs too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.models import JobSpec
from jobyard.core.yard import Yard
from tests.tui.terminal import Terminal, app_on

MORE = re.compile(rb"\x1b\[[0-9;]*[34]8;[25][;:]")  # of 256 colours, or of sixteen million
OPENED = {
    "y": "Copy",
    "?": "type to filter",
    "\x10": "type a command",
    "\x14": "high-contrast",
    "p": "Priority of 1 job",
    "a": "New job",
    "P": "Pause the queue",
}  # keys and a word of their dialogs


@pytest.fixture
def yard(yard_home: Path) -> Iterator[Yard]:
    with Yard.open(yard_home) as yard:
        yard.submit(JobSpec({"command": ["true"]}, name="grey", cwd="/"))
        yield yard


def tour(terminal: Terminal) -> Iterator[str]:
    """Open each dialog, and close it again after it was looked at; at the end a toast."""
    terminal.shown("grey")
    yield "jobs"
    for key, word in OPENED.items():
        terminal.keys(key)
        terminal.shown(word)
        yield word
        terminal.keys("\x1b")
        terminal.until(lambda: word not in terminal.text(), f"no more {word}")  # noqa: B023
    terminal.keys("r")
    terminal.shown("requeue: not for a pending job")
    yield "toast"


def test_no_colour_anywhere(yard: Yard) -> None:
    """NO_COLOR: not one cell of any dialog or toast has a colour; edges and reversal show where one is."""
    with app_on(yard.home, "--no-worker", env={"NO_COLOR": "1"}) as terminal:
        for what in tour(terminal):
            cells = [cell for line in terminal.screen.buffer.values() for cell in line.values()]
            assert {(cell.fg, cell.bg) for cell in cells} == {("default", "default")}, what
            assert ("╭" in terminal.text()) is (what != "jobs")
            assert any(cell.reverse for cell in cells) or what == "toast"


@pytest.mark.parametrize("term", ["xterm", "linux"])
def test_sixteen_colours_where_there_are_no_more(yard: Yard, term: str) -> None:
    """A terminal of sixteen colours gets its own ones alone, and its own grounds; everything can be seen."""
    env = {"TERM": term, "COLORTERM": "", "JOBYARD_THEME": ""}
    with app_on(yard.home, "--no-worker", env=env) as terminal:
        for what in tour(terminal):
            grounds = {cell.bg for line in terminal.screen.buffer.values() for cell in line.values()}
            assert grounds == {"default"}, what
            assert ("╭" in terminal.text()) is (what != "jobs")
        assert not MORE.search(terminal.raw)


def test_a_remembered_theme_is_painted(yard: Yard, tmp_path: Path) -> None:
    """The theme that was chosen is there the next time; with 256 colours too."""
    with app_on(yard.home, "--no-worker") as terminal:
        terminal.shown("grey")
        terminal.keys("\x14")
        terminal.shown("high-contrast")
        terminal.keys("jj\r")
        terminal.until(lambda: "high-contrast" not in terminal.text(), "chosen")
    with app_on(yard.home, "--no-worker") as terminal:
        terminal.shown("grey")
        found = {cell.bg for line in terminal.screen.buffer.values() for cell in line.values()}
        assert "000000" in found

"""What a person sees of a wait: a line that is written over where one can be, else a line for each change."""

from __future__ import annotations

import io
import os

import pytest

from jobyard.core import JobClient
from jobyard.core.client.watching import AT_ONCE, Line, Standing, Watch, place


class Terminal(io.StringIO):
    """What says that it is one."""

    def isatty(self) -> bool:
        return True


def standing(
    status: str, waited: float = 1.0, fraction: float | None = None, text: str = "", why: str = ""
) -> Standing:
    return Standing("JOB-20261122-00001", status, why, fraction, text, waited)


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    monkeypatch.setenv("TERM", "xterm")


def test_a_terminals_line_is_written_over() -> None:
    """Each look takes the place of the one before, to its last cell; the last word stays."""
    stream = Terminal()
    line = Line(stream)
    line.show(standing("pending", why="no free slot (position 3)"))
    line.show(standing("running", 12.0, 0.5, "second pass"))
    line.end("JOB-20261122-00001 completed")
    first, second, last = stream.getvalue().split("\r")[1:]
    assert first == "JOB-20261122-00001 pending 1s: no free slot (position 3)"
    assert second.rstrip() == "JOB-20261122-00001 running 12s ██████████░░░░░░░░░░ 50% second pass"
    assert last == "JOB-20261122-00001 completed" + " " * (len(second) - len("JOB-20261122-00001 completed")) + "\n"


def test_the_last_word_is_never_cut() -> None:
    """It names what to do: a terminal wraps it."""
    stream = Terminal()
    line = Line(stream)
    line.show(standing("running"))
    line.end("JOB-20261122-00001 is running and goes on. " + "x" * 100)
    assert stream.getvalue().endswith("x" * 100 + "\n")


def test_many_rings_are_few_looks(client: JobClient) -> None:
    """A start has some rings, each of which is looked at; a busy yard does not make a wait busy."""
    row = client.job(client.submit(["true"])).row
    seen: list[Standing] = []
    watch = Watch(client.yard, row, seen.append)
    for _ in range(AT_ONCE // 2):
        watch.heard([row], 1)
    assert len(seen) == AT_ONCE // 2
    for _ in range(1000):
        watch.heard([row], 1)
    assert len(seen) < 100


def test_a_pipe_gets_a_line_for_each_change() -> None:
    """Seconds that pass and bars that grow are no change."""
    stream = io.StringIO()
    line = Line(stream)
    for waited in range(5):
        line.show(standing("running", float(waited), waited / 5))
    line.end("JOB-20261122-00001 failed: ValueError: no carrier")
    assert len(stream.getvalue().splitlines()) == 2
    assert "\r" not in stream.getvalue()


def test_a_dumb_terminal_is_like_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot go back is not asked to."""
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    Line(stream).show(standing("pending"))
    assert "\r" not in stream.getvalue()


def test_a_notebook_is_told_on_its_stdout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jupyter shows stderr as an alarm, and writes over a line without being a terminal."""
    kernels = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})()
    monkeypatch.setattr("sys.stdout", kernels)
    assert place() is kernels
    Line().show(standing("running"))
    assert kernels.getvalue().startswith("\rJOB-")


def test_what_a_job_prints_is_harmless_and_fits() -> None:
    """A text of a job cannot move the cursor, nor wrap the line."""
    stream = Terminal()
    Line(stream).show(standing("running", 1.0, 0.1, "\x1b[2Jevil\r" + "x" * 500))
    shown = stream.getvalue()[1:]
    assert not {"\x1b", "\r"} & set(shown)
    assert len(shown) < int(os.environ["COLUMNS"])

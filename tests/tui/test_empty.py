"""A table without jobs says why, and which keys to know first."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.core.models import QueueInfo
from jobyard.core.states import State
from jobyard.tui.actions import with_keys
from jobyard.tui.empty import Emptiness, empty_words, folded_words
from jobyard.tui.registry import ACTIONS
from tests.tui.conftest import opened
from tests.tui.fake_yard import FakeYard, worker

LANE = QueueInfo(2, "default", "qick", 4, "fifo", False, None, False, False, dict.fromkeys(State, 0))


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (Emptiness(), ("No jobs yet.", "a  here", "?  every key", "q  quit")),
        (Emptiness(worker=False), ("No worker lives", "D  starts one")),
        (Emptiness(owner="ada"), ("under the account of ada",)),
        (Emptiness(read_only=True), ("This app only looks.",)),
        (Emptiness(filtered=True, queue=LANE), ("No job matches.", "esc  drops the filter", "/  another one")),
        (Emptiness(queue=LANE), ("No jobs in queue qick.", "a  a new job", "esc  all jobs")),
        (Emptiness(queue=LANE._replace(paused=True)), ("which is paused", "P  resumes it")),
        (Emptiness(queue=LANE._replace(ended=True)), ("which has ended",)),
        (Emptiness(queue=LANE._replace(session="a{b}\x1b")), ("No jobs in queue a{b}␛/qick.",)),
        (Emptiness(chosen="lab"), ("No jobs in lab.", "esc  all jobs")),
    ],
)
def test_words(what: Emptiness, words: tuple[str, ...]) -> None:
    """Why it is empty, and three keys at least."""
    lines = with_keys(empty_words(what), ACTIONS)
    for each in words:
        assert each in "\n".join(lines)
    assert sum("  " in part.strip() for line in lines for part in line.split("     ")) >= 3 or what.read_only
    assert all(len(line) <= 100 for line in lines)


def test_nothing_is_offered_that_may_not_be_done() -> None:
    """With --read-only no key changes anything."""
    for what in (Emptiness(read_only=True, worker=False), Emptiness(read_only=True, queue=LANE._replace(paused=True))):
        text = "\n".join(empty_words(what))
        assert not any(key in text for key in ("{new}", "{worker}", "{pause}"))


async def test_an_empty_yard_and_its_worker(tmp_path: Path) -> None:
    """The hint to start a worker goes when one lives."""
    yard = FakeYard(tmp_path, running=0, pending=0, ended=0)
    async with opened(yard) as app:
        await app.shown("No worker lives, which would run it:  D  starts one")
        yard.worker_list = [worker("headless")]
        yard.change()
        await app.until(lambda: "No worker lives" not in app.text(), "a worker")
        await app.shown("No jobs yet.")


async def test_an_empty_queue_is_named(tmp_path: Path) -> None:
    """Choosing a queue without jobs says which, and how to get out."""
    yard = FakeYard(tmp_path, running=0, pending=0, ended=0)
    yard.paused = {2}
    async with opened(yard) as app:
        await app.press("b", "j", "j")
        await app.shown("No jobs in queue qick, which is paused: what comes waits.")
        await app.shown("esc  all jobs")


@pytest.mark.parametrize("width", [8, 20, 42, 60, 200])
def test_words_fit(width: int) -> None:
    """In a narrow table they go on below: nothing is lost, and no line is too long."""
    whole = with_keys(empty_words(Emptiness(owner="ada", worker=False)), ACTIONS)
    lines = folded_words(whole, width)
    assert all(len(words) <= width for words, _ in lines)
    assert "".join("".join(words.split()) for words, _ in lines) == "".join("".join(line.split()) for line in whole)
    assert lines[0][1] == "bold"


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_an_empty_yard_is_not_cut(tmp_path: Path, size: tuple[int, int]) -> None:
    """All of what it says can be read, and the pane beside it explains no key that would do nothing."""
    async with opened(FakeYard(tmp_path, running=0, pending=0, ended=0), size) as app:
        await app.shown("No job to show.")
        region = app.table.region
        text = "".join(line[region.x : region.right].strip() for line in app.lines()[region.y : region.bottom])
        whole = "".join("".join(app.table.empty).split())
        assert "".join(text.split()).endswith(whole)
        assert "choose one" not in app.text()


async def test_the_top_line_counts_what_it_names(fake: FakeYard) -> None:
    """With a queue chosen its jobs, as the list counts them; with all of them those of the yard."""
    async with opened(fake) as app:
        await app.shown("● 3 running  ○ 12 pending")
        await app.press("b", "j")
        await app.until(lambda: "default" in app.lines()[0] and "● 1 running  ○ 4 pending" in app.lines()[0])
        await app.press("g")
        await app.until(lambda: "default" not in app.lines()[0] and "● 3 running" in app.lines()[0])

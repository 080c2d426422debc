"""Watching: a word at a job's end, in the app, to the terminal, and after a while without the app."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.models import Fold, JobSpec
from jobyard.core.states import State
from jobyard.core.yard import Yard
from jobyard.tui.notifying import notification
from jobyard.tui.watching import End, Watch, kept, line_of, recalled, told, watch_of
from tests.tui.conftest import Driver, opened
from tests.tui.fake_yard import NOW, FakeYard

WATCH = Watch(7, "JOB-20261122-00007", "rabi")


# -- in the app -----------------------------------------------------------------------------------------------


def written(app: Driver) -> list[str]:
    """Has everything that is sent to the terminal beside the picture, from now on."""
    sent: list[str] = []
    driver = app.app._driver
    assert driver is not None
    driver.write = sent.append  # type: ignore[method-assign]
    return sent


async def test_the_end_of_a_watched_job_is_told(fake: FakeYard) -> None:
    """w marks the line; when the job ends there are a word, the bell and a notification, and the mark is gone."""
    async with opened(fake) as app:
        sent = written(app)
        await app.press("j", "w")
        await app.shown("◉")
        fake.change(fake.make(34)._replace(state=State.FAILED, ended_at=NOW, message="exit code 9"))
        await app.said("✗ align-034 failed: exit code 9.".replace("align-034", fake.make(34).name))
        await app.until(lambda: "◉" not in app.text(), "the mark to go")
        await app.until(lambda: any("\a" in text for text in sent), "the bell")


async def test_w_again_unwatches(fake: FakeYard) -> None:
    """The second w takes the watch back; nothing is said at the end."""
    async with opened(fake) as app:
        await app.press("j", "w")
        await app.shown("◉")
        await app.press("w")
        await app.until(lambda: "◉" not in app.text(), "the mark to go")
        fake.change(fake.make(34)._replace(state=State.COMPLETED, ended_at=NOW))
        await app.shown("● 2 running")
        assert not any("completed" in toast for toast in app.toasts())


async def test_an_ended_job_is_not_watched(fake: FakeYard) -> None:
    """There is nothing to wait for."""
    async with opened(fake) as app:
        await app.press("G", "w")
        await app.said("What has ended cannot be watched.")
        assert app.app.jobs.watches == {}


async def test_the_marked_are_watched_together(fake: FakeYard) -> None:
    """With marks all of them are meant, those that have ended left out."""
    async with opened(fake) as app:
        await app.press("space", "space", "G", "space", "w")
        await app.until(lambda: len(app.app.jobs.watches) == 2, "two watches")


async def test_what_ended_meanwhile_is_told(fake: FakeYard) -> None:
    """The app was closed when it ended: the next start says so, once."""
    async with opened(fake) as app:
        await app.press("j", "w")
        await app.shown("◉")
    fake.change(fake.make(34)._replace(state=State.COMPLETED, ended_at=NOW))
    async with opened(fake) as app:
        await app.said("Meanwhile: ✓")
    async with opened(fake) as app:
        await app.press("j")
        assert not any("Meanwhile" in toast for toast in app.toasts())


async def test_the_list_of_what_is_watched(fake: FakeYard) -> None:
    """W lists them and goes to the chosen one; without any it says how to have one."""
    async with opened(fake) as app:
        await app.press("W")
        await app.said("w watches one")
        await app.press("j", "w", "G", "W")
        await app.shown("Watched jobs")
        await app.until(lambda: app.app.screen.query_one("Menu").options[0][1].startswith("● running "), "its state")
        await app.press("enter")
        await app.until(lambda: app.selected == 34, "the watched job")


# -- on a real yard -------------------------------------------------------------------------------------------


@pytest.fixture
def yard(yard_home: Path) -> Iterator[Yard]:
    with Yard.open(yard_home, face="app") as yard:
        yield yard


async def test_an_array_is_watched_as_one(yard: Yard) -> None:
    """The folded line of an array: its end is that of its last element, told with the counts."""
    yard.submit(JobSpec({"command": ["true"]}, name="scan", array="0-2", held=True))
    rows = [job.row for job in yard.list()]
    async with opened(yard) as app:
        await app.shown("scan[0-2]")
        await app.press("g", "w")
        await app.shown("◉")
        yard.cancel(rows[:2])
        await app.until(lambda: app.app.jobs.feeds.outlook._heard == yard.changes(-1).version, "the first two")
        assert not any("cancelled" in toast for toast in app.toasts())
        yard.cancel(rows[2:])
        await app.said("⊘ scan 3 cancelled.")


# -- pure -----------------------------------------------------------------------------------------------------


def test_words_for_many_ends() -> None:
    """Three by name, the rest as a number; a purged job is told too; all completed is no warning."""
    done = End(WATCH, State.COMPLETED, "completed")
    assert told([done]) == ("✓ rabi completed.", "information")
    words, severity = told([done, End(WATCH, None, "has been purged"), done, done, done], meanwhile=True)
    assert words == "Meanwhile: ✓ rabi completed. ∅ rabi has been purged. ✓ rabi completed. 2 others ended too."
    assert severity == "warning"


def test_an_arrays_line_is_known_by_the_array(fake: FakeYard) -> None:
    """Whichever element stands first."""
    fold = Fold("array", "JOB-20261122-00021[0-9]", 10, ((State.PENDING, 10),))
    line = fake.make(25)._replace(array_id=21, array_index=4, fold=fold)
    watch = watch_of(line)
    assert watch is not None
    assert (watch.row, watch.id, watch.array) == (21, "JOB-20261122-00021", True)
    assert line_of(line) == 21
    assert watch_of(line._replace(fold=fold._replace(counts=((State.COMPLETED, 10),)))) is None


def test_what_is_remembered() -> None:
    """Each yard has its own; nonsense in the file is no watch; nothing left leaves nothing."""
    found = json.loads(json.dumps(kept({"/other": [[1, "JOB-1", "a", False]]}, "/yard", [WATCH])))
    assert recalled(found, "/yard") == {7: WATCH}
    assert list(recalled(found, "/other")) == [1]
    assert kept({"/yard": found["/yard"]}, "/yard", []) is None
    for nonsense in (None, 3, [], {"/yard": 3}, {"/yard": [3, [1], ["a", 1, 2, 3], [1, "a", "b", "c"]]}):
        assert recalled(nonsense, "/yard") == {}


def test_a_notification_is_one_sequence() -> None:
    """The bell and OSC 9; control characters of a name end nothing, and it is cut where a desktop would."""
    text = notification("a\x1b\\b\x07c\x9cd" + "x" * 500, {"TERM": "xterm-256color"})
    assert text.startswith("\a\x1b]9;jobyard: ")
    assert text.endswith("\x1b\\")
    assert all(char.isprintable() for char in text[4:-2])
    assert len(text) < 230


@pytest.mark.parametrize(("answer", "through"), [("on", True), ("all", True), ("off", False), ("", False)])
def test_tmux_hands_it_on_only_if_it_may(tmp_path: Path, answer: str, through: bool) -> None:
    """Inside tmux the sequence is wrapped where tmux is allowed to pass it through; otherwise there is the bell."""
    tmux = tmp_path / "tmux"
    tmux.write_text(f"#!/bin/sh\necho {answer}\n")
    tmux.chmod(0o755)
    text = notification("done", {"TMUX": "/tmp/tmux,1,0", "TMUX_PANE": "%1", "PATH": f"{tmp_path}:/usr/bin:/bin"})
    assert text.startswith("\a")
    assert ("\x1bPtmux;\x1b\x1b]9;jobyard: done" in text) is through
    assert len(text) == 1 or through


@pytest.mark.parametrize("env", [{"STY": "1.screen"}, {"TERM": "linux"}, {"TERM": "dumb"}])
def test_others_hear_the_bell(env: dict[str, str]) -> None:
    """A terminal that would print the sequence gets the bell alone."""
    assert notification("done", env) == "\a"


async def test_a_watched_job_that_is_marked(fake: FakeYard) -> None:
    """Neither sign stands right before the state's own: the watch comes first, and the mark is but half a cell."""
    async with opened(fake) as app:
        await app.press("w")
        await app.shown("◉ ● running")
        await app.press("space")
        await app.shown("◉▌● running")
        await app.press("space")
        await app.shown("▌ ● running")

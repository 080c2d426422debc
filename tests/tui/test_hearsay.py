"""What others did, in words; and only what others did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.models import Deed, JobSpec
from jobyard.core.yard import Yard
from jobyard.tui.hearsay import Reader, told
from jobyard.tui.throttle import Throttle
from tests.tui.conftest import opened
from tests.tui.fake_yard import FakeYard

ME = Reader("me", "rig")


def deed(user: str, verb: str, jobs: int = 0, queue: str = "qick", what: str = "", **more: str) -> Deed:
    place = {"host": "rig", "face": "cli", "session": "default"} | more
    return Deed(user, place["host"], place["face"], verb, place["session"] if queue else "", queue, jobs, what)


@pytest.mark.parametrize(
    ("deeds", "words"),
    [
        ([], ""),
        ([deed("ada", "cancel", 3)], "ada cancelled 3 jobs of queue qick."),
        ([deed("ada", "cancel", 3), deed("ada", "cancel", 2)], "ada cancelled 5 jobs of queue qick."),
        ([deed("ada", "hold", 1), deed("ada", "hold", 1, "gpu")], "ada held 2 jobs of 2 queues."),
        ([deed("bob", "queue pause")], "bob paused queue qick."),
        ([deed("bob", "queue set", session="lab")], "bob changed queue lab/qick."),
        ([deed("bob", "resource lock", queue="", what="vna")], "bob locked resource vna."),
        ([deed("bob", "session end", queue="", what="lab")], "bob ended session lab."),
        ([deed("ada", "undo cancel", 3)], "ada took back: cancelled 3 jobs of queue qick."),
        ([deed("ada", "redo queue pause")], "ada did again: paused queue qick."),
        ([deed("me", "priority", 1)], "You (cli) changed the priority of 1 job of queue qick."),
        ([deed("me", "hold", 1, host="other")], "You (on other) held 1 job of queue qick."),
        ([deed("ada", "polish", 2)], "ada polish 2 jobs of queue qick."),
        ([deed("a\x1b[31m", "hold", 1, "q\nx")], "a␛[31m held 1 job of queue q↵x."),
    ],
)
def test_words(deeds: list[Deed], words: str) -> None:
    """One sentence for each person and verb; names are data."""
    assert told(deeds, ME) == words


def test_many_are_summed_up() -> None:
    """Three sentences at most, then a number."""
    text = told([deed(f"user{n}", "hold", 1) for n in range(9)], ME)
    assert text.count("held") == 3
    assert text.endswith("And 6 other changes.")


def test_every_verb_of_an_undo_has_words() -> None:
    """Whatever can be undone is told in words and not as the audit calls it."""
    from jobyard.core.store.undoable import UNDOABLE

    for verb in UNDOABLE.keys() - {"stop", "shift"}:
        text = told([deed("ada", verb, 0 if " " in verb and not verb.startswith("after") else 1)], ME)
        assert not text.startswith(f"ada {verb} "), text


def test_a_throttle_is_at_once_and_then_slow() -> None:
    """A few calls go through at once, then so many a second; the last is never lost."""
    now, done = [0.0], list[float]()
    waiting: list[tuple[float, object]] = []
    throttle = Throttle(
        lambda: done.append(now[0]), lambda after, act: waiting.append((now[0] + after, act)), burst=2, rate=4.0,
        clock=lambda: now[0],
    )  # fmt: skip
    for _ in range(100):
        throttle()
    assert done == [0.0, 0.0]
    assert [at for at, _ in waiting] == [0.25]
    now[0] = 0.25
    waiting.pop()[1]()  # type: ignore[operator]
    assert done == [0.0, 0.0, 0.25]
    assert waiting == []


async def test_a_toast_for_anothers_change(fake: FakeYard) -> None:
    """What another user did is said once; what workers did is not."""
    async with opened(fake) as app:
        fake.change(fake.make(21)._replace(held=True))
        await app.until(lambda: app.app.jobs.feeds.outlook._heard == fake.version, "it has listened")
        assert app.toasts() == []
        with fake.lock:
            fake.deeds.append((fake.version + 1, deed("ada", "hold", 1)))
            fake.change(fake.make(22)._replace(held=True))
        await app.said("ada held 1 job of queue qick.")


@pytest.fixture
def yard(yard_home: Path) -> Iterator[Yard]:
    with Yard.open(yard_home, face="app") as yard:
        yield yard


async def test_another_face_is_heard_and_ones_own_is_not(yard: Yard) -> None:
    """On a real yard: the command line's pause and hold are said, the app's own priority is not."""
    yard.submit(JobSpec({"command": ["true"]}, name="one"))
    async with opened(yard) as app:
        await app.shown("one")
        await app.until(lambda: app.app.jobs.feeds.outlook._heard is not None, "it listens")
        await app.press("+")
        await app.until(lambda: yard.job("one").priority == 1, "the priority")
        with Yard.open(yard.home, face="cli") as other:
            other.hold(["one"])
            other.queue_pause("default")
        await app.said("You (cli) paused queue default.")
        assert not any("priority" in toast and "You (" in toast for toast in app.toasts())

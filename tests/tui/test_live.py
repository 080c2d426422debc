"""The thread that listens to the bell, and how it ends."""

from __future__ import annotations

import threading

from textual._context import NoActiveAppError
from textual.message import Message

from jobyard.core.models import Changes
from jobyard.tui.lanes import Lane
from jobyard.tui.live import Live
from tests.tui.conftest import opened
from tests.tui.fake_yard import FakeYard


class Deaf:
    """A screen that shows nothing any more; it keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[Message] = []

    def post_message(self, message: Message) -> bool:
        """Take a message."""
        self.told.append(message)
        return True


def test_who_closes_it_while_it_looks_is_not_kept_waiting(fake: FakeYard) -> None:
    """A change that is found after the screen has gone is told to nobody: no answer would come."""
    screen = Deaf()
    live = Live(fake, screen)  # type: ignore[arg-type]
    changes = fake.changes

    def leaving(since: int) -> Changes:
        live.close()
        return changes(since)

    fake.changes = leaving  # type: ignore[method-assign]
    live.start()
    live.join(30.0)
    assert screen.told == []


class Gone(Deaf):
    """A screen that was taken away with its app."""

    def post_message(self, message: Message) -> bool:
        """Textual looks for the app."""
        super().post_message(message)
        raise NoActiveAppError


def test_an_answer_that_comes_after_the_app_is_nobodys() -> None:
    """The thread goes on, and prints nothing on a terminal that is somebody else's by now."""
    lane, screen, done = Lane("rows"), Gone(), threading.Event()
    lane.put(lambda: Message(), screen)
    lane.put(done.set, screen)
    assert done.wait(30.0)
    lane.close()
    lane.join(30.0)
    assert len(screen.told) == 1
    assert not lane.lives


async def test_no_thread_is_left_of_an_app(fake: FakeYard) -> None:
    """Who opens the next app in this process meets nobody who still holds the store."""
    before = set(threading.enumerate())
    async with opened(fake) as app:
        await app.until(lambda: app.app.live, "it listens")
        fake.ring()
    assert {thread.name for thread in set(threading.enumerate()) - before} == set()

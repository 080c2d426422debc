"""Threads that speak to the yard."""

from __future__ import annotations

import queue
import threading

import pytest
from textual.message import Message

from jobyard.tui.lanes import Lane
from jobyard.tui.messages import Broke


class Target:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: queue.Queue[Message] = queue.Queue()

    def post_message(self, message: Message) -> bool:
        self.told.put(message)
        return True


@pytest.mark.parametrize(("looks", "told"), [(True, 0), (False, 1)])
def test_what_vanished_while_it_was_looked_at_is_no_fault(looks: bool, told: int) -> None:
    """A file that goes between two steps of a look is told by the next look; of what was asked once it is told."""
    target, done = Target(), threading.Event()
    lane = Lane("test", looks=looks)

    def gone() -> None:
        open("/nowhere/at/all").close()

    lane.put(gone, target)
    lane.put(done.set, target)
    assert done.wait(10)
    assert target.told.qsize() == told
    assert not told or isinstance(target.told.get(), Broke)
    lane.close()

"""What the Jobs screen asks of the threads beside jobs: what ended of late, who has which resource."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.message import Message

from .messages import Paced
from .pace import STEP

if TYPE_CHECKING:
    from .screens.jobs import Jobs

EVERY = 5.0  # seconds


class Outlook:
    """The Jobs screen's looks around. Nothing here waits."""

    def __init__(self, screen: Jobs) -> None:
        self._screen = screen

    def start(self) -> None:
        """Look, and again from time to time."""
        self.count_ends()
        self._screen.set_interval(EVERY, self.count_ends)

    def count_ends(self) -> None:
        """Count what ended of late, and ask who has which resource; out of sight nothing is counted."""
        screen = self._screen
        if not screen.queues.display:
            return
        yard, now = screen.yard_app.yard, time.time()
        since = screen.queues.pace.since(now)

        def letter() -> Message:
            return Paced(now, yard.activity(since, STEP), tuple(yard.resources()))

        screen.yard_app.siding.put(letter, screen, key="pace")

"""What the Jobs screen asks of the threads beside jobs: what ended of late, who has which resource, how the yard is,
what others changed, and what became of the jobs that are watched."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.message import Message

from jobyard.core.models import Changes, Health

from .messages import Examined, Heard, Paced
from .pace import STEP
from .throttle import Throttle

if TYPE_CHECKING:
    from .screens.jobs import Jobs

EVERY = 5.0  # seconds between two looks at the pace of the last hour
SECOND = 1.0
NEWS, NEWS_MOST = 2.0, 16.0  # seconds between two toasts about others: at least, and while they go on and on


class Outlook:
    """The Jobs screen's looks around. Nothing here waits."""

    def __init__(self, screen: Jobs) -> None:
        self._screen = screen
        self._heard: int | None = None
        self._health = Health(True, True)
        self._quiet, self._told, self._waits = NEWS, -NEWS_MOST, False
        self._ends = Throttle(screen.look_for_ends, screen.set_timer)
        self._count = Throttle(self.count_ends, screen.set_timer, burst=1, rate=1.0)

    def start(self) -> None:
        """Look, and again from time to time."""
        self.count_ends()
        self._ask_for_news()
        self._screen.set_interval(EVERY, self.count_ends)
        self._screen.set_interval(SECOND, self.examine)

    def look_again(self, changes: Changes) -> None:
        """Something changed."""
        if not self._waits:
            self._ask_for_news()
        if self._screen.may_have_ended(changes):
            self._ends()
        if changes.queues or changes.rows is None or changes.rows:
            self._count()

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

    def examine(self) -> None:
        """Ask the disk how the yard is; it is told when that has changed."""
        screen = self._screen
        screen.retry()

        def letter() -> Message | None:
            health = screen.yard_app.yard.health()
            before, self._health = self._health, health
            return Examined(health) if health != before else None

        screen.yard_app.siding.put(letter, screen, key="health")

    def _ask_for_news(self) -> None:
        """What others have changed since it was last asked; at first only how far the audit goes."""
        screen = self._screen

        def letter() -> Message | None:
            news = screen.yard_app.yard.news(-1 if self._heard is None else self._heard)
            self._heard = news.version
            return Heard(news) if news.deeds else None

        screen.yard_app.siding.put(letter, screen, key="news")

    def told_news(self) -> None:
        """There was something to tell: the next waits and is summed up; the longer, the more there is."""
        now = time.monotonic()
        self._quiet = NEWS if now - self._told > 2 * self._quiet else min(NEWS_MOST, 2 * self._quiet)
        self._told, self._waits = now, True
        self._screen.set_timer(self._quiet, self._go_on)

    def _go_on(self) -> None:
        self._waits = False
        self._ask_for_news()

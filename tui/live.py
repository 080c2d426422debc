"""The yard's bell: a thread that listens, asks what changed, and tells the screen, at most ten times a second.

The more a change costs to show, in time and in bytes, the longer it waits before it looks again: under a storm of
changes the screen takes a small part of a second and of a slow line, and keys go before.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

from textual.message import Message

from jobyard.core.errors import JobyardError, YardError
from jobyard.core.models import Changes
from jobyard.core.readable import readable
from jobyard.core.yard import Bell, Yard

from .lanes import Target
from .messages import Broke, Failing, Rang, Refused

PERIOD = 0.1  # seconds between two refreshes at least
SHARE = 4.0  # times what a refresh took are waited before the next
RATE = 18_000  # characters a second that the screen may send while changes come
BURST = 9_000  # that it may send at once when it has sent less for a while
BACKSTOP = 1.0  # seconds after which it looks though nothing rang
PATIENCE = 2.0  # seconds that it waits for the screen to have shown the last change
AFTER_ERROR = 1.0  # seconds
LONGEST = 1.0  # seconds between two refreshes at most


class Purse:
    """What the screen may send: so much a second, saved up to BURST; a debt is waited for."""

    def __init__(self, sent: int, now: float) -> None:
        self._left, self._sent, self._at = float(BURST), sent, now

    def debt(self, sent: int, now: float) -> float:
        """Seconds until there is something to spend again, when *sent* characters have been sent in all so far."""
        self._left = min(BURST, self._left + (now - self._at) * RATE) - (sent - self._sent)
        self._left = max(self._left, -LONGEST * RATE)
        self._sent, self._at = sent, now
        return max(0.0, -self._left / RATE)


def rest(took: float, debt: float) -> float:
    """Seconds from one refresh to the next, when it *took* so long and left such a debt."""
    return min(LONGEST, max(PERIOD, took * SHARE, debt))


class Live:
    """Listens until closed, to what comes after event *since* (None: begins with everything).

    ``shown`` is called by the screen when it has drawn a change; *sent* counts the characters that it has sent.
    """

    def __init__(
        self, yard: Yard, target: Target, since: int | None = None, sent: Callable[[], int] = lambda: 0
    ) -> None:
        self._yard, self._target, self._since = yard, target, since
        self._drawn = threading.Event()
        self._drawn.set()
        self._sent, self._purse = sent, Purse(sent(), time.monotonic())
        self._failing = ""
        self._end_read, self._end_write = os.pipe()
        self._closed = threading.Event()
        self._ending, self._ended = threading.Lock(), False
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def shown(self) -> None:
        """The screen shows the last change; the next one may come."""
        self._drawn.set()

    def close(self) -> None:
        """Listen no more."""
        self._closed.set()
        self._drawn.set()
        with self._ending:
            if not self._ended:
                os.write(self._end_write, b"x")

    def join(self, seconds: float) -> None:
        """Wait for the thread's end."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            while not self._closed.is_set():
                self._attend()
        except Exception as error:
            self._target.post_message(Broke(error))
        finally:
            self._yard.close()
            with self._ending:
                self._ended = True
                os.close(self._end_read)
                os.close(self._end_write)

    def _attend(self) -> None:
        """Listen to a bell as long as it can be rung and the store answers; without a bell look from time to time."""
        try:
            try:
                with self._yard.listen() as bell:
                    self._listen(bell)
            except OSError:  # the folder of the bells has gone
                self._look()
                self._rest(BACKSTOP)
        except JobyardError as error:
            self._fail(error)

    def _listen(self, bell: Bell) -> None:
        while not self._closed.is_set() and not bell.moved():
            self._look()
            readable([bell.fileno(), self._end_read], BACKSTOP)
            bell.drain()

    def _look(self) -> None:
        began = time.monotonic()
        since = -1 if self._since is None or self._failing else self._since
        changes = self._yard.changes(since)
        if self._failing:
            self._failing = ""
            self._target.post_message(Failing("live", None))
        if since < 0:
            changes = Changes(changes.version, None, True)
        if changes.version != self._since or since < 0:
            self._drawn.clear()
            if self._closed.is_set():  # nobody would answer; who closes after this sets `_drawn` after it was cleared
                return
            self._target.post_message(Rang(changes))
            self._drawn.wait(PATIENCE)
            now = time.monotonic()
            self._rest(rest(now - began, self._purse.debt(self._sent(), now)) - (now - began))
        self._since = changes.version

    def _fail(self, error: JobyardError) -> None:
        """Tell it once; look again soon."""
        if error.line() != self._failing:
            self._failing = error.line()
            message: Message = Failing("live", error) if isinstance(error, YardError) else Refused(error)
            self._target.post_message(message)
        self._rest(AFTER_ERROR)

    def _rest(self, seconds: float) -> None:
        if seconds > 0:
            readable([self._end_read], seconds)

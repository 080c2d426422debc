"""The yard's bell: a thread that listens, asks what changed, and tells the screen, at most ten times a second."""

from __future__ import annotations

import os
import select
import threading
import time

from jobyard.core.errors import JobyardError
from jobyard.core.models import Changes
from jobyard.core.yard import Bell, Yard

from .lanes import Target
from .messages import Rang, Refused

PERIOD = 0.1  # seconds between two refreshes at least
BACKSTOP = 1.0  # seconds after which it looks though nothing rang
PATIENCE = 2.0  # seconds that it waits for the screen to have shown the last change
AFTER_ERROR = 5.0  # seconds


class Live:
    """Listens until closed, to what comes after event *since* (None: begins with everything).

    ``shown`` is called by the screen when it has drawn a change.
    """

    def __init__(self, yard: Yard, target: Target, since: int | None = None) -> None:
        self._yard, self._target, self._since = yard, target, since
        self._drawn = threading.Event()
        self._drawn.set()
        self._end_read, self._end_write = os.pipe()
        self._closed = threading.Event()
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
        os.write(self._end_write, b"x")

    def join(self, seconds: float) -> None:
        """Wait for the thread's end."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            with self._yard.listen() as bell:
                self._listen(bell)
        except JobyardError as error:
            self._target.post_message(Refused(error))
        finally:
            self._yard.close()

    def _listen(self, bell: Bell) -> None:
        since = self._begin() if self._since is None else self._look(self._since)
        while not self._closed.is_set():
            select.select([bell.fileno(), self._end_read], [], [], BACKSTOP)
            if self._closed.is_set():
                return
            bell.drain()
            since = self._look(since)

    def _begin(self) -> int:
        version = self._yard.changes(-1).version
        self._target.post_message(Rang(Changes(version, None, True)))
        return version

    def _look(self, since: int) -> int:
        began = time.monotonic()
        try:
            changes = self._yard.changes(since)
        except JobyardError as error:
            self._target.post_message(Refused(error))
            self._rest(AFTER_ERROR)
            return since
        if changes.version != since:
            self._drawn.clear()
            self._target.post_message(Rang(changes))
            self._drawn.wait(PATIENCE)
            self._rest(PERIOD - (time.monotonic() - began))
        return changes.version

    def _rest(self, seconds: float) -> None:
        if seconds > 0:
            select.select([self._end_read], [], [], seconds)

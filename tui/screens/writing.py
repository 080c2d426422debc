"""The part of a screen with data that writes files of them, or compares them: it takes time, and can be stopped."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import Any

from jobyard.core.errors import JobyardError
from jobyard.core.labmodels import Run

from ..text import plain
from .filereading import SLOW
from .plotted import Plotted


class Writing(Plotted):
    """One thing at a time."""

    _work: tuple[str, float, Event] | None = None  # what is done, since when, and what stops it

    def __init__(self) -> None:
        super().__init__()
        self.unwritten: dict[str, str] = {}  # by the name that is offered: the path that it could not be written to

    @property
    def run(self) -> Run | None:
        """The run whose data are shown."""
        raise NotImplementedError

    def write(self, what: str, make: Callable[[Event], Any], otherwise: Callable[[], None]) -> None:
        """Have *make* write a file called *what*, and tell what it says; *otherwise*: it was not written."""

        def told(found: Any) -> None:
            self.tell(f"Written: {plain(str(found))}")

        self.work(f"writing {plain(what)}", make, told, otherwise)

    def work(
        self,
        words: str,
        make: Callable[[Event], Any],
        then: Callable[[Any], None],
        otherwise: Callable[[], None] = lambda: None,
    ) -> None:
        """Do something that may take long, in a thread; one thing at a time. *make* is given what stops it."""
        if self._work is not None:
            self.tell(f"{self._work[0]} goes on. esc stops it.", "warning")
            otherwise()
            return
        stop = Event()
        self._work = words, time.monotonic(), stop
        self.set_timer(SLOW, self._tell_work)
        lane = self._lane(f"{self.NAME}-alone")
        self._put(lane, "work", lambda: make(stop), lambda found: self._done(found, then, otherwise))

    def _done(self, found: Any, then: Callable[[Any], None], otherwise: Callable[[], None]) -> None:
        stopped = self._work is not None and self._work[2].is_set()
        self._work = None
        self.tell_values()
        if isinstance(found, JobyardError):
            words, severity = ("You stopped it.", "warning") if stopped else (plain(found.line()), "error")
            self.tell(words, severity)
            otherwise()
        else:
            then(found)

    def _tell_work(self) -> None:
        if self._work is not None:
            self.set_timer(SLOW, self._tell_work)
            self.tell_values()

    def tell_values(self) -> None:
        """What the cursor is on, and what is done that takes long."""
        super().tell_values()
        if self._work is not None and (seconds := time.monotonic() - self._work[1]) >= SLOW:
            words = f"{self._work[0]} … {seconds:.0f} s, esc stops"
            self.said.take([*self.said.lines[:1], [(words, "pending")]])

    def stop_reading(self) -> bool:
        """Stop what is read, or what is done; whether there was something."""
        if super().stop_reading():
            return True
        if self._work is None or self._work[2].is_set() or time.monotonic() - self._work[1] < SLOW:
            return False
        self._work[2].set()
        return True

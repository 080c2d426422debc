"""The part of a screen with data that writes files of them: it takes its time, is told, and can be stopped."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import Any

from jobyard.core.errors import JobyardError
from jobyard.core.labmodels import Run

from ..text import plain
from .plotted import SLOW, Plotted


class Writing(Plotted):
    """One file at a time is written."""

    _writing: tuple[str, float, Event] | None = None  # what, since when, and what stops it

    @property
    def run(self) -> Run | None:
        """The run whose data are shown."""
        raise NotImplementedError

    def write(self, what: str, make: Callable[[Event], Any]) -> None:
        """Have *make* write it in a thread, and tell what it says; *what* is the file."""
        if self._writing is not None:
            self.tell(f"{plain(self._writing[0])} is being written. esc stops it.", "warning")
            return
        stop = Event()
        self._writing = what, time.monotonic(), stop
        self.set_timer(SLOW, self._tell_writing)
        self._put(self._lane(f"{self.NAME}-alone"), "writing", lambda: make(stop), self._written)

    def _written(self, found: Any) -> None:
        stopped = self._writing is not None and self._writing[2].is_set()
        self._writing = None
        if isinstance(found, JobyardError) and stopped:
            self.tell("Nothing was written: you stopped it.", "warning")
        elif isinstance(found, JobyardError):
            self.tell(plain(found.line()), "error")
        else:
            self.tell(f"Written: {plain(str(found))}")
        self.tell_values()

    def _tell_writing(self) -> None:
        if self._writing is not None:
            self.set_timer(SLOW, self._tell_writing)
            self.tell_values()

    def tell_values(self) -> None:
        """What the cursor is on, unless something is written that takes long."""
        super().tell_values()
        if self._writing is not None and (seconds := time.monotonic() - self._writing[1]) >= SLOW:
            words = f"writing {plain(self._writing[0])} … {seconds:.0f} s, esc stops"
            self.said.take([*self.said.lines[:1], [(words, "pending")]])

    def stop_reading(self) -> bool:
        """Stop what is read, or what is written; whether there was something."""
        if super().stop_reading():
            return True
        if self._writing is None or self._writing[2].is_set() or time.monotonic() - self._writing[1] < SLOW:
            return False
        self._writing[2].set()
        return True

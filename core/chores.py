"""What a worker does beside jobs: retention, settings, hooks, provenance; one seam, its loop knows none of them.

A chore takes its turns in the worker's own thread and must be short (at most 50 ms, a transaction): long
work goes in steps. What cannot be short (a hook's command, git) happens in a thread or process of the
chore's, which calls :meth:`Chore.poke` when there is something to fetch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from .errors import JobyardError

TROUBLED = 30.0  # seconds until a chore that failed is tried again


class Chore:
    """One of them. Subclasses say what a turn is."""

    name = "chore"

    def __init__(self) -> None:
        self.poked = False
        self.wake: Callable[[], None] = lambda: None  # set by the worker; from any thread

    def turn(self) -> float:
        """Do a step; seconds until the next one is wanted, infinity for "when poked"."""
        raise NotImplementedError

    def poke(self) -> None:
        """Ask for a turn now; from any thread."""
        self.poked = True
        self.wake()

    def busy(self) -> bool:
        """Whether a worker that has no jobs left should stay for it (a hook that runs)."""
        return False

    def jobs_ended(self) -> None:
        """The worker has just recorded ends of jobs."""

    def close(self) -> None:
        """The worker has left: end threads, leave the rest to the next worker."""


class Chores:
    """All chores of a worker and when each is due, by the clock given (seconds)."""

    def __init__(
        self, some: Sequence[Chore], clock: Callable[[], float], wake: Callable[[], None], say: Callable[[str], None]
    ) -> None:
        self._due = dict.fromkeys(some, -math.inf)
        self._clock, self._say = clock, say
        for chore in some:
            chore.wake = wake

    def turn(self) -> None:
        """A step of every chore that is due. A chore that fails is told and tried again later; the worker lives."""
        for chore, due in self._due.items():
            if chore.poked or self._clock() >= due:
                chore.poked = False
                self._due[chore] = self._clock() + self._step(chore)

    def _step(self, chore: Chore) -> float:
        try:
            return chore.turn()
        except JobyardError as error:
            self._say(f"{chore.name}: {error.line()}")
        except Exception as error:
            self._say(f"{chore.name}: {type(error).__name__}: {error}")
        return TROUBLED

    def next_in(self) -> float:
        """Seconds until a chore is due."""
        if any(chore.poked for chore in self._due):
            return 0.0
        return max(0.0, min(self._due.values(), default=math.inf) - self._clock())

    def busy(self) -> bool:
        """Whether one of them wants the worker to stay."""
        return any(chore.busy() for chore in self._due)

    def jobs_ended(self) -> None:
        """Tell all of them."""
        for chore in self._due:
            chore.jobs_ended()

    def close(self) -> None:
        """All of them."""
        for chore in self._due:
            chore.close()

"""The facade's waits: until jobs have ended, however many there are."""

from __future__ import annotations

import builtins
import time
from collections.abc import Callable, Sequence

from ..models import Job, JobRow
from ..readable import readable
from ..store import Bell, Mute, jobs
from .part import Ref, Whole

LOOKED_AT = 500  # jobs of those that are left, at each ring of the bell

Progress = Callable[[Sequence[int], int], None]


def unheard(left: Sequence[int], total: int) -> None:
    """Nobody wants to know how far it is."""


class Waiting(Whole):
    """Waits wake by the doorbell."""

    def listen(self) -> Bell:
        """Hear of every change: readable on a ring. Close it, or use it as a context manager.

        Whoever cannot write the yard cannot hang a bell in it, and must look from time to time.
        """
        return Bell(self._store.run) if self._store.db.refusal is None else Mute()

    def wait(
        self, refs: Sequence[Ref], timeout: float | None = None, progress: Progress = unheard
    ) -> builtins.list[Job]:
        """The jobs, once all have ended, or after *timeout* seconds as they are then.

        *progress* hears now and then the rows that may not have ended yet, and how many there were.
        """
        return [jobs.load(self._store, row) for row in self._await(refs, timeout, progress)]

    def wait_rows(
        self, refs: Sequence[Ref], timeout: float | None = None, progress: Progress = unheard
    ) -> builtins.list[JobRow]:
        """The same as lines of a list, which costs less for very many."""
        rows = self._await(refs, timeout, progress)
        found = self.rows(rows)
        return [found[row] for row in rows if row in found]

    def _await(self, refs: Sequence[Ref], timeout: float | None, progress: Progress) -> builtins.list[int]:
        rows = self.resolve(refs)
        deadline = None if timeout is None else time.monotonic() + timeout
        left = list(reversed(rows))
        with self.listen() as bell:
            while self._some_left(left):
                progress(left, len(rows))
                patience = 1.0 if deadline is None else deadline - time.monotonic()
                if patience <= 0:
                    break
                readable([bell], min(patience, 1.0))
                bell.drain()
        return rows

    def _some_left(self, left: builtins.list[int]) -> bool:
        """Whether any has not ended; those that have are dropped from the end of *left*, a few at a time."""
        while left:
            some = left[-LOOKED_AT:]
            waiting = jobs.not_ended(self._store, some)
            left[-LOOKED_AT:] = [row for row in some if row in waiting]
            if waiting:
                return True
        return False

"""The facade's questions of what running jobs use and how far they are. Files are read, the store is asked once."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..lazy import LazyModule
from .part import Ref, Whole

if TYPE_CHECKING:
    from .. import headway, usage
    from ..headway import Headway
    from ..progress import Progress
    from ..store import running
    from ..usage import Sample
else:  # a command line seldom asks
    headway, usage = LazyModule("jobyard.core.headway"), LazyModule("jobyard.core.usage")
    running = LazyModule("jobyard.core.store.running")


class Gauging(Whole):
    """What the keeper saw of a job's processes, and what they say of themselves."""

    def usage(self, ref: Ref, attempt: int | None = None) -> tuple[Sample, ...]:
        """What an attempt (default: the last) used, oldest first; at most 1,024 samples, evenly apart but the last.

        None of an attempt that was over within a second, never started, or ran before there were samples. ``cpu`` is
        the mean since the sample before. Raises Unknown, BadInput.
        """
        path = self.log_path(ref, usage.NAME, attempt)
        return () if path is None else usage.rates(usage.read(path))

    def usage_now(self, rows: Sequence[int]) -> dict[int, Sample]:
        """The newest sample of each of these jobs that runs and has been sampled, by row; about a second old."""
        found = running.attempts(self._store, rows)
        now = {row: usage.last(self.home / one.folder / usage.NAME) for row, one in found.items()}
        return {row: sample for row, sample in now.items() if sample is not None}

    def progress(self, rows: Sequence[int]) -> dict[int, Progress]:
        """How far each of these jobs is that runs and prints it, by row, with when it may end.

        The ends of two files a job are read (0.1 ms; less when they are as before): ask for those in sight.
        """
        found, now = running.attempts(self._store, rows), self._store.clock()
        told = {
            row: self._headway.of(self.home / one.folder, one.started_at, now, one.estimate)
            for row, one in found.items()
        }
        return {row: progress for row, progress in told.items() if progress is not None}

    @functools.cached_property
    def _headway(self) -> Headway:
        return headway.Headway()

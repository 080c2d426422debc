"""The facade's questions of what running jobs use and how far they are. Files are read, the store is asked once."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..lazy import LazyModule
from ..store import workers
from .part import Ref, Whole

if TYPE_CHECKING:
    from .. import headway, usage
    from .. import progress as telling
    from ..headway import Headway
    from ..progress import Progress
    from ..store import running
    from ..store.running import Running
    from ..usage import Sample
else:  # a command line seldom asks
    headway, usage = LazyModule("jobyard.core.headway"), LazyModule("jobyard.core.usage")
    telling = LazyModule("jobyard.core.progress")
    running = LazyModule("jobyard.core.store.running")

_REMEMBERED = 5000  # attempts


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
        usual = self._usual(found)
        told = {
            row: self._headway.of(self.home / one.folder, one.started_at, now, usual[row]) for row, one in found.items()
        }
        some = {row: progress for row, progress in told.items() if progress is not None}
        late = [row for row, progress in some.items() if telling.overdue(progress, now)]
        if late and not workers.any_alive(self._store):
            some.update({row: some[row]._replace(expected_end=None, unrecorded=True) for row in late})
        return some

    def _usual(self, found: Mapping[int, Running]) -> dict[int, float | None]:
        """What these attempts are expected to take by what is known of them beforehand; looked up once for each."""
        known = self._expected
        new = {row: one for row, one in found.items() if one.folder not in known}
        if new:
            if len(known) > _REMEMBERED:
                known.clear()
            earlier = running.usual(self._store, [row for row, one in new.items() if one.estimate is None])
            known.update({one.folder: earlier.get(row, one.estimate) for row, one in new.items()})
        return {row: known.get(one.folder) for row, one in found.items()}

    @functools.cached_property
    def _expected(self) -> dict[str, float | None]:
        return {}

    @functools.cached_property
    def _headway(self) -> Headway:
        return headway.Headway()

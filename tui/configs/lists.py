"""What is chosen from at the right side: jobs that ran with a version, and what was main since when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jobyard.core.labmodels import MainChange
from jobyard.core.models import JobRow

from ..format import clock, state_glyph, state_word
from ..text import plain
from ..widgets.lines import Line
from .colours import cut
from .leaf import Leaf

JOB = "job "  # and its id: where a line leads


class Runs(Leaf):
    """Attempts that ran with a version, newest first."""

    chooses = True

    def __init__(self, runs: Sequence[tuple[str, int]], jobs: Mapping[str, JobRow], now: float, caption: str) -> None:
        self._runs, self._jobs, self._now, self.caption = runs, jobs, now, caption

    @property
    def count(self) -> int:
        """A line each."""
        return len(self._runs)

    def key(self, number: int) -> str:
        """Its job."""
        return JOB + self._runs[number][0]

    def job(self, number: int) -> JobRow | None:
        """The job of a line, as it was when this was read."""
        return self._jobs.get(self._runs[number][0])

    def line(self, number: int, left: int, width: int) -> Line:
        """The job's state, id, name, who."""
        id, attempt = self._runs[number]
        job, more = self._jobs.get(id), f"  attempt {attempt}" if attempt > 1 else ""
        if job is None:
            return cut([(f" {id}{more}", "")], left)
        state = (f" {state_glyph(job)} {state_word(job):<9} ", job.state.value)
        at = clock(job.started_at, self._now) if job.started_at is not None else ""
        return cut([state, (f"{id}  ", "dim"), (f"{at:<11}  {plain(job.user):<8}  ", "dim"),
                    (plain(job.name), "bold"), (more, "dim")], left)  # fmt: skip


class History(Leaf):
    """What was main of a type since when, newest first."""

    chooses = True

    def __init__(self, changes: Sequence[MainChange], now: float, caption: str) -> None:
        self._changes, self._now, self.caption = changes, now, caption

    @property
    def count(self) -> int:
        """A line each."""
        return len(self._changes)

    def key(self, number: int) -> str:
        """Its version."""
        return self._changes[number].version

    def line(self, number: int, left: int, width: int) -> Line:
        """Since when, which, by whom, and whether by undo."""
        change = self._changes[number]
        how = f"  by {change.way}" if change.way else ""
        first = ("● ", "completed") if number == 0 and change.version else ("○ ", "dim")
        return cut([(" ", ""), first, (f"{clock(change.at, self._now):<11}  ", "dim"),
                    (change.version or "none any more", "bold" if number == 0 else ""),
                    (f"  {plain(change.by)}{how}", "dim")], left)  # fmt: skip

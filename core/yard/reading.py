"""The facade's way to what jobs wrote: a `Book` of an attempt, or of several jobs one after the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import BadInput
from ..lazy import LazyModule
from ..models import Attempt
from ..store import jobs
from ..text import one_line
from .part import Ref, Whole

if TYPE_CHECKING:
    from .. import logbook
    from ..logbook import Book, Source, Streams
    from ..store import graphs
else:
    graphs = LazyModule("jobyard.core.store.graphs")
    logbook = LazyModule("jobyard.core.logbook")

CHAIN = 500  # jobs whose logs are read one after the other, the nearest


class Reading(Whole):
    """What jobs wrote."""

    def logbook(
        self, refs: Sequence[Ref], *, attempt: int | None = None, streams: Streams = "both", parents: bool = False
    ) -> Book:
        """The logs of these jobs, each of its last attempt (or of *attempt*), one after the other.

        *parents*: before them the jobs they waited for, in the order in which they started, at most 500 in all.
        A job that was never started adds nothing. Raises Unknown, Ambiguous; BadInput if there is no such attempt.
        """
        rows = self.resolve(refs)
        found = [self._source(row, attempt if row in rows else None) for row in (self.chain(rows) if parents else rows)]
        return logbook.Book([source for source in found if source is not None], streams)

    def chain(self, refs: Sequence[Ref]) -> list[int]:
        """These jobs and those they waited for, at most 500, the nearest; as they started, then those to come."""
        rows = graphs.above(self._store, self.resolve(refs), CHAIN)
        begun = {row: tries[-1].started_at for row in rows if (tries := jobs.attempts(self._store, row))}
        return sorted(rows, key=lambda row: (begun.get(row) or math.inf, row))

    def _source(self, row: int, number: int | None) -> Source | None:
        attempt = self._attempt(row, number)
        if attempt is None:
            return None
        job = self.rows([row])[row]
        name = f" {one_line(job.name, 60)}" if job.name else ""
        title = f"{job.id}{name} · attempt {attempt.number}"
        return logbook.Source.of(self.home / attempt.folder, title, attempt.started_at)

    def _attempt(self, row: int, number: int | None) -> Attempt | None:
        tries = jobs.attempts(self._store, row)
        if number is None:
            return tries[-1] if tries else None
        for one in tries:
            if one.number == number:
                return one
        made = f"it has {', '.join(str(one.number) for one in tries)}" if tries else "it has none so far"
        raise BadInput(f"{jobs.id_of(self._store, row)} has no attempt {number}", made, "See: jobyard show")

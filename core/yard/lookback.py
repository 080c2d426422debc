"""The facade's questions about what has been: what failed and why, where an attempt came from, how two runs differ."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import BadInput
from ..lazy import LazyModule
from ..models import Attempt, Comparison, Failure, Job, Provenance
from ..store import jobs
from .part import Ref, Whole

if TYPE_CHECKING:
    from .. import masking, telling
    from ..store import failures, provenance, views
    from . import comparing
else:
    masking = LazyModule("jobyard.core.masking")
    telling = LazyModule("jobyard.core.telling")
    comparing = LazyModule("jobyard.core.yard.comparing")
    failures = LazyModule("jobyard.core.store.failures")
    provenance = LazyModule("jobyard.core.store.provenance")
    views = LazyModule("jobyard.core.store.views")


class Lookback(Whole):
    """What has been. Secrets of an environment never leave here: they are masked."""

    def failed(
        self, since: float | None = None, queues: Sequence[int] = (), user: str = "", limit: int = 100
    ) -> builtins.list[Failure]:
        """Jobs that failed since then (wall time), newest first, each with the telling line of its output."""
        return [self._told(one) for one in failures.failures(self._store, since, queues, user, limit)]

    def _told(self, failure: Failure) -> Failure:
        """With its telling line, also if there were so many failures at once that none was looked for."""
        if failure.cause not in telling.TOLD_BY_OUTPUT or ": " in failure.message:
            return failure
        job = jobs.load(self._store, failure.row)
        folder = self.home / job.attempts[-1].folder if job.attempts else None
        message = telling.explanation(failure.message, job.kind, folder) if folder else failure.message
        return failure._replace(message=message)

    def provenance(self, ref: Ref, attempt: int | None = None) -> Provenance | None:
        """Where an attempt (default: the last) came from, secrets masked; None for a job that was never started."""
        job = self._one(ref)
        number = _attempt(job, attempt)
        found = provenance.load(self._store, job.row, number) if number else None
        return found._replace(environment=masking.masked(found.environment)) if found else None

    def environment(self, ref: Ref) -> dict[str, str]:
        """The environment that a job was submitted with, secrets masked."""
        return masking.masked(views.environment(self._store, self._one(ref).row))

    def diff(self, one: Ref, other: Ref, attempt: int | None = None, other_attempt: int | None = None) -> Comparison:
        """How two runs differ: what went in, what came out, what was measured. Attempts default to the last."""
        return comparing.compare(self._run(one, attempt), self._run(other, other_attempt))

    def _run(self, ref: Ref, attempt: int | None) -> comparing.Run:
        job = self._one(ref)
        number = _attempt(job, attempt)
        found = provenance.load(self._store, job.row, number) if number else None
        known = found or comparing.wished(job, views.environment(self._store, job.row))
        return comparing.Run(job, _numbered(job, number), known, found is not None)

    def _one(self, ref: Ref) -> Job:
        return jobs.load(self._store, self.resolve([ref])[0])


def _numbered(job: Job, number: int) -> Attempt | None:
    return next((one for one in job.attempts if one.number == number), None)


def _attempt(job: Job, wanted: int | None) -> int:
    """The number of the attempt meant; 0 for a job that has none. Raises BadInput for one that it does not have."""
    numbers = [one.number for one in job.attempts]
    if wanted is None:
        return numbers[-1] if numbers else 0
    if wanted in numbers:
        return wanted
    made = f"It has {len(numbers)}" if numbers else "It has none so far"
    raise BadInput(f"{job.id} has no attempt {wanted}", made, "See: jobyard show")

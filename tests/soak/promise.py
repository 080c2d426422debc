"""No job is forgotten, none is run twice, and every recorded outcome is true: checked job by job."""

from __future__ import annotations

from collections.abc import Iterator

from jobyard.core.models import Attempt, Job
from jobyard.core.states import ENDED, Cause, State
from tests.soak.witness import Seen


def broken(job: Job, seen: Seen, code: int) -> Iterator[str]:
    """How the record of *job*, which was to exit with *code*, contradicts what was seen of it."""
    if job.state not in ENDED:
        yield f"{job.id} was forgotten: {job.state}, {job.reason}"
    if len(set(seen.begun)) < len(seen.begun):
        yield f"{job.id}: an attempt ran twice: {seen.begun}"
    if unknown := set(seen.begun) - {attempt.token for attempt in job.attempts}:
        yield f"{job.id} ran in attempts that nobody recorded: {unknown}"
    if job.state is State.SKIPPED and seen.begun:
        yield f"{job.id} was skipped, but it ran"
    if seen.clashes:
        yield f"{job.id} was not alone"
    for attempt in job.attempts:
        yield from _false(job, attempt, seen, code)


def _false(job: Job, attempt: Attempt, seen: Seen, code: int) -> Iterator[str]:
    where = f"{job.id} attempt {attempt.number} ({attempt.state}, {attempt.cause}, {attempt.message})"
    ended = attempt.token in seen.ended
    if attempt.state is State.RUNNING:
        yield f"{where}: has no outcome"
    if attempt.state is State.COMPLETED and not (ended and code == 0):
        yield f"{where}: completed, but it did not end so"
    if attempt.cause is Cause.EXIT and attempt.exit_code != code:
        yield f"{where}: exit code {attempt.exit_code}, but it was to be {code}"
    if attempt.cause is Cause.EXIT and not ended:
        yield f"{where}: an exit that nobody saw"
    if attempt.cause not in (None, Cause.EXIT, Cause.LOST):
        yield f"{where}: nobody did that to it"

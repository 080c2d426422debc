"""What the page of a run asks the yard for. Runs in a thread; a `Looker` keeps what need not be asked again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobyard.core.errors import JobyardError, Unknown, YardError
from jobyard.core.labmodels import ConfigKind, Run, RunFilter
from jobyard.core.models import Attempt, Job, Provenance
from jobyard.core.yard import Yard

from ..describe import Deeper
from ..gathering import gather
from .model import EXPERIMENT, Before, Seen

NEAR = 5  # runs among which the one before is looked for


class Looker:
    """Looks at one run after another. Of what never changes again it asks once."""

    def __init__(self, yard: Yard) -> None:
        self._yard = yard
        self._known: dict[tuple[object, ...], Before | None] = {}  # the run before the last one that was shown
        self._frozen: dict[tuple[int, int], Provenance] = {}  # of that one itself, once its files have been looked at

    def look(self, row: int, number: int | None = None) -> Seen | None:
        """A run: of this job this attempt, or the last. None: there is no such job any more."""
        line = self._yard.rows([row]).get(row)
        dossier = gather(self._yard, row) if line is not None else None
        if line is None or dossier is None:
            return None
        job = dossier.job
        attempt = chosen(job, number)
        came = self._came(job, attempt)
        seen = Seen(line, dossier._replace(deeper=Deeper((), came)), attempt.number if attempt is not None else 0)
        seen = seen._replace(run=self._run(job, attempt), kinds=self._kinds(attempt))
        key = _compared_by(seen)
        return seen._replace(before=self._known.get(key), compared=attempt is None or key in self._known)

    def _came(self, job: Job, attempt: Attempt | None) -> Provenance | None:
        """Where it came from, which may be a megabyte of what was not committed: it is read once."""
        if attempt is None:
            return None
        key = (job.row, attempt.number)
        if key in self._frozen:
            return self._frozen[key]
        found = self._yard.provenance(*key)
        if found is not None and (found.taken_at is not None or attempt.ended_at is not None):
            self._frozen = {key: found}
        return found

    def _run(self, job: Job, attempt: Attempt | None) -> Run | None:
        """What the attempt left; while it runs, the file that the experiment itself writes, if it does."""
        if attempt is not None and attempt.data_file:
            return self._yard.data_run(job.row, attempt.number)
        if attempt is None or attempt.ended_at is not None or job.kind != EXPERIMENT:
            return None
        return next(iter(self._yard.growing_runs(RunFilter(jobs=frozenset([job.row])))), None)

    def _kinds(self, attempt: Attempt | None) -> Mapping[str, ConfigKind]:
        types = {link.type for link in attempt.configs} if attempt is not None else set()
        return {kind.name: kind for kind in self._yard.config_kinds() if kind.name in types} if types else {}

    # -- the run before ---------------------------------------------------------------------------------

    def compare(self, seen: Seen) -> Before | None:
        """The run before, which among very many takes a while: it is asked for itself, and once for what is known."""
        found = self._before(seen)
        self._known = {_compared_by(seen): found}
        return found

    def _before(self, seen: Seen) -> Before | None:
        try:
            found = before(self._yard, seen)
            if found is None:
                return None
            job, number, run = found
            made = self._yard.diff(job, seen.job.row, number, seen.number)
            other = self._yard.job(job)
            return Before(made.one, made.one_attempt, made, config_of(other), run, other.user)
        except YardError:
            raise
        except JobyardError:  # it was purged meanwhile
            return None


def _compared_by(seen: Seen) -> tuple[object, ...]:
    """It is asked again when the attempt ends, and when its files have been looked at."""
    attempt, deeper = seen.attempt, seen.dossier.deeper
    looked = deeper.provenance.taken_at if deeper is not None and deeper.provenance is not None else None
    ending = (attempt.state, attempt.data_file) if attempt is not None else ()
    return seen.job.row, seen.number, *ending, looked


def chosen(job: Job, number: int | None) -> Attempt | None:
    """The attempt of this number, or the last."""
    found = next((one for one in job.attempts if one.number == number), None)
    return found or (job.attempts[-1] if job.attempts else None)


def before(yard: Yard, seen: Seen) -> tuple[int | str, int | None, Run | None] | None:
    """The run before: the newest of the same class that left data; the attempt before; what it is a clone of."""
    if seen.experiment and (run := _of_class(yard, seen)) is not None:
        return run.job, run.number, run
    if seen.number > 1:
        return seen.job.row, seen.number - 1, None
    return (seen.job.cloned_from, None, None) if seen.job.cloned_from else None


def _of_class(yard: Yard, seen: Seen) -> Run | None:
    attempt = seen.attempt
    if attempt is None:
        return None
    moment = attempt.ended_at or attempt.started_at or attempt.claimed_at
    found = yard.data_runs(experiment=seen.experiment, until=moment, limit=NEAR)
    return next((run for run in found if (run.job, run.number) != (seen.job.id, seen.number)), None)


def config_of(job: Job) -> Mapping[str, Any]:
    """What an experiment was called with."""
    found = job.fields.get("config")
    return found if isinstance(found, Mapping) else {}


def job_of(yard: Yard, id: str) -> int:
    """The row of a job. Raises Unknown."""
    found = yard.resolve([id])
    if not found:
        raise Unknown(f"There is no job {id}")
    return found[-1]

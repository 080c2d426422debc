"""The facade's clones: a job like an earlier one, or an array like an earlier array, linked to it, waiting for nothing.

A clone bears everything that was asked for but a unique key, which belongs to the job that stands.
"""

from __future__ import annotations

from ..indexes import ArraySpec, compact
from ..models import JobSpec, Submitted
from ..store import Store, arrays, jobs, submit, views
from ..store.submit import NewJob
from . import finding, submitting
from .part import Ref, Whole


class Cloning(Whole):
    """Once more."""

    def clone(self, ref: Ref) -> Submitted:
        """Add a job like an earlier one. Raises BadInput for several that are no array."""
        array = finding.whole(self._store, ref)
        if array is not None:
            return submitting.answer(self._store, clone_array(self._store, array))
        return submitting.answer(self._store, clone_job(self._store, finding.one(self._store, ref)))

    def wish(self, ref: Ref) -> JobSpec:
        """What was asked for with this job."""
        return spec_of(self._store, finding.one(self._store, ref))


def clone_job(store: Store, row: int) -> int:
    """The row of the clone; one of an element keeps its index, so that its command means the same."""
    return submit.add(store, [_clone(submitting.Surroundings(store), store, row)])[0]


def clone_array(store: Store, array: int) -> int:
    """The first row of an array with a clone of each element."""
    around = submitting.Surroundings(store)
    new = [_clone(around, store, row)._replace(array=0) for row in arrays.elements(store, array)]
    spec, most, name, summary = arrays.asked(store, array)
    indexes = [job.array_index for job in new if job.array_index is not None]
    text = spec if len(indexes) == len(arrays.indexes_of(store, array)) else compact(indexes)
    its = ArraySpec(indexes, most, text)
    begun = arrays.NewArray(0, len(new), its.text, its.most, name, summary, dict(new[0].spec.needs))
    return submit.add(store, new, None, [begun])[0]


def _clone(around: submitting.Surroundings, store: Store, row: int) -> NewJob:
    new = submitting.new_job(around, spec_of(store, row), (), row)
    return new._replace(array_index=jobs.array_index(store, row))


def spec_of(store: Store, row: int) -> JobSpec:
    """A job as it was asked for, without what it waited for and without its key."""
    job = jobs.load(store, row)
    return JobSpec(
        fields=job.fields, kind=job.kind, name=job.name, session=job.session, queue=job.queue, priority=job.priority,
        time_limit=job.time_limit, estimate=job.estimate, retries=job.retries, retry_delay=job.retry_delay,
        idempotent=job.idempotent, cwd=job.cwd, umask=job.umask, env=views.environment(store, row), clean_env=True,
        stdin=job.stdin, needs=dict(job.resources), on_end=job.on_end, retry_factor=job.retry_factor,
        retry_most=job.retry_most,
    )  # fmt: skip

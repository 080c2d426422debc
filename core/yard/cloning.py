"""The facade's clones: a job like an earlier one, or an array like an earlier array, linked to it, waiting for nothing.

A clone bears everything that was asked for but a unique key, which belongs to the job that stands. What is to be
otherwise is said with it: edit and resubmit is a clone with changes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .. import kinds
from ..errors import BadInput
from ..indexes import ArraySpec, compact
from ..models import JobSpec, Submitted
from ..names import check_name
from ..needs import wanted
from ..store import Store, arrays, jobs, submit, views
from ..store.submit import NewJob
from . import finding, submitting, wishes
from .part import Ref, Whole

Changes = Mapping[str, Any]  # arguments of a JobSpec

NOTHING: Changes = MappingProxyType({})
ITS_OWN = ("name", "stdin")  # of an element: its index is in them


class Cloning(Whole):
    """Once more."""

    def clone(self, ref: Ref, changes: Changes = NOTHING) -> Submitted:
        """Add a job like an earlier one, but for *changes*, which are arguments of a JobSpec.

        ``env``, ``needs`` and ``configs`` are laid over what it had; a need of 0 and a config of None go. Raises
        BadInput for several that are no array and for what cannot be changed, and whatever a submit raises.
        """
        array = finding.whole(self._store, ref)
        if array is not None:
            return submitting.answer(self._store, clone_array(self._store, array, changes))
        row = finding.one(self._store, ref)
        return submitting.answer(self._store, clone_job(self._store, row, changes))

    def wish(self, ref: Ref) -> JobSpec:
        """What was asked for with this job."""
        return spec_of(self._store, finding.one(self._store, ref))


def clone_job(store: Store, row: int, changes: Changes = NOTHING) -> int:
    """The row of the clone; one of an element keeps its index, so that its command means the same."""
    _refuse(changes, ("array",), "A clone is one job", "Submit an array instead")
    return submit.add(store, [_clone(submitting.Surroundings(store), store, row, changes)])[0]


def clone_array(store: Store, array: int, changes: Changes = NOTHING) -> int:
    """The first row of an array with a clone of each element; another command is filled in with each index."""
    _refuse(changes, (*ITS_OWN, "array", "unique"), "Each element has its own", "Submit a new array instead")
    around = submitting.Surroundings(store)
    rows = arrays.elements(store, array)
    new = [_clone(around, store, row, _its(store, row, changes))._replace(array=0) for row in rows]
    spec, most, name, summary = arrays.asked(store, array)
    if "fields" in changes:
        kind = kinds.get(new[0].spec.kind)
        summary = kind.command_line(kind.whole(changes["fields"], [json.loads(job.fields) for job in new]))
    indexes = [job.array_index for job in new if job.array_index is not None]
    text = spec if len(indexes) == len(arrays.indexes_of(store, array)) else compact(indexes)
    its = ArraySpec(indexes, most, text)
    begun = arrays.NewArray(0, len(new), its.text, its.most, name, summary, dict(new[0].spec.needs))
    return submit.add(store, new, None, [begun])[0]


def _its(store: Store, row: int, changes: Changes) -> Changes:
    """The changes of one element: what its kind makes of other fields."""
    index = jobs.array_index(store, row)
    if "fields" not in changes or index is None:
        return changes
    before = jobs.load(store, row)
    kind = kinds.get(before.kind)
    fields = kind.again(kinds.Checked(kind.check(changes["fields"])), before.fields, index)
    return {**changes, "fields": fields}


def _clone(around: submitting.Surroundings, store: Store, row: int, changes: Changes) -> NewJob:
    spec = changed(spec_of(store, row), changes)
    new = submitting.new_job(around, spec, wishes.parents(store, [spec])[0], row)
    return new._replace(array_index=jobs.array_index(store, row))


def changed(spec: JobSpec, changes: Changes) -> JobSpec:
    """The job as it is to be instead."""
    if changes.get("name"):
        check_name(changes["name"])
    laid: dict[str, Any] = {
        name: {**getattr(spec, name), **changes[name]} for name in ("env", "needs") & changes.keys()
    }
    if changes.get("configs"):
        every = {**(spec.configs or {}), **changes["configs"]}
        laid["configs"] = {type: wish for type, wish in every.items() if wish is not None}
    if "needs" in laid:
        laid["needs"] = wanted(laid["needs"])
    return spec._replace(**{**changes, **laid})


def _refuse(changes: Changes, names: tuple[str, ...], why: str, todo: str) -> None:
    for name in names:
        if name in changes:
            what = "command" if name == "fields" else name
            raise BadInput(f"The {what} cannot be another one", why, todo)


def spec_of(store: Store, row: int) -> JobSpec:
    """A job as it was asked for, without what it waited for and without its key."""
    job = jobs.load(store, row)
    return JobSpec(
        fields=job.fields, kind=job.kind, name=job.name, session=job.session, queue=job.queue, priority=job.priority,
        time_limit=job.time_limit, estimate=job.estimate, retries=job.retries, retry_delay=job.retry_delay,
        idempotent=job.idempotent, cwd=job.cwd, umask=job.umask, env=views.environment(store, row), clean_env=True,
        stdin=job.stdin, needs=dict(job.resources), on_end=job.on_end, retry_factor=job.retry_factor,
        retry_most=job.retry_most, configs=job.configs,
    )  # fmt: skip

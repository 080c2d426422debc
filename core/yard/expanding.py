"""From jobs that are arrays to their elements: one job an index, with what its kind makes of it, its name and input.

A job whose fields ask for several points (`Kind.points`) is an array too: its indexes are those of the points, from 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .. import kinds, names
from ..errors import BadInput
from ..indexes import ArraySpec, fill, parse_array
from ..models import JobSpec
from ..store.arrays import NewArray
from ..store.submit import NewJob
from ..sweeps import chosen


def derived(spec: JobSpec) -> JobSpec:
    """The job with the indexes of the points that its fields ask for, if they do. Raises BadInput."""
    kind = kinds.get(spec.kind)
    count = kind.points(spec.fields) if kind.sweeps else 0
    if not count:
        return spec
    array = chosen(count, spec.array)
    return spec._replace(array=array.text + (f"%{array.most}" if array.most else ""))


def array_of(spec: JobSpec) -> ArraySpec | None:
    """The array that a job is to be, None for a single one. Raises BadInput."""
    if not spec.array:
        return None
    if spec.unique:
        why = "Only one pending or running job may bear a key, and an array is many"
        raise BadInput("--unique and --array do not go together", why, "Leave one of them out")
    return parse_array(spec.array)


def spans(arrays: Sequence[ArraySpec | None]) -> list[range]:
    """Which jobs of the submit each of these becomes."""
    found: list[range] = []
    start = 0
    for array in arrays:
        stop = start + (1 if array is None else len(array.indexes))
        found.append(range(start, stop))
        start = stop
    return found


def new_array(job: NewJob, array: ArraySpec, start: int) -> NewArray:
    """What is stored of the array itself."""
    spec = job.spec
    return NewArray(start, len(array.indexes), array.text, array.most, spec.name, job.summary, dict(spec.needs))


def elements(job: NewJob, array: ArraySpec, which: int) -> Iterator[NewJob]:
    """The elements; *which* is the array's place among those of the submit. Raises BadInput for a name."""
    fields: Mapping[str, Any] = kinds.Checked(json.loads(job.fields))
    kind = kinds.get(job.spec.kind)
    for index in array.indexes:
        encoded, summary = job.fields, job.summary
        its = kind.element(fields, index)
        if its is not fields:
            encoded, summary = _encode(its), kind.command_line(its)
        yield job._replace(
            fields=encoded, summary=summary, array=which, array_index=index, name=_name(job.spec.name, index),
            stdin=fill(job.stdin, index),
        )  # fmt: skip


_encode = json.JSONEncoder(separators=(",", ":")).encode


def _name(name: str, index: int) -> str:
    its = fill(name, index)
    return its if its == name else names.check_name(its)

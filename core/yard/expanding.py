"""From jobs that are arrays to their elements: one job an index, with its index in its command, name and input file."""

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

COMMAND = "command"  # the field of a kind in which an index is filled in


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
    fields: Mapping[str, Any] = json.loads(job.fields)
    varies = "{i" in json.dumps(fields.get(COMMAND), ensure_ascii=False)
    kind = kinds.get(job.spec.kind)
    for index in array.indexes:
        encoded, summary = job.fields, job.summary
        if varies:
            its = kind.check({**fields, COMMAND: filled(fields[COMMAND], index)})
            encoded, summary = json.dumps(its, separators=(",", ":")), kind.command_line(its)
        yield job._replace(
            fields=encoded, summary=summary, array=which, array_index=index, name=_name(job.spec.name, index),
            stdin=fill(job.stdin, index),
        )  # fmt: skip


def filled(command: str | list[str], index: int) -> str | list[str]:
    """The command with its index."""
    return fill(command, index) if isinstance(command, str) else [fill(word, index) for word in command]


def _name(name: str, index: int) -> str:
    its = fill(name, index)
    return its if its == name else names.check_name(its)

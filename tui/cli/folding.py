"""Job arrays on the command line: one line in a list, a page in ``show``, one object as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from jobyard.core.models import ArrayRow, JobRow
from jobyard.core.states import CANCELLED, COMPLETED, FAILED, RUNNING, SKIPPED
from jobyard.tui.cli.jsonview import Json, moment
from jobyard.tui.cli.printing import paint
from jobyard.tui.cli.table import Cell
from jobyard.tui.cli.words import LOOK, clean, outcome, when

FAILED_SHOWN = 20  # elements
TOLD = (FAILED, CANCELLED, SKIPPED, RUNNING)  # beside those that are done; what is left is pending


def progress(array: ArrayRow) -> str:
    """``37/100 done, 2 failed, 4 running``."""
    parts = [f"{array.counts.get(COMPLETED, 0)}/{array.left} done"]
    parts += [f"{count} {state.value}" for state in TOLD if (count := array.counts.get(state, 0))]
    return ", ".join(parts)


def state_of(array: ArrayRow) -> Cell:
    """Glyph and word of the state that tells most."""
    glyph, colour = LOOK[array.state]
    return Cell(f"{glyph} {array.state.value}", colour)


def cells(array: ArrayRow) -> list[Cell | str]:
    """Its line in a list of jobs."""
    sample = array.sample
    return [
        array.shown,
        state_of(array),
        str(sample.priority),
        clean(sample.queue if sample.session == "default" else f"{sample.session}/{sample.queue}"),
        clean(array.name),
        clean(sample.user),
        when(sample.ended_at or sample.started_at or array.created_at),
        "",
        clean(array.command),
        said(array),
    ]


def said(array: ArrayRow) -> str:
    """How far it is; while nothing of it runs, also why."""
    why = clean(array.sample.reason) if not array.counts.get(RUNNING) else ""
    return f"{progress(array)}: {why}" if why else progress(array)


def name_of(row: JobRow) -> str:
    """A job's name, with its index where it is an element."""
    return row.name if row.array_id is None else f"{row.name}[{row.array_index}]"


def called(row: JobRow) -> str:
    """What a person calls it: its name with its index, or its command."""
    return clean(name_of(row) if row.name else row.command)


def facts(array: ArrayRow, failed: list[JobRow]) -> Iterator[tuple[str, str]]:
    """Names and values, in the order in which people look for them."""
    sample, state = array.sample, state_of(array)
    yield "array", array.shown
    yield "indexes", array.indexes
    yield "name", clean(array.name)
    yield "state", paint(state.text, state.colour)
    yield "progress", progress(array)
    yield "reason", clean(sample.reason)
    yield "at a time", "" if array.most is None else f"at most {array.most}"
    yield "purged", str(array.size - array.left) if array.size > array.left else ""
    yield "command", clean(array.command)
    yield "queue", clean(f"{sample.session}/{sample.queue}")
    yield "priority", str(sample.priority)
    yield "user", clean(sample.user)
    yield "submitted", when(array.created_at)
    yield "failed", "\n".join(failures(array, failed))


def failures(array: ArrayRow, failed: list[JobRow]) -> Iterator[str]:
    """The elements that failed, by index."""
    yield from (f"{array.id}[{row.array_index}]  {row.id}  {outcome(row)}" for row in failed)
    more = array.counts.get(FAILED, 0) - len(failed)
    if more > 0:
        yield f"and {more} more: jobyard list --state failed --elements"


def as_json(array: ArrayRow, failed: list[JobRow]) -> Json:
    """``show ID[] --json``."""
    sample = array.sample
    return {
        "id": array.shown,
        "first": array.id,
        "indexes": array.indexes,
        "size": array.size,
        "left": array.left,
        "most": array.most,
        "name": array.name,
        "session": sample.session,
        "queue": sample.queue,
        "priority": sample.priority,
        "user": sample.user,
        "command": array.command,
        "created_at": moment(array.created_at),
        "state": array.state.value,
        "counts": {state.value: count for state, count in array.counts.items()},
        "failed": [row.id for row in failed],
    }

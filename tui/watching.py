"""Jobs that are watched: this user's own wish to hear of their end, remembered while the app is closed.

A watch is of a job, or of an array as a whole. It is no business of the store's: nothing is written there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from jobyard.core.errors import BadInput
from jobyard.core.models import ArrayRow, JobRow
from jobyard.core.states import ENDED, State
from jobyard.core.yard import Yard

from .columns import name_of
from .format import GLYPHS, outcome, plural
from .text import plain

MEMORY = "watched"
MOST = 1000  # watches
NAMED = 3  # ends that are told one by one


class Watch(NamedTuple):
    """What is watched. ``row`` is its line's; ``array``: all of it is meant."""

    row: int
    id: str
    name: str
    array: bool = False


class End(NamedTuple):
    """What became of it."""

    watch: Watch
    state: State | None  # None: it has been purged
    words: str


def line_of(job: JobRow) -> int:
    """By which row a line is watched: an array's by the array's own, since another element may come to stand first."""
    return job.array_id if job.fold is not None and job.array_id is not None else job.row


def watch_of(job: JobRow) -> Watch | None:
    """The watch of a line; None for what has ended."""
    if job.fold is not None and job.fold.kind == "array":
        open = any(count for state, count in job.fold.counts if state not in ENDED)
        return (
            Watch(line_of(job), job.fold.ref.partition("[")[0], plain(job.name or job.command), True) if open else None
        )
    return Watch(job.row, job.id, plain(name_of(job))) if job.state not in ENDED else None


def ends(yard: Yard, watches: Sequence[Watch]) -> list[End]:
    """Which of them have ended, and how."""
    rows = yard.rows([watch.row for watch in watches if not watch.array])
    found = [_array_end(yard, watch) if watch.array else _job_end(watch, rows.get(watch.row)) for watch in watches]
    return [end for end in found if end is not None]


def _job_end(watch: Watch, job: JobRow | None) -> End | None:
    if job is None or job.id != watch.id:
        return End(watch, None, "has been purged")
    if job.state not in ENDED:
        return None
    why = plain(outcome(job))
    return End(watch, job.state, job.state.value + (f": {why}" if why else ""))


def _array_end(yard: Yard, watch: Watch) -> End | None:
    try:
        array = yard.array(f"{watch.id}[]")
    except BadInput:
        array = None
    if array is None:
        return End(watch, None, "has been purged")
    return None if any(array.counts.get(state) for state in State if state not in ENDED) else _all_ended(watch, array)


def _all_ended(watch: Watch, array: ArrayRow) -> End:
    counts = [(state, count) for state in ENDED_IN_ORDER if (count := array.counts.get(state, 0))]
    return End(watch, array.state, ", ".join(f"{count:,} {state.value}" for state, count in counts))


ENDED_IN_ORDER = (State.FAILED, State.CANCELLED, State.SKIPPED, State.COMPLETED)


# -- words ----------------------------------------------------------------------------------------------


def told(some: Sequence[End], *, meanwhile: bool = False) -> tuple[str, str]:
    """The sentence for the corner and its severity; *meanwhile*: while the app was closed."""
    parts = [f"{_sign(end)} {end.watch.name} {end.words}." for end in some[:NAMED]]
    if len(some) > NAMED:
        parts.append(f"{plural(len(some) - NAMED, 'other')} ended too.")
    failed = any(end.state is not State.COMPLETED for end in some)
    return ("Meanwhile: " if meanwhile else "") + " ".join(parts), "warning" if failed else "information"


def _sign(end: End) -> str:
    return GLYPHS[end.state] if end.state is not None else "∅"


# -- remembering ------------------------------------------------------------------------------------------


def recalled(found: Any, home: str) -> dict[int, Watch]:
    """The watches of a yard, of what was remembered."""
    kept = found.get(home) if isinstance(found, dict) else None
    some = [_watch(one) for one in kept] if isinstance(kept, list) else []
    return {watch.row: watch for watch in some if watch is not None}


def _watch(one: Any) -> Watch | None:
    match one:
        case [int(row), str(id), str(name), bool(array)]:
            return Watch(row, id, name, array)
    return None


def kept(found: Any, home: str, watches: Iterable[Watch]) -> dict[str, Any] | None:
    """What is to be remembered: these of this yard, and those of others."""
    others = {name: some for name, some in found.items() if name != home} if isinstance(found, dict) else {}
    mine = [list(watch) for watch in watches]
    return ({**others, home: mine} if mine else others) or None

"""Stretches of a list, each with one order and one index that has it, and what leads from one row on to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ...models import JobRow
from ...states import ENDED, State

Key = tuple[tuple[str, bool], ...]  # (column as SQL, descending)

JOB = "job j"
ID: Key = (("j.id", False),)
LATEST: Key = (("j.ended_at", True), ("j.id", True))


class Segment(NamedTuple):
    """A stretch of a list. ``key`` is its order, which its index has; without one it is that of the table."""

    where: str
    by: str  # its index; "" for none
    key: Key
    holds: Callable[[JobRow], bool]  # whether a row that was listed stood in it
    buckets: frozenset[str] = frozenset()  # of `tally`, where that knows how long it is
    queue: int = 0  # rows of this queue only, where the list goes queue by queue
    demands: bool = False  # what the jobs want is walked first

    @property
    def source(self) -> str:
        """For FROM, with its index by name."""
        indexed = f"INDEXED BY {self.by}" if self.by else "NOT INDEXED"
        return f"demand d INDEXED BY demand_place CROSS JOIN {JOB} {indexed}" if self.demands else f"{JOB} {indexed}"

    @property
    def tables(self) -> str:
        """For FROM where rows are known already."""
        return f"{JOB} CROSS JOIN demand d" if self.demands else JOB


def order(key: Key, *, backwards: bool = False) -> str:
    """For ORDER BY."""
    return ", ".join(f"{column} {'DESC' if down != backwards else 'ASC'}" for column, down in key)


def flipped(segment: Segment) -> Segment:
    """The same from its end."""
    return segment._replace(key=tuple((column, not down) for column, down in segment.key))


# -- the order in which people read: running, pending in the order in which they start, ended, newes


def natural(*, one_queue: bool) -> tuple[Segment, ...]:
    """The segments of the list of all, or of one queue, which has an order of its own."""
    return (RUNNING, *(OF_A_QUEUE if one_queue else OF_ALL))


def _is_running(row: JobRow) -> bool:
    return row.handed or row.state is State.RUNNING


def _is_pending(row: JobRow) -> bool:
    return row.state is State.PENDING and not row.handed


def _is_ended(row: JobRow) -> bool:
    return row.state in ENDED


WAITS = "j.state = 'pending' AND j.batch IS NULL"
OVER = "j.ended_at IS NOT NULL AND j.batch IS NULL"
_RUNS = frozenset({State.RUNNING.value, "next"})
_PENDS = frozenset({State.PENDING.value})
_ENDS = frozenset(state.value for state in ENDED)

RUNNING = Segment("j.state = 'running'", "job_running", ID, _is_running, _RUNS)
OF_ALL = (
    Segment(WAITS, "job_pending", (("j.priority", True), ("j.rank", False), *ID), _is_pending, _PENDS),
    Segment(OVER, "job_ended", LATEST, _is_ended, _ENDS),
)
OF_A_QUEUE = (
    Segment(
        WAITS, "job_queue_pending", (("j.priority", True), ("j.weight", False), ("j.rank", False), *ID), _is_pending,
        _PENDS,
    ),
    Segment(OVER, "job_queue_ended", LATEST, _is_ended, _ENDS),
)  # fmt: skip


# -- from one row on -------------------------------------------------------------------------------

VALUES: Mapping[str, Callable[[JobRow], Any]] = {
    "j.id": lambda row: row.row,
    "j.name": lambda row: row.name,
    "j.user": lambda row: row.user,
    "j.kind": lambda row: row.kind,
    "j.priority": lambda row: row.priority,
    "j.rank": lambda row: row.rank,
    "j.weight": lambda row: row.weight,
    "j.started_at": lambda row: row.started_at,
    "j.ended_at": lambda row: row.ended_at,
    "j.ended_at - j.started_at": lambda row: _seconds(row),
    "j.estimate": lambda row: row.estimate,
    "j.tried": lambda row: row.attempts,
    "j.exit_code": lambda row: row.exit_code,
    "j.signal": lambda row: row.signal,
    "j.cause": lambda row: row.cause.value if row.cause else None,
}  # what a row that was listed had in a column; of others its job is asked


def _seconds(row: JobRow) -> float | None:
    return None if row.ended_at is None or row.started_at is None else row.ended_at - row.started_at


def values_of(key: Key, row: JobRow) -> tuple[Any, ...] | None:
    """What *row* has in the columns of an order, as far as a row tells."""
    if any(column not in VALUES for column, _ in key):
        return None
    return tuple(VALUES[column](row) for column, _ in key)


def keyset(key: Key, values: tuple[Any, ...], *, backwards: bool = False) -> tuple[str, tuple[Any, ...]]:
    """A condition for all that come after these values (*backwards*: before them), and its parameters.

    Written out per column because the directions differ, with the leading column bounded alone so that
    the index is entered at the right place.
    """
    columns = [(column, down != backwards) for column, down in key]
    clauses, parameters = [], [values[0]]
    for depth, (column, down) in enumerate(columns):
        equal = [f"{name} = ?" for name, _ in columns[:depth]]
        clauses.append(" AND ".join([*equal, f"{column} {'<' if down else '>'} ?"]))
        parameters += [*values[:depth], values[depth]]
    lead, down = columns[0]
    return f"{lead} {'<=' if down else '>='} ? AND ({' OR '.join(f'({clause})' for clause in clauses)})", tuple(
        parameters
    )

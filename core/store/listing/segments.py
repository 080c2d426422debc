"""Stretches of a list, each with one order and one index that has it, and what leads from one row on to the next."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...models import JobRow
from ...states import ENDED, State

Key = tuple[tuple[str, bool], ...]  # (column, descending)


class Segment(NamedTuple):
    """A stretch of the list with one order and one index. ``key`` are the columns of the order."""

    states: frozenset[State]
    where: str
    hint: str  # the name of its index
    queue_hint: str
    key: Key
    queue_key: Key  # the order within one queue


def order(key: Key, *, backwards: bool = False) -> str:
    """For ORDER BY."""
    return ", ".join(f"j.{column} {'DESC' if down != backwards else 'ASC'}" for column, down in key)


SEGMENTS = (
    Segment(frozenset({State.RUNNING}), "j.state = 'running'", "job_running", "job_running", (("id", False),),
            (("id", False),)),
    Segment(
        frozenset({State.PENDING}),
        "j.state = 'pending' AND j.batch IS NULL",
        "job_pending",
        "job_queue_pending",
        (("priority", True), ("rank", False), ("id", False)),
        (("priority", True), ("weight", False), ("rank", False), ("id", False)),
    ),
    Segment(ENDED, "j.ended_at IS NOT NULL AND j.batch IS NULL", "job_ended", "job_queue_ended",
            (("ended_at", True), ("id", True)), (("ended_at", True), ("id", True))),
)  # fmt: skip


def keyset(key: Key, row: JobRow, *, backwards: bool = False) -> tuple[str, tuple[Any, ...]]:
    """A condition for all that come after *row* (*backwards*: before it), and its parameters.

    Written out per column because the directions differ, with the leading column bounded alone so that
    the index is entered at the right place.
    """
    order = [(column, down != backwards) for column, down in key]
    lead, down = order[0]
    values = {"id": row.row, "priority": row.priority, "rank": row.rank, "weight": row.weight, "ended_at": row.ended_at}
    clauses, parameters = [], [values[lead]]
    for depth, (column, descending) in enumerate(order):
        equal = [name for name, _ in order[:depth]]
        clauses.append(
            " AND ".join([f"j.{name} = ?" for name in equal] + [f"j.{column} {'<' if descending else '>'} ?"])
        )
        parameters += [values[name] for name in equal] + [values[column]]
    bound = f"j.{lead} {'<=' if down else '>='} ?"
    return f"{bound} AND ({' OR '.join(f'({clause})' for clause in clauses)})", tuple(parameters)

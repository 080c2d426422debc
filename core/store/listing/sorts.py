"""Orders by a column: which segments follow each other. What has nothing in the column comes last, either way round.

Equal ones follow by row id, in the direction of the sort; empty ones by row id, upwards. Where most jobs have the same
in a column (a priority of 0, one attempt), these are walked in the order of the table, and the others by an index that
has none but them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ...models import TELLING, JobRow, Sort
from ...states import State
from .segments import ID, LATEST, OF_A_QUEUE, OF_ALL, OVER, RUNNING, Key, Segment, flipped, natural


class Order(NamedTuple):
    """Segments in ascending order; ``empty`` come last and ``first`` first whichever way the others go."""

    filled: tuple[Segment, ...]
    empty: tuple[Segment, ...] = ()
    first: tuple[Segment, ...] = ()


def segments(sort: Sort, queues: Sequence[int], *, one_queue: bool) -> tuple[Segment, ...]:
    """The list by a column. *queues* are in the order of their names; *one_queue*: only jobs of one are listed."""
    if sort.key in ("queue", "session"):
        return _by_queue(queues[::-1] if sort.descending else queues)
    if sort.key == "state":
        by_state = _by_state(one_queue)
        return by_state[::-1] if sort.descending else by_state
    order = ORDERS[sort.key]
    if not sort.descending:
        return (*order.first, *order.filled, *order.empty)
    return (*map(flipped, (*order.first, *order.filled[::-1])), *order.empty)


def _by_queue(queues: Sequence[int]) -> tuple[Segment, ...]:
    """Queue after queue, each as it is listed alone."""
    return tuple(segment._replace(queue=queue) for queue in queues for segment in natural(one_queue=True))


def _by_state(one_queue: bool) -> tuple[Segment, ...]:
    """What goes on first, then what went wrong; within a state the usual order."""
    waiting = (OF_A_QUEUE if one_queue else OF_ALL)[0]
    ended = [state for state in TELLING if state not in (State.RUNNING, State.PENDING)]
    return (
        _running("j.started_at IS NOT NULL", lambda row: row.state is State.RUNNING, "running"),
        _running("j.started_at IS NULL", lambda row: row.handed, "next"),
        waiting,
        *(ended_as(state) for state in ended),
    )


def _running(where: str, holds: Callable[[JobRow], bool], bucket: str) -> Segment:
    return RUNNING._replace(where=f"{RUNNING.where} AND {where}", holds=holds, buckets=frozenset({bucket}))


def ended_as(state: State) -> Segment:
    """Jobs that ended in one way, newest first."""
    where = f"{OVER} AND j.state = '{state.value}'"
    return Segment(where, "job_state_ended", LATEST, lambda row: row.state is state, frozenset({state.value}))


def _table(where: str, holds: Callable[[JobRow], bool]) -> Segment:
    """Jobs by row id."""
    return Segment(f"{where} AND j.batch IS NULL" if where else "j.batch IS NULL", "", ID, holds)


def _indexed(index: str, column: str, where: str, holds: Callable[[JobRow], bool]) -> Segment:
    """Jobs by a column, by an index that has those of the condition."""
    return Segment(where, index, ((column, False), *ID), holds)


def _column(index: str, column: str, has: str, lacks: str, holds: Callable[[JobRow], bool]) -> Order:
    """Jobs that have something in a column, then the others by row id."""
    return Order((_indexed(index, column, has, holds),), (_table(lacks, lambda row: not holds(row)),))


def _around(index: str, column: str, usual: str, value: Callable[[JobRow], int | str], middle: int | str) -> Order:
    """Jobs below what is usual in a column, as is usual, and above."""
    others = f"{column} <> {usual} AND j.batch IS NULL"
    return Order((
        _indexed(index, column, f"{others} AND {column} < {usual}", lambda row: value(row) < middle),  # type: ignore[operator]
        _table(f"{column} = {usual}", lambda row: value(row) == middle),
        _indexed(index, column, f"{others} AND {column} > {usual}", lambda row: value(row) > middle),  # type: ignore[operator]
    ))  # fmt: skip


_SHOWN = "NOT (d.wants GLOB '{\"array/*' AND instr(d.wants, ',') = 0)"  # the limit of an array is no wish of its jobs
_NONE_SHOWN = f"j.demand_id NOT IN (SELECT d.id FROM demand d WHERE {_SHOWN})"
_WANTS: Key = (("d.place", False), *ID)
_EVERY = Order((_table("", lambda row: True),))
_RAN = "j.ended_at IS NOT NULL AND j.started_at IS NOT NULL"

ORDERS: Mapping[str, Order] = {
    "id": _EVERY,
    "submitted": _EVERY,
    "age": Order(tuple(map(flipped, _EVERY.filled))),
    "name": _column(
        "job_name", "j.name", "j.name <> '' AND j.batch IS NULL", "j.name = ''", lambda row: row.name != ""
    ),
    "user": Order((_indexed("job_user", "j.user", "j.batch IS NULL", lambda row: True),)),
    "priority": _around("job_priority", "j.priority", "0", lambda row: row.priority, 0),
    "kind": _around("job_kind", "j.kind", "'exec'", lambda row: row.kind, "exec"),
    "started": _column(
        "job_started", "j.started_at", "j.started_at IS NOT NULL", "j.started_at IS NULL",
        lambda row: row.started_at is not None,
    ),
    "ended": Order((flipped(OF_ALL[1]),), (_table("j.ended_at IS NULL", lambda row: row.ended_at is None),)),
    "duration": _column(
        "job_duration", "j.ended_at - j.started_at", _RAN, "j.started_at IS NULL",
        lambda row: row.started_at is not None,
    )._replace(first=(RUNNING._replace(
        where=f"{RUNNING.where} AND j.started_at IS NOT NULL", key=(("j.started_at", True), ("j.id", False)),
        holds=lambda row: row.state is State.RUNNING, buckets=frozenset({"running"}),
    ),)),
    "estimate": _column(
        "job_estimate", "j.estimate", "j.estimate IS NOT NULL AND j.batch IS NULL", "j.estimate IS NULL",
        lambda row: row.estimate is not None,
    ),
    "attempts": Order(
        (
            _table("j.tried = 1", lambda row: row.attempts == 1),
            _indexed("job_tried", "j.tried", "j.tried > 1", lambda row: row.attempts > 1),
        ),
        (_table("j.tried = 0", lambda row: row.attempts == 0),),
    ),
    "exit": Order(
        (
            flipped(ended_as(State.COMPLETED)),
            _indexed(
                "job_exit", "j.exit_code", "j.exit_code IS NOT NULL AND j.signal IS NULL AND j.state <> 'completed'",
                lambda row: row.exit_code is not None and row.signal is None and row.state is not State.COMPLETED,
            ),
            _indexed("job_signal", "j.signal", "j.signal IS NOT NULL AND j.state <> 'completed'",
                     lambda row: row.signal is not None and row.state is not State.COMPLETED),
        ),
        (_table("j.exit_code IS NULL AND j.signal IS NULL", lambda row: True),),
    ),
    "cause": _column(
        "job_cause", "j.cause", "j.cause IS NOT NULL", "j.cause IS NULL", lambda row: row.cause is not None
    ),
    "resources": Order(
        (
            Segment(
                f"j.demand_id = d.id AND j.demand_id <> 0 AND j.batch IS NULL AND {_SHOWN}", "job_demand", _WANTS,
                lambda row: row.wants != "", demands=True,
            ),
        ),
        (_table(_NONE_SHOWN, lambda row: row.wants == ""),),
    ),
}  # fmt: skip

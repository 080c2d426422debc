"""What a filter and an order mean as segments: with which conditions, and how many rows each has.

`plan` answers for what indexes serve alone: the usual order under states, queues and a time; an order by a column under
queues. All else is looked for job by job (`found`) and then brought into the order of `arrangement`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ...models import JobFilter, JobRow
from ...states import ENDED, State
from .. import queues as lanes
from ..database import marks
from ..filtering import scanned
from ..store import Store
from . import sorts
from .segments import RUNNING, Key, Segment, natural

FEW = 5000  # jobs that are sooner fetched by their queue and sorted than met in the order of a column

Buckets = Mapping[int, Mapping[str, int]]  # of each queue


class Part(NamedTuple):
    """A segment under a filter."""

    source: str  # for FROM
    tables: str  # for FROM where rows are known already
    where: str
    parameters: tuple[Any, ...]
    key: Key
    holds: Callable[[JobRow], bool]
    total: int | None  # None: it must be counted
    queue: int = 0
    by_table: bool = False  # in the order of the table, without an index


class Plan(NamedTuple):
    """A list as a whole."""

    parts: tuple[Part, ...]
    total: int


def plan(store: Store, where: JobFilter) -> Plan | None:
    """The list of a filter, or None if its rows must be looked for."""
    if scanned(where) or (where.user and not _everyones(store, where.user)):
        return None
    buckets = lanes.tallies(store)
    if is_folded(where):
        parts = _folded(where, _unfolded(store, buckets))
        return Plan(parts, sum(part.total or 0 for part in parts))
    if where.sort is None:
        parts = _natural(store, where, buckets)
        return Plan(parts, sum(part.total or 0 for part in parts))
    total = _tallied(buckets, where.queues, None)
    if where.states or where.ended_since is not None or _sooner_sorted(where, total):
        return None
    return Plan(arrangement(store, where), total)


_ONE_USER = (
    "SELECT NOT EXISTS (SELECT 1 FROM job INDEXED BY job_user WHERE batch IS NULL AND user < ?1) "
    "AND NOT EXISTS (SELECT 1 FROM job INDEXED BY job_user WHERE batch IS NULL AND user > ?1)"
)


def _everyones(store: Store, user: str) -> bool:
    """Whether no job is anybody else's, as in most yards: then who it is excludes none."""
    return bool(store.db.value(_ONE_USER, (user,)))


def _sooner_sorted(where: JobFilter, total: int) -> bool:
    walked = where.sort is not None and where.sort.key in ("queue", "session")
    return bool(where.queues) and total <= FEW and not walked


def arrangement(store: Store, where: JobFilter) -> tuple[Part, ...]:
    """The segments of the order that a filter asks for, under its queues alone, without those that are empty."""
    buckets = lanes.tallies(store)
    if where.sort is None:
        return _natural(store, JobFilter(queues=where.queues), buckets)
    names = sorted((queue.session, queue.name, queue.id) for queue in lanes.every(store))
    order = [queue for _, _, queue in names if not where.queues or queue in where.queues]
    found = sorts.segments(where.sort, order, one_queue=len(where.queues) == 1)
    return tuple(part for segment in found if (part := _under_queues(segment, where.queues, buckets)).total != 0)


def _under_queues(segment: Segment, chosen: frozenset[int], buckets: Buckets) -> Part:
    queues = frozenset({segment.queue}) if segment.queue else chosen
    clauses, parameters = _in_queues(queues)
    total = _tallied(buckets, queues, segment.buckets) if segment.buckets else None
    return Part(
        segment.source, segment.tables, " AND ".join([segment.where, *clauses]), tuple(parameters), segment.key,
        segment.holds, total, segment.queue, not segment.by,
    )  # fmt: skip


def _in_queues(queues: frozenset[int]) -> tuple[list[str], list[int]]:
    if not queues:
        return [], []
    return [f"j.queue_id IN ({marks(len(queues))})"], sorted(queues)


def _tallied(buckets: Buckets, queues: frozenset[int], names: frozenset[str] | None) -> int:
    """How many jobs the tallies count in these queues (none: all), in these buckets (None: all)."""
    chosen = [buckets.get(queue, {}) for queue in queues] if queues else list(buckets.values())
    return sum(n for counts in chosen for name, n in counts.items() if names is None or name in names)


# -- the usual order -------------------------------------------------------------------------------


def _natural(store: Store, where: JobFilter, buckets: Buckets) -> tuple[Part, ...]:
    one_queue = len(where.queues) == 1
    found = (_usual(store, segment, where, buckets) for segment in natural(one_queue=one_queue))
    return tuple(part for part in found if part is not None)


def _usual(store: Store, segment: Segment, where: JobFilter, buckets: Buckets) -> Part | None:
    """A segment of the usual order, or None where the filter excludes it."""
    handed = _handed(segment, where.states)
    states = _states(segment, where.states)
    if not states:
        return None
    part = _under_queues(segment, where.queues, buckets)
    clauses, parameters = [part.where, *handed], list(part.parameters)
    counted = bool(handed)
    if states < segment.buckets and not handed:
        part = _of_states(part, states, where.queues)
        clauses.append(f"j.state IN ({marks(len(states))})")
        parameters += sorted(states)
    if where.ended_since is not None and segment.buckets >= {state.value for state in ENDED}:
        clauses.append("j.ended_at >= ?")
        parameters.append(where.ended_since)
        counted = True
    part = part._replace(where=" AND ".join(clauses), parameters=tuple(parameters), total=None)
    total = count(store, part) if counted else _tallied(buckets, where.queues, states)
    return part._replace(total=total)


def _of_states(part: Part, states: frozenset[str], queues: frozenset[int]) -> Part:
    """One way to end has an index of its own; its queue stands in it only behind its order."""
    if len(states) > 1 or len(queues) == 1:
        return part
    return part._replace(source=part.source.replace("job_ended", "job_state_ended"))


def _states(segment: Segment, wanted: frozenset[State]) -> frozenset[str]:
    """Which buckets of a segment a filter of states shows."""
    if not wanted or (segment.where == RUNNING.where and not wanted.isdisjoint((State.RUNNING, State.PENDING))):
        return segment.buckets  # handed jobs live among the running; people call them pending
    return segment.buckets & {state.value for state in wanted}


def _handed(segment: Segment, wanted: frozenset[State]) -> list[str]:
    """Handed jobs are stored as running and shown as pending."""
    if segment.where != RUNNING.where or not wanted:
        return []
    if State.RUNNING not in wanted:
        return ["j.started_at IS NULL"]
    return [] if State.PENDING in wanted else ["j.started_at IS NOT NULL"]


# -- folded -------------------------------------------------------------------------------------------


def is_folded(where: JobFilter) -> bool:
    """Whether arrays and ended chains are one line: in the usual order of everything, or of queues."""
    return where == JobFilter(queues=where.queues, folded=True)


def _folded(where: JobFilter, buckets: Buckets) -> tuple[Part, ...]:
    segments = natural(one_queue=len(where.queues) == 1)
    parts = (_under_queues(segment, where.queues, buckets) for segment in segments)
    return tuple(part._replace(where=f"{part.where} AND j.folded = 0") for part in parts)


def _unfolded(store: Store, buckets: Buckets) -> Buckets:
    """How many lines there are."""
    folded = {(queue, name): n for queue, name, n in store.db.rows("SELECT queue_id, bucket, n FROM fold_tally")}
    return {
        queue: {name: n - folded.get((queue, name), 0) for name, n in counts.items()}
        for queue, counts in buckets.items()
    }


# -- counting --------------------------------------------------------------------------------------


def count(store: Store, part: Part) -> int:
    """How many rows a part has."""
    if part.total is not None:
        return part.total
    return int(store.db.value(f"SELECT count(*) FROM {part.source} WHERE {part.where}", part.parameters))


def count_all(store: Store, parts: Sequence[Part]) -> int:
    """How many rows these have together."""
    return sum(count(store, part) for part in parts)

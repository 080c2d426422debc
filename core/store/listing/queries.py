"""The segments of a list under a filter that indexes serve, and how long each is."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...models import JobFilter
from ...states import ENDED, State
from .. import queues as lanes
from ..database import marks
from ..store import Store
from .segments import SEGMENTS, Key, Segment


class Query(NamedTuple):
    """A segment under a filter."""

    segment: Segment
    where: str
    parameters: tuple[Any, ...]
    hint: str  # INDEXED BY
    key: Key
    total: int


def queries(store: Store, where: JobFilter) -> list[Query]:
    """The segments that a filter without words shows."""
    buckets = lanes.tallies(store)
    return [query for segment in SEGMENTS if (query := query_of(store, segment, where, buckets)) is not None]


def query_of(store: Store, segment: Segment, where: JobFilter, buckets: dict[int, dict[str, int]]) -> Query | None:
    """A segment under a filter that has no words, or None where the filter excludes it."""
    states = segment.states & where.states if where.states else segment.states
    if State.PENDING in where.states and State.RUNNING in segment.states:
        states = segment.states  # handed jobs live here; people call them pending
    if not states:
        return None
    clauses: list[str] = [segment.where]
    parameters: list[Any] = []
    index, key = segment.hint, segment.key
    if len(states) < len(segment.states):
        clauses.append(f"j.state IN ({marks(len(states))})")
        parameters += sorted(states)
        index = "job_state_ended" if len(states) == 1 else index
    handed = _handed_clause(segment, where)
    clauses += handed
    if where.queues:
        clauses.append(f"j.queue_id IN ({marks(len(where.queues))})")
        parameters += sorted(where.queues)
        if len(where.queues) == 1 and index != "job_state_ended":
            index, key = segment.queue_hint, segment.queue_key
    if where.user:
        clauses.append("j.user = ?")
        parameters.append(where.user)
    if where.ended_since is not None and segment.states is ENDED:
        clauses.append("j.ended_at >= ?")
        parameters.append(where.ended_since)
    condition = " AND ".join(clauses)
    hint = f"INDEXED BY {index}"
    total = _total(store, segment, states, where, buckets, (hint, condition, parameters), bool(handed))
    return Query(segment, condition, tuple(parameters), hint, key, total)


def _handed_clause(segment: Segment, where: JobFilter) -> list[str]:
    """Handed jobs are stored as running and shown as pending."""
    if State.RUNNING not in segment.states or not where.states:
        return []
    if State.RUNNING not in where.states:
        return ["j.started_at IS NULL"]
    return [] if State.PENDING in where.states else ["j.started_at IS NOT NULL"]


def _total(
    store: Store,
    segment: Segment,
    states: frozenset[State],
    where: JobFilter,
    buckets: dict[int, dict[str, int]],
    counting: tuple[str, str, list[Any]],
    handed: bool,
) -> int:
    """How many rows: from the tallies where they know, else counted."""
    if where.user or handed or (where.ended_since is not None and segment.states is ENDED):
        hint, condition, parameters = counting
        return int(store.db.value(f"SELECT count(*) FROM job j {hint} WHERE {condition}", parameters))
    names = {state.value for state in states} | ({"next"} if State.RUNNING in segment.states else set())
    chosen = where.queues or buckets.keys()
    return sum(buckets.get(queue, {}).get(name, 0) for queue in chosen for name in names)

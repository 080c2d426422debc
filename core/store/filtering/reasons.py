"""Why a pending job waits, as a value of SQL: the first rule that applies, as in ``reasons.short_reason``."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ...models import QueueInfo
from ...states import State
from .. import queues, workers
from ..lacks import Lacks, disk_low
from ..store import Store
from .sql import FALSE, Sql, among

_PENDING = "j.state = 'pending'"
_DEMANDS = f"SELECT DISTINCT j.demand_id FROM job j WHERE {_PENDING} AND j.demand_id > 0"
_RETRY = "j.tried - j.base BETWEEN 1 AND j.retries"

# The demands with the place in the yard's order after which they lack something; one parameter for all of them.
_BEYOND = (
    "EXISTS (SELECT 1 FROM json_each(?) p WHERE json_extract(p.value, '$[0]') = j.demand_id AND (-j.priority, j.rank, "
    "j.id) > (json_extract(p.value, '$[1]'), json_extract(p.value, '$[2]'), json_extract(p.value, '$[3]')))"
)


def reason(store: Store) -> Sql:
    """One of ``fields.REASONS``, or NULL for a job that does not wait."""
    lanes = queues.every(store)
    lacks = Lacks(store, (demand for (demand,) in store.db.rows(_DEMANDS)))
    rules = (
        (Sql("j.state <> 'pending' AND (j.state <> 'running' OR j.started_at IS NOT NULL)"), "NULL"),
        (Sql("j.state = 'running'"), "'next'"),
        (Sql("j.held"), "'held'"),
        (_of(lane for lane in lanes if lane.ended or lane.session_ended), "'ended'"),
        (_of(lane for lane in lanes if lane.paused), "'paused'"),
        (Sql(f"j.due = 0 AND j.not_before IS NOT NULL AND {_RETRY}"), "'retry'"),
        (Sql("j.due = 0 AND j.not_before IS NOT NULL"), "'time'"),
        (Sql("j.unmet > 0"), "'dependency'"),
        (_lacking(lacks, array=False), "'resource'"),
        (_of(lane for lane in lanes if lane.counts[State.RUNNING] >= lane.slots), "'slot'"),
        (FALSE if workers.any_alive(store) else Sql("1"), "'worker'"),
        (Sql("1") if disk_low(store) else FALSE, "'disk'"),
        (_lacking(lacks, array=True), "'array'"),
    )
    cases = " ".join(f"WHEN {rule.text} THEN {word}" for rule, word in rules if rule != FALSE)
    return Sql(f"(CASE {cases} ELSE 'next' END)", tuple(value for rule, _ in rules for value in rule.values))


def _of(lanes: Iterable[QueueInfo]) -> Sql:
    rows = [lane.id for lane in lanes]
    return among("j.queue_id", rows) if rows else FALSE


def _lacking(lacks: Lacks, *, array: bool) -> Sql:
    """Those whose demand lacks something, some of them only behind a place that is reserved."""
    places = [(demand, *place) for demand, place in lacks.places(array=array)]
    return Sql(_BEYOND, (json.dumps(places),)) if places else FALSE

"""A job as a line of a list. What its reason is read from is asked once for all lines of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...models import JobRow
from ...states import Cause, State
from .. import ids, queues, resources, workers
from ..database import marks
from ..lacks import Lacks, disk_low
from ..reasons import retry, short_reason
from ..store import Store

COLUMNS = (
    "j.id, j.day, j.number, j.name, j.queue_id, j.kind, j.summary, j.user, j.state, j.priority, j.unmet, j.held, "
    "j.due, j.not_before, j.stop, j.created_at, j.started_at, j.ended_at, j.cause, j.message, j.exit_code, j.signal, "
    "j.tried, j.rank, j.weight, j.array_id, j.array_index, j.base, j.retries, j.estimate, j.demand_id"
)


def rows_of(store: Store, rows: Sequence[int]) -> dict[int, JobRow]:
    """These jobs, by row."""
    raw: list[Any] = []
    for start in range(0, len(rows), 500):
        some = list(rows[start : start + 500])
        raw += store.db.rows(
            f"SELECT {COLUMNS} FROM job j WHERE j.id IN ({marks(len(some))}) AND j.batch IS NULL", some
        )
    return {row.row: row for row in finish(store, raw)}


def finish(store: Store, raw: Sequence[Any]) -> list[JobRow]:
    """Lines of what `COLUMNS` gave."""
    if not raw:
        return []
    known = {queue.id: queue for queue in queues.every(store)}
    parents = _open_parents(store, [row[0] for row in raw if row[8] == "pending" and row[10]])
    around = _Around(
        known, parents, workers.any_alive(store), Lacks(store, _lacking(raw)), disk_low(store), _wants(store, raw)
    )
    return [_job_row(row, around) for row in raw]


class _Around(NamedTuple):
    """What the reasons of a page's pending jobs are read from, once for all of them."""

    queues: dict[int, Any]
    parents: dict[int, str]
    alive: bool  # whether a worker lives
    lacks: Lacks
    disk_low: str
    wants: Mapping[int, str]  # by demand


def _lacking(raw: Sequence[Any]) -> list[int]:
    """The demands of those that are pending."""
    return [row[-1] for row in raw if row[8] == "pending"]


def _wants(store: Store, raw: Sequence[Any]) -> dict[int, str]:
    """What jobs want, for people; the limit of an array is no wish of theirs."""
    found = resources.wants_of(store, {row[-1] for row in raw if row[-1]})
    return {demand: _worded(wants) for demand, wants in found.items()}


def _worded(wants: Mapping[str, int]) -> str:
    return ", ".join(
        f"{name} {resources.units(name, count)}"
        for name, count in wants.items()
        if not name.startswith(resources.ARRAY)
    )


def _open_parents(store: Store, rows: Sequence[int]) -> dict[int, str]:
    """One parent that each of these waits for."""
    found: dict[int, str] = {}
    for start in range(0, len(rows), 500):
        some = rows[start : start + 500]
        for child, day, number in store.db.rows(
            "SELECT e.child_id, p.day, p.number FROM edge e JOIN job p ON p.id = e.parent_id "
            f"WHERE e.child_id IN ({marks(len(some))}) AND e.state = 'open' GROUP BY e.child_id",
            some,
        ):
            found[child] = ids.text(day, number)
    return found


def _job_row(row: Any, around: _Around) -> JobRow:
    (
        id, day, number, name, queue_id, kind, summary, user, state, priority, unmet, held, due, not_before, stop,
        created, started, ended, cause, message, exit_code, signal, tried, rank,
        weight, array_id, array_index, base, retries, estimate, demand,
    ) = row  # fmt: skip
    queue = around.queues[queue_id]
    handed = state == "running" and started is None
    shown = State.PENDING if handed else State(state)
    reason = ""
    if handed:
        reason = "next"
    elif shown is State.PENDING:
        reason = short_reason(
            queue,
            held=held,
            due=due,
            not_before=not_before,
            unmet=unmet,
            parent=around.parents.get(id, ""),
            alive=around.alive,
            retry=retry(tried, base, retries),
            lack=around.lacks.short(demand, (-priority, rank, id)),
            disk_low=around.disk_low,
            array=around.lacks.short_array(demand, (-priority, rank, id)),
        )
    return JobRow(
        row=id, id=ids.text(day, number), name=name, queue_id=queue_id, session=queue.session, queue=queue.name,
        kind=kind, state=shown, reason=reason, priority=priority, user=user, held=bool(held), stopping=stop == "cancel",
        created_at=created, started_at=started, ended_at=ended, exit_code=exit_code, signal=signal,
        cause=Cause(cause) if cause else None, message=message, attempts=tried,
        command=summary, unmet=unmet, rank=rank, weight=weight, handed=handed, array_id=array_id,
        array_index=array_index, estimate=estimate, wants=around.wants.get(demand, ""),
    )  # fmt: skip

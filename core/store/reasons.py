"""Why a pending job waits: every blocker of one job, the first in a few words for many (DESIGN section 3)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from ..models import Blocker, Edge, QueueInfo
from ..states import EdgeState, State
from . import ids, workers
from .lacks import Lacks, disk_low
from .store import Store

MOST_POSITION = 1000
SHOWN_IN_SLOTS = 3  # jobs that are named as holding slots


class Waiting(NamedTuple):
    """What the rules look at."""

    row: int
    handed: bool
    held: bool
    due: bool
    not_before: float | None
    priority: int
    weight: float
    rank: int
    retry: str = ""  # "retry 2 of 3", for a job that waits for its next attempt
    demand: int = 0
    id: str = ""


def retry(tried: int, base: int, retries: int) -> str:
    """``retry 2 of 3`` for a job that has been tried since its last requeue, else ""."""
    done = tried - base
    return f"retry {done} of {retries}" if 0 < done <= retries else ""


def _not_before(job: Waiting) -> str:
    """``retry 2 of 3 at 2026-11-22 12:03:20``, ``not before …``."""
    moment = time.strftime("%F %T", time.localtime(job.not_before))
    return f"{job.retry} at {moment}" if job.retry else f"not before {moment}"


def why(store: Store, job: Waiting, queue: QueueInfo, parents: tuple[Edge, ...]) -> tuple[Blocker, ...]:
    """Everything that keeps a pending job waiting; the first is its reason (DESIGN section 3)."""
    found: list[Blocker] = []
    if job.held:
        found.append(Blocker("held", f"held; release it with: jobyard release {job.id}"))
    found += _queue_blockers(queue)
    if not job.due and job.not_before is not None:
        found.append(Blocker("time", _not_before(job)))
    found += _dependencies([edge for edge in parents if edge.state is EdgeState.OPEN])
    found += _dead(parents)
    if job.handed:
        return (*found, Blocker("next", "next: handed to the keeper, about to start"))
    lacks, own = Lacks(store, [job.demand]), (-job.priority, job.rank, job.row)
    found += lacks.blockers(job.demand, own)
    if queue.counts[State.RUNNING] >= queue.slots:
        found.append(_no_slot(store, queue, position(store, queue.id, job.priority, job.weight, job.rank)))
    if not workers.any_alive(store):
        found.append(Blocker("worker", "no live worker; start one with: jobyard worker start"))
    if low := disk_low(store):
        found.append(Blocker("disk", low))
    found += lacks.blockers(job.demand, own, array=True)
    if not found:
        place = position(store, queue.id, job.priority, job.weight, job.rank)
        found.append(Blocker("next", "next" if place == 1 else f"next, position {place}"))
    return tuple(found)


def _no_slot(store: Store, queue: QueueInfo, place: int | str) -> Blocker:
    """The slots are taken: by whom, and how many stand before it."""
    rows = store.db.rows(
        f"SELECT day, number, {ids.CALLED.format(of='job')} FROM job INDEXED BY job_running "
        "WHERE state = 'running' AND queue_id = ? AND started_at NOT NULL ORDER BY id LIMIT ?",
        (queue.id, SHOWN_IN_SLOTS + 1),
    )
    holders = [ids.text(day, number) + (f" ({name})" if name else "") for day, number, name in rows[:SHOWN_IN_SLOTS]]
    more = " and more" if len(rows) > SHOWN_IN_SLOTS else ""
    text = f"no free slot in {queue.name} ({queue.slots} in use by {', '.join(holders)}{more}), position {place}"
    return Blocker("slot", text, ids.text(*rows[0][:2]) if rows else "")


def _queue_blockers(queue: QueueInfo) -> list[Blocker]:
    found = []
    if queue.session_ended:
        found.append(Blocker("ended", f"session {queue.session} has ended"))
    if queue.ended:
        found.append(Blocker("ended", f"queue {queue.name} has ended"))
    if queue.paused:
        until = time.strftime(" until %F %T", time.localtime(queue.paused_until)) if queue.paused_until else ""
        found.append(Blocker("paused", f"queue {queue.name} is paused{until}"))
    return found


def _dependencies(parents: Sequence[Edge]) -> list[Blocker]:
    """A line for each, but one for many elements of an array."""
    firsts: dict[object, Edge] = {}
    for edge in parents:
        firsts.setdefault((edge.array, edge.after) if edge.array else edge.row, edge)
    return [_dependency(edge) for edge in firsts.values()]


def _dependency(edge: Edge) -> Blocker:
    if edge.array:
        return Blocker("dependency", f"waits for {edge.array} [{edge.after}]", edge.id)
    name = f" ({edge.name})" if edge.name else ""
    return Blocker("dependency", f"waits for {edge.id}{name}, {edge.job_state} [{edge.after}]", edge.id)


def _dead(parents: tuple[Edge, ...]) -> list[Blocker]:
    return [
        Blocker("dependency", f"{edge.id} is {edge.job_state}; will be skipped [{edge.after}]", edge.id)
        for edge in parents
        if edge.state is EdgeState.DEAD
    ]


def position(store: Store, queue: int, priority: int, weight: float, rank: int) -> int | str:
    """1 = the next to start of its queue's pending jobs; ``">=1000"`` from there on."""
    sql = (
        "SELECT count(*) FROM (SELECT 1 FROM job INDEXED BY job_queue_pending WHERE queue_id = ? AND state = 'pending' "
        "AND batch IS NULL AND priority >= ? AND (priority > ? OR weight < ? OR (weight = ? AND rank < ?)) LIMIT ?)"
    )
    before = store.db.value(sql, (queue, priority, priority, weight, weight, rank, MOST_POSITION))
    return f">={MOST_POSITION}" if before >= MOST_POSITION else before + 1


def place(store: Store, row: int) -> int | str:
    """A pending job's position by its row."""
    found = store.db.row("SELECT queue_id, priority, weight, rank FROM job WHERE id = ?", (row,))
    return position(store, *found) if found else 1


# -- in a few words --------------------------------------------------------------------------------


def short_reason(
    queue: Any,
    *,
    held: int,
    due: int,
    not_before: float | None,
    unmet: int,
    parent: str,
    alive: bool,
    retry: str = "",
    lack: str = "",
    disk_low: str = "",
    array: str = "",
) -> str:
    """Why a pending job waits, in a few words: the first rule that applies (DESIGN section 3)."""
    if held:
        return "held"
    if queue.ended or queue.session_ended:
        return "queue ended" if queue.ended else "session ended"
    if queue.paused:
        return "queue paused"
    if not due and not_before is not None:
        moment = time.strftime("%H:%M:%S", time.localtime(not_before))
        return f"{retry} at {moment}" if retry else f"not before {moment}"
    if unmet:
        return f"waits for {parent}" + (f" and {unmet - 1} more" if unmet > 1 else "")
    if lack:
        return lack
    if queue.counts[State.RUNNING] >= queue.slots:
        return "no free slot"
    if not alive:
        return "no live worker"
    if disk_low:
        return "disk below its floor"
    return array or "next"

"""When nothing could begin: no worker lived, a queue was paused or had ended, a resource was locked. From the audit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .. import locks
from ..gantt.gaps import AWAY, LOCKED, NO_WORKER, PAUSED, QUEUE, SESSION
from ..gantt.spans import Block, Group, Wish
from .queues import DEFAULT
from .store import Store
from .workers import lock_path

GENERATIONS = 500  # of workers that are looked at, the newest
EVENTS = 2000  # of a queue, or of all sessions, workers and resources, the newest
ACTIVE = ("working", "draining", "stopping")

Told = tuple[float, str, dict[str, Any], dict[str, Any]]  # at, verb, before, after


class Life(NamedTuple):
    """When a generation of a worker lived."""

    id: int
    name: str
    start: float
    end: float


# -- workers -------------------------------------------------------------------------------------------------


def lives(store: Store, start: float, now: float, events: Sequence[Told]) -> list[Life]:
    """Generations that lived after *start*, newest first. Who has not said when it left has left at its last beat."""
    rows = store.db.rows(
        "SELECT id, name, started_at, heartbeat, boot_id, mode, replaced_by FROM worker ORDER BY id DESC LIMIT ?",
        (GENERATIONS,),
    )
    begins = {row[0]: row[2] for row in rows}
    ends = _told_ends(events, start)
    found = [Life(row[0], row[1], row[2], _end(store, row, begins, ends, now)) for row in rows]
    return [life for life in found if life.end > start]


def _end(store: Store, row: Any, begins: Mapping[int, float], ends: Mapping[int, float], now: float) -> float:
    id, name, started, beat, boot, mode, heir = row
    if mode in ACTIVE and locks.is_held(lock_path(store.run, name)):
        return now
    heard = now - (locks.boottime() - beat) if boot == locks.boot_id() else None
    last = [at for at in (heard, ends.get(id), begins.get(heir)) if at is not None]
    return max(float(started), min(last)) if last else float(started)


def _told_ends(events: Sequence[Told], start: float) -> dict[int, float]:
    """When workers left, or were found dead."""
    found: dict[int, float] = {}
    for at, verb, _, after in events:
        if at < start:
            break
        if verb in ("worker left", "worker dead"):
            found.setdefault(int(after.get("worker", 0)), at)
    return found


def _absent(some: Iterable[Life], start: float, now: float) -> Iterator[tuple[float, float]]:
    """When none of them lived."""
    free = start
    for life in sorted(some, key=lambda life: life.start):
        if life.start > free:
            yield free, life.start
        free = max(free, life.end)
    if free < now:
        yield free, now


# -- the audit -----------------------------------------------------------------------------------------------

_EVENTS = (
    "SELECT at, verb, before, after FROM event INDEXED BY event_queue WHERE {} AND job_id IS NULL "
    "ORDER BY id DESC LIMIT ?"
)


def events_of_yard(store: Store) -> list[Told]:
    """What was done to sessions, workers, resources, newest first."""
    return [_told(row) for row in store.db.rows(_EVENTS.format("queue_id IS NULL"), (EVENTS,))]


def _events_of_queue(store: Store, queue: int) -> list[Told]:
    return [_told(row) for row in store.db.rows(_EVENTS.format("queue_id = ?"), (queue, EVENTS))]


def _told(row: tuple[Any, ...]) -> Told:
    at, verb, before, after = row
    return at, verb, json.loads(before) if before else {}, json.loads(after) if after else {}


def _while(events: Sequence[Told], column: str, now: float) -> Iterator[tuple[float, float]]:
    """When a column was set, by events that come newest first."""
    since: float | None = None
    told = [event for event in reversed(events) if column in event[3]]
    if told and told[0][2].get(column):
        since = 0.0
    for at, _, _, after in told:
        if after[column] and since is None:
            since = at
        elif not after[column] and since is not None:
            yield since, at
            since = None
    if since is not None:
        yield since, now


# -- all of it -----------------------------------------------------------------------------------------------


def blocks(
    store: Store, wish: Wish, now: float, queues: Mapping[int, Group], lived: Sequence[Life], events: Sequence[Told]
) -> Iterator[Block]:
    """Everything that kept groups from running in the window of a wish, up to *now*; *events* are those of the yard."""
    start, by = wish.window.start, wish.by
    for began, ended in _absent(lived, start, now):
        yield Block(NO_WORKER, began, ended)
    if by == "worker":
        for name in {life.name for life in lived}:
            for began, ended in _absent((life for life in lived if life.name == name), start, now):
                yield Block(AWAY, began, ended, name)
    yield from _locked(events, start, now)
    if by == "queue":
        yield from _of_queues(store, start, now, queues, events)


def _locked(events: Sequence[Told], start: float, now: float) -> Iterator[Block]:
    named = [event for event in events if event[1].endswith(("resource lock", "resource unlock"))]
    for name in {event[3].get("resource", "") for event in named}:
        own = [event for event in named if event[3].get("resource") == name]
        for began, ended in _while(own, "locked_by", now):
            if ended > start:
                yield Block(LOCKED, began, ended, resource=name)


def _of_queues(
    store: Store, start: float, now: float, queues: Mapping[int, Group], of_yard: Sequence[Told]
) -> Iterator[Block]:
    sessions = [event for event in of_yard if "session" in event[1].split()]
    for id, group in queues.items():
        events = _events_of_queue(store, id)
        session = group.name.partition("/")[0] if "/" in group.name else DEFAULT
        own = [event for event in sessions if event[3].get("name") == session]
        for kind, some, column in (
            (PAUSED, events, "paused"),
            (QUEUE, events, "ended_at"),
            (SESSION, own, "ended_at"),
        ):
            for began, ended in _while(some, column, now):
                if ended > start:
                    yield Block(kind, began, ended, group.name)

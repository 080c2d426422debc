"""Who has what of a resource, who waits for it, and the locks that keep everybody off one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import WrongState
from ..models import ResourceInfo, Share
from ..scheduler import Candidate, in_order
from . import ids, resources
from .resources import Resource
from .schema import ELIGIBLE
from .store import Store
from .world import CANDIDATES, DEMANDS, MOST_DEMANDS

MOST_WAITING = 1000
WAITERS = 3  # that are named


# -- locks --------------------------------------------------------------------------------------------


def lock(store: Store, name: str, note: str = "") -> Resource:
    """Keep every job off it until it is unlocked; what runs goes on. Again by the same user: a new note.

    What is handed to the keeper is asked back; see `resources.handed`.
    """
    user = store.actor.user

    def values(now: Resource) -> Mapping[str, Any]:
        if now.locked_by not in (None, user):
            raise WrongState(f"{name} is locked already", _locked(now), f"Ask {now.locked_by}, or: {_FORCE} {name}")
        return {"locked_by": user, "locked_at": now.locked_at or store.clock(), "lock_note": note}

    return _change(store, "resource lock", name, values)


_FORCE = "jobyard resource unlock --force"


def unlock(store: Store, name: str, *, force: bool = False) -> Resource:
    """Let jobs have it again. Another's lock only by *force*; the audit tells whose it was."""

    def values(now: Resource) -> Mapping[str, Any]:
        if now.locked_by is None:
            raise WrongState(f"{name} is not locked", "", "See: jobyard resource list")
        if now.locked_by != store.actor.user and not force:
            raise WrongState(f"{name} is not yours to unlock", _locked(now), f"In an emergency: {_FORCE} {name}")
        return {"locked_by": None, "locked_at": None, "lock_note": ""}

    return _change(store, "resource unlock", name, values)


def _locked(resource: Resource) -> str:
    note = f": {resource.lock_note}" if resource.lock_note else ""
    return f"it is locked by {resource.locked_by}{note}"


def _change(store: Store, verb: str, name: str, values: Callable[[Resource], Mapping[str, Any]]) -> Resource:
    """Set the lock of a resource to what *values* makes of the present one, and tell the audit of both."""
    resources.ensure_host(store)
    with store.changing(verb), store.db.transaction() as connection:
        before = resources.find(store, name)
        new = values(before)
        columns = ", ".join(f"{column} = ?" for column in new)
        connection.execute(f"UPDATE resource SET {columns} WHERE name = ?", (*new.values(), name))
        if new["locked_by"] is not None:
            resources.recall(store, connection, name)
        told = {column: getattr(before, column) for column in new}
        store.record(verb, before={"resource": name, **told}, after={"resource": name, **new})
    return before._replace(**new)


# -- looking --------------------------------------------------------------------------------------------


def every(store: Store) -> list[ResourceInfo]:
    """All that somebody declares or that jobs want, the host's first."""
    resources.ensure_host(store)
    shares, waiting = _shares(store), _waiting(store)
    found = [_info(resource, shares.get(resource.name, []), waiting) for resource in resources.every(store)]
    return [info for info in found if info.given or info.holders or info.waiting]


def one(store: Store, name: str) -> ResourceInfo:
    """A resource by its name. Raises Unknown."""
    resources.ensure_host(store)
    found = resources.find(store, name)
    return _info(found, _shares(store).get(name, []), _waiting(store))


def _info(resource: Resource, shares: list[Share], waiting: _Waiting) -> ResourceInfo:
    count, first = waiting(resource.name)
    return ResourceInfo(
        name=resource.name, kind=resource.kind, capacity=resource.capacity,
        free=max(0, resource.capacity - sum(share.units for share in shares)), note=resource.note,
        declared=resource.declared, by_hand=resource.by_hand, locked_by=resource.locked_by or "",
        locked_at=resource.locked_at, lock_note=resource.lock_note, holders=tuple(shares), waiting=count,
        waiters=first,
    )  # fmt: skip


def _shares(store: Store) -> dict[str, list[Share]]:
    """What running jobs have, by resource, the oldest first."""
    sql = (
        "SELECT j.id, j.day, j.number, j.name, j.demand_id, a.grants FROM job j INDEXED BY job_holding "
        "JOIN attempt a ON a.job_id = j.id AND a.state = 'running' "
        "WHERE j.state = 'running' AND j.demand_id > 0 ORDER BY j.id"
    )
    found: dict[str, list[Share]] = {}
    for row, day, number, name, demand, grants in store.db.rows(sql):
        gpus = tuple(json.loads(grants or "{}").get("gpus", ()))
        for resource, units in resources.wants(store, demand).items():
            share = Share(row, ids.text(day, number), name, units, gpus if resource == "gpus" else ())
            found.setdefault(resource, []).append(share)
    return found


_Waiting = Callable[[str], tuple[int | str, tuple[str, ...]]]


def _waiting(store: Store) -> _Waiting:
    """How many eligible jobs want a resource, and the first of them."""
    connection = store.db.connection
    lanes = [
        (queue, demand)
        for (queue,) in store.db.rows("SELECT id FROM queue")
        for (demand,) in connection.execute(DEMANDS, (queue, 0, MOST_DEMANDS))
    ]

    def of(name: str) -> tuple[int | str, tuple[str, ...]]:
        mine = [(queue, demand) for queue, demand in lanes if name in resources.wants(store, demand)]
        count = _count(connection, mine)
        return (f">={MOST_WAITING}" if count >= MOST_WAITING else count), _first(store, mine)

    return of


_COUNT = (
    "SELECT count(*) FROM (SELECT 1 FROM job INDEXED BY job_eligible "
    f"WHERE queue_id = ? AND demand_id = ? AND {ELIGIBLE} LIMIT ?)"
)


def _count(connection: sqlite3.Connection, lanes: list[tuple[int, int]]) -> int:
    total = 0
    for queue, demand in lanes:
        if total < MOST_WAITING:
            total += connection.execute(_COUNT, (queue, demand, MOST_WAITING - total)).fetchone()[0]
    return total


def _first(store: Store, lanes: list[tuple[int, int]]) -> tuple[str, ...]:
    """The ids of the first few, in the order in which they will get it."""
    some = [
        Candidate(row, queue, priority=priority, rank=rank, weight=weight)
        for queue, demand in lanes
        for row, priority, weight, rank in store.db.rows(CANDIDATES, (queue, demand, WAITERS))
    ]
    sql = "SELECT day, number FROM job WHERE id = ?"
    return tuple(ids.text(*(store.db.row(sql, (one.row,)) or (0, 0))) for one in in_order(some)[:WAITERS])

"""What pending jobs lack of resources and of room on the disk, in words; read once for as many as are shown."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from ..lazy import LazyModule
from ..models import Blocker
from . import ids, resources
from .database import marks
from .resources import ARRAY, units
from .store import Store

if TYPE_CHECKING:
    from .. import scheduler
    from . import world
else:  # most yards need neither, and every command would wait for them
    scheduler, world = LazyModule("jobyard.core.scheduler"), LazyModule("jobyard.core.store.world")

SHOWN = 3  # holders that are named

Place = tuple[int, int, int]  # in the yard's order: minus the priority, rank, row
FIRST: Place = (-(2**31), 0, 0)  # before every job


class Lacks:
    """What is free, locked and reserved of all that some demands name. Of demand 0 nothing is read."""

    def __init__(self, store: Store, demands: Iterable[int]) -> None:
        self._store = store
        self._demands = {demand for demand in demands if demand}

    @cached_property
    def _supply(self) -> world.Supply:
        return world.supply_of(self._store, self._demands)

    @cached_property
    def _reserved(self) -> Mapping[str, tuple[Place, str]]:
        """Who reserves each resource: its place in the yard's order and its id with its name."""
        by = scheduler.reserved(world.look(self._store, {}, None))
        sql = (
            f"SELECT id, priority, rank, day, number, {ids.CALLED.format(of='job')} "
            f"FROM job WHERE id IN ({marks(len(by))})"
        )
        rows = self._store.db.rows(sql, tuple(by.values())) if by else []
        found = {row[0]: ((-row[1], row[2], row[0]), _named(*row[3:])) for row in rows}
        return {name: found[row] for name, row in by.items() if row in found}

    def blockers(self, demand: int, place: Place, *, array: bool = False) -> list[Blocker]:
        """Everything that a job lacks; *place* is its own in the yard's order. *array*: its turn in its array, alone.

        That is the last of all reasons: while it waits for others of its array, what these wait for is the real one.
        """
        found = (self._blocker(name, count, place) for name, count in self._wanted(demand, array))
        return [blocker for blocker in found if blocker is not None]

    def _wanted(self, demand: int, array: bool) -> list[tuple[str, int]]:
        """What a demand names, without the hidden resources of arrays or these alone."""
        wants = self._supply.wants[demand].items() if demand else ()
        return [(name, count) for name, count in wants if name.startswith(ARRAY) is array]

    def _blocker(self, name: str, count: int, place: Place) -> Blocker | None:
        supply = self._supply
        if name in supply.locked:
            who, note = supply.locked[name]
            return Blocker("locked", f"{name} locked by {who}" + (f": {note}" if note else ""))
        if count > supply.capacity.get(name, 0):
            return Blocker("resource", self._too_much(name, count))
        if count > supply.free[name]:
            return self._held(name, count)
        other = self._reserving(name, place)
        if other and name.startswith(ARRAY):
            most = self._supply.capacity[name]
            return Blocker("resource", f"waits for its array ({most} at a time; {other} is next)", other.split(" ")[0])
        return Blocker("resource", f"{_some(name, count)} reserved for {other}", other.split(" ")[0]) if other else None

    def _reserving(self, name: str, place: Place) -> str:
        """The earlier job that waits for it too, or ""."""
        other = self._reserved.get(name)
        return other[1] if other is not None and other[0] < place else ""

    def _too_much(self, name: str, count: int) -> str:
        capacity = self._supply.capacity.get(name, 0)
        if capacity == 0:
            return f"wants {_some(name, count)}, which is not declared any more or has no units"
        return f"wants {_some(name, count)}, its capacity is {units(name, capacity)} now"

    def places(self, *, array: bool) -> Iterator[tuple[int, Place]]:
        """Each demand that lacks something, and the place behind which its jobs do, as `short` tells it of one job."""
        for demand in self._demands:
            found = [place for name, count in self._wanted(demand, array) if (place := self._lacked(name, count))]
            if found:
                yield demand, min(found)

    def _lacked(self, name: str, count: int) -> Place | None:
        if name in self._supply.locked or count > self._supply.free.get(name, 0):
            return FIRST
        return self._reserved[name][0] if name in self._reserved else None

    def _held(self, name: str, count: int) -> Blocker:
        """Taken: by whom."""
        rows = holders(self._store, name, SHOWN + 1)
        some = ", ".join(_named(*row[1:]) for row in rows[:SHOWN]) + (" and more" if len(rows) > SHOWN else "")
        first = ids.text(*rows[0][1:3]) if rows else ""
        if name.startswith(ARRAY):
            return Blocker("resource", f"waits for its array ({self._supply.capacity[name]} at a time: {some})", first)
        free = f"{units(name, self._supply.free[name])} of {units(name, self._supply.capacity[name])} free"
        return Blocker("resource", f"waits for {_some(name, count)} ({free}, held by {some})", first)

    def short(self, demand: int, place: Place) -> str:
        """The first of them in a few words, or ""."""
        for name, count in self._wanted(demand, False):
            if name in self._supply.locked:
                return f"{name} locked by {self._supply.locked[name][0]}"
            if count > self._supply.free.get(name, 0):
                return f"waits for {name}"
            if self._reserving(name, place):
                return f"{name} reserved"
        return ""

    def short_array(self, demand: int, place: Place) -> str:
        """The same of its turn in its array."""
        some = self._wanted(demand, True)
        waits = any(count > self._supply.free.get(name, 0) or self._reserving(name, place) for name, count in some)
        return "waits for its array" if waits else ""


def holders(store: Store, name: str, most: int) -> list[tuple[int, int, int, str]]:
    """Running jobs that have some of a resource: row, day, number, name."""
    held = store.db.rows(
        "SELECT DISTINCT demand_id FROM job INDEXED BY job_holding WHERE state='running' AND demand_id>0"
    )
    demands = [demand for (demand,) in held if name in resources.wants(store, demand)]
    sql = (
        f"SELECT id, day, number, {ids.CALLED.format(of='job')} FROM job INDEXED BY job_holding "
        "WHERE state = 'running' AND demand_id > 0 "
        f"AND demand_id IN ({marks(len(demands))}) ORDER BY id LIMIT ?"
    )
    return store.db.rows(sql, (*demands, most)) if demands else []


def disk_low(store: Store) -> str:
    """How far the disk is below its floor, in words, or "" where there is room."""
    found = os.statvfs(store.home)
    free = found.f_bavail * found.f_frsize
    if free >= store.disk_floor:
        return ""
    return f"disk below its floor ({units('mem', free)} free, nothing starts below {units('mem', store.disk_floor)})"


def _some(name: str, count: int) -> str:
    """``qick``, ``6 cpus``, ``2G of mem``."""
    if count == 1 and name != "mem":
        return name
    return f"{units(name, count)} of mem" if name == "mem" else f"{count} {name}"


def _named(day: int, number: int, name: str) -> str:
    """``JOB-… (rabi)``."""
    return ids.text(day, number) + (f" ({name})" if name else "")

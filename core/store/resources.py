"""What jobs may want beside a slot: host cores, memory, GPUs, named instruments and licences.

A resource has a capacity: what was set by hand, else what the settings declare, else (``cpus``, ``mem``, ``gpus``)
what the host has, else 0: a resource that nobody declares any more stays, and the jobs that want it say so.
Resources of kind ``array`` (``array/ID``, the ``%10`` of an array) are counted like the others and shown nowhere.
A *demand* is the interned set of what a job wants. Rows of it are never removed: workers remember them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from .. import host
from ..errors import BadInput, Unknown, WrongState
from ..text import quoted
from ..units import LARGEST, format_size
from ..words import nearest
from .database import marks
from .store import Store

ARRAY = "array/"  # what the names of hidden resources begin with
_NOTHING: Mapping[str, int] = MappingProxyType({})
LONGEST = 64  # characters of a name
_COLUMNS = "name, kind, capacity, note, declared, by_hand, locked_by, locked_at, lock_note"


class Resource(NamedTuple):
    """A row. ``declared`` and ``by_hand`` are the capacities that the settings and people gave, None where none."""

    name: str
    kind: str
    capacity: int
    note: str
    declared: int | None
    by_hand: int | None
    locked_by: str | None
    locked_at: float | None
    lock_note: str

    @property
    def given(self) -> bool:
        """Whether anybody declares it: one that nobody does has capacity 0 and is shown only while jobs want it."""
        return self.kind != "named" or self.declared is not None or self.by_hand is not None


def check_name(name: str) -> str:
    """*name*, if a resource may bear it."""
    plain = name.isascii() and all(character.isalnum() or character in "_.-" for character in name)
    if not plain or not name[:1].isalpha() or len(name) > LONGEST:
        why = "It begins with a letter and has at most 64 letters, digits, dots, dashes and underscores"
        raise BadInput(f"The resource's name {quoted(name)} cannot be used", why, "Choose another one")
    return name


def units(name: str, count: int) -> str:
    """*count* as people read it: memory as a size."""
    return _size(count) if name == "mem" else str(count)


def _size(count: int) -> str:
    """``16G``, ``15.6G``."""
    exact = format_size(count)
    if len(exact) <= 6:
        return exact
    for unit, factor in (("T", 1 << 40), ("G", 1 << 30), ("M", 1 << 20)):
        if count >= factor:
            return f"{count / factor:.1f}{unit}"
    return str(count)


# -- reading ----------------------------------------------------------------------------------------


def every(store: Store) -> list[Resource]:
    """All that people see: the host's first, then the named ones."""
    sql = f"SELECT {_COLUMNS} FROM resource WHERE kind <> 'array' ORDER BY kind, name"
    return [_resource(row) for row in store.db.rows(sql)]


def find(store: Store, name: str) -> Resource:
    """A resource by its name; Unknown tells the nearest one."""
    row = store.db.row(f"SELECT {_COLUMNS} FROM resource WHERE name = ? AND kind <> 'array'", (name,))
    if row is None:
        raise _unknown(store, name)
    return _resource(row)


def _unknown(store: Store, name: str) -> Unknown:
    hint = nearest(name, [found for (found,) in store.db.rows("SELECT name FROM resource WHERE kind <> 'array'")])
    why = f"the nearest is {hint}" if hint else ""
    todo = (
        "See: jobyard resource list; declare it in jobyard.yml, or with: jobyard resource set NAME --capacity N --new"
    )
    return Unknown(f"There is no resource {quoted(name)}", why, todo)


def _resource(row: tuple[Any, ...]) -> Resource:
    name, kind, capacity, note, declared, by_hand, *lock = row
    return Resource(name, kind, capacity, note, _capacity(declared), _capacity(by_hand), *lock)


def _capacity(text: str | None) -> int | None:
    return None if text is None else int(json.loads(text)["capacity"])


# -- declaring ----------------------------------------------------------------------------------------


def ensure_host(store: Store, *, refresh: bool = False) -> None:
    """The host's resources; no transaction where they are there. *refresh* looks whether the host has changed."""
    rows = store.db.rows("SELECT name, capacity FROM resource WHERE kind = 'host'")
    known: dict[str, int] = dict(rows)
    if (len(known) == len(host.HOST) and not refresh) or store.db.looks:
        return
    found = host.capacities()
    plain = "SELECT name FROM resource WHERE kind = 'host' AND declared IS NULL AND by_hand IS NULL"
    ours = {name for (name,) in store.db.rows(plain)} | (found.keys() - known.keys())
    changed = [(name, found[name]) for name in sorted(ours) if known.get(name) != found[name]]
    if changed:
        _put_host(store, changed)


def _put_host(store: Store, changed: list[tuple[str, int]]) -> None:
    sql = (
        "INSERT INTO resource (name, kind, capacity) VALUES (?, 'host', ?) ON CONFLICT (name) DO UPDATE "
        "SET kind = 'host', capacity = excluded.capacity WHERE declared IS NULL AND by_hand IS NULL"
    )
    with store.db.transaction() as connection:
        connection.executemany(sql, changed)
        for name, capacity in changed:
            store.record("resource host", after={"resource": name, "capacity": capacity})


def declare(
    store: Store,
    name: str,
    capacity: int,
    note: str = "",
    kind: str = "named",
    inside: sqlite3.Connection | None = None,
) -> Resource:
    """What the settings say of a resource; a capacity that was set by hand stays. Nothing is written where it is so.

    For ``cpus``, ``mem`` and ``gpus`` this replaces what the host has. *inside* is the caller's transaction, if any.
    """
    kind = "host" if name in host.HOST else kind
    if kind != "array":
        check_name(name)
    _check_capacity(name, capacity)
    old = _row(store, name)
    if old is not None and (old.declared, old.note, old.kind) == (capacity, note, kind):
        return old
    in_force = capacity if old is None or old.by_hand is None else old.by_hand
    said = json.dumps({"capacity": capacity})
    values = {"kind": kind, "capacity": in_force, "note": note, "declared": said}
    return _put(store, "resource declare", name, values, inside)


def undeclare(store: Store, name: str, inside: sqlite3.Connection | None = None) -> Resource:
    """The settings do not name it any more: the host's gets what the host has, another one 0, unless set by hand."""
    old = find(store, name)
    if old.declared is None:
        return old
    plain = host.capacities().get(name, 0) if old.kind == "host" else 0
    capacity = plain if old.by_hand is None else old.by_hand
    values = {"capacity": capacity, "note": "", "declared": None}
    return _put(store, "resource undeclare", name, values, inside)


def set_capacity(store: Store, name: str, capacity: int, *, new: bool = False) -> Resource:
    """By hand, which wins over the settings. *new* makes it where it is not there."""
    _check_capacity(name, capacity)
    ensure_host(store)
    old = _row(store, name)
    if old is None or old.kind == "array":
        if not new:
            raise _unknown(store, name)
        check_name(name)
    return _put(store, "resource set", name, {"capacity": capacity, "by_hand": json.dumps({"capacity": capacity})})


def set_as_declared(store: Store, name: str) -> Resource:
    """Nothing by hand any more: the settings count again, or else what the host has."""
    old = find(store, name)
    if old.declared is None and old.kind != "host":
        raise WrongState(f"Resource {name} is not declared", "jobyard.yml does not name it", "Give --capacity")
    plain = host.capacities().get(name, 0) if old.declared is None else old.declared
    return _put(store, "resource set", name, {"capacity": plain, "by_hand": None})


def _check_capacity(name: str, capacity: int) -> None:
    if not 0 <= capacity <= LARGEST:
        raise BadInput(f"{capacity} cannot be the capacity of {name}", "it is 0 or more", "Give a number of units")


def _row(store: Store, name: str) -> Resource | None:
    row = store.db.row(f"SELECT {_COLUMNS} FROM resource WHERE name = ?", (name,))
    return None if row is None else _resource(row)


def _put(
    store: Store, verb: str, name: str, values: Mapping[str, Any], inside: sqlite3.Connection | None = None
) -> Resource:
    """Set columns of a resource, making it at need, and tell the audit of its capacity before and after."""
    if inside is not None:
        return _put_in(store, inside, verb, name, values)
    with store.changing(verb), store.db.transaction() as connection:
        return _put_in(store, connection, verb, name, values)


def _put_in(store: Store, connection: sqlite3.Connection, verb: str, name: str, values: Mapping[str, Any]) -> Resource:
    old = _row(store, name)
    if old is None:
        connection.execute("INSERT INTO resource (name, kind, capacity) VALUES (?, 'named', 0)", (name,))
    columns = ", ".join(f"{column} = ?" for column in values)
    connection.execute(f"UPDATE resource SET {columns} WHERE name = ?", (*values.values(), name))
    now = _row(store, name)
    assert now is not None
    if old is not None and now.capacity < old.capacity:
        recall(store, connection, name)
    store.record(verb, before=None if old is None else _told(old), after=_told(now))
    return now


def recall(store: Store, connection: sqlite3.Connection, name: str) -> None:
    """Ask back the jobs that want it and that the keeper has not started yet: a lock keeps them off too."""
    rows = handed(store, name)
    connection.execute(
        f"UPDATE job SET stop = 'recall' WHERE id IN ({marks(len(rows))}) AND started_at IS NULL AND stop IS NULL", rows
    )


def handed(store: Store, name: str) -> list[int]:
    """The rows of the jobs that have it and whose process nobody has seen yet."""
    sql = (
        "SELECT id, demand_id FROM job INDEXED BY job_holding WHERE state = 'running' AND demand_id > 0 "
        "AND started_at IS NULL"
    )
    return [row for row, demand in store.db.rows(sql) if name in wants(store, demand)]


def _told(resource: Resource) -> dict[str, Any]:
    return {"resource": resource.name, "capacity": resource.capacity, "by_hand": resource.by_hand}


# -- what a job wants -----------------------------------------------------------------------------------


def intern_demand(store: Store, needs: Mapping[str, int]) -> int:
    """The row of what a job wants, 0 for nothing. Checked before anything is stored.

    Raises Unknown with the nearest name, BadInput for what cannot be wanted or is more than there is.
    """
    if not needs:
        return 0
    ensure_host(store)
    _check_needs(store, needs)
    wants = json.dumps(dict(sorted(needs.items())), separators=(",", ":"))
    found = store.db.value("SELECT id FROM demand WHERE wants = ?", (wants,))
    if found is None:
        with store.db.transaction(quiet=True) as connection:
            connection.execute("INSERT OR IGNORE INTO demand (wants) VALUES (?)", (wants,))
            found = connection.execute("SELECT id FROM demand WHERE wants = ?", (wants,)).fetchone()[0]
    return int(found)


def check_demand(store: Store, needs: Mapping[str, int]) -> None:
    """The same check alone."""
    if needs:
        ensure_host(store)
        _check_needs(store, needs)


def _check_needs(store: Store, needs: Mapping[str, int]) -> None:
    sql = f"SELECT {_COLUMNS} FROM resource WHERE name IN ({marks(len(needs))})"
    known = {row[0]: _resource(row) for row in store.db.rows(sql, tuple(needs))}
    for name, count in needs.items():
        if name not in known:
            raise _unknown(store, name)
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise BadInput(
                f"{quoted(str(count))} of {name} cannot be wanted", "it is 1 or more", "Leave it out for none"
            )
        _check_enough(known[name], count)


def _check_enough(resource: Resource, count: int) -> None:
    """Raises BadInput when the job could never start."""
    name, most = resource.name, resource.capacity
    if count <= most:
        return
    if not resource.given:
        raise BadInput(f"{name} is not declared any more", "it has no units", "See: jobyard resource list")
    why = f"{units(name, count)} {'is' if count == 1 else 'are'} wanted, its capacity is {units(name, most)}"
    raise BadInput(f"There is not that much of {name}", why, "Ask for less, or see: jobyard resource list")


def wants(store: Store, demand: int) -> Mapping[str, int]:
    """Units of each resource that a demand names; empty for 0. Remembered, since a demand never changes."""
    if not demand:
        return _NOTHING
    found = store.demands.get(demand)
    if found is None:
        text = store.db.value("SELECT wants FROM demand WHERE id = ?", (demand,))
        found = store.demands[demand] = MappingProxyType(json.loads(text)) if text else _NOTHING
    return found


def wants_of(store: Store, demands: Iterable[int]) -> dict[int, Mapping[str, int]]:
    """The same of many; what is not remembered is read at once."""
    some = set(demands)
    new = sorted(some - store.demands.keys() - {0})
    for start in range(0, len(new), 1000):
        part = new[start : start + 1000]
        sql = f"SELECT id, wants FROM demand WHERE id IN ({marks(len(part))})"
        store.demands.update((id, MappingProxyType(json.loads(text))) for id, text in store.db.rows(sql, part))
    return {demand: store.demands.get(demand, _NOTHING) for demand in some}


def overuse(store: Store, demand: int, max_rss: int | None) -> str:
    """``used 3.1G of memory, asked for 2G``, where it did; *max_rss* are bytes."""
    asked = wants(store, demand).get("mem")
    if asked is None or max_rss is None or max_rss <= asked:
        return ""
    return f"used {_size(max_rss)} of memory, asked for {_size(asked)}"

"""The audit, read: what was done to a queue, by a user, in the whole yard; and change sets in words."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..errors import Unknown
from ..models import ChangeInfo, Event
from ..words import nearest
from . import ids
from .compensating import Item
from .store import Store
from .undoable import UNDO, UNDOABLE, plain

COUNTED = 10_000  # jobs of a change, at most
FIRST = 3  # of its jobs that are named
PAGE = 64  # changes a query

_FOLLOWED = "('skip', 'revive', 'shift', 'undo shift', 'redo shift')"  # what came of it, beside what was meant


class ChangeRow(NamedTuple):
    """A row of `change`."""

    id: int
    token: str
    at: float
    verb: str
    of: int | None
    undone: int | None
    cursor: int | None
    gone: int

    @property
    def undoes(self) -> bool:
        """Whether it is an undo (a redo is a change like any other)."""
        return self.verb.startswith(UNDO)


def extent(store: Store) -> tuple[int, float | None]:
    """How many events there are from the oldest to the newest, and when the oldest was (seconds since the epoch)."""
    oldest = store.db.row("SELECT id, at FROM event ORDER BY id LIMIT 1")
    newest = int(store.db.value("SELECT max(id) FROM event") or 0)
    return (newest - oldest[0] + 1, oldest[1]) if oldest else (0, None)


def latest_time(store: Store, among: int) -> float:
    """The latest time of the last *among* events (seconds since the epoch; 0.0 of none): clocks may be set back."""
    sql = "SELECT max(at) FROM (SELECT at FROM event ORDER BY id DESC LIMIT ?)"
    return float(store.db.value(sql, (among,)) or 0)


_CHANGE = "SELECT id, token, at, verb, of, undone, cursor, gone FROM change"


def row(store: Store, change: int) -> ChangeRow | None:
    """A change by its number."""
    found = store.db.row(_CHANGE + " WHERE id = ?", (change,))
    return None if found is None else ChangeRow(*found)


def own(store: Store, user: str, *, submits: bool) -> Iterator[ChangeRow]:
    """A user's changes from whatever host and face, newest first; without *submits* those that edit something."""
    actors = [id for (id,) in store.db.rows("SELECT id FROM actor WHERE user = ?", (user,))]
    return heapq.merge(*(_of_actor(store, actor, submits) for actor in actors), key=lambda change: -change.id)


def _of_actor(store: Store, actor: int, submits: bool) -> Iterator[ChangeRow]:
    index, more = ("change_actor", "") if submits else ("change_edits", "AND verb <> 'submit' ")
    sql = f"{_CHANGE} INDEXED BY {index} WHERE actor_id = ? AND id < ? {more}ORDER BY id DESC LIMIT {PAGE}"
    before = 1 << 62
    while page := [ChangeRow(*found) for found in store.db.rows(sql, (actor, before))]:
        yield from page
        before = page[-1].id


def items(store: Store, change: int, below: int, most: int) -> list[Item]:
    """A change's events with their images, newest first, from below an event on."""
    rows = store.db.rows(
        "SELECT id, verb, job_id, queue_id, before, after FROM event INDEXED BY event_change "
        "WHERE change_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
        (change, below, most),
    )
    return [
        Item(id, plain(verb), job, queue, loads(before), loads(after)) for id, verb, job, queue, before, after in rows
    ]


def loads(text: str | None) -> dict[str, Any] | None:
    """An image as it is stored."""
    return None if text is None else json.loads(text)


# -- change sets in words ----------------------------------------------------------------------------


def info(store: Store, change: ChangeRow) -> ChangeInfo:
    """A change set, for people."""
    user, host, face = store.db.row(  # type: ignore[misc]
        "SELECT a.user, a.host, a.face FROM change c JOIN actor a ON a.id = c.actor_id WHERE c.id = ?", (change.id,)
    )
    rows = [row for (row,) in store.db.rows(_JOBS, (change.id, COUNTED))]
    jobs = len(dict.fromkeys(rows)) + change.gone
    first = _ids(store, list(dict.fromkeys(rows))[:FIRST])
    return ChangeInfo(
        id=change.id, at=change.at, verb=change.verb, user=user, host=host, face=face,
        what=_what(store, change, jobs, first), jobs=jobs, first=first, of=change.of, undone=change.undone is not None,
        undoable=change.undone is None and not change.undoes and plain(change.verb) in UNDOABLE,
    )  # fmt: skip


_JOBS = (
    "SELECT job_id FROM event INDEXED BY event_change WHERE change_id = ? AND job_id IS NOT NULL "
    f"AND verb NOT IN {_FOLLOWED} ORDER BY id LIMIT ?"
)


def _ids(store: Store, rows: list[int]) -> tuple[str, ...]:
    found = (store.db.row("SELECT day, number FROM job WHERE id = ?", (row,)) for row in rows)
    return tuple(ids.text(*one) for one in found if one)


def _what(store: Store, change: ChangeRow, jobs: int, first: tuple[str, ...]) -> str:
    if jobs == 1 and first:
        return first[0]
    if jobs:
        return f"{jobs:,} job{'' if jobs == 1 else 's'}" + (" or more" if jobs >= COUNTED else "")
    newest = items(store, change.id, 1 << 62, 1)
    if not newest or newest[0].verb not in UNDOABLE:
        return "nothing that is left" if not newest else "the yard"
    name = UNDOABLE[newest[0].verb].name(store.db.connection, newest[0])
    return name.partition(" ")[2] or name


def of_user(store: Store, user: str, limit: int, since: float | None) -> list[ChangeInfo]:
    """A user's change sets, newest first."""
    if store.db.value("SELECT 1 FROM actor WHERE user = ? LIMIT 1", (user,)) is None:
        known = [name for (name,) in store.db.rows("SELECT DISTINCT user FROM actor")]
        hint = nearest(user, known)
        raise Unknown(f"No user {user} has done anything here", f"the nearest is {hint}" if hint else "")
    found: list[ChangeInfo] = []
    for change in own(store, user, submits=True):
        if len(found) >= limit or (since is not None and change.at < since):
            break
        found.append(info(store, change))
    return found


# -- events ---------------------------------------------------------------------------------------------

_EVENTS = (
    "SELECT e.id, e.at, e.verb, a.user, a.host, a.face, j.day, j.number, coalesce(q.name, ''), e.before, e.after "
    "FROM event e {} JOIN actor a ON a.id = e.actor_id LEFT JOIN job j ON j.id = e.job_id "
    "LEFT JOIN queue q ON q.id = e.queue_id WHERE {} ORDER BY e.id DESC LIMIT ?"
)


def of_queue(store: Store, queue: int, limit: int, since: float | None) -> list[Event]:
    """What was done to a queue itself, oldest first; what was done to its jobs is in theirs."""
    where = "e.queue_id = ? AND e.job_id IS NULL"
    return _events(store, "INDEXED BY event_queue", where, [queue], limit, since)


def latest(store: Store, limit: int, since: float | None) -> list[Event]:
    """The newest events of the yard, oldest first."""
    return _events(store, "", "1", [], limit, since)


def _events(
    store: Store, index: str, where: str, parameters: list[Any], limit: int, since: float | None
) -> list[Event]:
    rows = store.db.rows(_EVENTS.format(index, where), (*parameters, limit))
    return [_event(values) for values in reversed(rows) if since is None or values[1] >= since]


def _event(values: tuple[Any, ...]) -> Event:
    id, at, verb, user, host, face, day, number, queue, before, after = values
    job = ids.text(day, number) if day is not None else ""
    return Event(id, at, verb, user, host, face, job, queue, loads(before), loads(after))

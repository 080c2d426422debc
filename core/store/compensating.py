"""Setting rows back: what an event changed is read, compared with its result, and put to what it was before.

An event carries exactly the columns that it changed, before and after; None for a row that was not there. There are
four kinds of rows that people change: jobs, their edges, lanes (queues and sessions), resources. A kind knows how
to read such columns, how to put them, and what follows from that.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..states import ENDED, After, EdgeState, State, Transition, allowed, judge
from . import edges, edits, ids, queues, settle, unique, weights
from .store import Store

Image = dict[str, Any] | None  # columns and their values; None: no such row


class Item(NamedTuple):
    """An event that may be compensated. ``verb`` is the plain one, also where the event is of an undo or a redo."""

    event: int
    verb: str
    job: int | None
    queue: int | None
    before: Image
    after: Image

    @property
    def named(self) -> dict[str, Any]:
        """Whichever image there is: both name the row."""
        return self.before or self.after or {}


class Moot(Exception):
    """A row cannot be set back: *why*, in words; *name* is what people call it; *columns* are those that differ."""

    def __init__(self, name: str, why: str, columns: Sequence[str] = ()) -> None:
        super().__init__(why)
        self.name, self.why, self.columns = name, why, columns


@dataclass(slots=True)
class Step:
    """A transaction of an undo: what it has set back, and what must still follow from it."""

    store: Store
    connection: sqlite3.Connection
    pending: list[int] = field(default_factory=list)  # jobs that wait again

    def follow(self) -> None:
        """Jobs that wait again are judged by what their parents are now."""
        for row in self.pending:
            settle.rejudge(self.store, self.connection, row)


class Kind:
    """Rows of one sort."""

    def name(self, connection: sqlite3.Connection, item: Item) -> str:
        """What people call the row."""
        raise NotImplementedError

    def read(self, connection: sqlite3.Connection, item: Item) -> Image:
        """The row's present values of the columns that the item names."""
        raise NotImplementedError

    def put(self, step: Step, item: Item, was: Image, values: Image) -> None:
        """Set it to *values*. Raises Moot where that would break a rule."""
        raise NotImplementedError


_NOTES = frozenset({"moved"})  # goes by itself when a job is revived; the place itself is rank and weight


def differing(was: Image, result: Image) -> list[str]:
    """The columns in which a row no longer holds an event's result; ``"*"`` where it came or went."""
    if was is None or result is None:
        return [] if was is result else ["*"]
    loose = _NOTES | ({"ended_at"} if result.get("state") == State.SKIPPED else set())  # it may be skipped once more
    return [name for name, value in result.items() if name in was and was[name] != value and name not in loose]


def compensate(step: Step, item: Item, kind: Kind, verb: str) -> str:
    """Set an item's row back and tell the audit; what people call the row. Raises Moot, and nothing is changed then."""
    was = kind.read(step.connection, item)
    name = kind.name(step.connection, item)
    if columns := differing(was, item.after):
        raise Moot(name, _gone(was, item), columns)
    kind.put(step, item, was, item.before)
    now = None if item.before is None else (was or {}) | item.before
    step.store.record(verb, job=item.job, queue=item.queue, before=was, after=now)
    return name


def _gone(was: Image, item: Item) -> str:
    if was is None:
        return "it is not there any more"
    return "it is there again" if item.after is None else ""


# -- jobs ---------------------------------------------------------------------------------------------

_COLUMNS = frozenset({
    "state", "held", "message", "started_at", "ended_at", "exit_code", "signal", "cause", "due", "not_before", "base",
    "tried", "priority", "weight", "rank", "moved", "stop", "time_limit", "estimate",
})  # fmt: skip
_WAYS = (Transition.REVIVE, Transition.UNDO, Transition.CANCEL, Transition.REQUEUE)


class _Jobs(Kind):
    def name(self, connection: sqlite3.Connection, item: Item) -> str:
        found = connection.execute("SELECT day, number FROM job WHERE id = ?", (item.job,)).fetchone()
        return ids.text(*found) if found else "a job"

    def read(self, connection: sqlite3.Connection, item: Item) -> Image:
        columns = sorted(_COLUMNS & {*(item.before or {}), *(item.after or {})})
        return edits.image(connection, int(item.job or 0), columns)

    def put(self, step: Step, item: Item, was: Image, values: Image) -> None:
        row = int(item.job or 0)
        wanted = {column: value for column, value in (values or {}).items() if column in _COLUMNS}
        state = State(wanted["state"]) if "state" in wanted else None
        if state is None:
            edits.rewrite(step.connection, row, wanted)
            edits.recall(step.connection, row)
            if "weight" in wanted:  # no more moved by hand, it has the chain that it has by now
                weights.mark(step.connection, [row])
            return
        before = State(str((was or {})["state"]))
        if not any(allowed(before, state, why) for why in _WAYS):
            raise Moot(self.name(step.connection, item), f"it is {before.value}")
        if state not in ENDED and (taken := unique.holder(step.connection, row)):
            raise Moot(self.name(step.connection, item), taken)
        if state in ENDED:
            wanted.setdefault("held", 0)  # somebody may have held it meanwhile; what has ended is not held
        newest = step.connection.execute("SELECT max(id) FROM hook").fetchone()[0] or 0
        edits.rewrite(step.connection, row, wanted, [before])
        _drop_hooks(step.connection, row, newest if state in ENDED else 0)
        place = edits.image(step.connection, row, ("moved", "weight"))
        settle.note(step.connection, [row], again=True)
        if state is State.PENDING:
            step.pending.append(row)
            if place and place["moved"] and not _ordered_anew(step.connection, item):
                edits.rewrite(step.connection, row, place)


def _ordered_anew(connection: sqlite3.Connection, item: Item) -> bool:
    """Whether the queue's policy was set since: then a place that was given by hand is none any more."""
    sql = "SELECT 1 FROM event WHERE job_id IS NULL AND queue_id = ? AND id > ? AND after LIKE '%\"policy\":%'"
    return connection.execute(sql, (item.queue, item.event)).fetchone() is not None


def _drop_hooks(connection: sqlite3.Connection, row: int, after: int) -> None:
    """An end that is undone tells nobody; one that is only restored has been told."""
    connection.execute("DELETE FROM hook WHERE job_id = ? AND id > ? AND worker_id IS NULL", (row, after))


# -- edges --------------------------------------------------------------------------------------------


class _Edges(Kind):
    """``parent`` is a row, ``type`` as in After; the state of an edge follows from the parent's."""

    def name(self, connection: sqlite3.Connection, item: Item) -> str:
        return JOBS.name(connection, item)

    def read(self, connection: sqlite3.Connection, item: Item) -> Image:
        parent = item.named["parent"]
        found = connection.execute(
            "SELECT type FROM edge WHERE child_id = ? AND parent_id = ?", (item.job, parent)
        ).fetchone()
        return None if found is None else {"parent": parent, "type": found[0]}

    def put(self, step: Step, item: Item, was: Image, values: Image) -> None:
        connection, child, parent = step.connection, int(item.job or 0), int(item.named["parent"])
        self._check(connection, item)
        if values is None:
            connection.execute("DELETE FROM edge WHERE child_id = ? AND parent_id = ?", (child, parent))
            if item.verb == "after add":  # a cut does not revive, nor does its redo
                settle.revive(step.store, connection, [child])
        else:
            state = self._judged(connection, item, parent, str(values["type"]))
            connection.execute(
                "INSERT INTO edge (child_id, parent_id, type, state) VALUES (?1, ?2, ?3, ?4) "
                "ON CONFLICT (child_id, parent_id) DO UPDATE SET type = ?3, state = ?4",
                (child, parent, str(values["type"]), state.value),
            )
            if state is EdgeState.DEAD:
                settle.skip(step.store, connection, [child])
        weights.mark(connection, [parent])
        edits.recall(connection, child)

    def _check(self, connection: sqlite3.Connection, item: Item) -> None:
        """What has run went by the edges that it had."""
        found = connection.execute("SELECT state, tried = base FROM job WHERE id = ?", (item.job,)).fetchone()
        if found is None or found[0] not in ("pending", "skipped", "running") or not found[1]:
            raise Moot(self.name(connection, item), "it is not waiting any more", ["state"])

    def _judged(self, connection: sqlite3.Connection, item: Item, parent: int, after: str) -> EdgeState:
        found = connection.execute("SELECT state FROM job WHERE id = ?", (parent,)).fetchone()
        if found is None:
            raise Moot(self.name(connection, item), "the job that it waited for has been purged")
        if edges.closes_circle(connection, int(item.job or 0), [parent]):
            raise Moot(self.name(connection, item), "the two jobs would wait for each other", ["*"])
        return judge(After(after), State(found[0]))


# -- queues and sessions --------------------------------------------------------------------------------


class _Queues(Kind):
    def name(self, connection: sqlite3.Connection, item: Item) -> str:
        now = queues.image(connection, int(item.queue or 0)) or item.named
        session = now.get("session", queues.DEFAULT)
        return f"queue {now.get('name', '?')}" if session == queues.DEFAULT else f"queue {session}/{now.get('name')}"

    def read(self, connection: sqlite3.Connection, item: Item) -> Image:
        now = queues.image(connection, int(item.queue or 0))
        if now is None:
            return None
        return {
            column: value for column, value in now.items() if column in {*(item.before or now), *(item.after or now)}
        }

    def put(self, step: Step, item: Item, was: Image, values: Image) -> None:
        connection, queue = step.connection, int(item.queue or 0)
        if values is None:
            self._empty(connection, item)
            connection.execute("DELETE FROM queue WHERE id = ?", (queue,))
        elif was is None:
            self._again(connection, item, values)
        else:
            known = queues.image(connection, queue) or {}
            columns = [column for column in values if column in known and column not in ("session", "name")]
            sets = ", ".join(f"{column} = ?" for column in columns)
            connection.execute(f"UPDATE queue SET {sets} WHERE id = ?", (*(values[c] for c in columns), queue))
            queues.recall(connection, "= ?", queue)
            if "policy" in columns:
                weights.set_policy(step.store, connection, queue, str(values["policy"]))

    def _empty(self, connection: sqlite3.Connection, item: Item) -> None:
        if connection.execute("SELECT 1 FROM job WHERE queue_id = ? LIMIT 1", (item.queue,)).fetchone():
            raise Moot(self.name(connection, item), "it has jobs by now")

    def _again(self, connection: sqlite3.Connection, item: Item, values: dict[str, Any]) -> None:
        session = connection.execute("SELECT id FROM session WHERE name = ?", (values["session"],)).fetchone()
        if session is None:
            raise Moot(self.name(connection, item), f"session {values['session']} is not there any more")
        sql = "SELECT 1 FROM queue WHERE session_id = ? AND name = ?"
        if connection.execute(sql, (session[0], values["name"])).fetchone():
            raise Moot(self.name(connection, item), "there is another one of its name")
        known = {row[1] for row in connection.execute("PRAGMA table_info(queue)")}
        columns = [column for column in values if column in known]
        connection.execute(
            f"INSERT INTO queue (id, session_id, {', '.join(columns)}) VALUES (?, ?{', ?' * len(columns)})",
            (item.queue, session[0], *(values[column] for column in columns)),
        )


class _Sessions(Kind):
    def name(self, connection: sqlite3.Connection, item: Item) -> str:
        return f"session {item.named['name']}"

    def read(self, connection: sqlite3.Connection, item: Item) -> Image:
        found = connection.execute(
            "SELECT created_at, ended_at FROM session WHERE name = ?", (item.named["name"],)
        ).fetchone()
        if found is None:
            return None
        now = {"name": item.named["name"], "created_at": found[0], "ended_at": found[1]}
        return {
            column: value for column, value in now.items() if column in {*(item.before or now), *(item.after or now)}
        }

    def put(self, step: Step, item: Item, was: Image, values: Image) -> None:
        connection, name = step.connection, item.named["name"]
        if values is None:
            sql = "SELECT 1 FROM queue q JOIN session s ON s.id = q.session_id WHERE s.name = ? LIMIT 1"
            if connection.execute(sql, (name,)).fetchone():
                raise Moot(self.name(connection, item), "it has queues by now")
            connection.execute("DELETE FROM session WHERE name = ?", (name,))
        elif was is None:
            connection.execute(
                "INSERT INTO session (name, created_at, ended_at) VALUES (?, ?, ?)",
                (name, values["created_at"], values["ended_at"]),
            )
        else:
            connection.execute("UPDATE session SET ended_at = ? WHERE name = ?", (values["ended_at"], name))
            queues.recall(
                connection, "IN (SELECT q.id FROM queue q JOIN session s ON s.id = q.session_id WHERE s.name = ?)", name
            )


# -- resources ------------------------------------------------------------------------------------------

_OF_RESOURCE = ("kind", "capacity", "note", "declared", "by_hand", "locked_by", "locked_at", "lock_note")


class _Resources(Kind):
    """``by_hand`` and ``declared`` are told as numbers and kept as JSON."""

    def name(self, connection: sqlite3.Connection, item: Item) -> str:
        return f"resource {item.named['resource']}"

    def read(self, connection: sqlite3.Connection, item: Item) -> Image:
        name = item.named["resource"]
        columns = [column for column in _OF_RESOURCE if column in {*(item.before or {}), *(item.after or {})}]
        found = connection.execute(
            f"SELECT {', '.join(('name', *columns))} FROM resource WHERE name = ?", (name,)
        ).fetchone()
        if found is None:
            return None
        return {"resource": name} | {c: _told(c, value) for c, value in zip(columns, found[1:], strict=True)}

    def put(self, step: Step, item: Item, was: Image, values: Image) -> None:
        connection, name = step.connection, item.named["resource"]
        if values is None:
            if connection.execute(
                "SELECT 1 FROM demand WHERE json_extract(wants, ?) NOTNULL", (f'$."{name}"',)
            ).fetchone():
                raise Moot(self.name(connection, item), "there are jobs that want it")
            connection.execute("DELETE FROM resource WHERE name = ?", (name,))
            return
        if was is None:
            connection.execute("INSERT INTO resource (name, kind, capacity) VALUES (?, 'named', 0)", (name,))
        columns = [column for column in values if column in _OF_RESOURCE]
        sets = ", ".join(f"{column} = ?" for column in columns)
        connection.execute(
            f"UPDATE resource SET {sets} WHERE name = ?", (*(_kept(c, values[c]) for c in columns), name)
        )


def _told(column: str, value: Any) -> Any:
    return json.loads(value)["capacity"] if column in ("by_hand", "declared") and value is not None else value


def _kept(column: str, value: Any) -> Any:
    return json.dumps({"capacity": value}) if column in ("by_hand", "declared") and value is not None else value


JOBS, EDGES, QUEUES, SESSIONS, RESOURCES = _Jobs(), _Edges(), _Queues(), _Sessions(), _Resources()

# Every verb that can be undone, and what its events change. What is not here cannot: a submit, a stopped process
# (`stop`, unless it had not begun), a purge, whatever workers and settings do.
UNDOABLE: dict[str, Kind] = {
    "cancel": JOBS,
    "stop": JOBS,
    "hold": JOBS,
    "release": JOBS,
    "priority": JOBS,
    "move": JOBS,
    "shift": JOBS,  # what a move does to make room
    "requeue": JOBS,
    "after add": EDGES,
    "after cut": EDGES,
    "queue create": QUEUES,
    "queue set": QUEUES,
    "queue pause": QUEUES,
    "queue resume": QUEUES,
    "queue end": QUEUES,
    "queue remove": QUEUES,
    "session create": SESSIONS,
    "session end": SESSIONS,
    "resource set": RESOURCES,
    "resource lock": RESOURCES,
    "resource unlock": RESOURCES,
}
UNDO, REDO = "undo ", "redo "


def plain(verb: str) -> str:
    """The verb that an undo or a redo is of."""
    return verb.removeprefix(UNDO).removeprefix(REDO)


def takes(item: Item) -> bool:
    """Whether an event tells of something that can be set back: a process that was stopped cannot."""
    return item.verb in UNDOABLE and (item.verb != "stop" or "state" in (item.after or {}))

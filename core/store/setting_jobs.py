"""How jobs and their edges are set back."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from ..states import ENDED, After, EdgeState, State, Transition, allowed, judge
from . import edges, edits, ids, settle, unique, weights
from .compensating import Image, Item, Kind, Moot, Step
from .database import marks

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
        columns = _COLUMNS & {*(item.before or {}), *(item.after or {}), *(self.goal(item.before) or {})}
        return edits.image(connection, int(item.job or 0), sorted(columns))

    def goal(self, values: Image) -> Image:
        """Somebody may have held it meanwhile; what has ended is not held."""
        ends = values is not None and values.get("state") in ENDED
        return {"held": 0, **(values or {})} if ends else values

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
        newest = _newest_hook(step.connection)
        _set(step.connection, row, wanted, before)
        if newest or state in ENDED:
            _drop_hooks(step.connection, row, newest if state in ENDED else 0)
        step.turned[row] = item
        if state is State.PENDING:
            step.pending.append(row)


def _set(connection: sqlite3.Connection, row: int, values: dict[str, Any], state: State) -> None:
    sets = ", ".join(f"{column} = ?" for column in values)
    connection.execute(f"UPDATE job SET {sets} WHERE id = ? AND state = ?", (*values.values(), row, state))


def _newest_hook(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT max(id) FROM hook").fetchone()[0] or 0)


def _drop_hooks(connection: sqlite3.Connection, row: int, after: int) -> None:
    """An end that is undone tells nobody; one that is only restored has been told."""
    connection.execute("DELETE FROM hook WHERE job_id = ? AND id > ? AND worker_id IS NULL", (row, after))


def names(connection: sqlite3.Connection, rows: Sequence[int]) -> list[str]:
    """The ids of these jobs."""
    sql = f"SELECT day, number FROM job WHERE id IN ({marks(len(rows))}) ORDER BY id"
    return [ids.text(day, number) for day, number in connection.execute(sql, rows)]


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
            elif was is not None and item.verb == "after add":  # the wait had become one of another kind
                settle.revive(step.store, connection, [child])
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


JOBS, EDGES = _Jobs(), _Edges()

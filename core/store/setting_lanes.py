"""How queues, sessions and resources are set back."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from . import queues, resources, weights
from .compensating import Image, Item, Kind, Moot, Step

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
        resources.recall(step.store, connection, name)


def _told(column: str, value: Any) -> Any:
    return json.loads(value)["capacity"] if column in ("by_hand", "declared") and value is not None else value


def _kept(column: str, value: Any) -> Any:
    return json.dumps({"capacity": value}) if column in ("by_hand", "declared") and value is not None else value


QUEUES, SESSIONS, RESOURCES = _Queues(), _Sessions(), _Resources()

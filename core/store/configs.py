"""Versions of configs, the main one of each type, and which attempts ran with which.

Within a type equal bytes are one version: of two who push at once one comes second, and finds the other's. Ids come
from counters of their own (`config_ids`), given out before the file is named: none is ever used twice.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import BadInput, Unknown
from ..labmodels import ConfigLink, ConfigVersion, MainChange
from ..text import quoted
from . import config_ids, ids
from .database import many, marks
from .store import Store

END = 1 << 62  # above every row


class New(NamedTuple):
    """A version that is about to be stored: its file has its name already."""

    type: str
    code: str
    day: int
    number: int
    checksum: str
    size: int
    filename: str
    path: str  # relative to the yard
    job: int | None = None  # the row of the job that it is made for


class Main(NamedTuple):
    """The main version of a type, when it became that, and by whom."""

    version: int | None
    set_at: float | None
    set_by: str


# -- reading -----------------------------------------------------------------------------------------------------

_VERSION = (
    "SELECT v.id, v.code, v.day, v.number, v.type, v.checksum, v.size, v.filename, v.path, v.created_at, a.user, "
    "j.day, j.number, t.main_id IS v.id, (SELECT count(*) FROM attempt_config WHERE version_id = v.id) "
    "FROM config_version v {} JOIN actor a ON a.id = v.actor_id LEFT JOIN job j ON j.id = v.job_id "
    "LEFT JOIN config_type t ON t.name = v.type WHERE "
)
_ONE = _VERSION.format("")


def _version(found: tuple[Any, ...]) -> ConfigVersion:
    row, code, day, number, type, checksum, size, filename, path, at, by, job_day, job_number, main, attempts = found
    return ConfigVersion(
        row, config_ids.text(code, day, number), type, checksum, size, filename, path, at, by,
        ids.text(job_day, job_number) if job_day else "", bool(main), attempts,
    )  # fmt: skip


def by_row(store: Store, row: int) -> ConfigVersion | None:
    """A version by its row."""
    found = store.db.row(_ONE + "v.id = ?", (row,))
    return None if found is None else _version(found)


def by_checksum(store: Store, type: str, checksum: str) -> ConfigVersion | None:
    """The version of a type that has these very bytes."""
    found = store.db.row(_ONE + "v.type = ? AND v.checksum = ?", (type, checksum))
    return None if found is None else _version(found)


def find(store: Store, ref: str) -> ConfigVersion:
    """A version by its id, or the main one of a type. Raises Unknown, BadInput."""
    parsed = config_ids.parse(ref)
    if parsed is None:
        return _main_of(store, ref)
    found = store.db.row(_ONE + "v.code = ? AND v.day = ? AND v.number = ?", parsed)
    if found is None:
        raise Unknown(f"There is no version {config_ids.text(*parsed)}", "", "See: jobyard config list")
    return _version(found)


def _main_of(store: Store, type: str) -> ConfigVersion:
    row = mains(store).get(type, Main(None, None, "")).version
    found = by_row(store, row) if row is not None else None
    if found is None:
        raise no_main(type)
    return found


def no_main(type: str) -> BadInput:
    """The error where the main version of a type is wanted and there is none."""
    todo = f"Push a file of it: jobyard config push {type} FILE; or choose a version: jobyard config main"
    return BadInput(f"There is no main version of {type}", "", todo)


def newest(store: Store, type: str, limit: int, before: int = END) -> list[ConfigVersion]:
    """Versions of a type below row *before*, newest first."""
    sql = _VERSION.format("INDEXED BY config_version_type") + "v.type = ? AND v.id < ? ORDER BY v.id DESC LIMIT ?"
    return [_version(found) for found in store.db.rows(sql, (type, before, limit))]


def every(store: Store, after: int, limit: int) -> list[ConfigVersion]:
    """Versions of all types above row *after*, oldest first."""
    return [_version(found) for found in store.db.rows(_ONE + "v.id > ? ORDER BY v.id LIMIT ?", (after, limit))]


def some(store: Store, rows: Sequence[int]) -> dict[int, ConfigVersion]:
    """These versions, by row."""
    found = (_version(one) for one in store.db.rows(f"{_ONE}v.id IN ({marks(len(rows))})", rows))
    return {version.row: version for version in found}


def mains(store: Store) -> dict[str, Main]:
    """The main version of every type that was ever pushed."""
    rows = store.db.rows("SELECT name, main_id, set_at, coalesce(set_by, '') FROM config_type")
    return {name: Main(*main) for name, *main in rows}


def main_rows(connection: sqlite3.Connection) -> dict[str, int]:
    """The row of the main version of every type that has one."""
    sql = "SELECT name, main_id FROM config_type WHERE main_id IS NOT NULL"
    return {str(name): int(row) for name, row in connection.execute(sql).fetchall()}


def counts(store: Store) -> dict[str, int]:
    """How many versions of each type there are."""
    return dict(store.db.rows("SELECT type, count(*) FROM config_version GROUP BY type"))


def codes(store: Store) -> dict[str, str]:
    """The code of every type that has versions, as the newest of them bears it."""
    sql = "SELECT name, (SELECT code FROM config_version WHERE type = name ORDER BY id DESC LIMIT 1) FROM config_type"
    return {name: code for name, code in store.db.rows(sql) if code}


def paths(store: Store, type: str, names: Sequence[str]) -> set[str]:
    """Those of these files (relative to the yard) that are a version's."""
    sql = f"SELECT path FROM config_version WHERE type = ? AND path IN ({marks(len(names))})"
    return {path for (path,) in store.db.rows(sql, (type, *names))}


def history(store: Store, type: str, limit: int) -> list[MainChange]:
    """What was main of a type, newest first."""
    sql = (
        "SELECT m.type, v.code, v.day, v.number, m.at, m.by FROM config_main m "
        "LEFT JOIN config_version v ON v.id = m.version_id WHERE m.type = ? ORDER BY m.id DESC LIMIT ?"
    )
    rows = store.db.rows(sql, (type, limit))
    found = [MainChange(name, config_ids.text(c, d, n) if c else "", at, by) for name, c, d, n, at, by in rows]
    for way, version, when in _ways(store, type, limit):
        told = (at for at, one in enumerate(found) if (one.version, one.way) == (version, "") and one.at <= when)
        at = next(told, None)
        if at is not None and when - found[at].at < SAME_TIME:
            found[at] = found[at]._replace(way=way)
    return found


SAME_TIME = 10.0  # seconds: between setting main and telling the audit, in one transaction


def _ways(store: Store, type: str, limit: int) -> list[tuple[str, str, float]]:
    """(undo or redo, the version that it made main, when), newest first: `config_main` does not know that."""
    rows = store.db.rows(
        "SELECT verb, after, at FROM event INDEXED BY event_queue WHERE job_id IS NULL AND queue_id IS NULL "
        "AND verb IN ('undo config main', 'redo config main') ORDER BY id DESC LIMIT ?",
        (limit,),
    )
    told = [(verb.partition(" ")[0], json.loads(after or "{}"), at) for verb, after, at in rows]
    return [(way, after.get("main") or "", at) for way, after, at in told if after.get("config") == type]


def runs(store: Store, version: int, limit: int) -> list[tuple[str, int]]:
    """(job id, attempt number) of what ran with a version, newest first."""
    sql = (
        "SELECT j.day, j.number, a.number FROM attempt_config c JOIN attempt a ON a.id = c.attempt_id "
        "JOIN job j ON j.id = a.job_id WHERE c.version_id = ? ORDER BY c.attempt_id DESC LIMIT ?"
    )
    return [(ids.text(day, number), attempt) for day, number, attempt in store.db.rows(sql, (version, limit))]


def check_id(text: str) -> str:
    """The id of a version as it is written. Raises BadInput."""
    parsed = config_ids.parse(text)
    if parsed is None:
        raise no_id(text)
    return config_ids.text(*parsed)


def no_id(text: str) -> BadInput:
    """The error for what looks like the id of a version and is none."""
    return BadInput(f"{quoted(text)} is no version of a config", "", "Write it like CFG-HW-20261122-00001")


# -- writing -----------------------------------------------------------------------------------------------------


def reserve(store: Store, code: str) -> tuple[int, int]:
    """(day, number) of a new version; nobody gets it again, whatever becomes of it."""
    with store.db.transaction(quiet=True) as connection:
        return config_ids.reserve(connection, code, store.clock())


def add(store: Store, new: New) -> int | None:
    """The row of a new version; None when its bytes are a version by now. Inside the caller's transaction."""
    connection = store.db.connection
    sql = "SELECT 1 FROM config_version WHERE type = ? AND checksum = ?"
    if connection.execute(sql, (new.type, new.checksum)).fetchone():
        return None
    cursor = connection.execute(
        "INSERT INTO config_version (type, code, day, number, checksum, size, filename, path, job_id, created_at, "
        "actor_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*new, store.clock(), store.actor_id()),
    )
    connection.execute("INSERT OR IGNORE INTO config_type (name) VALUES (?)", (new.type,))
    told = {"config": new.type, "version": config_ids.text(new.code, new.day, new.number), "checksum": new.checksum}
    store.record("config push", job=new.job, after=told)
    return int(cursor.lastrowid or 0)


def row_by_checksum(connection: sqlite3.Connection, type: str, checksum: str) -> int:
    """The row of the version of a type that has these bytes, which is there."""
    sql = "SELECT id FROM config_version WHERE type = ? AND checksum = ?"
    return int(connection.execute(sql, (type, checksum)).fetchone()[0])


def main_id(connection: sqlite3.Connection, type: str) -> str:
    """The id of the main version of a type; "" = none."""
    sql = "SELECT v.code, v.day, v.number FROM config_type t JOIN config_version v ON v.id = t.main_id WHERE t.name = ?"
    found = connection.execute(sql, (type,)).fetchone()
    return config_ids.text(*found) if found else ""


def set_main(store: Store, type: str, version: int | None) -> str:
    """Make a version main; the id of what was main until then ("" = none). Inside the caller's transaction."""
    connection = store.db.connection
    before = main_id(connection, type)
    if before == (_id_of(connection, version) if version is not None else ""):
        return before
    point(store, connection, type, version)
    after = _id_of(connection, version) if version is not None else ""
    store.record("config main", before=_image(type, before), after=_image(type, after))
    return before


def point(store: Store, connection: sqlite3.Connection, type: str, version: int | None) -> None:
    """Have main be this version, without a word to the audit."""
    connection.execute(
        "INSERT INTO config_type (name, main_id, set_at, set_by) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE "
        "SET main_id = excluded.main_id, set_at = excluded.set_at, set_by = excluded.set_by",
        (type, version, store.clock(), store.actor.user),
    )


def _image(type: str, version: str) -> dict[str, Any]:
    return {"config": type, "main": version or None}


def _id_of(connection: sqlite3.Connection, version: int) -> str:
    sql = "SELECT code, day, number FROM config_version WHERE id = ?"
    return config_ids.text(*connection.execute(sql, (version,)).fetchone())


def row_of(connection: sqlite3.Connection, id: str) -> int | None:
    """The row of a version by its id; None when there is none."""
    parsed = config_ids.parse(id)
    sql = "SELECT id FROM config_version WHERE code = ? AND day = ? AND number = ?"
    found = connection.execute(sql, parsed).fetchone() if parsed else None
    return int(found[0]) if found else None


# -- attempts ----------------------------------------------------------------------------------------------------


def link(connection: sqlite3.Connection, links: Mapping[str, Iterable[int]]) -> None:
    """Have it that attempts (by token) ran with versions (by row). Inside the transaction of their claim."""
    rows = ((version, token) for token, versions in links.items() for version in versions)
    sql = "INSERT INTO attempt_config (version_id, attempt_id) SELECT ?, id FROM attempt WHERE token = ?"
    many(connection, sql, rows)


def of_job(store: Store, job: int) -> dict[int, tuple[ConfigLink, ...]]:
    """What each attempt of a job (by its number) ran with, by type."""
    sql = (
        "SELECT a.number, v.type, v.code, v.day, v.number, v.checksum, v.path FROM attempt a "
        "JOIN attempt_config c ON c.attempt_id = a.id JOIN config_version v ON v.id = c.version_id "
        "WHERE a.job_id = ? ORDER BY a.number, v.type"
    )
    found: dict[int, tuple[ConfigLink, ...]] = {}
    for attempt, type, code, day, number, checksum, path in store.db.rows(sql, (job,)):
        link = ConfigLink(type, config_ids.text(code, day, number), checksum, str(store.home / path))
        found[attempt] = (*found.get(attempt, ()), link)
    return found

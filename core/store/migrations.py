"""Numbered steps from an empty file to today's tables; each is a transaction, made at open after a backup.

A store of a newer jobyard is refused untouched. The version is SQLite's ``user_version``; the
``application_id`` tells a yard's database from any other.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from .. import modes
from ..errors import NewerStore, YardError
from . import schema, schema_2, schema_3, schema_4, schema_5, schema_6, swap
from .backup import copy
from .database import BUSY_TIMEOUT, Database, corrupt, translated
from .schema import ACTIVE

APPLICATION_ID = 0x4A594152  # "JYAR"

MIGRATIONS: tuple[str, ...] = (
    schema.VERSION_1, schema_2.VERSION_2, schema_3.VERSION_3, schema_4.VERSION_4, schema_5.VERSION_5,
    schema_6.VERSION_6,
)  # fmt: skip
NEWEST = len(MIGRATIONS)


def check_file(path: Path) -> None:
    """Refuse a file that is no store of ours, or a newer one, before its journal mode or a byte of it is touched.

    SQLite itself must look: whoever opens the file by other means and closes it again drops every lock
    that this process holds on it, and the next stranger who leaves deletes the WAL under our feet.
    """
    swap.let_pass(path.parent)
    if _made(path) or (path.is_file() and path.stat().st_size == 0):
        _refuse_lost_log(path)
        return
    with translated(path), contextlib.closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT)) as connection:
        version, application = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("user_version", "application_id")
        )
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if tables and (application != APPLICATION_ID or version == 0):
        raise _foreign(path)
    _refuse_newer(path, version)


def check_only(database: Database) -> None:
    """The same for whoever can only look; what is of an older version or under repair is not for them either."""
    path = database.path
    swap.turn_away(path.parent)
    version = database.value("PRAGMA user_version")
    if version == 0 or database.value("PRAGMA application_id") != APPLICATION_ID:
        raise _foreign(path)
    _refuse_newer(path, version)
    if version < NEWEST:
        raise YardError(
            f"The yard {path.parent} was written by an older jobyard",
            f"its store has version {version}, and this account cannot bring it to version {NEWEST}",
            "Have whoever can write it run any command of this jobyard",
        )


def _foreign(path: Path) -> YardError:
    return YardError(f"{path} is not a jobyard store", "it is a database of another program", "Choose another --yard")


def _refuse_lost_log(path: Path) -> None:
    """SQLite takes an empty file for a new store, and deletes a log that lies beside it."""
    log = Path(f"{path}-wal")
    if log.exists() and log.stat().st_size > 0:
        raise corrupt(path, "it is empty, but its write-ahead log is not")


def _made(path: Path) -> bool:
    """Make the file, for its owner's eyes only (it holds environments), if it is not there; whether it was made."""
    try:
        os.close(modes.open_file(path, os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    except OSError:
        return not path.exists()  # SQLite says it better
    return True


def upgrade(database: Database) -> None:
    """Bring the store to the newest version."""
    version = database.value("PRAGMA user_version")
    if version == NEWEST:
        return
    if version == 0:
        _migrate(database, 0, NEWEST)  # at once: nobody shall meet a new store of an old version
        return
    with _alone(database.path):
        version = database.value("PRAGMA user_version")
        _refuse_newer(database.path, version)
        if version < NEWEST:
            copy(database, database.path.with_name(f"jobyard-v{version}-{int(time.time())}.db"), replace=True)
            for number in range(version, NEWEST):
                _migrate(database, number, number + 1)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time upgrades: a backup that a second one makes would be of the first one's result."""
    lock = modes.open_file(path.with_name("upgrade.lock"), os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _refuse_newer(path: Path, version: int) -> None:
    if version > NEWEST:
        raise NewerStore(
            f"The yard {path.parent} was written by a newer jobyard",
            f"its store has version {version}, this program knows up to {NEWEST}",
            "Update jobyard; nothing was changed",
        )


# Workers of before know nothing of the new rules (a lock, a resource): they may commit nothing more, and leave; their
# jobs go on and are the next worker's.
_RETIRE = f"UPDATE worker SET mode = 'retired' WHERE mode IN {ACTIVE}"


def _migrate(database: Database, before: int, after: int) -> None:
    """From one version to another in a transaction, unless another process has done so meanwhile."""
    with database.transaction(quiet=True) as connection:
        if connection.execute("PRAGMA user_version").fetchone()[0] != before:
            return
        for number in range(before, after):
            for statement in statements(MIGRATIONS[number]):
                connection.execute(statement)
        connection.execute(_RETIRE)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {after}")


def statements(script: str) -> list[str]:
    """A script's statements (triggers hold semicolons, so SQLite itself says where one ends)."""
    found: list[str] = []
    part = ""
    for line in script.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            found.append(part)
            part = ""
    return found

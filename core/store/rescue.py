"""A new store made of what can be read of a damaged one. The damaged files are read, never written."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from .. import modes
from ..errors import CorruptStore, NewerStore
from .complaints import translated
from .layout import Row
from .mend import Mending
from .migrations import APPLICATION_ID, MIGRATIONS, NEWEST, statements
from .pages import Image
from .salvage import Found, read

STEP = 5000  # rows that are inserted together
_LATER = re.compile(r"\s*(CREATE (UNIQUE )?INDEX|CREATE TRIGGER|DROP (INDEX|TRIGGER))", re.IGNORECASE)

_ONE_OF_A_KEY = (
    "UPDATE job SET unique_key = NULL WHERE unique_key IS NOT NULL AND ended_at IS NULL AND id NOT IN "
    "(SELECT min(id) FROM job WHERE ended_at IS NULL GROUP BY unique_key)"
)

Progress = Callable[[str], None]


class Rescued(NamedTuple):
    """What became of a damaged store: rows saved by table, and sentences on what is missing."""

    path: Path
    jobs: int
    rows: dict[str, int]
    said: list[str]


def rescue(damaged: Path, log: Path, target: Path, home: Path, now: float, progress: Progress) -> Rescued:
    """Read *damaged* with its *log* into the new store *target*, and make it agree with itself.

    Raises NewerStore for a store of a newer jobyard, CorruptStore if nothing of a store is in the file.
    """
    with Image(damaged, log) as image:
        version = image.header_int(60)
        if version > NEWEST:
            todo = "Update jobyard; nothing was changed"
            raise NewerStore(f"The store {damaged} has version {version}", f"this program knows up to {NEWEST}", todo)
        torn_log = image.log_torn
        found = read(image, progress)
    if not any(found.rows.values()):
        raise CorruptStore(f"Nothing of a store can be read in {damaged}", "", "Go back to a backup, if there is one")
    os.close(modes.open_file(target, os.O_WRONLY | os.O_EXCL))
    try:
        with translated(target), contextlib.closing(sqlite3.connect(target, isolation_level=None)) as connection:
            mending = _build(connection, found, home, now, progress)
    except BaseException:
        target.unlink()
        raise
    _sync(target)
    said = [*_of_reading(found, torn_log), *mending.said]
    return Rescued(target, len(found.rows["job"]), {name: len(rows) for name, rows in found.rows.items()}, said)


def _build(connection: sqlite3.Connection, found: Found, home: Path, now: float, progress: Progress) -> Mending:
    connection.execute("PRAGMA journal_mode = off")  # until it is whole it is nobody's
    connection.execute("PRAGMA synchronous = off")
    connection.execute("BEGIN")
    script = [statement for version in MIGRATIONS for statement in statements(version)]
    for statement in script:
        if not _LATER.match(statement):
            connection.execute(statement)
    mending = Mending(connection, now, home)
    for name, rows in found.rows.items():
        progress(f"writing table {name}")
        refused = len(rows) - _insert(connection, name, rows)
        mending.say(refused, f"1 row of {name} contradicts others and was left out",
                    f"{{n}} rows of {name} contradict others and were left out")  # fmt: skip
    progress("making it agree with itself")
    mending.run()
    connection.execute(_ONE_OF_A_KEY)
    for statement in script:
        if _LATER.match(statement):
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {NEWEST}")
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = wal")
    return mending


def _insert(connection: sqlite3.Connection, table: str, rows: Sequence[Row]) -> int:
    """Insert rows, each as long as the version of the table that wrote it; how many were taken."""
    columns = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
    before = connection.total_changes
    for length in {len(row) for row in rows}:
        sql = f"INSERT OR IGNORE INTO {table} ({','.join(columns[:length])}) VALUES ({','.join('?' * length)})"
        alike = [row for row in rows if len(row) == length]
        for start in range(0, len(alike), STEP):
            connection.executemany(sql, alike[start : start + STEP])
    return connection.total_changes - before


def _of_reading(found: Found, torn_log: bool) -> list[str]:
    """What could not be read, by table."""
    part = {name: count for name, count in found.torn.items() if found.rows[name] or not found.guessed}
    said = [f"Part of table {name} could not be read ({count} places)" for name, count in sorted(part.items())]
    if found.guessed:
        nothing = ", ".join(sorted(found.torn.keys() - part.keys()))
        said.insert(0, f"The list of tables could not be read: tables were told by their rows; none were of {nothing}")
    if torn_log:
        said.insert(0, "The write-ahead log could not be read; what was only there is missing")
    return said


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)

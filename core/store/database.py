"""The one door to SQLite: connections, transactions, and SQLite's complaints as our errors.

One connection a thread (peewee's default). Every write transaction is IMMEDIATE: a deferred one that
has read and then writes fails at once when another has written, whatever the busy timeout.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import peewee

from ..errors import CorruptStore, JobyardError, StoreFull, YardError

BUSY_TIMEOUT = 10.0  # seconds
WAL_LIMIT = 64 * 1024 * 1024  # bytes, truncated to when idle

CHECKPOINT, BULK_CHECKPOINT = 1000, 12_000  # pages of 4 KiB

PRAGMAS = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": "FULL", "journal_size_limit": WAL_LIMIT}
READ_PRAGMAS = {"query_only": 1}

Row = tuple[Any, ...]


class Interrupted(JobyardError):
    """The query was given up for a newer one."""


class Busy(YardError):
    """The store is locked by another program."""


class Database:
    """The yard's database file. ``on_commit`` is called after each transaction that others should see."""

    def __init__(self, path: Path, *, synchronous: str = "FULL", read_only: bool = False) -> None:
        self.path = path
        pragmas = READ_PRAGMAS if read_only else PRAGMAS | {"synchronous": synchronous}
        name = f"file:{_quoted(path)}?mode=ro" if read_only else str(path)
        self._peewee = peewee.SqliteDatabase(name, pragmas=pragmas, timeout=BUSY_TIMEOUT, uri=read_only)
        self.on_commit: Callable[[], None] = lambda: None
        self.longest = 0.0  # seconds, the longest write transaction of this process; measured by tests
        self._busy: sqlite3.Connection | None = None

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        with translated(self.path):
            return self._peewee.connection()  # type: ignore[no-any-return, no-untyped-call]

    def close(self) -> None:
        """Close this thread's connection."""
        self._peewee.close()

    @contextmanager
    def transaction(self, *, quiet: bool = False) -> Iterator[sqlite3.Connection]:
        """An IMMEDIATE transaction; rings the doorbell after its commit unless *quiet*."""
        connection = self.connection
        with translated(self.path):
            connection.execute("BEGIN IMMEDIATE")
            began = time.perf_counter()
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # a full disk has SQLite roll back by itself: then there is none
                    connection.execute("ROLLBACK")
                raise
            self.longest = max(self.longest, time.perf_counter() - began)
        if not quiet:
            self.on_commit()

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Every row of a query."""
        connection = self.connection
        with translated(self.path):
            return connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, or None."""
        connection = self.connection
        with translated(self.path):
            return connection.execute(sql, parameters).fetchone()  # type: ignore[no-any-return]

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.row(sql, parameters)
        return found[0] if found else None

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """A long query that :meth:`interrupt` of another thread may end."""
        self._busy = self.connection
        try:
            yield
        finally:
            self._busy = None

    def interrupt(self) -> None:
        """End the long query that runs in another thread, if one does."""
        busy = self._busy
        if busy is not None:
            busy.interrupt()

    def data_version(self) -> int:
        """Changes whenever another connection has committed; 4.5 µs."""
        return int(self.value("PRAGMA data_version"))

    @contextmanager
    def in_bulk(self) -> Iterator[None]:
        """For steps that nobody was promised yet, or that can be done again: no fsync for each, fewer checkpoints.

        The next ordinary commit syncs them too, since the WAL is one file. A crash of the process loses none of them.
        """
        before = int(self.value("PRAGMA synchronous"))
        self.rows(f"PRAGMA synchronous = {min(before, 1)}")
        self.rows(f"PRAGMA wal_autocheckpoint = {BULK_CHECKPOINT}")
        try:
            yield
        finally:
            self.rows(f"PRAGMA wal_autocheckpoint = {CHECKPOINT}")
            self.rows(f"PRAGMA synchronous = {before}")

    def truncate_wal(self) -> None:
        """Give the WAL's room back when it has grown; never waits for readers."""
        wal = Path(f"{self.path}-wal")
        if not wal.exists() or wal.stat().st_size <= WAL_LIMIT:
            return
        self.rows("PRAGMA busy_timeout = 0")  # or it waits for every reader, and writers wait for it
        try:
            self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self.rows(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT * 1000)}")


def many(connection: sqlite3.Connection, sql: str, rows: Iterable[Sequence[Any]]) -> None:
    """Plain executemany: 3–4 times faster than peewee's insert_many."""
    connection.executemany(sql, rows)


def marks(count: int) -> str:
    """``?,?,…`` for an IN list."""
    return ",".join("?" * count)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's and peewee's errors as ours, with the way out."""
    try:
        yield
    except (peewee.OperationalError, sqlite3.OperationalError) as error:
        raise _operational(path, str(error)) from error
    except (peewee.DatabaseError, sqlite3.DatabaseError) as error:
        raise _damaged(path, error) from error


def _operational(path: Path, text: str) -> JobyardError:
    lower = text.lower()
    if "interrupted" in lower:
        return Interrupted()
    if "full" in lower:
        return StoreFull(None, f"{path.parent}: {text}", "Free some space; nothing that was accepted is lost")
    if "locked" in lower or "busy" in lower:
        return Busy(None, f"{path}: {text}", "Try again; if it stays so, see who holds it: fuser " + str(path))
    if "readonly" in lower or "read-only" in lower:
        return YardError(f"The yard {path.parent} is read-only", text, "Give yourself write access, or use --yard")
    if "malformed" in lower or "disk i/o" in lower:
        return corrupt(path, text)
    return YardError(f"The store {path} cannot be used", text, "See `jobyard doctor`")


def _damaged(path: Path, error: Exception) -> Exception:
    if isinstance(error, (peewee.IntegrityError, sqlite3.IntegrityError)):
        return error
    text = str(error)
    if "malformed" in text or "not a database" in text or "corrupt" in text:
        return corrupt(path, text)
    return error


def corrupt(path: Path, text: str) -> CorruptStore:
    """The error for a damaged file: what, why, and the way out."""
    return CorruptStore(
        f"The store {path} is damaged",
        text,
        f"Nothing was overwritten. Copy the folder away first, then save what can be read: "
        f"sqlite3 {path} .recover | sqlite3 {path}.rescued",
    )


def _quoted(path: Path) -> str:
    from urllib.parse import quote

    return quote(str(path))

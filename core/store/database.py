"""The one door to SQLite: connections, transactions, and SQLite's complaints as our errors.

One connection a thread (peewee's default). Every write transaction is IMMEDIATE: a deferred one that
has read and then writes fails at once when another has written, whatever the busy timeout.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import peewee

from ..errors import JobyardError
from . import turns
from .complaints import Busy, DiskTrouble, Interrupted, ReadOnly, Troubled, corrupt, gone, translated, translation

__all__ = [
    "Busy", "Database", "DiskTrouble", "Interrupted", "Long", "ReadOnly", "Troubled", "corrupt", "insert", "many",
    "marks", "translated",
]  # fmt: skip

BUSY_TIMEOUT = 10.0  # seconds
WAL_LIMIT = 64 * 1024 * 1024  # bytes, truncated to when idle

CHECKPOINT, BULK_CHECKPOINT = 1000, 3000  # pages of 4 KiB; a commit that checkpoints 12,000 of them takes 70 ms

PRAGMAS = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": "FULL", "journal_size_limit": WAL_LIMIT}
READ_PRAGMAS = {"query_only": 1}

Row = tuple[Any, ...]


class Cursor(sqlite3.Cursor):
    """A cursor whose errors are ours."""

    connection: Connection

    def execute(self, sql: str, parameters: Any = ()) -> Cursor:
        """As sqlite3's."""
        try:
            super().execute(sql, parameters)
        except sqlite3.DatabaseError as error:
            raise translation(self.connection.path, error) from error
        return self

    def fetchone(self) -> Any:
        """As sqlite3's."""
        try:
            return super().fetchone()
        except sqlite3.DatabaseError as error:
            raise translation(self.connection.path, error) from error

    def fetchall(self) -> list[Any]:
        """As sqlite3's."""
        try:
            return super().fetchall()
        except sqlite3.DatabaseError as error:
            raise translation(self.connection.path, error) from error

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except sqlite3.DatabaseError as error:
            raise translation(self.connection.path, error) from error


class Connection(sqlite3.Connection):
    """A connection whose errors are ours, also where a query is read without :class:`Database`."""

    def __init__(self, path: str, *words: Any, **options: Any) -> None:
        super().__init__(path, *words, **options)
        self.path = Path(path)

    def execute(self, sql: str, parameters: Any = ()) -> Cursor:
        """As sqlite3's."""
        return self.cursor(Cursor).execute(sql, parameters)


class Looker(Connection):
    """One that only reads, as it is possible just now. See `looking`."""

    def __init__(self, path: str, *words: Any, **options: Any) -> None:
        from . import looking  # hardly ever needed

        super().__init__(looking.address(Path(path)), *words, uri=True, **options)
        self.path = Path(path)


class Long:
    """A long piece of reading, on one connection or several; ``stopped`` once somebody wants it to end."""

    def __init__(self, connections: list[sqlite3.Connection]) -> None:
        self.connections = connections
        self.stopped = False

    def stop(self) -> None:
        """End it."""
        self.stopped = True
        for connection in list(self.connections):
            connection.interrupt()

    def check(self) -> None:
        """Raises Interrupted if it shall end: also between two of its queries."""
        if self.stopped:
            raise Interrupted


class Database:
    """The yard's database file. ``on_commit`` is called after each transaction that others should see."""

    def __init__(self, path: Path, *, synchronous: str = "FULL", refusal: JobyardError | None = None) -> None:
        self.path = path
        self.refusal = refusal  # what is said to whoever can only look and wants to change something
        pragmas = READ_PRAGMAS if refusal else PRAGMAS | {"synchronous": synchronous}
        self._peewee = peewee.SqliteDatabase(
            str(path), pragmas=pragmas, timeout=BUSY_TIMEOUT, factory=Looker if refusal else Connection
        )
        _databases.add(self)
        self.on_commit: Callable[[], None] = lambda: None
        self.tell: Callable[[str], None] = lambda text: None  # what went wrong and was mended; a worker listens
        self._turns = turns.of(str(path))
        self.longest = 0.0  # seconds, the longest write transaction of this process; measured by tests
        self._long: list[Long] = []
        self._opened = False
        self._only_look = False
        self._files = tuple(str(path) + end for end in ("", "-wal", "-shm"))
        self._local = threading.local()

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, on the files that lie there now.

        Somebody may have deleted the log or the shared memory, or put another file in the store's place. Who goes on
        with the old ones sees nobody's locks, and both write over each other: leave them before the next statement.
        """
        with translated(self.path):
            connection = self._connection()
            if not connection.in_transaction and self._local.files != self._identities():
                self._rejoin(connection)
                connection = self._connection()
            return connection

    def _connection(self) -> sqlite3.Connection:
        if self._peewee.is_closed():
            if self._opened and not _inode(self._files[0]):  # connecting would make an empty one
                raise gone(self.path)
            before = self._identities()
            self._peewee.connect()
            self._opened = True
            if self._only_look:
                self._guard()
            self._local.files = before if self.refusal else self._identities()  # who only looks makes no files
        return self._peewee.connection()  # type: ignore[no-any-return, no-untyped-call]

    @property
    def looks(self) -> bool:
        """Whether nothing is changed through it."""
        return self._only_look or self.refusal is not None

    def only_look(self) -> None:
        """From now on no connection changes anything: SQLite refuses it."""
        self._only_look = True
        if not self._peewee.is_closed():
            self._guard()

    def _guard(self) -> None:
        self._peewee.connection().execute("PRAGMA query_only = 1")  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Close this thread's connection."""
        self._peewee.close()

    def let_go(self, path: Path) -> None:
        """Close this thread's connection if it is to that file and idle; it opens anew when it is used."""
        if path == self.path and not self._peewee.is_closed() and not self._connection().in_transaction:
            self.close()

    @contextmanager
    def transaction(self, *, quiet: bool = False) -> Iterator[sqlite3.Connection]:
        """An IMMEDIATE transaction; rings the doorbell after its commit unless *quiet*."""
        if self.refusal is not None:
            raise self.refusal
        connection = self.connection
        with translated(self.path), self._turns.turn(lambda: connection.execute("BEGIN IMMEDIATE")):
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
            found = connection.execute(sql, parameters).fetchall()
        return self.rows(sql, parameters) if self._disturbed(connection) else found

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, or None."""
        connection = self.connection
        with translated(self.path):
            found = connection.execute(sql, parameters).fetchone()
        return self.row(sql, parameters) if self._disturbed(connection) else found

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.row(sql, parameters)
        return found[0] if found else None

    @contextmanager
    def interruptible(self) -> Iterator[Long]:
        """A long query that :meth:`interrupt` of another thread may end; also one of several queries or threads."""
        long = Long([self.connection])
        self._long.append(long)
        try:
            yield long
        finally:
            self._long.remove(long)

    def interrupt(self) -> None:
        """End the long queries that run in other threads, if any do."""
        for long in list(self._long):
            long.stop()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Queries of one instant: what others commit meanwhile is not seen."""
        if self._begun():
            yield
            return
        self.rows("BEGIN")
        try:
            yield
        finally:
            if self._begun():
                self.rows("COMMIT")

    def _begun(self) -> bool:
        return self.connection.in_transaction

    def data_version(self) -> int:
        """Changes whenever another connection has committed; 4.5 µs."""
        return int(self.value("PRAGMA data_version"))

    # -- files that vanish under our feet ---------------------------------------------------------------

    def _identities(self) -> tuple[int, ...]:
        """Which files the store consists of, by inode; 0 for one that is not there. 3 µs."""
        return tuple(_inode(path) for path in self._files)

    def _rejoin(self, connection: sqlite3.Connection) -> None:
        """Save what a deleted log holds, let go of the old files and open those that are there.

        Raises Troubled while other threads of this process keep the old ones; each lets go when it next comes by.
        """
        if not _inode(self._files[0]):
            raise gone(self.path)
        names = ", ".join(_changed(self._files, self._local.files, self._identities()))
        if (
            not _inode(self._files[1]) and self.refusal is None
        ):  # nobody has begun a new log: what is in the deleted one is still ours to save
            connection.execute("PRAGMA wal_checkpoint(FULL)")
        for database in list(_databases):
            database.let_go(self.path)
        if _maps_deleted(self._files[2]):
            todo = "It is opened anew; if this is said again, restart this program"
            raise Troubled(f"{names} of the store {self.path} was deleted or replaced while in use", "", todo)
        self.tell(f"{names} was deleted or replaced while in use; the store was opened anew")

    def _disturbed(self, connection: sqlite3.Connection) -> bool:
        """Whether somebody has begun to write while this one looked: what it saw may be half of this, half of that."""
        return self.refusal is not None and not connection.in_transaction and self._local.files != self._identities()

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

    @contextmanager
    def unsynced(self) -> Iterator[None]:
        """For steps that can be done again: their commits wait for no disk; the next ordinary one takes them along."""
        before = int(self.value("PRAGMA synchronous"))
        self.rows(f"PRAGMA synchronous = {min(before, 1)}")
        try:
            yield
        finally:
            self.rows(f"PRAGMA synchronous = {before}")

    @contextmanager
    def without_references(self) -> Iterator[None]:
        """Foreign keys are not looked up: for a deletion that has done so by better means than a scan of all jobs."""
        self.rows("PRAGMA foreign_keys = 0")
        try:
            yield
        finally:
            self.rows("PRAGMA foreign_keys = 1")

    def wal_size(self) -> int:
        """Bytes of the write-ahead log."""
        try:
            return os.stat(self._files[1]).st_size
        except OSError:
            return 0

    def truncate_wal(self, limit: int | None = None) -> bool:
        """Give the log's room back when it has grown beyond *limit* bytes; whether it has none of it now.

        Never waits for readers. What is to be copied is copied first, beside which others may write.
        """
        if self.wal_size() <= (WAL_LIMIT if limit is None else limit):
            return True
        self.rows("PRAGMA busy_timeout = 0")  # or it waits for every reader, and writers wait for it
        try:
            self.rows("PRAGMA wal_checkpoint(PASSIVE)")
            busy = self.value("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self.rows(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT * 1000)}")
        return not busy


# Connections of one process to one file share its locks and its memory; all must let go of deleted files together.
_databases: weakref.WeakSet[Database] = weakref.WeakSet()


def many(connection: sqlite3.Connection, sql: str, rows: Iterable[Sequence[Any]]) -> None:
    """Plain executemany: 3–4 times faster than peewee's insert_many."""
    connection.executemany(sql, rows)


GROUP = 900  # values in a statement: longer ones gain nothing
FEW = 200  # rows for which a long statement is not worth preparing


def insert(connection: sqlite3.Connection, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """The same for ``INSERT … VALUES (?,…)``, with many rows in a statement.

    Each statement opens the table and all its indexes, and a savepoint for its triggers: of a job that is a third.
    """
    one = sql[sql.rindex("(") :]
    size = GROUP // one.count("?")
    end = len(rows) // size * size if len(rows) >= FEW else 0
    if end:
        groups = (tuple(chain.from_iterable(rows[start : start + size])) for start in range(0, end, size))
        connection.executemany(sql + f",{one}" * (size - 1), groups)
    connection.executemany(sql, rows[end:])


def marks(count: int) -> str:
    """``?,?,…`` for an IN list."""
    return ",".join("?" * count)


def _inode(path: str) -> int:
    try:
        return os.stat(path).st_ino
    except OSError:
        return 0


def _changed(paths: Sequence[str], before: Sequence[int], now: Sequence[int]) -> list[str]:
    return [os.path.basename(path) for path, old, new in zip(paths, before, now, strict=True) if old != new]


def _maps_deleted(path: str) -> bool:
    """Whether this process still has the deleted file of this name in its memory."""
    try:
        with open("/proc/self/maps", errors="surrogateescape") as maps:
            return any(line.rstrip().endswith(f"{path} (deleted)") for line in maps)
    except OSError:
        return False

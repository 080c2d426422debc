"""One look at every job, in the order of the table, by two threads: which of them fulfil a condition.

SQLite writes a letter for each job and a stretch of jobs at a time, so that Python does nothing for each. It lets go of
Python's lock meanwhile: whoever paints a screen in the same process is not kept from it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from ..database import Interrupted, Long
from ..store import Store

STRETCH = 16_384  # row ids a query: 2 ms
ALONE = 4 * STRETCH  # fewer than that many are looked at by one thread

Marks = bytearray  # by row id: 1 for a job that is meant

_LETTERS = (
    "SELECT min(j.id), max(j.id), count(*), group_concat(CASE WHEN {} THEN '1' ELSE '0' END, '') "
    "FROM job j NOT INDEXED WHERE j.id >= ? AND j.id < ?"
)
_ROWS = "SELECT group_concat(j.id) FROM job j NOT INDEXED WHERE j.id >= ? AND j.id < ? AND {}"
_TO_MARKS = bytes.maketrans(b"01", b"\x00\x01")


def marked(store: Store, condition: str, values: Sequence[Any]) -> Marks:
    """Which jobs fulfil a condition. Raises Interrupted."""
    newest = int(store.db.value("SELECT max(id) FROM job") or 0)
    marks = Marks(newest + 1)
    work = _Work(store, f"j.batch IS NULL AND ({condition})", values, marks)
    with store.db.interruptible() as long:
        if newest > ALONE:
            work.share(long)
        else:
            work.do(long)
    return marks


class _Work:
    """Stretches that are left to look at, whoever takes the next."""

    def __init__(self, store: Store, condition: str, values: Sequence[Any], marks: Marks) -> None:
        self._store, self._values, self._marks = store, tuple(values), marks
        self._letters, self._rows = _LETTERS.format(condition), _ROWS.format(condition)
        self._left = iter(range(0, len(marks), STRETCH))
        self._lock = threading.Lock()
        self._errors: list[BaseException] = []

    def share(self, long: Long) -> None:
        """With a thread beside this one."""
        thread = threading.Thread(target=self._help, args=(long,), name="scan", daemon=True)
        thread.start()
        try:
            self.do(long)
        except BaseException as error:
            long.stop()
            self._errors.append(error)
        thread.join()
        if self._errors:  # one that is not only the end that the other asked for, if there is one
            raise min(self._errors, key=lambda error: isinstance(error, Interrupted))

    def _help(self, long: Long) -> None:
        try:
            with _joined(self._store, long):
                self.do(long)
        except BaseException as error:
            self._errors.append(error)
            long.stop()
        finally:
            self._store.close()

    def do(self, long: Long) -> None:
        """Take stretches until none is left."""
        while (start := self._next()) is not None:
            long.check()
            self._look(start, start + STRETCH)

    def _next(self) -> int | None:
        with self._lock:
            return next(self._left, None)

    def _look(self, start: int, end: int) -> None:
        found = self._store.db.row(self._letters, (*self._values, start, end))
        first, last, count, letters = found or (0, 0, 0, "")
        if not count:
            return
        marks = letters.encode("ascii").translate(_TO_MARKS)
        if last - first + 1 == count and last < len(self._marks):
            self._marks[first : last + 1] = marks
        elif 1 in marks:
            self._one_by_one(start, end)

    def _one_by_one(self, start: int, end: int) -> None:
        """A stretch with gaps, or with jobs that came meanwhile."""
        rows = self._store.db.value(self._rows, (start, end, *self._values)) or ""
        for row in rows.split(",") if rows else ():
            if int(row) < len(self._marks):
                self._marks[int(row)] = 1


@contextlib.contextmanager
def _joined(store: Store, long: Long) -> Iterator[None]:
    """This thread's connection ends with the others."""
    connection = store.db.connection
    long.connections.append(connection)
    try:
        yield
    finally:
        long.connections.remove(connection)


# -- reading the marks -----------------------------------------------------------------------------


def rows_in(marks: Marks, *, backwards: bool = False) -> Iterator[int]:
    """The rows that are marked, by row id."""
    if backwards:
        at = marks.rfind(1)
        while at >= 0:
            yield at
            at = marks.rfind(1, 0, at)
        return
    at = marks.find(1)
    while at >= 0:
        yield at
        at = marks.find(1, at + 1)


def both(one: Marks, other: Marks) -> Marks:
    """Rows that are marked in both."""
    size = min(len(one), len(other))
    found = int.from_bytes(one[:size], "little") & int.from_bytes(other[:size], "little")
    return Marks(found.to_bytes(size, "little"))

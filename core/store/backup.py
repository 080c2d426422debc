"""A copy of a store that people work on: SQLite's online backup of one instant, checked, on disk before it is named.

The copy reads one snapshot from beginning to end: otherwise every commit of others would make it start anew, and a
busy yard would never be copied. For that long (a second for some hundred MiB) the log cannot be begun anew and
grows by what is written; nobody waits.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from .. import modes
from ..errors import BadFile
from .complaints import translated
from .database import Database

PAGES = 2000  # a step

Progress = Callable[[float], None]  # hears the part that is done, 0 to 1


def copy(database: Database, target: Path, *, replace: bool = False, progress: Progress = lambda part: None) -> None:
    """Copy the store to *target*, which appears whole and checked, or not at all.

    Raises FileExistsError unless *replace*, BadFile when the copy is not sound, StoreFull when there is no room.
    """
    partial = target.with_name(f"{target.name}.{os.urandom(3).hex()}.part")
    # Its maker's alone, wherever it lies: it holds environments, and those of before a yard was shared.
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, modes.PRIVATE_FILE))
    try:
        _fill(database, partial, progress)
        _check(partial)
        _sync(partial)
        _name(partial, target, replace)
        _sync(target.parent)
    finally:
        for left in (partial, Path(f"{partial}-wal"), Path(f"{partial}-shm"), Path(f"{partial}-journal")):
            left.unlink(missing_ok=True)


def _fill(database: Database, partial: Path, progress: Progress) -> None:
    source = database.connection

    def tell(status: int, left: int, total: int) -> None:
        progress((total - left) / total if total else 1.0)

    with translated(partial), contextlib.closing(sqlite3.connect(partial)) as made:
        source.execute("BEGIN")
        try:
            source.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()  # the snapshot begins with the first read
            source.backup(made, pages=PAGES, progress=tell)
        finally:
            source.execute("ROLLBACK")


def _check(partial: Path) -> None:
    with translated(partial), contextlib.closing(sqlite3.connect(partial)) as made:
        (said,) = made.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        todo = "Nothing was kept of it. See: jobyard doctor"
        raise BadFile("The copy is not sound", f"what it was copied from is damaged: {said}", todo)


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _name(partial: Path, target: Path, replace: bool) -> None:
    if replace:
        os.replace(partial, target)
        return
    try:
        os.link(partial, target)  # unlike a rename it never replaces what is there
    except FileExistsError:
        raise
    except OSError:  # no hard links here
        if os.path.lexists(target):
            raise FileExistsError(target) from None
        os.rename(partial, target)

"""SQLite's complaints as errors of ours, told apart by its codes and not by its words.

Some pass by themselves: a locked file, a disk that is full, read-only or failing. Whoever works on meets them
as `Troubled` (or StoreFull), keeps what it has and tries again. A damaged file does not heal: CorruptStore.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import peewee

from ..errors import BadInput, CorruptStore, JobyardError, StoreFull, YardError
from ..text import quoted


class Interrupted(JobyardError):
    """The query was given up for a newer one."""


class Troubled(YardError):
    """The store cannot be used at the moment."""

    short = "store trouble"


class Busy(Troubled):
    """The store is locked by another program."""

    short = "store locked"


class ReadOnly(Troubled):
    """The yard is read-only."""

    short = "read-only disk"


class DiskTrouble(Troubled):
    """The yard's disk cannot be read or written."""

    short = "disk trouble"


class Gone(Troubled):
    """The store is gone."""

    short = "yard gone"


class Refused(JobyardError, sqlite3.IntegrityError):
    """The store refused a change that would contradict what is in it."""


ROOM = 1 << 16  # bytes of free disk below which a failing write means a full disk
_PRIMARY = 0xFF  # an extended code's low byte is the primary one


def code_of(error: BaseException) -> int:
    """SQLite's primary result code of an error, also of one that peewee has wrapped; 0 when there is none."""
    for one in (error, error.__cause__, error.__context__, *error.args):
        code = getattr(one, "sqlite_errorcode", None)
        if isinstance(code, int):
            return code & _PRIMARY
    return 0


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's and peewee's errors as ours, with the way out."""
    try:
        yield
    except JobyardError:
        raise
    except (peewee.DatabaseError, sqlite3.DatabaseError) as error:
        raise translation(path, error) from error
    except UnicodeEncodeError as error:  # somebody's word or file name
        raise BadInput(f"{quoted(error.object)} is no text", "it has bytes that are no UTF-8") from error
    except OverflowError as error:
        raise BadInput("A number is too large", "no number here has more than 18 digits") from error


def translation(path: Path, error: Exception) -> JobyardError:
    """What an error of SQLite means for people."""
    text = str(error)
    match code_of(error):
        case sqlite3.SQLITE_INTERRUPT:
            return Interrupted()
        case sqlite3.SQLITE_FULL:
            return _full(path, text)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED | sqlite3.SQLITE_PROTOCOL:
            return Busy(None, f"{path}: {text}", f"Try again; if it stays so, see who holds it: fuser {path}")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            todo = "Give yourself write access (a disk may have gone read-only: see dmesg), or use --yard"
            return ReadOnly(f"The yard {path.parent} is read-only", text, todo)
        case sqlite3.SQLITE_IOERR if _no_room(path):  # also to read it: readers share a page of memory, a file
            return _full(path, text)
        case sqlite3.SQLITE_IOERR:
            why = f"{text} ({getattr(error, 'sqlite_errorname', 'SQLITE_IOERR')})"
            todo = "Look at the disk (dmesg, df); nothing that was accepted is lost. Then: jobyard doctor"
            return DiskTrouble(f"The disk of the yard {path.parent} cannot be read or written", why, todo)
        case sqlite3.SQLITE_CANTOPEN:
            todo = "Look at its rights (ls -l) and at the limit of open files (ulimit -n)"
            return Troubled(f"The store {path} cannot be opened", text, todo)
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return corrupt(path, text)
        case sqlite3.SQLITE_CONSTRAINT:
            return Refused(None, text, "What it refers to may have gone meanwhile; look, and try again")
    return YardError(f"The store {path} cannot be used", text, "See: jobyard doctor")


def _full(path: Path, text: str) -> StoreFull:
    return StoreFull(None, f"{path.parent}: {text}", "Free some space; nothing that was accepted is lost")


def _no_room(path: Path) -> bool:
    try:
        found = os.statvfs(path.parent)
    except OSError:
        return False
    return found.f_bavail * found.f_frsize < ROOM


def gone(path: Path) -> Gone:
    """The error for a store that was here before."""
    return Gone(f"The store {path} is gone", "it was removed or moved away while in use", "Bring it back")


def corrupt(path: Path, text: str) -> CorruptStore:
    """The error for a damaged file: what, why, and the way out."""
    return CorruptStore(
        f"The store {path} is damaged",
        text,
        "Run: jobyard doctor --repair (it saves all that can be read into a new store and keeps the damaged files), "
        "or go back to a copy that `jobyard backup` made. Nothing was overwritten",
    )

"""How the file on disk of a type stands to its main version.

Looking costs two `stat`s where nothing was written since the last look: what a file said is remembered with its
inode, size and time.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ..labmodels import ConfigKind, ConfigVersion, Drift
from . import checking, snapshots

SAME, DIFFERS, MISSING, UNREADABLE = "same", "differs", "missing", "unreadable"
INVALID, NO_MAIN, NO_FILE, DAMAGED = "invalid", "no main", "no file", "damaged"
RECENT = 0.1  # seconds: a file changed so lately may change again without its times saying so

Mark = tuple[int, int, int]  # inode, size, time of the last writing (nanoseconds)


class Said(NamedTuple):
    """What a file held."""

    checksum: str
    complaints: tuple[str, ...]


class Looker:
    """Looks at files; remembers those that have not changed since."""

    def __init__(self, home: Path, now: Callable[[], float] = time.time) -> None:
        self.home, self._now = home, now
        self._said: dict[tuple[str, ...], tuple[tuple[Mark, ...], Said]] = {}
        self._sound: dict[str, Mark] = {}  # snapshots that had their checksum, by version

    def look(self, kind: ConfigKind) -> Drift:
        """The file of a type against its main version."""
        main = kind.main.id if kind.main is not None else ""
        state, why = self._state(kind)
        return Drift(kind.name, state, kind.file, main, why)

    def _state(self, kind: ConfigKind) -> tuple[str, str]:
        if kind.main is not None and (why := self.damage(kind.main)):
            return DAMAGED, f"{kind.main.id}: {why}"
        if not kind.file:
            return (NO_FILE, "the settings name none") if kind.main is not None else (NO_MAIN, "nothing was pushed")
        try:
            said = self._read(kind)
        except FileNotFoundError:
            return MISSING, "there is no such file"
        except OSError as error:
            return UNREADABLE, error.strerror or str(error)
        if said.complaints:
            more = len(said.complaints) - 1
            return INVALID, said.complaints[0] + (f" (and {more} more)" if more else "")
        if kind.main is None:
            return NO_MAIN, "no version of it is main"
        return (SAME, "") if said.checksum == kind.main.checksum else (DIFFERS, "")

    def damage(self, version: ConfigVersion) -> str:
        """What is wrong with a version's snapshot, or ""."""
        try:
            mark = _mark(os.stat(self.home / version.path))
        except OSError:
            mark = (0, 0, 0)
        if self._sound.get(version.id) == mark:
            return ""
        found = snapshots.damage(self.home, version)
        if not found and self._settled((mark,)):
            self._sound[version.id] = mark
        return found

    def _read(self, kind: ConfigKind) -> Said:
        """What the file says. Raises OSError."""
        marks = tuple(_mark(os.stat(path)) for path in (kind.file, kind.schema) if path and os.path.exists(path))
        key = (kind.name, kind.file, kind.schema)
        known = self._said.get(key)
        if known is not None and known[0] == marks:
            return known[1]
        data = _bytes(kind.file)
        wrong = checking.complaints(data, kind.file, kind.name, kind.schema)
        said = Said(hashlib.sha256(data).hexdigest(), tuple(wrong))
        if self._settled(marks):
            self._said[key] = marks, said
        return said

    def _settled(self, marks: tuple[Mark, ...]) -> bool:
        return all(mark[2] / 1e9 < self._now() - RECENT for mark in marks)


def _mark(found: os.stat_result) -> Mark:
    return found.st_ino, found.st_size, found.st_mtime_ns


def _bytes(path: str) -> bytes:
    """A plain file of a size that may be pushed; neither a pipe nor a device is waited for. Raises OSError."""
    import stat

    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(fd, "rb") as file:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(0, "it is no plain file")
        if found.st_size > snapshots.LARGEST:
            raise OSError(0, f"it has {found.st_size:,} bytes, more than a config may have")
        return file.read()

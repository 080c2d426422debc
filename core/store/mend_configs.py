"""Versions of configs in a store that was damaged: their files tell of those whose rows are lost.

A link whose version or attempt is lost goes: better no answer to "what did it run with?" than a wrong one.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from ..labmodels import VERSIONS
from . import config_ids


class Mends(Protocol):
    """What is used of `mend.Mending`."""

    connection: sqlite3.Connection
    home: Path
    said: list[str]

    def change(self, sql: str, *values: object) -> int:
        """How many rows a statement changed."""
        raise NotImplementedError

    def say(self, count: int, one: str, many: str) -> None:
        """A sentence, if there is anything to say."""


def versions(mending: Mends) -> None:
    """Versions, the main of each type, and what attempts ran with and left."""
    known = {str(path) for (path,) in mending.connection.execute("SELECT path FROM config_version").fetchall()}
    lost = [path for path in _files(mending.home) if path not in known]
    found = sum(_again(mending, path) for path in lost)
    mending.say(found, "1 version of a config was found by its file", "{n} versions of configs were found by files")
    for table, column, of in (
        ("attempt_config", "version_id", "config_version"),
        ("attempt_config", "attempt_id", "attempt"),
        ("result", "attempt_id", "attempt"),
    ):
        mending.change(f"DELETE FROM {table} WHERE {column} NOT IN (SELECT id FROM {of})")
    _mains(mending)


def counters(mending: Mends) -> dict[str, int]:
    """The highest numbers given, by counter."""
    sql = "SELECT code, day, max(number) FROM config_version GROUP BY code, day"
    highest = {config_ids.counter(code, day): number for code, day, number in mending.connection.execute(sql)}
    for path in _files(mending.home):
        code, day, number = config_ids.parse(Path(path).stem) or ("", 0, 0)
        name = config_ids.counter(code, day)
        highest[name] = max(highest.get(name, 0), number)
    return highest


def _mains(mending: Mends) -> None:
    """A type whose main version is lost has none: what runs next is for people to say."""
    gone = "main_id NOT IN (SELECT id FROM config_version)"
    mending.change("INSERT INTO config_type (name, main_id) SELECT DISTINCT type, -1 FROM config_version "
                   "WHERE type NOT IN (SELECT name FROM config_type)")  # fmt: skip
    for (name,) in mending.connection.execute(f"SELECT name FROM config_type WHERE {gone}").fetchall():
        mending.said.append(f"The main version of {name} is lost: choose one with jobyard config main")
    mending.change(f"UPDATE config_type SET main_id = NULL WHERE {gone}")
    mending.change("UPDATE config_main SET version_id = NULL WHERE version_id NOT IN (SELECT id FROM config_version)")


def _files(home: Path) -> Iterator[str]:
    """The files that bear a version's id, relative to the yard."""
    for path in sorted((home / VERSIONS).glob("*/CFG-*")):
        if config_ids.parse(path.stem) and path.is_file() and not path.is_symlink():
            yield str(path.relative_to(home))


def _again(mending: Mends, path: str) -> bool:
    """The row of a file, whose bytes are all that is known for certain; whether it could be made."""
    file = mending.home / path
    code, day, number = config_ids.parse(file.stem) or ("", 0, 0)
    try:
        with open(file, "rb") as opened:
            checksum = hashlib.file_digest(opened, "sha256").hexdigest()
            about = os.fstat(opened.fileno())
    except OSError:
        return False
    mending.change("INSERT OR IGNORE INTO actor (user, host, face) VALUES ('doctor', '', 'repair')")
    sql = (
        "INSERT OR IGNORE INTO config_version (type, code, day, number, checksum, size, filename, path, created_at, "
        "actor_id) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, id FROM actor WHERE user = 'doctor' AND face = 'repair'"
    )
    values = (file.parent.name, code, day, number, checksum, about.st_size, file.name, path, about.st_mtime)
    return mending.change(sql, *values) == 1

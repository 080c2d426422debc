"""Ids of versions of configs: ``CFG-HW-YYYYMMDD-NNNNN``, a persisted counter for each code and day, never reused."""

from __future__ import annotations

import re
import sqlite3

from . import ids

_ID = re.compile(r"CFG-([A-Z][A-Z0-9]{1,7})-(\d{8})-(\d{5,})", re.ASCII | re.IGNORECASE)


def text(code: str, day: int, number: int) -> str:
    """The id of a day's version."""
    return f"CFG-{code}-{day:08d}-{number:05d}"


def parse(word: str) -> tuple[str, int, int] | None:
    """(code, day, number) of an id, or None."""
    found = _ID.fullmatch(word)
    return (found[1].upper(), int(found[2]), int(found[3])) if found else None


def counter(code: str, day: int) -> str:
    """The name of the counter."""
    return f"CFG-{code}-{day}"


def reserve(connection: sqlite3.Connection, code: str, now: float) -> tuple[int, int]:
    """(day, number) of a new version; inside a transaction. The day is that of jobs, which never goes back."""
    day = ids.raise_day(connection, now)
    return day, ids.advance(connection, counter(code, day), 1)

"""Job ids: ``JOB-YYYYMMDD-NNNNN``, local day, a persisted counter for each day, never reused.

The day never goes backwards: a clock set back keeps counting in the latest day. Beyond 99,999 the
number grows wider. Order is the integer row id, never the text.
"""

from __future__ import annotations

import re
import sqlite3
import time

_ID = re.compile(r"JOB-(\d{8})-(\d{5,})", re.ASCII | re.IGNORECASE)

CALLED = (
    "CASE WHEN {of}.array_index IS NULL OR {of}.name = '' THEN {of}.name "
    "ELSE {of}.name || '[' || {of}.array_index || ']' END"
)  # SQL of a job's name; of an element of an array with its index, as it may be asked for: rabi[3]


def text(day: int, number: int) -> str:
    """The id of a day's job."""
    return f"JOB-{day:08d}-{number:05d}"


def parse(word: str) -> tuple[int, int] | None:
    """(day, number) of an id, or None."""
    found = _ID.fullmatch(word)
    return (int(found[1]), int(found[2])) if found else None


def local_day(now: float) -> int:
    """YYYYMMDD of the local day."""
    return int(time.strftime("%Y%m%d", time.localtime(now)))


def today(connection: sqlite3.Connection, now: float) -> int:
    """The day that a bare number means: today's, or the latest counted one if the clock went back."""
    latest = connection.execute("SELECT value FROM counter WHERE name = 'day'").fetchone()
    return max(local_day(now), latest[0] if latest else 0)


def reserve(connection: sqlite3.Connection, count: int, now: float) -> tuple[int, int, int]:
    """(first row, day, first number) of *count* new jobs; inside a transaction."""
    day = raise_day(connection, now)
    row = advance(connection, "job", count)
    number = advance(connection, f"JOB-{day}", count)
    return row, day, number


def raise_day(connection: sqlite3.Connection, now: float) -> int:
    """The day that new ids bear, which is counted from now on; inside a transaction."""
    day = today(connection, now)
    _raise_to(connection, "day", day)
    return day


def skip_to(connection: sqlite3.Connection, row: int) -> None:
    """Give no new job a row up to this one; inside a transaction."""
    connection.execute("UPDATE counter SET value = ? WHERE name = 'job' AND value < ?", (row, row))


def advance(connection: sqlite3.Connection, name: str, count: int) -> int:
    """The first of *count* new numbers of a counter; inside a transaction."""
    sql = (
        "INSERT INTO counter (name, value) VALUES (?, ?) "
        "ON CONFLICT (name) DO UPDATE SET value = value + excluded.value RETURNING value"
    )
    last: int = connection.execute(sql, (name, count)).fetchall()[0][0]
    return last - count + 1


def _raise_to(connection: sqlite3.Connection, name: str, value: int) -> None:
    sql = "INSERT INTO counter (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    connection.execute(sql, (name, value))

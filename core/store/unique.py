"""``submit --unique KEY``: at most one pending or running job of the yard bears a key (index ``job_unique``).

Whoever makes a job pending looks in the same transaction whether its key is free: transactions are IMMEDIATE, so of
two submitters one comes first, and the other is told which job stands. The index is the last resort.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from ..errors import WrongState
from ..text import quoted
from . import ids
from .database import marks

_HOLDERS = (
    "SELECT unique_key, day, number, state, started_at, batch FROM job INDEXED BY job_unique "
    "WHERE unique_key IN ({}) AND unique_key IS NOT NULL AND ended_at IS NULL"
)
MOST = 500  # keys a query


class Taken(WrongState):
    """A pending or running job bears this key."""


class TakenByBatch(Taken):
    """A bulk submit that is under way, or whose submitter is dead, bears this key."""


def check(connection: sqlite3.Connection, keys: Sequence[str]) -> None:
    """Raises Taken with the id of the job that stands. Call inside the transaction that takes the keys."""
    for start in range(0, len(keys), MOST):
        some = keys[start : start + MOST]
        found = connection.execute(_HOLDERS.format(marks(len(some))), some).fetchone()
        if found is not None:
            raise _taken(*found)


def _taken(key: str, day: int, number: int, state: str, started: float | None, batch: int | None) -> Taken:
    id = ids.text(day, number)
    if batch is not None:
        raise TakenByBatch(f"{key} is taken", "A bulk submit that is under way brings a job with it", "Try again")
    doing = "running" if state == "running" and started is not None else "pending"
    todo = f"Wait for it: jobyard wait {id}; or cancel it first"
    return Taken(f"{key} is taken", f"{id} is {doing} with it", todo)


def holder(connection: sqlite3.Connection, row: int) -> str:
    """The pending or running job that bears the key of an ended job, in words; "" where its key is free."""
    sql = (
        "SELECT o.unique_key, o.day, o.number FROM job j JOIN job o ON o.unique_key = j.unique_key "
        "WHERE j.id = ? AND o.id <> j.id AND o.ended_at IS NULL"
    )
    found = connection.execute(sql, (row,)).fetchone()
    return f"its key {quoted(found[0])} is taken by {ids.text(*found[1:])}" if found else ""

"""Setting rows back: what an event changed is read, compared with its result, and put to what it was before.

An event carries exactly the columns that it changed, before and after; None for a row that was not there. There are
four kinds of rows that people change: jobs, their edges, lanes (queues and sessions), resources. A kind knows how
to read such columns and how to put them; `undoable` says which verbs change which.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

from ..states import State
from . import settle
from .database import many, marks
from .store import Store

Image = dict[str, Any] | None  # columns and their values; None: no such row


class Item(NamedTuple):
    """An event that may be compensated. ``verb`` is the plain one, also where the event is of an undo or a redo."""

    event: int
    verb: str
    job: int | None
    queue: int | None
    before: Image
    after: Image

    @property
    def named(self) -> dict[str, Any]:
        """Whichever image there is: both name the row."""
        return self.before or self.after or {}


class Moot(Exception):
    """A row cannot be set back: *why*, in words; *name* is what people call it; *columns* are those that differ."""

    def __init__(self, name: str, why: str, columns: Sequence[str] = ()) -> None:
        super().__init__(why)
        self.name, self.why, self.columns = name, why, columns


class Told(NamedTuple):
    """An event that a step will leave."""

    verb: str
    job: int | None
    queue: int | None
    before: Image
    after: Image


@dataclass(slots=True)
class Step:
    """A transaction of an undo: what it has set back, and what must still follow from it."""

    store: Store
    connection: sqlite3.Connection
    told: list[Told] = field(default_factory=list)
    turned: dict[int, Item] = field(default_factory=dict)  # jobs whose state has changed
    pending: list[int] = field(default_factory=list)  # of these, those that wait again

    def follow(self) -> None:
        """The events, and what the new states mean for edges, both ways."""
        for verb, some in groupby(self.told, key=lambda told: told.verb):
            self.store.record_many(verb, [told[1:] for told in some])
        places = self._places() if self.pending else []
        settle.note(self.connection, list(self.turned), again=True)
        many(self.connection, "UPDATE job SET moved = 1, weight = ? WHERE id = ?", places)
        for row in self.pending:
            settle.rejudge(self.store, self.connection, row)

    def _places(self) -> list[tuple[float, int]]:
        """Weights that were given by hand, which a job that waits again would lose, with the rows."""
        sql = f"SELECT weight, id FROM job WHERE moved = 1 AND id IN ({marks(len(self.pending))})"
        found = self.connection.execute(sql, self.pending).fetchall()
        return [(weight, row) for weight, row in found if not _ordered_anew(self.connection, self.turned[row])]


def _ordered_anew(connection: sqlite3.Connection, item: Item) -> bool:
    """Whether the queue's policy was set since: then a place that was given by hand is none any more."""
    sql = "SELECT 1 FROM event WHERE job_id IS NULL AND queue_id = ? AND id > ? AND after LIKE '%\"policy\":%'"
    return connection.execute(sql, (item.queue, item.event)).fetchone() is not None


class Kind:
    """Rows of one sort."""

    def name(self, connection: sqlite3.Connection, item: Item) -> str:
        """What people call the row."""
        raise NotImplementedError

    def read(self, connection: sqlite3.Connection, item: Item) -> Image:
        """The row's present values of the columns that the item names."""
        raise NotImplementedError

    def goal(self, values: Image) -> Image:
        """What setting it to *values* comes to."""
        return values

    def put(self, step: Step, item: Item, was: Image, values: Image) -> None:
        """Set it to *values*. Raises Moot where that would break a rule."""
        raise NotImplementedError


_NOTES = frozenset({"moved"})  # goes by itself when a job is revived; the place itself is rank and weight


def differing(was: Image, result: Image) -> list[str]:
    """The columns in which a row no longer holds an event's result; ``"*"`` where it came or went."""
    if was is None or result is None:
        return [] if was is result else ["*"]
    loose = _NOTES | ({"ended_at"} if result.get("state") == State.SKIPPED else set())  # it may be skipped once more
    return [name for name, value in result.items() if name in was and was[name] != value and name not in loose]


def compensate(step: Step, item: Item, kind: Kind, verb: str) -> None:
    """Set an item's row back; `Step.follow` tells the audit. Raises Moot, and nothing is changed then."""
    was = kind.read(step.connection, item)
    if columns := differing(was, item.after):
        raise Moot(kind.name(step.connection, item), _gone(was, item), columns)
    goal = kind.goal(item.before)
    kind.put(step, item, was, goal)
    now = None if goal is None else (was or {}) | goal
    step.told.append(Told(verb, item.job, item.queue, was, now))


def _gone(was: Image, item: Item) -> str:
    if was is None:
        return "it is not there any more"
    return "it is there again" if item.after is None else ""

"""Job arrays: many jobs of one submit that differ in an index, known by one id.

An array's id is the row of its first element and, as a text, that element's id. How many of its elements are in each
state is kept by trigger. How many may run at a time (``%10``) is a hidden resource, of which each element wants a unit.
The row, the resource and the elements come in one submit, and go when the last element is purged.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from ..lazy import LazyModule
from ..models import ArrayRow, JobFilter, JobRow
from . import ids, queues, views
from .database import Row, marks
from .schema_2 import ARRAY_RESOURCE
from .store import Store

if TYPE_CHECKING:
    from .. import indexes
else:
    indexes = LazyModule("jobyard.core.indexes")

PAGE, LONG_PAGE = 200, 5000  # rows of a list that are looked at together; of one without a limit
MOST_MARKS = 500  # values in an IN list


class NewArray(NamedTuple):
    """An array that a submit brings: its elements are jobs *start*, *start* + 1, … of it."""

    start: int
    size: int
    spec: str
    most: int | None = None
    name: str = ""
    summary: str = ""
    needs: Mapping[str, int] = {}


Begun = tuple[int, int | None]  # the array's id, and its elements' demand where that is the array's own


def begin(
    store: Store, connection: sqlite3.Connection, arrays: Sequence[NewArray], row: int, day: int, number: int
) -> list[Begun]:
    """Store the arrays of a submit whose first job is *row*, with their resources, in its first transaction."""
    begun = []
    for array in arrays:
        id, its = row + array.start, number + array.start
        values = (id, id, id, array.size, day, its, array.spec, array.most, array.name, array.summary, store.clock())
        sql = "INSERT INTO array (id, first, line, size, day, number, spec, most, name, summary, created_at) "
        connection.execute(sql + "VALUES (?,?,?,?,?,?,?,?,?,?,?)", values)
        begun.append((id, array.most and _limit(connection, ARRAY_RESOURCE % (day, its), array)))
    return begun


def _limit(connection: sqlite3.Connection, name: str, array: NewArray) -> int:
    """The resource that only so many elements can have at a time; the demand of each of them."""
    sql = "INSERT INTO resource (name, kind, capacity) VALUES (?, 'array', ?)"
    connection.execute(sql, (name, array.most))
    wants = json.dumps(dict(sorted({**array.needs, name: 1}.items())), separators=(",", ":"))
    return int(connection.execute("INSERT INTO demand (wants) VALUES (?) RETURNING id", (wants,)).fetchall()[0][0])


def forget(connection: sqlite3.Connection, first: int, last: int) -> None:
    """Take back the arrays of a submit that never became complete; those with elements went with the last of them."""
    sql = "SELECT id, day, number FROM array WHERE id BETWEEN ? AND ?"
    for id, day, number in connection.execute(sql, (first, last)).fetchall():
        connection.execute("DELETE FROM resource WHERE kind = 'array' AND name = ?", (ARRAY_RESOURCE % (day, number),))
        connection.execute("DELETE FROM array WHERE id = ?", (id,))


# -- finding ------------------------------------------------------------------------------------------


def by_id(store: Store, day: int, number: int) -> int | None:
    """The array of this id, or the one that the job of this id belongs to."""
    found = store.db.value("SELECT id FROM array WHERE day = ? AND number = ?", (day, number))
    if found is not None and not store.db.value("SELECT batch FROM job WHERE array_id = ? LIMIT 1", (found,)):
        return int(found)
    sql = "SELECT array_id FROM job WHERE day = ? AND number = ? AND batch IS NULL"
    return _whole(store.db.value(sql, (day, number)))


def of_job(store: Store, row: int) -> int | None:
    """The array that a job belongs to."""
    return _whole(store.db.value("SELECT array_id FROM job WHERE id = ?", (row,)))


def by_name(store: Store, name: str) -> int | None:
    """The newest array of this name."""
    sql = "SELECT id FROM array a WHERE name = ? AND name <> '' AND EXISTS (SELECT 1 FROM job WHERE id >= a.id AND "
    return _whole(store.db.value(sql + "array_id = a.id AND batch IS NULL) ORDER BY id DESC LIMIT 1", (name,)))


def alone(store: Store, array: int, name: str) -> bool:
    """Whether no job outside the array bears the name."""
    sql = "SELECT 1 FROM job WHERE name = ? AND name <> '' AND (array_id IS NULL OR array_id <> ?) AND batch IS NULL"
    return store.db.value(sql + " LIMIT 1", (name, array)) is None


def _whole(found: object) -> int | None:
    return found if isinstance(found, int) else None


def elements(store: Store, array: int, chosen: Iterable[int] | None = None) -> list[int]:
    """The rows of an array's elements, by index; of those with the *chosen* indexes, in that order."""
    sql = "SELECT array_index, id FROM job INDEXED BY job_array WHERE array_id = ? ORDER BY array_index"
    found: dict[int, int] = dict(store.db.rows(sql, (array,)))
    return list(found.values()) if chosen is None else [found[index] for index in chosen if index in found]


def sample(store: Store, array: int) -> int:
    """The row of the element that stands for the others: the first that waits, else the first."""
    sql = "SELECT id FROM job INDEXED BY job_array WHERE array_id = ? ORDER BY state <> 'pending', array_index LIMIT 1"
    return int(store.db.value(sql, (array,)))


def in_state(store: Store, array: int, state: str) -> list[int]:
    """The rows of its elements in a state, as people see it, by index."""
    shown = "CASE WHEN state = 'running' AND started_at IS NULL THEN 'pending' ELSE state END"
    sql = f"SELECT id FROM job INDEXED BY job_array WHERE array_id = ? AND {shown} = ? ORDER BY array_index"
    return [row for (row,) in store.db.rows(sql, (array, state))]


def ended(store: Store, array: int) -> list[int]:
    """The rows of its elements that have ended, by index."""
    sql = "SELECT id FROM job INDEXED BY job_array WHERE array_id = ? AND ended_at IS NOT NULL ORDER BY array_index"
    return [row for (row,) in store.db.rows(sql, (array,))]


def partly(store: Store, rows: Iterable[int]) -> bool:
    """Whether these rows are some elements of an array and not all that it has left."""
    sql = (
        "SELECT 1 FROM (SELECT array_id, count(*) AS some FROM job WHERE id IN (SELECT value FROM json_each(?)) "
        "AND array_id IS NOT NULL GROUP BY array_id) x "
        "WHERE some < (SELECT sum(n) FROM array_tally WHERE array_id = x.array_id) LIMIT 1"
    )
    return store.db.value(sql, (json.dumps(sorted(rows)),)) is not None


def asked(store: Store, array: int) -> tuple[str, int | None, str, str]:
    """Its indexes, how many may run at a time, its name and its command, as somebody asked for it."""
    found = store.db.row("SELECT spec, most, name, summary FROM array WHERE id = ?", (array,))
    assert found is not None
    spec, most, name, summary = found
    return spec, most, name, summary


def indexes_of(store: Store, array: int) -> Sequence[int]:
    """Every index that the array was submitted with."""
    return indexes.parse_indexes(store.db.value("SELECT spec FROM array WHERE id = ?", (array,)))


def shown(id: str, spec: str) -> str:
    """``JOB-20261122-00017[1-100]``."""
    return f"{id}[{indexes.label(spec)}]"


def id_of(store: Store, array: int) -> str:
    """An array's id."""
    return ids.text(*(store.db.row("SELECT day, number FROM array WHERE id = ?", (array,)) or (0, 0)))


def shown_as(store: Store, array: int) -> str:
    """An array as people see it."""
    day, number, spec = store.db.row("SELECT day, number, spec FROM array WHERE id = ?", (array,)) or (0, 0, "")
    return shown(ids.text(day, number), spec)


def called(store: Store, array: int) -> tuple[str, int]:
    """What a person calls it, ``rabi[0-9]``, or else its id with the indexes; and how many elements it has left."""
    spec, _, name, _ = asked(store, array)
    left = store.db.value("SELECT sum(n) FROM array_tally WHERE array_id = ?", (array,)) or 0
    return shown(name or id_of(store, array), spec), left


# -- lists --------------------------------------------------------------------------------------------


_ARRAYS = "SELECT id, day, number, spec, most, name, summary, size, created_at FROM array WHERE id IN ({})"


def lines(store: Store, samples: Sequence[JobRow]) -> dict[int, ArrayRow]:
    """The arrays of these elements as one line each, by their id; two queries for any number of them."""
    sample = {row.array_id: row for row in reversed(samples) if row.array_id is not None}
    keys = list(sample)
    rows = _some(store, _ARRAYS, keys)
    counts = _counts(store, keys)
    return {row[0]: _line(row, counts[row[0]], sample[row[0]]) for row in rows}


def _some(store: Store, sql: str, keys: Sequence[int | None]) -> list[Row]:
    found: list[Row] = []
    for start in range(0, len(keys), MOST_MARKS):
        some = keys[start : start + MOST_MARKS]
        found += store.db.rows(sql.format(marks(len(some))), some)
    return found


def _counts(store: Store, keys: Sequence[int | None]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for array, bucket, n in _some(store, "SELECT array_id, bucket, n FROM array_tally WHERE array_id IN ({})", keys):
        found.setdefault(array, {})[bucket] = n
    return found


def _line(row: Row, buckets: dict[str, int], sample: JobRow) -> ArrayRow:
    id, day, number, spec, most, name, summary, size, created = row
    text = ids.text(day, number)
    return ArrayRow(
        row=id, id=text, shown=shown(text, spec), indexes=spec, name=name, command=summary, size=size,
        left=sum(buckets.values()), most=most, counts=queues.by_state(buckets), created_at=created, sample=sample,
    )  # fmt: skip


def folded(store: Store, where: JobFilter, limit: int | None) -> list[JobRow | ArrayRow]:
    """The list of jobs with one line for each array, where its first element would stand.

    An array of any size costs a query that passes over it, not one for each element.
    """
    rows = list(_heads(store, where, limit))
    arrays = lines(store, rows)
    return [row if row.array_id is None else arrays[row.array_id] for row in rows if _there(row, arrays)]


def _there(row: JobRow, arrays: Mapping[int, ArrayRow]) -> bool:
    return row.array_id is None or row.array_id in arrays  # purged just now


def _heads(store: Store, where: JobFilter, limit: int | None) -> Iterator[JobRow]:
    """Jobs in no array, and the first of each array."""
    seen: dict[int, None] = {}
    size = LONG_PAGE if limit is None else min(PAGE, limit)
    heads = _first_of_each(views.walk(store, where, seen, size), seen)
    return heads if limit is None else islice(heads, limit)


def _first_of_each(rows: Iterable[JobRow], seen: dict[int, None]) -> Iterator[JobRow]:
    for row in rows:
        if row.array_id is None:
            yield row
        elif row.array_id not in seen:
            seen[row.array_id] = None
            yield row

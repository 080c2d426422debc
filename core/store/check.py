"""Whether the store is sound: SQLite's own check, foreign keys, and every counter recounted."""

from __future__ import annotations

from collections.abc import Callable

from .refolding import WRONG_LINES, WRONGLY_FOLDED
from .schema import BUCKET
from .schema_2 import ARRAY_RESOURCE
from .store import Store


def problems(store: Store) -> list[str]:
    """What is wrong, in words; empty when all is well. Reads the whole file."""
    found: list[str] = []
    for check in _CHECKS:
        found += check(store)
    return found


def damage(store: Store) -> list[str]:
    """What no recount mends: pages that make no sense, references that lead nowhere. Reads the whole file."""
    return _integrity(store) + _foreign_keys(store)


def _integrity(store: Store) -> list[str]:
    return [f"SQLite: {text}" for (text,) in store.db.rows("PRAGMA integrity_check(20)") if text != "ok"]


def _foreign_keys(store: Store) -> list[str]:
    rows = store.db.rows("PRAGMA foreign_key_check")
    return [f"{table} row {row} points to a {parent} that does not exist" for table, row, parent, _ in rows[:20]]


def _tallies(store: Store) -> list[str]:
    wrong = _recounted(store, "queue_id", "tally", "1")
    return [f"queue {queue}: {kept} {bucket} jobs counted, {there} are there" for queue, bucket, there, kept in wrong]


def _array_tallies(store: Store) -> list[str]:
    wrong = _recounted(store, "array_id", "array_tally", "array_id IS NOT NULL")
    return [
        f"array {array}: {kept} {bucket} elements counted, {there} are there" for array, bucket, there, kept in wrong
    ]


def _recounted(store: Store, key: str, tally: str, condition: str) -> list[tuple[int, str, int, int]]:
    """Where a tally of jobs by *key* and bucket is wrong: key, bucket, how many there are, how many it says."""
    return store.db.rows(
        f"SELECT {key}, bucket, sum(counted), sum(kept) FROM ("
        f"SELECT {key}, {BUCKET.format('j')} AS bucket, count(*) AS counted, 0 AS kept FROM job j "
        f"WHERE batch IS NULL AND {condition} GROUP BY 1, 2 UNION ALL SELECT {key}, bucket, 0, n FROM {tally}) "
        f"GROUP BY 1, 2 HAVING sum(counted) <> sum(kept)"
    )


def _array_leftovers(store: Store) -> list[str]:
    empty = store.db.rows("SELECT id FROM array a WHERE NOT EXISTS (SELECT 1 FROM job WHERE array_id = a.id)")
    sql = (
        f"SELECT name FROM resource WHERE kind = 'array' AND name NOT IN "
        f"(SELECT printf('{ARRAY_RESOURCE}', day, number) FROM array)"
    )
    return [f"array {id} has no elements" for (id,) in empty] + [
        f"the resource {name} belongs to no array" for (name,) in store.db.rows(sql)
    ]


def _fold_tallies(store: Store) -> list[str]:
    wrong = _recounted(store, "queue_id", "fold_tally", "folded = 1")
    return [
        f"queue {queue}: {kept} {bucket} jobs counted as folded, {there} are" for queue, bucket, there, kept in wrong
    ]


def _folds(store: Store) -> list[str]:
    """Whatever is folded stands behind a line that is there."""
    return [f"job row {row} is folded wrongly" for (row,) in store.db.rows(f"{WRONGLY_FOLDED} LIMIT 20")] + [
        f"array {array} has the line {line}, {telling} tells more of it"
        for array, line, telling in store.db.rows(WRONG_LINES)
    ]


def _unmet(store: Store) -> list[str]:
    sql = (
        "SELECT j.id, j.unmet, count(e.parent_id) FROM job j LEFT JOIN edge e "
        "ON e.child_id = j.id AND e.state = 'open' GROUP BY j.id HAVING j.unmet <> count(e.parent_id) LIMIT 20"
    )
    return [
        f"job row {row}: {unmet} open dependencies counted, {found} are there"
        for row, unmet, found in store.db.rows(sql)
    ]


def _attempts(store: Store) -> list[str]:
    sql = (
        "SELECT j.id, j.state FROM job j WHERE (j.state = 'running') <> "
        "EXISTS (SELECT 1 FROM attempt a WHERE a.job_id = j.id AND a.state = 'running') LIMIT 20"
    )
    return [f"job row {row} is {state}, its attempts say otherwise" for row, state in store.db.rows(sql)]


_CHECKS: tuple[Callable[[Store], list[str]], ...] = (
    _integrity, _foreign_keys, _tallies, _array_tallies, _fold_tallies, _folds, _array_leftovers, _unmet,
    _attempts,
)  # fmt: skip

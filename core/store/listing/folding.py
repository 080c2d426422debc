"""Lines that stand for several jobs: an array, a chain that has ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...lazy import LazyModule
from ...models import Fold, JobRow
from ...states import State
from ..database import marks
from ..queues import by_state
from ..store import Store

if TYPE_CHECKING:
    from .. import arrays
else:
    arrays = LazyModule("jobyard.core.store.arrays")

SOME = 500  # values in an IN list


def with_folds(store: Store, rows: Sequence[JobRow]) -> list[JobRow]:
    """The lines of a folded list, each with what it stands for."""
    lines = arrays.lines(store, [row for row in rows if row.array_id is not None])
    folds = {
        line.sample.row: Fold("array", line.shown, line.left, _some(line.counts)) for line in lines.values()
    } | _chains(store, [row for row in rows if row.array_id is None and row.ended_at is not None])
    return [row._replace(fold=folds[row.row]) if row.row in folds else row for row in rows]


def _some(counts: Mapping[State, int]) -> tuple[tuple[State, int], ...]:
    return tuple((state, n) for state, n in counts.items() if n)


def _chains(store: Store, rows: Sequence[JobRow]) -> dict[int, Fold]:
    """Of those behind which others stand."""
    buckets: dict[int, dict[str, int]] = {}
    for start in range(0, len(rows), SOME):
        some = [row.row for row in rows[start : start + SOME]]
        sql = f"SELECT behind, state, count(*) FROM job WHERE behind IN ({marks(len(some))}) GROUP BY 1, 2"
        for last, state, n in store.db.rows(sql, some):
            buckets.setdefault(last, {})[state] = n
    found = {}
    for row in rows:
        if row.row in buckets:
            counts = by_state(buckets[row.row])
            counts[row.state] += 1
            found[row.row] = Fold("chain", f"chain:{row.id}", sum(counts.values()), _some(counts))
    return found


def line_of(store: Store, row: int) -> int:
    """The row of the line that stands for a job in a folded list: its own, or that of its array or chain."""
    sql = "SELECT coalesce((SELECT line FROM array WHERE id = j.array_id), j.behind, j.id) FROM job j WHERE j.id = ?"
    return int(store.db.value(sql, (row,)) or row)


def behind(store: Store, row: int) -> list[int]:
    """Every job that the line of this one stands for: an array by index, a chain from its first to its last job."""
    found: tuple[Any, ...] | None = store.db.row("SELECT array_id, coalesce(behind, id) FROM job WHERE id = ?", (row,))
    if found is None:
        return []
    array, last = found
    if array is not None:
        return arrays.elements(store, array)
    sql = "SELECT id FROM job WHERE behind = ?1 UNION ALL SELECT ?1 ORDER BY 1"
    return [one for (one,) in store.db.rows(sql, (last,))]

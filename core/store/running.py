"""Attempts that run just now: where their output and samples lie, since when, and how long such jobs take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from ..forecast.durations import LAST, Key, keys_of, summary
from .database import marks
from .foresight import EARLIER
from .store import Store

_AT_ONCE = 1000  # jobs a query
_ENDED = 200  # jobs of a queue that ended last, among which earlier runs are looked for


class Running(NamedTuple):
    """An attempt that runs. ``folder`` is relative to the yard."""

    number: int
    folder: str
    started_at: float  # wall clock
    estimate: float | None  # seconds, as it was submitted


def attempts(store: Store, rows: Sequence[int]) -> dict[int, Running]:
    """Those of these jobs that run, by job."""
    found: dict[int, Running] = {}
    for at in range(0, len(rows), _AT_ONCE):
        some = tuple(rows[at : at + _AT_ONCE])
        sql = (
            "SELECT a.job_id, a.number, a.folder, a.started_at, j.estimate "
            "FROM attempt a JOIN job j ON j.id = a.job_id "
            f"WHERE a.state = 'running' AND a.started_at IS NOT NULL AND a.job_id IN ({marks(len(some))})"
        )
        found |= {row: Running(*rest) for row, *rest in store.db.rows(sql, some)}
    return found


def usual(store: Store, rows: Sequence[int]) -> dict[int, float]:
    """What these jobs usually take: the median, in seconds, of earlier runs of the same array, command or name, where
    there are any among the last jobs of their queues.
    """
    queues: dict[int, dict[int, tuple[Key, ...]]] = defaultdict(dict)
    for at in range(0, len(rows), _AT_ONCE):
        some = tuple(rows[at : at + _AT_ONCE])
        sql = f"SELECT id, queue_id, kind, summary, name, array_id FROM job WHERE id IN ({marks(len(some))})"
        for row, queue, *known in store.db.rows(sql, some):
            queues[queue][row] = keys_of(queue, *known)[:-1]
    return {row: found for queue, keys in queues.items() for row, found in _usual_in(store, queue, keys).items()}


def _usual_in(store: Store, queue: int, jobs: dict[int, tuple[Key, ...]]) -> dict[int, float]:
    runs: dict[Key, list[float]] = defaultdict(list)
    for kind, command, name, array, lasted in store.db.rows(EARLIER, (queue, _ENDED)):
        for key in keys_of(queue, kind, command, name, array)[:-1]:
            runs[key].append(lasted)
    found = {row: next((runs[key] for key in keys if key in runs), []) for row, keys in jobs.items()}
    return {row: told.median for row, some in found.items() if (told := summary(some[:LAST]))}

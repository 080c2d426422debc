"""Attempts that run just now: where their output and samples lie, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .database import marks
from .store import Store

_AT_ONCE = 1000  # jobs a query


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

"""What workers answer for just now, and those that have left of late."""

from __future__ import annotations

from ..models import WorkerInfo
from .store import Store
from .workers import every

GONE = 3  # workers that have left, which are still told of
LATELY = 900.0  # seconds after their last heartbeat


def answered(store: Store, most: int, worker: int | None = None) -> list[tuple[int, int]]:
    """The jobs that run (those that *worker* answers for), longest first, at most *most*: (job, worker)s."""
    sql = (
        "SELECT job_id, worker_id FROM attempt WHERE state = 'running' AND started_at IS NOT NULL "
        "AND (?1 IS NULL OR worker_id = ?1) ORDER BY started_at, id LIMIT ?2"
    )
    return [(job, by) for job, by in store.db.rows(sql, (worker, most))]


def told(store: Store) -> list[WorkerInfo]:
    """Workers that are active, newest first, then the last few that died or left of late."""
    active = every(store)
    known = {one.id for one in active}
    since = store.clock() - LATELY
    gone = [one for one in every(store, all=True) if one.id not in known and one.heartbeat_at > since]
    return [*active, *gone[:GONE]]

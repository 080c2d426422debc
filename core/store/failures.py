"""What failed lately, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from ..models import Failure
from ..states import Cause
from . import ids
from .database import marks
from .store import Store


def failures(
    store: Store, since: float | None = None, queues: Sequence[int] = (), user: str = "", limit: int = 100
) -> list[Failure]:
    """Jobs that failed since then (wall time), of these queues and this user where any are given."""
    where, values = ["j.state = 'failed'", "j.batch IS NULL", "j.ended_at >= ?"], [since if since is not None else 0.0]
    if queues:
        where.append(f"j.queue_id IN ({marks(len(queues))})")
        values += queues
    sql = (
        f"SELECT j.id, j.day, j.number, {ids.CALLED.format(of='j')}, s.name, q.name, j.user, "
        "j.ended_at, j.cause, j.message, j.tried - j.base, j.retries + 1 "
        "FROM job j INDEXED BY job_state_ended JOIN queue q ON q.id = j.queue_id "
        f"JOIN session s ON s.id = q.session_id WHERE {' AND '.join(where)} {'AND j.user = ?' if user else ''} "
        "ORDER BY j.ended_at DESC, j.id DESC LIMIT ?"
    )
    rows = store.db.rows(sql, (*values, *([user] if user else []), limit))
    return [
        Failure(row, ids.text(day, number), name, session, queue, who, ended, Cause(cause), message, tries, allowed)
        for row, day, number, name, session, queue, who, ended, cause, message, tries, allowed in rows
    ]

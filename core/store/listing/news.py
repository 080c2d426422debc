"""What has happened since somebody looked."""

from __future__ import annotations

from ...models import Changes
from ..store import Store

MOST_CHANGES = 2000  # rows; beyond it a reader reloads


def version(store: Store) -> int:
    """The newest event."""
    return int(store.db.value("SELECT max(id) FROM event") or 0)


def changes(store: Store, since: int) -> Changes:
    """What changed after event *since*; -1 asks for the newest version only."""
    if since < 0:
        return Changes(version(store), frozenset(), False)
    sql = "SELECT id, job_id, verb FROM event WHERE id > ? ORDER BY id LIMIT ?"
    rows = store.db.rows(sql, (since, MOST_CHANGES + 1))
    purged = any(verb == "purge" for _, _, verb in rows)  # what went does not say so itself
    if len(rows) > MOST_CHANGES or purged or since > version(store):
        return Changes(version(store), None, True)
    jobs = frozenset(job for _, job, _ in rows if job is not None)
    return Changes(rows[-1][0] if rows else since, jobs, any(job is None for _, job, _ in rows))

"""What others changed of late: the audit since an event, summed by who, what and where.

Submits are left out, since new jobs show themselves, as is what workers and settings do, which belongs to no
change set. Of a long time only the end is read.
"""

from __future__ import annotations

from ..models import Deed, News
from .store import Store

MOST = 20_000  # events that are looked at
GROUPS = 200  # that are told

_DEEDS = """
SELECT a.user, a.host, a.face, c.verb, coalesce(s.name, ''), coalesce(q.name, ''), count(DISTINCT e.job_id),
    coalesce(json_extract(coalesce(e.after, e.before), '$.resource'),
        CASE WHEN e.job_id IS NULL THEN json_extract(coalesce(e.after, e.before), '$.name') END, '') AS what
FROM event e JOIN change c ON c.id = e.change_id JOIN actor a ON a.id = e.actor_id
LEFT JOIN queue q ON q.id = e.queue_id LEFT JOIN session s ON s.id = q.session_id
WHERE e.id > ? AND e.id <= ? AND c.verb <> 'submit' AND e.verb NOT IN ('skip', 'revive', 'shift', 'undo shift',
    'redo shift') AND NOT (a.user = ? AND a.host = ? AND a.face = ?)
GROUP BY a.id, c.verb, e.queue_id, CASE WHEN e.job_id IS NULL THEN what END
ORDER BY min(e.id) LIMIT ?
"""


def since(store: Store, event: int) -> News:
    """What other actors than the store's own changed after *event*; -1 asks for the newest version only."""
    newest = int(store.db.value("SELECT max(id) FROM event") or 0)
    if event < 0 or event >= newest:  # above the newest: an older copy of the store has taken its place
        return News(newest, ())
    first = max(event, newest - MOST)
    rows = store.db.rows(_DEEDS, (first, newest, *store.actor, GROUPS))
    return News(newest, tuple(Deed(*row) for row in rows))

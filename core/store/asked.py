"""How experiments were asked for lately: the last time of each class."""

from __future__ import annotations

import json

from ..labmodels import Asked
from . import ids
from .store import Store

LOOKED_AT = 2000  # experiments, the newest ones; of an array its first

_ASKED = (
    "WITH late AS (SELECT id, fields FROM job WHERE kind = 'experiment' AND batch IS NULL "
    "AND (array_id IS NULL OR array_id = id) ORDER BY id DESC LIMIT ?), "
    "newest AS (SELECT max(id) AS id FROM late WHERE json_valid(fields) "
    "GROUP BY json_extract(fields, '$.module'), json_extract(fields, '$.class') ORDER BY 1 DESC LIMIT ?) "
    "SELECT j.day, j.number, j.fields FROM newest n JOIN job j ON j.id = n.id ORDER BY j.id DESC"
)


def lately(store: Store, limit: int) -> list[Asked]:
    """The last job of each class, the newest first."""
    return [_asked(*row) for row in store.db.rows(_ASKED, (LOOKED_AT, limit))]


def _asked(day: int, number: int, text: str) -> Asked:
    fields = json.loads(text)
    job = ids.text(day, number)
    return Asked(job, fields["module"], fields["class"], fields.get("config", {}), tuple(fields.get("paths", ())))

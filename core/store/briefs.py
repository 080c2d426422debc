"""What a table of experiments tells of many jobs beyond their lines: what was asked for, the data, its configs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..labmodels import Brief
from . import config_ids
from .store import Store

_LAST = "SELECT a.id FROM attempt a WHERE a.job_id = j.id ORDER BY a.number DESC LIMIT 1"
_BRIEFS = (
    "SELECT j.id, j.fields, (SELECT r.path FROM attempt a JOIN result r ON r.attempt_id = a.id WHERE a.job_id = j.id "
    f"ORDER BY a.number DESC LIMIT 1), ({_LAST}) FROM job j WHERE j.id IN (SELECT value FROM json_each(?))"
)
_CONFIGS = (
    "SELECT c.attempt_id, v.type, v.code, v.day, v.number FROM attempt_config c "
    "JOIN config_version v ON v.id = c.version_id WHERE c.attempt_id IN (SELECT value FROM json_each(?))"
)


def of(store: Store, rows: Sequence[int]) -> dict[int, Brief]:
    """These jobs' briefs by row; two questions to the store, however many they are."""
    found = store.db.rows(_BRIEFS, (json.dumps(list(rows)),))
    configs = _configs(store, [attempt for *_, attempt in found if attempt is not None])
    return {
        row: Brief(json.loads(fields), data or "", configs.get(attempt, {})) for row, fields, data, attempt in found
    }


def _configs(store: Store, attempts: Sequence[int]) -> dict[int, dict[str, str]]:
    """The version of each type that these attempts ran with."""
    found: dict[int, dict[str, str]] = {}
    rows: list[Any] = store.db.rows(_CONFIGS, (json.dumps(list(attempts)),)) if attempts else []
    for attempt, type_, code, day, number in rows:
        found.setdefault(attempt, {})[type_] = config_ids.text(code, day, number)
    return found

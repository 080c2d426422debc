"""Environments that are stored: cut down when a yard stops being private."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping

from .store import Store

STEP = 200  # environments a transaction; one is some kilobytes


def reduce(store: Store, keep: Callable[[Mapping[str, str]], dict[str, str]]) -> int:
    """Leave of every environment what *keep* does, without a trace of the rest in the file; how many were changed.

    What other processes had read before, they may still use for starts of their own. Raises Busy when somebody
    else holds the store for long: what is done is done, and doing it again does the rest.
    """
    store.db.rows("PRAGMA secure_delete = ON")
    last, changed = 0, 0
    while True:
        rows = store.db.rows("SELECT id, data FROM environment WHERE id > ? ORDER BY id LIMIT ?", (last, STEP))
        if not rows:
            break
        changed += _step(store, [(row, _encoded(keep(json.loads(data)))) for row, data in rows], dict(rows))
        last = rows[-1][0]
    if changed:
        store.db.rows("VACUUM")  # pages that were freed earlier may hold more of it
        store.db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    return changed


def count(store: Store) -> int:
    """How many are stored."""
    return int(store.db.value("SELECT count(*) FROM environment"))


def _encoded(environment: Mapping[str, str]) -> str:
    return json.dumps(environment, sort_keys=True, separators=(",", ":"))  # as submit writes it


def _step(store: Store, wanted: list[tuple[int, str]], before: Mapping[int, str]) -> int:
    different = [(row, data) for row, data in wanted if data != before[row]]
    if not different:
        return 0
    with store.db.transaction(quiet=True) as connection:
        for row, data in different:
            digest = hashlib.sha256(data.encode()).hexdigest()
            taken = connection.execute("SELECT 1 FROM environment WHERE hash = ? AND id <> ?", (digest, row)).fetchone()
            values = (f"{digest} {row}" if taken else digest, data, row)
            connection.execute("UPDATE environment SET hash = ?, data = ? WHERE id = ?", values)
    return len(different)

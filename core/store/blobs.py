"""Texts and bytes that many rows share, stored once for each SHA-256.

Who interns one notes that it is in use (``seen``, at most once an hour); `sweep` removes those that nothing refers
to and that nobody has asked for in a day, so that a reference about to be written never finds its blob gone.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from .database import many
from .store import Store

HOUR = 3600.0  # seconds
UNUSED = 24 * HOUR
STEP = 2000  # attempts or blobs a step


def intern(store: Store, connection: sqlite3.Connection, data: str | bytes) -> tuple[int, bool]:
    """The row of *data*, and whether it was there before; bytes are kept compressed.

    Inside the caller's transaction. A row that was not there before may yet be rolled back.
    """
    raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
    digest = hashlib.sha256(raw).hexdigest()
    now = store.clock()
    found = connection.execute("SELECT id, seen FROM blob WHERE hash = ?", (digest,)).fetchone()
    if found is None:
        kept = data if isinstance(data, str) else zlib.compress(data)
        sql = "INSERT INTO blob (hash, data, seen) VALUES (?, ?, ?)"
        return int(connection.execute(sql, (digest, kept, now)).lastrowid or 0), False
    if not 0 <= now - found[1] < HOUR:
        connection.execute("UPDATE blob SET seen = ? WHERE id = ?", (now, found[0]))
    return int(found[0]), True


def intern_json(store: Store, connection: sqlite3.Connection, value: Any) -> tuple[int, bool]:
    """As :func:`intern`, of a plain value."""
    return intern(store, connection, json.dumps(value, sort_keys=True, separators=(",", ":")))


def load(store: Store, row: int | None) -> str | bytes | None:
    """What is stored there; None where nothing is."""
    data = store.db.value("SELECT data FROM blob WHERE id = ?", (row,)) if row else None
    return zlib.decompress(data) if isinstance(data, bytes) else data


def load_json(store: Store, row: int | None) -> Any:
    """A plain value; None where nothing is."""
    data = load(store, row)
    return json.loads(data) if data else None


# -- sweeping ------------------------------------------------------------------------------------------


def sweep(store: Store) -> Iterator[int]:
    """Remove what nothing refers to and nobody wants, in short steps; each tells how many went."""
    used: set[int] = set()
    old = store.clock() - UNUSED
    if store.db.value("SELECT 1 FROM blob WHERE seen < ? LIMIT 1", (old,)) is None:
        return
    after = 0
    while rows := store.db.rows(_ATTEMPTS, (after, STEP)):
        used |= set(_references(rows))
        after = rows[-1][0]
        yield 0
    yield from _remove(store, used, old)


_ATTEMPTS = "SELECT id, provenance FROM attempt WHERE id > ? ORDER BY id LIMIT ?"


def _references(rows: Iterable[tuple[int, str | None]]) -> Iterator[int]:
    for _, text in rows:
        if text:
            said = json.loads(text)
            yield from (said[name] for name in ("frame", "facts", "words", "diff") if isinstance(said.get(name), int))


def _remove(store: Store, used: set[int], old: float) -> Iterator[int]:
    after = 0
    while True:
        rows = store.db.rows("SELECT id FROM blob WHERE id > ? ORDER BY id LIMIT ?", (after, STEP))
        if not rows:
            return
        after = rows[-1][0]
        unused = [(row, old) for (row,) in rows if row not in used]
        with store.db.transaction(quiet=True) as connection:  # again: somebody may have come for it meanwhile
            many(connection, "DELETE FROM blob WHERE id = ? AND seen < ?", unused)
        yield len(unused)

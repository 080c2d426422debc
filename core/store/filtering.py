"""What a filter says that no index serves, as a condition of SQL on ``job j``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..models import JobFilter
from ..states import State, parse_state
from . import ids, queues
from .database import marks
from .store import Store


def scanned(where: JobFilter) -> bool:
    """Whether the filter says anything that must be looked for job by job."""
    return bool(where.words) or where.rows is not None or where.expression is not None


def conditions(store: Store, where: JobFilter) -> tuple[str, list[Any]]:
    """What must be looked for job by job: a condition that begins with AND, or "", and its parameters."""
    condition, values = _words(store, where.words)
    if where.rows is not None:
        condition += " AND j.id IN (SELECT value FROM json_each(?))"
        values.append(json.dumps(sorted(where.rows)))
    return condition, values


def _words(store: Store, words: Sequence[str]) -> tuple[str, list[Any]]:
    """Each word must occur in the id, name, command, user, queue or state, or name a resource; each begins with AND."""
    clauses: list[str] = []
    values: list[Any] = []
    for word in words:
        like = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        parts = [f"j.{column} LIKE ? ESCAPE '\\'" for column in ("name", "summary", "user")]
        values += [like] * 3
        for clause, extra in (_state_word(word), _queue_word(store, word), _id_word(word), _need_word(store, word)):
            if clause:
                parts.append(clause)
                values += extra
        clauses.append(" AND (" + " OR ".join(parts) + ")")
    return "".join(clauses), values


def _state_word(word: str) -> tuple[str, list[Any]]:
    state = parse_state(word)
    if state is State.PENDING:
        return "(j.state = 'pending' OR (j.state = 'running' AND j.started_at IS NULL))", []
    if state is State.RUNNING:
        return "(j.state = 'running' AND j.started_at IS NOT NULL)", []
    return ("j.state = ?", [state.value]) if state else ("", [])


def _queue_word(store: Store, word: str) -> tuple[str, list[Any]]:
    lower = word.lower()
    rows = [queue.id for queue in queues.every(store) if lower in f"{queue.session}/{queue.name}".lower()]
    return (f"j.queue_id IN ({marks(len(rows))})", rows) if rows else ("", [])


def _need_word(store: Store, word: str) -> tuple[str, list[Any]]:
    """Jobs that want the resource of this name."""
    wanted = "SELECT d.id FROM demand d, json_each(d.wants) w WHERE w.key = ?"
    known = store.db.value("SELECT 1 FROM resource WHERE name = ?", (word,)) is not None
    return (f"j.demand_id IN ({wanted})", [word]) if known else ("", [])


def _id_word(word: str) -> tuple[str, list[Any]]:
    """``JOB-…`` in full, or the digits of a number."""
    exact = ids.parse(word)
    if exact:
        return "(j.day = ? AND j.number = ?)", list(exact)
    if word.upper().startswith("JOB"):
        return "printf('JOB-%08d-%05d', j.day, j.number) LIKE ?", [f"{word}%"]
    if word.isascii() and word.isdigit() and len(word) <= 9:
        return "j.number = ?", [int(word)]
    return "", []

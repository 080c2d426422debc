"""A plain word: it occurs in the id, name, command, queue or user, or names a resource that is wanted."""

from __future__ import annotations

from ...states import State, parse_state
from .. import ids, queues
from ..database import marks
from ..store import Store
from .sql import FALSE, Sql, contains, either


def word(store: Store, text: str) -> Sql:
    """Where a word occurs."""
    return either([_in_texts(text), _in_queue(store, text), _in_id(text), _as_need(store, text)])


def word_or_state(store: Store, text: str) -> Sql:
    """The same of a word that may also be the name of a state."""
    state = parse_state(text)
    return either([word(store, text), _in_state(state)]) if state else word(store, text)


def _in_texts(text: str) -> Sql:
    return either([contains(Sql(column), text) for column in ("j.name", "j.summary", "j.user")])


def _in_state(state: State) -> Sql:
    if state is State.PENDING:
        return Sql("(j.state = 'pending' OR (j.state = 'running' AND j.started_at IS NULL))")
    if state is State.RUNNING:
        return Sql("(j.state = 'running' AND j.started_at IS NOT NULL)")
    return Sql("j.state = ?", (state.value,))


def _in_queue(store: Store, text: str) -> Sql:
    lower = text.lower()
    rows = [queue.id for queue in queues.every(store) if lower in f"{queue.session}/{queue.name}".lower()]
    return in_queues(rows)


def in_queues(rows: list[int]) -> Sql:
    """The queue is one of these."""
    return Sql(f"j.queue_id IN ({marks(len(rows))})", tuple(rows)) if rows else FALSE


def _as_need(store: Store, text: str) -> Sql:
    """Jobs that want the resource of this name."""
    if store.db.value("SELECT 1 FROM resource WHERE name = ?", (text,)) is None:
        return FALSE
    return Sql("j.demand_id IN (SELECT d.id FROM demand d, json_each(d.wants) w WHERE w.key = ?)", (text,))


def _in_id(text: str) -> Sql:
    """``JOB-…`` in full or its beginning, or the digits of a number."""
    exact = ids.parse(text)
    if exact:
        return Sql("(j.day = ? AND j.number = ?)", exact)
    if text.upper().startswith("JOB"):
        return Sql("printf('JOB-%08d-%05d', j.day, j.number) LIKE ?", (f"{text}%",))
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return Sql("j.number = ?", (int(text),))
    return FALSE

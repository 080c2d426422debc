"""A field against a value: what each field of the table is in the store."""

from __future__ import annotations

from collections.abc import Callable, Collection

from ...errors import BadInput
from ...filters import values
from ...filters.asked import Contains, Like, Missing, Present, Reading, Refers, Same, Test, Wants, Within
from ...filters.tree import Term
from ...models import QueueInfo
from .. import queues
from ..resources import ARRAY
from ..store import Store
from . import reasons
from .sql import Sql, among, asked, both, either, opposite
from .words import in_queues

SHOWN_STATE = "CASE WHEN j.state = 'running' AND j.started_at IS NULL THEN 'pending' ELSE j.state END"

COLUMNS: dict[str, str] = {
    "state": SHOWN_STATE,
    "user": "j.user",
    "name": "j.name",
    "command": "j.summary",
    "kind": "j.kind",
    "cause": "j.cause",
    "message": "j.message",
    "held": "j.held",
    "stopping": "(j.stop IS 'cancel')",
    "priority": "j.priority",
    "attempts": "j.tried",
    "retries": "j.retries",
    "exit": "j.exit_code",
    "signal": "j.signal",
    "estimate": "j.estimate",
    "limit": "j.time_limit",
    "submitted": "j.created_at",
    "started": "j.started_at",
    "ended": "j.ended_at",
    "unique": "j.unique_key",
}

SINCE: dict[str, str] = {  # with a question mark for now
    "age": "(? - j.created_at)",
    "waited": "(coalesce(j.started_at, j.ended_at, ?) - j.created_at)",
    "duration": "(coalesce(j.ended_at, ?) - j.started_at)",
}

ROWS: dict[str, str] = {  # of jobs that are related with others; which these are is one parameter
    "after": "SELECT child_id FROM edge",
    "before": "SELECT parent_id FROM edge",
}


def term(store: Store, term: Term) -> Sql:
    """What a term asks of a job, as of now."""
    now = store.clock()
    reading = values.read(term, now)
    if term.field in COLUMNS:
        return _read(reading, lambda test: asked(Sql(COLUMNS[term.field]), test))
    if term.field in SINCE:
        return _read(reading, lambda test: asked(Sql(SINCE[term.field], (now,)), test))
    return _read(reading, _OTHERS[term.field](store))


def _read(reading: Reading, ask: Callable[[Test], Sql]) -> Sql:
    """One of the tests; negated: none of them, of something that is there."""
    found = either([ask(test) for test in reading.tests])
    if not reading.negated:
        return found
    if any(isinstance(test, (Present, Missing)) for test in reading.tests):
        return opposite(found)
    return both([ask(Present()), opposite(found)])


def related(field: str, rows: Collection[int]) -> Sql:
    """Jobs that have to do with these; of arrays the rows are the arrays' own."""
    if field in ("id", "chain", "graph"):
        return among("j.id", rows)
    if field == "array":
        return among("j.array_id", rows)
    other = among("parent_id" if field == "after" else "child_id", rows)
    return Sql(f"j.id IN ({ROWS[field]} WHERE {other.text})", other.values)


# -- fields that are no columns ------------------------------------------------------------------------------


CLASS = "CASE WHEN json_valid(j.fields) THEN json_extract(j.fields, '$.class') END"
_WHOLE_CLASS = "CASE WHEN json_valid(j.fields) THEN json_extract(j.fields, '$.module') || ':' || " + CLASS + " END"


def _class(store: Store) -> Callable[[Test], Sql]:
    """The class of an experiment; with its module where that is asked for."""

    def ask(test: Test) -> Sql:
        colon = any(":" in part for part in (test.parts if isinstance(test, Like) else [getattr(test, "text", "")]))
        return asked(Sql(_WHOLE_CLASS if colon else CLASS), test)

    return ask


def _queue(store: Store) -> Callable[[Test], Sql]:
    known = queues.every(store)
    return lambda test: in_queues([queue.id for queue in known if named(queue, test)])


def named(queue: QueueInfo, test: Test) -> bool:
    """Whether it is a queue's name, or SESSION/QUEUE."""
    whole = f"{queue.session}/{queue.name}"
    slash = any("/" in part for part in (test.parts if isinstance(test, Like) else getattr(test, "text", "")))
    return _is(whole if slash or isinstance(test, Contains) else queue.name, test)


def _session(store: Store) -> Callable[[Test], Sql]:
    known = queues.every(store)
    return lambda test: in_queues([queue.id for queue in known if _is(queue.session, test)])


def _is(text: str, test: Test) -> bool:
    match test:
        case Same(text=same):
            return text == same
        case Contains(text=part):
            return part.lower() in text.lower()
        case Like(parts=parts):
            return _like(text, parts)
    return True


def _like(text: str, parts: tuple[str, ...]) -> bool:
    """The texts follow each other, the first at the beginning and the last at the end."""
    first, *middle, last = parts
    if not text.startswith(first) or len(text) < len(first) + len(last) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _needs(store: Store) -> Callable[[Test], Sql]:
    return lambda test: _wanted("w.key = ?", test.resource, test.units) if isinstance(test, Wants) else _any_want(test)


def _any_want(test: Test) -> Sql:
    """Something is wanted beside one's turn in an array."""
    return _there(Sql(f"{_WANTS} substr(w.key, 1, {len(ARRAY)}) <> ?)", (ARRAY,)), test)


def known_resources(store: Store) -> list[str]:
    """The names of all resources that somebody may want."""
    return [name for (name,) in store.db.rows("SELECT name FROM resource WHERE kind <> 'array' ORDER BY name")]


def _units(resource: str) -> Callable[[Store], Callable[[Test], Sql]]:
    def ask(test: Test) -> Sql:
        if isinstance(test, Within):
            return _wanted("w.key = ?", resource, test)
        return _there(Sql(f"{_WANTS} w.key = ?)", (resource,)), test)

    return lambda store: ask


_WANTS = "j.demand_id IN (SELECT d.id FROM demand d, json_each(d.wants) w WHERE"


def _wanted(key: str, resource: str, units: Within) -> Sql:
    much = asked(Sql("w.value"), units)
    return Sql(f"{_WANTS} {key} AND {much.text})", (resource, *much.values))


def _there(some: Sql, test: Test) -> Sql:
    return opposite(some) if isinstance(test, Missing) else some


_RAN = (
    "j.id IN (SELECT a.job_id FROM attempt a JOIN worker w ON w.id = a.worker_id "
    "WHERE (a.started_at IS NOT NULL OR a.ended_at IS NOT NULL) AND "
)


def _worker(store: Store) -> Callable[[Test], Sql]:
    """A worker of any attempt; a claim that has not started is none."""

    def ask(test: Test) -> Sql:
        name = asked(Sql("w.name"), test)
        return Sql(f"{_RAN}{name.text})", name.values)

    return ask


def _job(field: str) -> Callable[[Store], Callable[[Test], Sql]]:
    def ask(test: Test) -> Sql:
        if isinstance(test, Refers):
            raise BadInput(f"It is not known which job {test.reference} is", "", "Have the yard read the filter")
        some = f"j.id IN ({ROWS[field]})" if field in ROWS else "j.array_id IS NOT NULL"
        return _there(Sql(some), test)

    return lambda store: ask


def _reason(store: Store) -> Callable[[Test], Sql]:
    value = reasons.reason(store)
    return lambda test: asked(value, test)


_OTHERS: dict[str, Callable[[Store], Callable[[Test], Sql]]] = {
    "queue": _queue,
    "class": _class,
    "session": _session,
    "needs": _needs,
    "cpus": _units("cpus"),
    "mem": _units("mem"),
    "gpus": _units("gpus"),
    "worker": _worker,
    "id": _job("id"),
    "after": _job("after"),
    "before": _job("before"),
    "array": _job("array"),
    "chain": _job("chain"),
    "graph": _job("graph"),
    "reason": _reason,
}

KNOWN = frozenset({*COLUMNS, *SINCE, *_OTHERS})

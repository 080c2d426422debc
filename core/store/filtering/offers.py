"""What a yard has to offer to whoever writes a filter: users, queues, names, …, each kind bounded.

Users and the like are those of the newest jobs: who has submitted nothing for so long is not looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ...models import QueueInfo
from ...states import PENDING, RUNNING, State
from ...words import counted
from .. import ids, queues
from ..listing.lines import rows_of
from ..resources import ARRAY
from ..store import Store

RECENT = 2000  # jobs that are looked through
MOST = 50  # of each kind

Offer = tuple[str, str]

_RECENT = "SELECT {column}, count(*) FROM (SELECT {column} FROM job WHERE batch IS NULL ORDER BY id DESC LIMIT ?) "


def offers(store: Store, kind: str, typed: str) -> Iterable[Offer]:
    """Those of a kind (``fields.Field.offers``); those that do not begin as *typed* may be left out."""
    return _KINDS[kind](store, typed)


def _states(store: Store, typed: str) -> Iterator[Offer]:
    rows = store.db.rows("SELECT bucket, sum(n) FROM tally GROUP BY bucket")
    counts = queues.by_state(dict(rows))
    yield from ((state.value, counted(counts.get(state, 0), "job")) for state in State)


def _recent(column: str) -> Callable[[Store, str], Iterator[Offer]]:
    sql = _RECENT.format(column=column) + f"WHERE {column} <> '' GROUP BY {column} ORDER BY count(*) DESC LIMIT ?"

    def found(store: Store, typed: str) -> Iterator[Offer]:
        for value, count in store.db.rows(sql, (RECENT, MOST)):
            yield str(value), counted(count, "recent job")

    return found


def _classes(store: Store, typed: str) -> Iterator[Offer]:
    """Those of the newest experiments."""
    sql = (
        "SELECT json_extract(fields, '$.class'), count(*) FROM (SELECT fields FROM job WHERE batch IS NULL AND "
        "kind = 'experiment' AND json_valid(fields) ORDER BY id DESC LIMIT ?) GROUP BY 1 ORDER BY 2 DESC LIMIT ?"
    )
    for name, count in store.db.rows(sql, (RECENT, MOST)):
        if isinstance(name, str):
            yield name, counted(count, "recent job")


def _names(store: Store, typed: str) -> Iterator[Offer]:
    """Recent ones, or all that begin as typed, each found by one step into the index."""
    yield from _recent("name")(store, typed)
    last, sql = typed, "SELECT min(name) FROM job WHERE name <> '' AND batch IS NULL AND name {} ?"
    for turn in range(MOST if typed else 0):
        name = store.db.value(sql.format(">" if turn else ">="), (last,))
        if name is None or not name.startswith(typed):
            return
        yield name, ""
        last = name


def _queues(store: Store, typed: str) -> Iterator[Offer]:
    for queue in queues.every(store):
        name = queue.name if queue.session == "default" else f"{queue.session}/{queue.name}"
        yield name, _busy(queue)


def _busy(queue: QueueInfo) -> str:
    return f"{queue.counts[RUNNING]:,} running, {queue.counts[PENDING]:,} pending"


def _sessions(store: Store, typed: str) -> Iterator[Offer]:
    yield from ((session.name, counted(session.queues, "queue")) for session in queues.sessions(store))


def _resources(store: Store, typed: str) -> Iterator[Offer]:
    sql = "SELECT name FROM resource WHERE kind <> 'array' AND substr(name, 1, ?) <> ? ORDER BY name LIMIT ?"
    yield from ((name, "a resource") for (name,) in store.db.rows(sql, (len(ARRAY), ARRAY, MOST)))


def _workers(store: Store, typed: str) -> Iterator[Offer]:
    sql = "SELECT name, mode FROM worker ORDER BY id DESC LIMIT ?"
    yield from ((name, mode) for name, mode in store.db.rows(sql, (MOST,)))


def _jobs(store: Store, typed: str) -> Iterator[Offer]:
    newest = [row for (row,) in store.db.rows("SELECT id FROM job ORDER BY id DESC LIMIT ?", (MOST,))]
    found = rows_of(store, newest)
    yield "last", "the job submitted last"
    yield from ((found[row].id, f"{found[row].name} {found[row].state}".strip()) for row in newest if row in found)
    if typed and not typed.upper().startswith("JOB"):
        yield from _names(store, typed)


def _arrays(store: Store, typed: str) -> Iterator[Offer]:
    sql = "SELECT name, day, number, size FROM array ORDER BY id DESC LIMIT ?"
    for name, day, number, size in store.db.rows(sql, (MOST,)):
        yield name or ids.text(day, number), counted(size, "element")


_KINDS: dict[str, Callable[[Store, str], Iterable[Offer]]] = {
    "states": _states,
    "users": _recent("user"),
    "kinds": _recent("kind"),
    "names": _names,
    "classes": _classes,
    "queues": _queues,
    "sessions": _sessions,
    "resources": _resources,
    "workers": _workers,
    "jobs": _jobs,
    "arrays": _arrays,
}

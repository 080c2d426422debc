"""What ``jobyard.yml`` declares, made true in one transaction: queues, resources, and what the audit says of it.

The text in force and its digest are rows of `meta`: whoever opens the yard compares the digest and knows whether
there is anything to do, and the text is the last good one if the file breaks. Applying it twice changes nothing.
`queue.declared` is what the file says of a queue, `queue.by_hand` which of its keys were set by whom since: those
are left as they are.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple

from .. import crash
from ..errors import WrongState
from ..models import QueueInfo
from . import queues, resources
from .store import Store

crash.register(
    settings_applying="new settings are being applied, nothing is committed",
    settings_applied="new settings are applied in the store, the worker does not follow them yet",
)

Values = Mapping[str, Any]
DIGEST, TEXT, VALUES, REFUSED = "settings_digest", "settings_text", "settings_values", "settings_refused"


class Wish(NamedTuple):
    """All that a file says. ``values`` are its plain settings as people write them; ``facts`` go to `meta` as given."""

    digest: str
    text: str
    values: Mapping[str, str]
    queues: Mapping[tuple[str, str], Values]
    resources: Mapping[str, tuple[int, str]]  # capacity and note
    facts: Mapping[str, str] = {}


def digest(store: Store) -> str:
    """Of the text that has been applied; "" for none."""
    return str(store.db.value("SELECT value FROM meta WHERE key = ?", (DIGEST,)) or "")


def last_good(store: Store) -> bytes:
    """The text that has been applied."""
    found = store.db.value("SELECT value FROM meta WHERE key = ?", (TEXT,))
    return str(found or "").encode()


def apply(store: Store, wish: Wish) -> list[str]:
    """Make it true, unless it is already; what people should know, in sentences."""
    with store.db.transaction() as connection:
        if digest(store) == wish.digest:
            return []
        told = [*_apply_queues(store, connection, wish.queues), *_apply_resources(store, connection, wish.resources)]
        _record(store, wish, told)
        _remember(connection, {DIGEST: wish.digest, TEXT: wish.text, VALUES: _json(wish.values), REFUSED: ""})
        _remember(connection, wish.facts)
        crash.point("settings.applying")
    crash.point("settings.applied")
    return told


def refuse(store: Store, broken: str, problems: list[str]) -> bool:
    """Record that a file cannot be used, once for each state of it (*broken*, its digest); whether it was new."""
    if refused(store) == broken:
        return False
    with store.db.transaction() as connection:
        if refused(store) == broken:
            return False
        _remember(connection, {REFUSED: broken})
        if broken:
            store.record("settings refused", after={"problems": problems})
    return True


def refused(store: Store) -> str:
    """The state of the file that was refused last; "" if it can be used."""
    return str(store.db.value("SELECT value FROM meta WHERE key = ?", (REFUSED,)) or "")


def _remember(connection: sqlite3.Connection, facts: Mapping[str, str]) -> None:
    """Rows of `meta`; an empty one goes."""
    for key, value in facts.items():
        if value:
            connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))
        else:
            connection.execute("DELETE FROM meta WHERE key = ?", (key,))


def _record(store: Store, wish: Wish, told: list[str]) -> None:
    """The plain settings that changed; queues and resources have events of their own."""
    old = json.loads(store.db.value("SELECT value FROM meta WHERE key = ?", (VALUES,)) or "{}")
    names = [name for name in {**old, **wish.values} if old.get(name) != wish.values.get(name)]
    before = {name: old.get(name) for name in names}
    after: dict[str, Any] = {name: wish.values.get(name) for name in names}
    if not names and not told:
        return
    store.record("settings", before=before, after={**after, "told": told} if told else after)


# -- queues -----------------------------------------------------------------------------------------


def defaults() -> dict[str, Any]:
    """What a queue has of each key that nobody has set."""
    return {
        "slots": os.cpu_count() or 1, "policy": "fifo", "paused": 0, "time_limit": None, "limit_factor": None,
        "retention": None, "instructions": "", "python": "", "station": "", "warm": 0,
    }  # fmt: skip


def wanted(old: Values | None, new: Values | None, by_hand: Values) -> dict[str, Any]:
    """The values that a queue gets: what is declared now, the default of what is not declared any more.

    Not what was set by hand since, and nothing where the queue as a whole is not declared any more.
    """
    if new is None:
        return {}
    plain = defaults()
    return {key: new.get(key, plain[key]) for key in {**(old or {}), **new} if key not in by_hand}


def _apply_queues(store: Store, connection: sqlite3.Connection, wishes: Mapping[tuple[str, str], Values]) -> list[str]:
    told = []
    known = {(session, name): row for row, session, name in connection.execute(_PLACES)}
    for place, new in wishes.items():
        if place in known:
            _apply_queue(store, connection, known[place], new)
        else:
            told += _make_queue(store, connection, place, new)
    for place, row in known.items():
        if place not in wishes and _declared(connection, row)[0] is not None:
            queues.put(store, connection, row, "settings", declared=None)
            told.append(f"queue {_shown(place)} is not in the file any more; it is left as it is")
    return told


_PLACES = "SELECT q.id, s.name, q.name FROM queue q JOIN session s ON s.id = q.session_id"


def _make_queue(store: Store, connection: sqlite3.Connection, place: tuple[str, str], new: Values) -> list[str]:
    ended = connection.execute("SELECT ended_at IS NOT NULL FROM session WHERE name = ?", place[:1]).fetchone()
    if ended is not None and ended[0]:
        return [f"queue {_shown(place)} is not made, since session {place[0]} has ended"]
    values = {**defaults(), **new}
    row = queues.insert(store, connection, *place, values["slots"], values["instructions"])
    _apply_queue(store, connection, row, new)
    return []


def _apply_queue(store: Store, connection: sqlite3.Connection, row: int, new: Values) -> None:
    old, by_hand = _declared(connection, row)
    target = wanted(old, new, by_hand)
    now = _columns(connection, row, tuple(target))
    changed = {key: value for key, value in target.items() if now[key] != value}
    if changed.get("paused") == 0:
        changed["paused_until"] = None
    if changed or old != new:
        queues.put(store, connection, row, "settings", **changed, declared=_json(new))


def _declared(connection: sqlite3.Connection, row: int) -> tuple[Values | None, Values]:
    """What was declared of a queue, None if it was not, and what was set by hand."""
    declared, by_hand = connection.execute("SELECT declared, by_hand FROM queue WHERE id = ?", (row,)).fetchone()
    return None if declared is None else json.loads(declared), json.loads(by_hand or "{}")


def _columns(connection: sqlite3.Connection, row: int, names: tuple[str, ...]) -> dict[str, Any]:
    if not names:
        return {}
    found = connection.execute(f"SELECT {', '.join(names)} FROM queue WHERE id = ?", (row,)).fetchone()
    return dict(zip(names, found, strict=True))


def as_declared(queue: QueueInfo) -> dict[str, Any]:
    """The columns of a queue as the file declares it, and nothing by hand any more. Raises WrongState."""
    if queue.declared is None:
        raise WrongState(
            f"Queue {queue.name} is not declared", "jobyard.yml does not name it", "See: jobyard config-check"
        )
    return {**wanted(queue.by_hand, queue.declared, {}), "by_hand": None}


def by_hand(connection: sqlite3.Connection, row: int, keys: Mapping[str, str]) -> str:
    """The column `by_hand` with these keys (and who set them) added."""
    return _json({**_declared(connection, row)[1], **keys})


# -- resources ----------------------------------------------------------------------------------------


def _apply_resources(store: Store, connection: sqlite3.Connection, wishes: Mapping[str, tuple[int, str]]) -> list[str]:
    told = []
    for name, (capacity, note) in wishes.items():
        resources.declare(store, name, capacity, note, inside=connection)
    for (name,) in connection.execute(
        "SELECT name FROM resource WHERE declared IS NOT NULL AND kind <> 'array'"
    ).fetchall():
        if name not in wishes:
            now = resources.undeclare(store, name, inside=connection)
            told.append(f"resource {name} is not in the file any more; its capacity is {now.capacity}")
    return told


_DECLARED = "SELECT name FROM resource WHERE declared IS NOT NULL AND kind <> 'array'"


def _shown(place: tuple[str, str]) -> str:
    session, name = place
    return name if session == queues.DEFAULT else f"{session}/{name}"


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), separators=(",", ":"), sort_keys=True, ensure_ascii=False)

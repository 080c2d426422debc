"""One job, whole: its attempts, its dependencies both ways, what keeps it waiting, its history."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import Ambiguous, Unknown
from ..labmodels import ConfigLink
from ..lazy import LazyModule
from ..models import Attempt, Edge, Element, Event, Job
from ..states import After, Cause, EdgeState, State
from . import configs, ids, limits, queues, resources
from .database import marks
from .reasons import Waiting, retry, why
from .store import Store

if TYPE_CHECKING:
    from . import arrays
else:
    arrays = LazyModule("jobyard.core.store.arrays")

MOST_DEPENDENTS = 1000
MOST_ELEMENTS = 5  # of an array that are told one by one as what a job waits for

_JOB = (
    "SELECT j.id, j.day, j.number, j.name, j.queue_id, s.name, q.name, j.kind, j.fields, j.summary, j.state, j.cause, "
    "j.message, j.priority, j.weight, j.rank, j.user, j.held, j.stop, j.due, j.not_before, j.created_at, j.started_at, "
    "j.ended_at, j.exit_code, j.signal, j.time_limit, j.estimate, j.retries, j.retry_delay, j.idempotent, j.cwd, "
    "j.stdin, j.clone_of, j.tried, j.base, j.demand_id FROM job j JOIN queue q ON q.id = j.queue_id "
    "JOIN session s ON s.id = q.session_id WHERE j.id = ? AND j.batch IS NULL"
)


def load(store: Store, row: int) -> Job:
    """A job by its row."""
    found = store.db.row(_JOB, (row,))
    if found is None:
        raise Unknown("There is no such job")
    (
        id, day, number, name, queue_id, session, queue, kind, fields, summary, state, cause, message, priority, weight,
        rank, user, held, stop, due, not_before, created, started, ended, exit_code, signal, limit, estimate, retries,
        delay, idempotent, cwd, stdin, clone_of, tried, base, demand,
    ) = found  # fmt: skip
    handed = state == "running" and started is None
    shown = State.PENDING if handed else State(state)
    parents = edges(store, row, parents=True)
    info = queues.find(store, session, queue)
    again = retry(tried, base, retries)
    own = ids.text(day, number)
    waiting = Waiting(row, handed, bool(held), bool(due), not_before, priority, weight, rank, again, demand, own)
    blockers = why(store, waiting, info, parents) if shown is State.PENDING else ()
    attempts_ = attempts(store, row)
    return Job(
        row=id, id=own, name=name, queue_id=queue_id, session=session, queue=queue, kind=kind,
        fields=json.loads(fields), command=summary, state=shown, reason=blockers[0].text if blockers else "",
        blockers=blockers, cause=Cause(cause) if cause else None, message=message, priority=priority, user=user,
        held=bool(held), stopping=stop == "cancel", created_at=created, not_before=not_before, started_at=started,
        ended_at=ended, exit_code=exit_code, signal=signal, worker=attempts_[-1].worker if attempts_ else "",
        time_limit=limit, estimate=estimate, retries=retries, retry_delay=delay, idempotent=bool(idempotent), cwd=cwd,
        stdin=stdin, depends_on=parents, dependents=edges(store, row, parents=False),
        dependents_total=store.db.value("SELECT count(*) FROM edge WHERE parent_id = ?", (row,)), attempts=attempts_,
        cloned_from=id_of(store, clone_of) if clone_of else "", tried=tried - base,
        account=_account(store, row, user), **_wishes(store, row),
        **_limit(store, row, kind, limit, estimate, attempts_), **(_asked(store, row) if stop == "cancel" else {}),
    )  # fmt: skip


def _account(store: Store, row: int, user: str) -> str:
    """Who really submitted it; *user* may be a label."""
    found = store.db.value(
        "SELECT a.user FROM event e JOIN actor a ON a.id = e.actor_id WHERE e.job_id = ? AND e.verb = 'submit' "
        "ORDER BY e.id LIMIT 1",
        (row,),
    )
    return user if found is None else str(found)


def _asked(store: Store, row: int) -> dict[str, Any]:
    """When, and by whom, a stop was asked for."""
    found = store.db.row(
        "SELECT e.at, a.user FROM event e JOIN actor a ON a.id = e.actor_id WHERE e.job_id = ? AND e.verb = 'stop' "
        "ORDER BY e.id DESC LIMIT 1",
        (row,),
    )
    return {"stop_at": found[0], "stop_by": found[1]} if found else {}


_WISHES = (
    "SELECT j.demand_id, j.unique_key, j.on_end, j.retry_factor, j.retry_most, j.umask, j.array_index, "
    "a.day, a.number, a.size, j.configs FROM job j LEFT JOIN array a ON a.id = j.array_id WHERE j.id = ?"
)


def _wishes(store: Store, row: int) -> dict[str, Any]:
    """What else was asked for."""
    found = store.db.row(_WISHES, (row,)) or (0,) * 11
    demand, unique, on_end, factor, most, umask, index, day, number, size, asked = found
    wants = resources.wants(store, demand)
    return {
        "resources": {name: units for name, units in wants.items() if not name.startswith(resources.ARRAY)},
        "unique": unique or "",
        "array": Element(ids.text(day, number), index, size) if day else None,
        "on_end": on_end,
        "retry_factor": factor,
        "retry_most": most,
        "umask": umask,
        "configs": json.loads(asked) if asked else None,
    }


def _limit(
    store: Store, row: int, kind: str, own: float | None, estimate: float | None, tries: Sequence[Attempt]
) -> dict[str, Any]:
    """How long it may run: as the last attempt was told, or as the next one would be."""
    factor, queues_limit = store.db.row(_QUEUE_LIMITS, (row,)) or (None, None)
    found = limits.effective(own, estimate, factor or store.limit_factor(kind), queues_limit)
    if tries and tries[-1].ended_at is None:
        frozen = store.db.value("SELECT time_limit FROM attempt WHERE token = ?", (tries[-1].token,))
        found = found if frozen == found.seconds else limits.Limit(frozen, "since its start")
    return {"limit": found.seconds, "limit_from": found.source}


_QUEUE_LIMITS = "SELECT q.limit_factor, q.time_limit FROM job j JOIN queue q ON q.id = j.queue_id WHERE j.id = ?"


def array_index(store: Store, row: int) -> int | None:
    """A job's index in its array, if it is an element of one."""
    found = store.db.value("SELECT array_index FROM job WHERE id = ?", (row,))
    return None if found is None else int(found)


def ids_of(store: Store, rows: Sequence[int]) -> list[str]:
    """The ids of many rows that lie close together, as those of one submit do; "" for one that is gone."""
    sql = "SELECT id, day, number FROM job WHERE id BETWEEN ? AND ?"
    found = {row: ids.text(day, number) for row, day, number in store.db.rows(sql, (min(rows), max(rows)))}
    return [found.get(row, "") for row in rows]


def id_of(store: Store, row: int) -> str:
    """A row's id, or "" when it is gone."""
    found = store.db.row("SELECT day, number FROM job WHERE id = ?", (row,))
    return ids.text(*found) if found else ""


def edges(store: Store, row: int, *, parents: bool) -> tuple[Edge, ...]:
    """What a job depends on, or (at most 1,000 of) what depends on it."""
    mine, other = ("child_id", "parent_id") if parents else ("parent_id", "child_id")
    rows = store.db.rows(
        f"SELECT o.id, o.day, o.number, {ids.CALLED.format(of='o')}, e.type, e.state, o.state, o.started_at, "
        f"o.array_id FROM edge e JOIN job o ON o.id = e.{other} WHERE e.{mine} = ? ORDER BY o.id LIMIT ?",
        (row, MOST_DEPENDENTS),
    )
    arrays_ = _arrays_of(store, row, rows) if parents else {}
    return tuple(_edge(found, arrays_.get((found[-1], found[4]), "")) for found in rows)


def _edge(found: Any, array: str) -> Edge:
    row, day, number, name, after, state, job, started, _ = found
    shown = State.PENDING if job == "running" and started is None else State(job)
    return Edge(row, ids.text(day, number), name, After(after), EdgeState(state), shown, array)


def _arrays_of(store: Store, child: int, parents: Sequence[Any]) -> dict[tuple[int, str], str]:
    """Of each array with many elements among a job's parents how far these are, by its row and the type of the edge."""
    some = Counter((found[-1], found[4]) for found in parents if found[-1] is not None)
    return {key: _progress(store, child, *key) for key, count in some.items() if count > MOST_ELEMENTS}


def _progress(store: Store, child: int, array: int, after: str) -> str:
    total, done = store.db.rows(
        "SELECT count(*), sum(e.state = 'satisfied') FROM edge e JOIN job p ON p.id = e.parent_id "
        "WHERE e.child_id = ? AND e.type = ? AND p.array_id = ?",
        (child, after, array),
    )[0]
    shown, size = arrays.called(store, array)
    return f"{shown if total == size else f'{total} of {shown}'}: {done}/{total} done"


def attempts(store: Store, row: int) -> tuple[Attempt, ...]:
    """Every attempt of a job, first to last; a claim that has not started is none."""
    rows = store.db.rows(
        "SELECT a.number, a.state, a.token, a.folder, w.name, a.claimed_at, a.started_at, a.ended_at, a.pid, "
        "a.exit_code, a.signal, a.cause, a.message, a.cpu_seconds, a.max_rss, a.stdout_bytes, a.stderr_bytes, "
        "r.path, r.size FROM attempt a JOIN worker w ON w.id = a.worker_id LEFT JOIN result r ON r.attempt_id = a.id "
        "WHERE a.job_id = ? ORDER BY a.number",
        (row,),
    )
    links = configs.of_job(store, row) if rows else {}
    found = (_attempt(values, links.get(values[0], ())) for values in rows)
    return tuple(attempt for attempt in found if attempt.started_at is not None or attempt.ended_at is not None)


def _attempt(values: tuple[Any, ...], links: tuple[ConfigLink, ...]) -> Attempt:
    number, state, *rest, data, size = values
    rest[9] = Cause(rest[9]) if rest[9] else None
    return Attempt._make([number, State(state), *rest, links, data or "", size or 0])


# -- finding ------------------------------------------------------------------------------------------


def by_id(store: Store, day: int, number: int) -> int | None:
    """The row of an id."""
    found = store.db.value("SELECT id FROM job WHERE day = ? AND number = ? AND batch IS NULL", (day, number))
    return None if found is None else int(found)


def by_range(store: Store, day: int, first: int, last: int) -> list[int]:
    """The rows of a range of a day's numbers that exist."""
    sql = "SELECT id FROM job WHERE day = ? AND number BETWEEN ? AND ? AND batch IS NULL ORDER BY id"
    return [row for (row,) in store.db.rows(sql, (day, first, last))]


def by_name(store: Store, name: str, *, only: bool) -> int | None:
    """The newest job with this name; with *only*, Ambiguous if several have it."""
    sql = "SELECT id, day, number FROM job WHERE name = ? AND name <> '' AND batch IS NULL ORDER BY id DESC LIMIT 4"
    rows = store.db.rows(sql, (name,))
    if only and len(rows) > 1:
        found = ", ".join(ids.text(day, number) for _, day, number in rows[:3])
        more = " and more" if len(rows) > 3 else ""
        raise Ambiguous(f"Several jobs are named {name}", f"{found}{more}", "Say which one by its id")
    return rows[0][0] if rows else None


def not_ended(store: Store, rows: Sequence[int]) -> set[int]:
    """Those of these rows that have not ended."""
    sql = f"SELECT id FROM job WHERE id IN ({marks(len(rows))}) AND ended_at IS NULL"
    return {row for (row,) in store.db.rows(sql, rows)}


def last(store: Store, user: str) -> int | None:
    """The newest job that this account submitted, whatever label it bears; from before the audit by its name."""
    sql = "SELECT id FROM job WHERE user = ? AND batch IS NULL ORDER BY id DESC LIMIT 1"
    found = store.db.value(_SUBMITTED, (user,)) or store.db.value(sql, (user,))
    return None if found is None else int(found)


_SUBMITTED = (  # the newest of the newest submit of each of its actors
    "SELECT max(j.id) FROM actor a JOIN change c ON c.id = (SELECT id FROM change INDEXED BY change_actor "
    "WHERE actor_id = a.id AND verb = 'submit' ORDER BY id DESC LIMIT 1) "
    "JOIN event e ON e.id = (SELECT id FROM event INDEXED BY event_change WHERE change_id = c.id AND verb = 'submit' "
    "ORDER BY id DESC LIMIT 1) JOIN job j ON j.id = e.job_id WHERE a.user = ? AND j.batch IS NULL"
)


def names_like(store: Store, prefix: str, most: int = 50) -> list[str]:
    """Names that begin so, for completion and for the nearest one."""
    named = "name <> '' AND batch IS NULL AND name >= ? AND name < ?"
    sql = f"SELECT DISTINCT name FROM job WHERE {named} ORDER BY name LIMIT ?"
    return [name for (name,) in store.db.rows(sql, (prefix, prefix + "\U0010ffff", most))]


# -- history --------------------------------------------------------------------------------------------


def history(store: Store, row: int, most: int = 1000) -> list[Event]:
    """A job's events, first to last."""
    rows = store.db.rows(
        "SELECT e.id, e.at, e.verb, a.user, a.host, a.face, coalesce(q.name, ''), e.before, e.after FROM event e "
        "JOIN actor a ON a.id = e.actor_id LEFT JOIN queue q ON q.id = e.queue_id WHERE e.job_id = ? "
        "ORDER BY e.id DESC LIMIT ?",
        (row, most),
    )
    id = id_of(store, row)
    return [_event(id, values) for values in reversed(rows)]


def _event(job: str, values: tuple[Any, ...]) -> Event:
    id, at, verb, user, host, face, queue, before, after = values
    return Event(id, at, verb, user, host, face, job, queue, _loads(before), _loads(after))


def _loads(text: str | None) -> dict[str, Any] | None:
    return None if text is None else json.loads(text)

"""Lists of jobs, by pages, in the order in which people read them, at a million jobs as at ten.

The order is three *segments*: running (oldest first), pending (in the order in which they will start),
ended (newest first). Each has an index of its own; how long each is the tallies know. A page is found by
its neighbour's last row (keyset) where there is one, else by one OFFSET from the nearer end.
A filter with words has no index: its rows are found by one scan, kept, and paged by position.
"""

from __future__ import annotations

import json
import time
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..models import Changes, JobFilter, JobRow, Page
from ..states import ENDED, Cause, State, parse_state
from . import ids, queues, workers
from .database import marks
from .lacks import Lacks, disk_low
from .reasons import retry, short_reason
from .store import Store

MOST_CHANGES = 2000  # rows; beyond it a reader reloads
MOST_MARKS = 500  # values in an IN list
NEAR = 20_000  # rows that are counted from the beginning before the rest is
REPEAT = 5.0  # a scan is repeated no sooner than after this many times its own length

COLUMNS = (
    "j.id, j.day, j.number, j.name, j.queue_id, j.kind, j.summary, j.user, j.state, j.priority, j.unmet, j.held, "
    "j.due, j.not_before, j.stop, j.created_at, j.started_at, j.ended_at, j.cause, j.message, j.exit_code, j.signal, "
    "j.tried, j.rank, j.weight, j.array_id, j.array_index, j.base, j.retries, j.demand_id"
)


Key = tuple[tuple[str, bool], ...]  # (column, descending)


class Segment(NamedTuple):
    """A stretch of the list with one order and one index. ``key`` are the columns of the order."""

    states: frozenset[State]
    where: str
    hint: str  # the name of its index
    queue_hint: str
    key: Key
    queue_key: Key  # the order within one queue


def _order(key: Key, *, backwards: bool = False) -> str:
    return ", ".join(f"j.{column} {'DESC' if down != backwards else 'ASC'}" for column, down in key)


SEGMENTS = (
    Segment(frozenset({State.RUNNING}), "j.state = 'running'", "job_running", "job_running", (("id", False),),
            (("id", False),)),
    Segment(
        frozenset({State.PENDING}),
        "j.state = 'pending' AND j.batch IS NULL",
        "job_pending",
        "job_queue_pending",
        (("priority", True), ("rank", False), ("id", False)),
        (("priority", True), ("weight", False), ("rank", False), ("id", False)),
    ),
    Segment(ENDED, "j.ended_at IS NOT NULL AND j.batch IS NULL", "job_ended", "job_queue_ended",
            (("ended_at", True), ("id", True)), (("ended_at", True), ("id", True))),
)  # fmt: skip


class _Query(NamedTuple):
    """A segment under a filter."""

    segment: Segment
    where: str
    parameters: tuple[Any, ...]
    hint: str  # INDEXED BY
    key: Key
    total: int


def version(store: Store) -> int:
    """The newest event."""
    return int(store.db.value("SELECT max(id) FROM event") or 0)


def changes(store: Store, since: int) -> Changes:
    """What changed after event *since*; -1 asks for the newest version only."""
    if since < 0:
        return Changes(version(store), frozenset(), False)
    sql = "SELECT id, job_id, verb FROM event WHERE id > ? ORDER BY id LIMIT ?"
    rows = store.db.rows(sql, (since, MOST_CHANGES + 1))
    purged = any(verb == "purge" for _, _, verb in rows)  # what went does not say so itself
    if len(rows) > MOST_CHANGES or purged or since > version(store):
        return Changes(version(store), None, True)
    jobs = frozenset(job for _, job, _ in rows if job is not None)
    return Changes(rows[-1][0] if rows else since, jobs, any(job is None for _, job, _ in rows))


def counts(store: Store) -> dict[State, int]:
    """Jobs of the whole yard by state, as people see them."""
    rows = store.db.rows("SELECT bucket, sum(n) FROM tally GROUP BY bucket")
    return queues.by_state(dict(rows))


# -- pages ----------------------------------------------------------------------------------------


def page(store: Store, where: JobFilter, offset: int, limit: int, anchor: Page | None = None) -> Page:
    """Rows *offset* … of the list; *anchor* is a page next to it, if the caller has one."""
    now_version = version(store)
    if _needs_scan(where):
        found = scan(store, where)
        wanted = found[offset:] if limit < 0 else found[offset : offset + limit]
        rows = rows_of(store, wanted)
        return Page(offset, len(found), tuple(rows[row] for row in wanted if row in rows), now_version)
    queries = _queries(store, where)
    total = sum(query.total for query in queries)
    if anchor is not None and anchor.offset + len(anchor.rows) != offset:
        anchor = None  # keyset only leads on from the page right before
    raw = _across(store, queries, offset, limit, anchor)
    return Page(offset, total, tuple(_finish(store, raw)), now_version)


def listing(store: Store, where: JobFilter, limit: int | None) -> list[JobRow]:
    """The list, from its beginning."""
    return list(page(store, where, 0, -1 if limit is None else limit).rows)


def walk(store: Store, where: JobFilter, passed: Mapping[int, object], size: int) -> Iterator[JobRow]:
    """The list, *size* rows at a time, without elements of the arrays that have been *passed* when they come up.

    The caller adds to *passed* as it goes. A job that changes sides meanwhile comes once.
    """
    told: set[int] = set()
    for raw in _stretches(store, where, passed, size):
        for row in _finish(store, raw):
            if row.row not in told:
                told.add(row.row)
                yield row


def _stretches(store: Store, where: JobFilter, passed: Mapping[int, object], size: int) -> Iterator[list[Any]]:
    if _needs_scan(where):
        found = scan(store, where)
        for start in range(0, len(found), MOST_MARKS):
            yield _picked(store, list(found[start : start + MOST_MARKS]), passed)
        return
    for query in _queries(store, where):
        after: JobRow | None = None
        while raw := _beyond(store, query, after, passed, size):
            yield raw
            if len(raw) < size:
                break
            after = _finish(store, raw[-1:])[0]


def _beyond(store: Store, query: _Query, after: JobRow | None, passed: Mapping[int, object], size: int) -> list[Any]:
    """Rows of a segment that come after one, without elements of the newest arrays passed."""
    keyset, values = _keyset(query.key, after) if after is not None else ("1", ())
    arrays = list(passed)[-MOST_MARKS:]
    others = f"(j.array_id IS NULL OR j.array_id NOT IN ({marks(len(arrays))}))" if arrays else "1"
    sql = (
        f"SELECT {COLUMNS} FROM job j {query.hint} WHERE {query.where} AND {keyset} AND {others} "
        f"ORDER BY {_order(query.key)} LIMIT ?"
    )
    return store.db.rows(sql, (*query.parameters, *values, *arrays, size))


def _picked(store: Store, rows: Sequence[int], passed: Mapping[int, object]) -> list[Any]:
    """These rows, in order, one of each array at most."""
    arrays: dict[int, int | None] = dict(
        store.db.rows(f"SELECT id, array_id FROM job WHERE id IN ({marks(len(rows))})", rows)
    )
    heads: dict[int, int] = {}
    for row in rows:
        key = arrays.get(row)
        heads.setdefault(-row if key is None else key, row)
    wanted = [row for key, row in heads.items() if key not in passed]
    found = {raw[0]: raw for raw in store.db.rows(f"{_BY_ROW} ({marks(len(wanted))})", wanted)}
    return [found[row] for row in wanted if row in found]


_BY_ROW = f"SELECT {COLUMNS} FROM job j WHERE j.batch IS NULL AND j.id IN"


def _across(store: Store, queries: Sequence[_Query], offset: int, limit: int, anchor: Page | None) -> list[Any]:
    """Rows from the segments that a page touches."""
    raw: list[Any] = []
    for query in queries:
        if offset < query.total and limit != len(raw):
            want = query.total if limit < 0 else limit - len(raw)
            raw += _fetch(store, query, offset, want, anchor if offset else None)
        offset = max(0, offset - query.total)
    return raw


def _fetch(store: Store, query: _Query, offset: int, limit: int, anchor: Page | None) -> list[Any]:
    """Rows of one segment: after the anchor, or else from the nearer end."""
    limit = min(limit, query.total - offset)
    source = f"SELECT {COLUMNS} FROM job j {query.hint} WHERE {query.where}"
    after = _anchor_row(query, anchor)
    if after is not None:
        keyset, values = _keyset(query.key, after)
        sql = f"{source} AND {keyset} ORDER BY {_order(query.key)} LIMIT ?"
        return store.db.rows(sql, (*query.parameters, *values, limit))
    behind = query.total - offset - limit
    if behind < offset:
        sql = f"{source} ORDER BY {_order(query.key, backwards=True)} LIMIT ? OFFSET ?"
        return store.db.rows(sql, (*query.parameters, limit, behind))[::-1]
    sql = f"{source} ORDER BY {_order(query.key)} LIMIT ? OFFSET ?"
    return store.db.rows(sql, (*query.parameters, limit, offset))


def _anchor_row(query: _Query, anchor: Page | None) -> JobRow | None:
    """The last row of the page before, if this page goes on in its segment."""
    last = anchor.rows[-1] if anchor is not None and anchor.rows else None
    if last is None:
        return None
    stored = State.RUNNING if last.handed else last.state
    return last if stored in query.segment.states else None


def _keyset(key: Key, row: JobRow, *, backwards: bool = False) -> tuple[str, tuple[Any, ...]]:
    """A condition for all that come after *row* (*backwards*: before it), and its parameters.

    Written out per column because the directions differ, with the leading column bounded alone so that
    the index is entered at the right place.
    """
    order = [(column, down != backwards) for column, down in key]
    lead, down = order[0]
    values = {"id": row.row, "priority": row.priority, "rank": row.rank, "weight": row.weight, "ended_at": row.ended_at}
    clauses, parameters = [], [values[lead]]
    for depth, (column, descending) in enumerate(order):
        equal = [name for name, _ in order[:depth]]
        clauses.append(
            " AND ".join([f"j.{name} = ?" for name in equal] + [f"j.{column} {'<' if descending else '>'} ?"])
        )
        parameters += [values[name] for name in equal] + [values[column]]
    bound = f"j.{lead} {'<=' if down else '>='} ?"
    return f"{bound} AND ({' OR '.join(f'({clause})' for clause in clauses)})", tuple(parameters)


def _queries(store: Store, where: JobFilter) -> list[_Query]:
    buckets = queues.tallies(store)
    return [query for segment in SEGMENTS if (query := _query(store, segment, where, buckets)) is not None]


def _query(store: Store, segment: Segment, where: JobFilter, buckets: dict[int, dict[str, int]]) -> _Query | None:
    """A segment under a filter that has no words, or None where the filter excludes it."""
    states = segment.states & where.states if where.states else segment.states
    if State.PENDING in where.states and State.RUNNING in segment.states:
        states = segment.states  # handed jobs live here; people call them pending
    if not states:
        return None
    clauses: list[str] = [segment.where]
    parameters: list[Any] = []
    index, key = segment.hint, segment.key
    if len(states) < len(segment.states):
        clauses.append(f"j.state IN ({marks(len(states))})")
        parameters += sorted(states)
        index = "job_state_ended" if len(states) == 1 else index
    handed = _handed_clause(segment, where)
    clauses += handed
    if where.queues:
        clauses.append(f"j.queue_id IN ({marks(len(where.queues))})")
        parameters += sorted(where.queues)
        if len(where.queues) == 1 and index != "job_state_ended":
            index, key = segment.queue_hint, segment.queue_key
    if where.user:
        clauses.append("j.user = ?")
        parameters.append(where.user)
    if where.ended_since is not None and segment.states is ENDED:
        clauses.append("j.ended_at >= ?")
        parameters.append(where.ended_since)
    condition = " AND ".join(clauses)
    hint = f"INDEXED BY {index}"
    total = _total(store, segment, states, where, buckets, (hint, condition, parameters), bool(handed))
    return _Query(segment, condition, tuple(parameters), hint, key, total)


def _handed_clause(segment: Segment, where: JobFilter) -> list[str]:
    """Handed jobs are stored as running and shown as pending."""
    if State.RUNNING not in segment.states or not where.states:
        return []
    if State.RUNNING not in where.states:
        return ["j.started_at IS NULL"]
    return [] if State.PENDING in where.states else ["j.started_at IS NOT NULL"]


def _total(
    store: Store,
    segment: Segment,
    states: frozenset[State],
    where: JobFilter,
    buckets: dict[int, dict[str, int]],
    counting: tuple[str, str, list[Any]],
    handed: bool,
) -> int:
    """How many rows: from the tallies where they know, else counted."""
    if where.user or handed or (where.ended_since is not None and segment.states is ENDED):
        hint, condition, parameters = counting
        return int(store.db.value(f"SELECT count(*) FROM job j {hint} WHERE {condition}", parameters))
    names = {state.value for state in states} | ({"next"} if State.RUNNING in segment.states else set())
    chosen = where.queues or buckets.keys()
    return sum(buckets.get(queue, {}).get(name, 0) for queue in chosen for name in names)


# -- filters with words ------------------------------------------------------------------------------


def _needs_scan(where: JobFilter) -> bool:
    return bool(where.words) or where.rows is not None


_scans: dict[tuple[str, JobFilter], tuple[int, float, float, array[int]]] = {}


def scan(store: Store, where: JobFilter) -> array[int]:
    """The rows that a filter with words shows, in order. Interruptible; kept until something changes."""
    key = (str(store.path), where)
    now_version, now = version(store), time.monotonic()
    if key in _scans:
        its_version, at, took, found = _scans[key]
        if its_version == now_version or now - at < REPEAT * took:
            return found
    found = _scan(store, where)
    _scans.clear()
    _scans[key] = (now_version, time.monotonic(), time.monotonic() - now, found)
    return found


def _scan(store: Store, where: JobFilter) -> array[int]:
    plain = JobFilter(states=where.states, queues=where.queues, user=where.user, ended_since=where.ended_since)
    buckets = queues.tallies(store)
    found = array("q")
    conditions, values = _words(store, where.words)
    if where.rows is not None:
        conditions += " AND j.id IN (SELECT value FROM json_each(?))"
        values.append(json.dumps(sorted(where.rows)))
    with store.db.interruptible():
        for segment in SEGMENTS:
            query = _query(store, segment, plain, buckets)
            if query is not None and query.total:
                sql = (
                    f"SELECT j.id FROM job j {query.hint} WHERE {query.where}{conditions} ORDER BY {_order(query.key)}"
                )
                found.extend(row for (row,) in store.db.rows(sql, (*query.parameters, *values)))
    return found


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


# -- where a job stands in a list -------------------------------------------------------------------


def offset_of(store: Store, where: JobFilter, row: int) -> int | None:
    """The position of a job in a list, or None if the list does not show it."""
    if _needs_scan(where):
        found = scan(store, where)
        return found.index(row) if row in found else None
    found_row = rows_of(store, [row]).get(row)
    if found_row is None:
        return None
    before = 0
    for query in _queries(store, where):
        inside = store.db.value(f"SELECT 1 FROM job j WHERE {query.where} AND j.id = ?", (*query.parameters, row))
        if inside:
            return before + _before(store, query, found_row)
        before += query.total
    return None


def _before(store: Store, query: _Query, row: JobRow) -> int:
    """How many rows of the segment come before this one."""
    before = _count(store, query, row, backwards=True, most=NEAR)
    if before < NEAR:
        return before
    return max(0, query.total - _count(store, query, row, backwards=False, most=-1) - 1)


def _count(store: Store, query: _Query, row: JobRow, *, backwards: bool, most: int) -> int:
    keyset, values = _keyset(query.key, row, backwards=backwards)
    rows = f"SELECT 1 FROM job j {query.hint} WHERE {query.where} AND {keyset} LIMIT ?"
    return int(store.db.value(f"SELECT count(*) FROM ({rows})", (*query.parameters, *values, most)))


# -- rows ---------------------------------------------------------------------------------------------


def rows_of(store: Store, rows: Sequence[int]) -> dict[int, JobRow]:
    """These jobs, by row."""
    raw: list[Any] = []
    for start in range(0, len(rows), 500):
        some = list(rows[start : start + 500])
        raw += store.db.rows(
            f"SELECT {COLUMNS} FROM job j WHERE j.id IN ({marks(len(some))}) AND j.batch IS NULL", some
        )
    return {row.row: row for row in _finish(store, raw)}


def _finish(store: Store, raw: Sequence[Any]) -> list[JobRow]:
    if not raw:
        return []
    known = {queue.id: queue for queue in queues.every(store)}
    parents = _open_parents(store, [row[0] for row in raw if row[8] == "pending" and row[10]])
    around = _Around(known, parents, workers.any_alive(store), Lacks(store, _lacking(raw)), disk_low(store))
    return [_job_row(row, around) for row in raw]


class _Around(NamedTuple):
    """What the reasons of a page's pending jobs are read from, once for all of them."""

    queues: dict[int, Any]
    parents: dict[int, str]
    alive: bool  # whether a worker lives
    lacks: Lacks
    disk_low: str


def _lacking(raw: Sequence[Any]) -> list[int]:
    """The demands of those that are pending."""
    return [row[-1] for row in raw if row[8] == "pending"]


def _open_parents(store: Store, rows: Sequence[int]) -> dict[int, str]:
    """One parent that each of these waits for."""
    found: dict[int, str] = {}
    for start in range(0, len(rows), 500):
        some = rows[start : start + 500]
        for child, day, number in store.db.rows(
            "SELECT e.child_id, p.day, p.number FROM edge e JOIN job p ON p.id = e.parent_id "
            f"WHERE e.child_id IN ({marks(len(some))}) AND e.state = 'open' GROUP BY e.child_id",
            some,
        ):
            found[child] = ids.text(day, number)
    return found


def _job_row(row: Any, around: _Around) -> JobRow:
    (
        id, day, number, name, queue_id, kind, summary, user, state, priority, unmet, held, due, not_before, stop,
        created, started, ended, cause, message, exit_code, signal, tried, rank,
        weight, array_id, array_index, base, retries, demand,
    ) = row  # fmt: skip
    queue = around.queues[queue_id]
    handed = state == "running" and started is None
    shown = State.PENDING if handed else State(state)
    reason = ""
    if handed:
        reason = "next"
    elif shown is State.PENDING:
        reason = short_reason(
            queue,
            held=held,
            due=due,
            not_before=not_before,
            unmet=unmet,
            parent=around.parents.get(id, ""),
            alive=around.alive,
            retry=retry(tried, base, retries),
            lack=around.lacks.short(demand, (-priority, rank, id)),
            disk_low=around.disk_low,
            array=around.lacks.short_array(demand, (-priority, rank, id)),
        )
    return JobRow(
        row=id, id=ids.text(day, number), name=name, queue_id=queue_id, session=queue.session, queue=queue.name,
        kind=kind, state=shown, reason=reason, priority=priority, user=user, held=bool(held), stopping=stop == "cancel",
        created_at=created, started_at=started, ended_at=ended, exit_code=exit_code, signal=signal,
        cause=Cause(cause) if cause else None, message=message, attempts=tried,
        command=summary, unmet=unmet, rank=rank, weight=weight, handed=handed, array_id=array_id,
        array_index=array_index,
    )  # fmt: skip


def environment(store: Store, row: int) -> dict[str, str]:
    """A job's environment, as captured at submit."""
    data = store.db.value("SELECT e.data FROM job j JOIN environment e ON e.id = j.env_id WHERE j.id = ?", (row,))
    return dict(json.loads(data))

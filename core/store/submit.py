"""New jobs: one or a million, all or nothing.

Up to one chunk goes in a single transaction. More go in chunks under a *batch* that no claim and no
list sees. The batch becomes real in the one transaction that marks it complete; its rows are then
admitted in steps. Its lock file tells whether the submitter lives: `sweep` removes what a dead one
left incomplete and finishes what it left complete.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from .. import crash, modes
from ..models import JobSpec
from ..states import After, State, judge
from . import ids, settle, unique, weights
from .arrays import Begun, NewArray, begin, forget
from .database import insert
from .store import Store

CHUNK = 1000  # rows a transaction: below 50 ms
EDGES = 5000  # likewise
RANK_GAP = 1 << 20  # room for 20 halvings between neighbours

crash.register(
    submit_chunk="some chunks of a bulk submit are in, the batch is not complete",
    submit_complete="the batch is complete, its rows are not admitted yet",
    submit_admit="some rows of a complete batch are admitted",
)

_JOB = (
    "INSERT INTO job (id, day, number, name, queue_id, kind, fields, summary, user, priority, rank, held, due, "
    "not_before, batch, created_at, time_limit, estimate, retries, retry_delay, idempotent, cwd, umask, env_id, stdin, "
    "clone_of, demand_id, weight, retry_factor, retry_most, on_end, unique_key, array_id, array_index, "
    "unmet, folded, configs) "
    "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
)
_INTERN = (  # one that is about to be used must not be purged: it says when it was looked up, to the hour
    "INSERT INTO environment (hash, data, seen) VALUES (?, ?, ?) ON CONFLICT (hash) DO UPDATE "
    "SET seen = excluded.seen WHERE seen < excluded.seen - 3600"
)
EdgeRow = tuple[int, int, str, str]  # child, parent, type, state

_EDGE = "INSERT INTO edge (child_id, parent_id, type, state, counted) VALUES (?,?,?,?,{counted})"
_EVENTS = (
    "INSERT INTO event (at, verb, actor_id, job_id, queue_id, change_id) "
    "SELECT ?, 'submit', ?, id, queue_id, ? FROM job WHERE id BETWEEN ? AND ? ORDER BY id"
)
_COUNTED, _TO_COUNT = _EDGE.format(counted=1), _EDGE.format(counted=0)  # with their child, or by trigger


class Parent(NamedTuple):
    """A parent of a new job: *inside* is its index in the same submit, else *row* exists already."""

    after: After
    row: int = 0
    inside: int = -1


class NewJob(NamedTuple):
    """A checked job, ready to be stored. ``cwd``, ``umask`` and ``stdin`` are the spec's unless given."""

    spec: JobSpec
    queue_id: int
    fields: str  # JSON
    summary: str
    env_id: int
    parents: tuple[Parent, ...] = ()
    clone_of: int | None = None
    cwd: str = ""
    umask: int = -1
    stdin: str = ""
    demand_id: int = 0
    array: int = -1  # which of the arrays of this submit it is an element of
    array_index: int | None = None
    name: str = ""  # an element's own, where it is not the spec's
    configs: str | None = None  # JSON


def intern_environment(store: Store, data: str) -> int:
    """The row of an environment (JSON text), stored once for each SHA-256."""
    digest = hashlib.sha256(data.encode("utf-8", "surrogateescape")).hexdigest()
    with store.db.transaction(quiet=True) as connection:
        connection.execute(_INTERN, (digest, data, store.clock()))
        return int(connection.execute("SELECT id FROM environment WHERE hash = ?", (digest,)).fetchone()[0])


def add(
    store: Store,
    jobs: Sequence[NewJob],
    progress: Callable[[int], None] | None = None,
    arrays: Sequence[NewArray] = (),
) -> list[int]:
    """Store these jobs and the arrays that some are elements of; their rows, in order. Raises Taken."""
    if not jobs:
        return []
    with store.changing("submit"):
        try:
            rows = _add(store, jobs, progress, arrays)
        except unique.TakenByBatch:
            sweep(store)  # its submitter may be dead
            rows = _add(store, jobs, progress, arrays)
    settle.settle_all(store)  # below a job that ended badly, more than its own children may be skipped
    return rows


def _add(
    store: Store, jobs: Sequence[NewJob], progress: Callable[[int], None] | None, arrays: Sequence[NewArray]
) -> list[int]:
    if len(jobs) <= CHUNK and not _many_edges(jobs):
        return _add_at_once(store, jobs, arrays)
    return _add_batch(store, jobs, progress or (lambda done: None), arrays)


def _many_edges(jobs: Sequence[NewJob]) -> bool:
    return sum([len(job.parents) for job in jobs]) > EDGES


def _add_at_once(store: Store, jobs: Sequence[NewJob], arrays: Sequence[NewArray]) -> list[int]:
    with store.db.transaction() as connection:
        row, day, number = ids.reserve(connection, len(jobs), store.clock())
        place = _Place(row, day, number, None, begin(store, connection, arrays, row, day, number) if arrays else ())
        for _ in _insert(store, connection, jobs, 0, place):
            pass
        if weights.submitted(connection, row, row + len(jobs) - 1):
            weights.step(store, connection)
    return list(range(row, row + len(jobs)))


def _add_batch(
    store: Store, jobs: Sequence[NewJob], progress: Callable[[int], None], arrays: Sequence[NewArray]
) -> list[int]:
    with store.db.transaction(quiet=True) as connection:
        row, day, number = ids.reserve(connection, len(jobs), store.clock())
        last = row + len(jobs) - 1
        batch = _new_batch(connection, row, last, store.clock())
        begun = begin(store, connection, arrays, row, day, number)
        lock = _lock(store.run, batch)
    try:
        _fill_batch(store, jobs, _Place(row, day, number, batch, begun), progress)
        _admit(store, batch, row, last)
    finally:
        _unlock(store.run, batch, lock)
    return list(range(row, last + 1))


def _fill_batch(store: Store, jobs: Sequence[NewJob], place: _Place, progress: Callable[[int], None]) -> None:
    """All rows, and the mark that they are complete; from then on nothing takes them back."""
    assert place.batch is not None
    try:
        with store.db.in_bulk():
            for start in range(0, len(jobs), CHUNK):
                _insert_chunk(store, jobs[start : start + CHUNK], start, place)
                progress(min(start + CHUNK, len(jobs)))
        with store.db.transaction(quiet=True) as connection:
            connection.execute("UPDATE batch SET complete = 1 WHERE id = ?", (place.batch,))
    except BaseException:
        _remove(store, place.batch, place.row, place.row + len(jobs) - 1)
        raise
    crash.point("submit.complete")


def _insert_chunk(store: Store, jobs: Sequence[NewJob], start: int, place: _Place) -> None:
    """A chunk in a transaction; jobs that wait for very many others in several."""
    portions = _insert(store, store.db.connection, jobs, start, place)
    more = True
    while more:
        with store.db.transaction(quiet=True):
            more = next(portions, None) is not None
        crash.point("submit.chunk")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a submit's rows go: its first row, day and number."""

    row: int
    day: int
    number: int
    batch: int | None
    arrays: Sequence[Begun] = ()
    later: dict[int, list[EdgeRow]] = field(default_factory=dict)  # first index of a chunk → edges that wait for it


def _insert(
    store: Store, connection: sqlite3.Connection, jobs: Sequence[NewJob], start: int, place: _Place
) -> Iterator[int]:
    """Insert jobs *start*… of a submit, their events and edges; yields where a transaction may end."""
    now, user, actor = store.clock(), store.actor.user, store.actor_id()
    unique.check(connection, [job.spec.unique for job in jobs if job.spec.unique])
    first = place.row + start
    late = place.later.pop(start, [])
    edges = _edges_now(_edge_rows(connection, jobs, start, place), place, first + len(jobs))
    together = list(islice(edges, EDGES))
    unmet = Counter([child for child, _, _, state in together if state == "open"])
    insert(connection, _JOB, [*_job_rows(jobs, start, place, now, user, weights.policies(connection), unmet)])
    connection.execute(_EVENTS, (now, actor, store.change_id(), first, first + len(jobs) - 1))
    _insert_edges(store, connection, _COUNTED, together)
    others = chain(late, edges)
    while (late or len(together) == EDGES) and (some := list(islice(others, EDGES))):
        yield len(some)
        _insert_edges(store, connection, _TO_COUNT, some)


def _insert_edges(store: Store, connection: sqlite3.Connection, sql: str, edges: Sequence[EdgeRow]) -> None:
    insert(connection, sql, edges)
    dead = {child for child, _, _, state in edges if state == "dead"}
    settle.skip(store, connection, sorted(dead))


def _edges_now(edges: Iterable[EdgeRow], place: _Place, end: int) -> Iterator[EdgeRow]:
    """The edges whose ends are both there before row *end*; one to a parent of a later chunk waits for that chunk."""
    for edge in edges:
        if edge[1] < end:
            yield edge
        else:
            place.later.setdefault((edge[1] - place.row) // CHUNK * CHUNK, []).append(edge)


def _job_rows(
    jobs: Sequence[NewJob],
    start: int,
    place: _Place,
    now: float,
    user: str,
    policies: Mapping[int, str],
    unmet: Mapping[int, int],
) -> Iterator[tuple[object, ...]]:
    row, number = place.row + start, place.number + start
    day, batch = place.day, place.batch
    for job in jobs:
        spec = job.spec
        due = 0 if spec.not_before is not None and spec.not_before > now else 1
        array, demand = place.arrays[job.array] if job.array >= 0 else (None, None)
        weight = weights.at_first(policies.get(job.queue_id, "fifo"), spec.estimate) if policies else 0.0
        yield (
            row, day, number, job.name or spec.name, job.queue_id, spec.kind, job.fields, job.summary,
            spec.user or user, spec.priority, row * RANK_GAP, int(spec.held), due, spec.not_before, batch, now,
            spec.time_limit, spec.estimate, spec.retries, spec.retry_delay, int(spec.idempotent), job.cwd or spec.cwd,
            spec.umask if job.umask < 0 else job.umask, job.env_id, job.stdin or spec.stdin, job.clone_of,
            demand or job.demand_id, weight, spec.retry_factor, spec.retry_most, spec.on_end, spec.unique or None,
            array, job.array_index, unmet.get(row, 0), int(array is not None and array != row),
            job.configs,
        )  # fmt: skip
        row += 1
        number += 1


def _edge_rows(connection: sqlite3.Connection, jobs: Sequence[NewJob], start: int, place: _Place) -> Iterator[EdgeRow]:
    # Plain strings: sqlite3 asks its adapters about every other type, which takes longer than the row.
    child = place.row + start
    for job in jobs:
        for parent in job.parents:
            if parent.inside >= 0:
                yield child, place.row + parent.inside, parent.after.value, "open"
            else:
                state = judge(parent.after, _state(connection, parent.row))
                yield child, parent.row, parent.after.value, state.value
        child += 1


def _state(connection: sqlite3.Connection, row: int) -> State:
    found = connection.execute("SELECT state FROM job WHERE id = ?", (row,)).fetchone()
    return State(found[0]) if found else State.CANCELLED


# -- batches --------------------------------------------------------------------------------------


def sweep(store: Store) -> int:
    """Finish or remove the batches of submitters that died; how many there were."""
    swept = 0
    for batch, first, last, complete in store.db.rows("SELECT id, first, last, complete FROM batch"):
        lock = _try_lock(store.run, batch)
        if lock is None:
            continue
        try:
            if _still_there(store, batch, first, complete):
                (_admit if complete else _remove)(store, batch, first, last)
                swept += 1
        finally:
            _unlock(store.run, batch, lock)
    return swept


def _still_there(store: Store, batch: int, first: int, complete: int) -> bool:
    """Whether the batch is as it was before its lock was taken: its submitter may have finished in between."""
    sql = "SELECT 1 FROM batch WHERE id = ? AND first = ? AND complete = ?"
    return store.db.value(sql, (batch, first, complete)) is not None


def _admit(store: Store, batch: int, first: int, last: int) -> None:
    """Make a complete batch's rows visible, a chunk a transaction, in order."""
    with store.db.in_bulk():
        for start in range(first, last + 1, CHUNK):
            stop = min(start + CHUNK - 1, last)
            with store.db.transaction() as connection:
                connection.execute(
                    "UPDATE job SET batch = NULL WHERE id BETWEEN ? AND ? AND batch = ?", (start, stop, batch)
                )
                _note_skipped(connection, start, stop)
                weights.submitted(connection, start, stop)
            crash.point("submit.admit")
    with store.db.transaction() as connection:
        connection.execute("DELETE FROM batch WHERE id = ?", (batch,))


def _note_skipped(connection: sqlite3.Connection, first: int, last: int) -> None:
    """Rows that were skipped while the batch grew had none of the edges that later chunks brought."""
    skipped = connection.execute("SELECT id FROM job WHERE id BETWEEN ? AND ? AND state = 'skipped'", (first, last))
    settle.note(connection, [row for (row,) in skipped.fetchall()])


def _remove(store: Store, batch: int, first: int, last: int) -> None:
    """Take back every row of a batch that never became complete."""
    for sql in (
        "DELETE FROM edge WHERE child_id BETWEEN ? AND ?",
        "DELETE FROM event WHERE job_id BETWEEN ? AND ?",
        "DELETE FROM job WHERE id BETWEEN ? AND ?",
    ):
        for start in range(first, last + 1, CHUNK):
            with store.db.transaction(quiet=True) as connection:
                connection.execute(sql, (start, min(start + CHUNK - 1, last)))
    with store.db.transaction(quiet=True) as connection:
        forget(connection, first, last)
        connection.execute("DELETE FROM batch WHERE id = ?", (batch,))


def _new_batch(connection: sqlite3.Connection, first: int, last: int, now: float) -> int:
    sql = "INSERT INTO batch (first, last, created_at) VALUES (?, ?, ?)"
    return int(connection.execute(sql, (first, last, now)).lastrowid or 0)


def _path(run: Path, batch: int) -> Path:
    folder = run / "batches"
    with contextlib.suppress(FileExistsError):
        modes.make_common(folder)
    return folder / f"{batch}.lock"


def _lock(run: Path, batch: int) -> int:
    lock = modes.open_file(_path(run, batch), os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def _try_lock(run: Path, batch: int) -> int | None:
    lock = modes.open_file(_path(run, batch), os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _unlock(run: Path, batch: int, lock: int) -> None:
    with contextlib.suppress(OSError):
        _path(run, batch).unlink()
    os.close(lock)

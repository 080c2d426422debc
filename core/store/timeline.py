"""What ran in a window of time: attempts one by one while they are few, else the longest of them and heaps of the rest.

Every query is a range of `attempt_ended`, which holds all that is asked of an attempt; a job is looked up for what it
alone knows. Heaps are made by SQLite, a cell a query: what it has to sort is short, and a million attempts become some
thousand rows in Python. How long very many waited is told by some of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from ..gantt import waits
from ..gantt.gaps import HELD, LATER, PARENTS
from ..gantt.spans import MOST_SPANS, By, Group, Heap, Queued, Span, Timeline, Waited, Wish
from ..models import JobFilter
from ..states import State
from . import ids, resources
from .filtering import conditions
from .listing.found import whole
from .queues import DEFAULT
from .schema import PENDING
from .standstill import blocks, events_of_yard, lives
from .store import Store

LONG = 3  # cells; shorter attempts go into heaps where there are too many
SAMPLE = 10_000  # attempts whose waits are looked at where there are more
_SPREAD = 40503  # 65,536 by the golden ratio: so multiplied, numbers that follow each other are spread evenly
STATES = (State.COMPLETED, State.FAILED, State.CANCELLED)  # of attempts that have ended, by their codes below

_BEGAN = "coalesce(min(a.started_at, a.ended_at), a.ended_at)"  # a clock that was set may have it end before its start
_ENDED = (
    "FROM attempt a INDEXED BY attempt_ended JOIN job j ON j.id = a.job_id "
    f"WHERE a.ended_at IS NOT NULL AND a.ended_at >= ? AND {_BEGAN} < ?"
)
_RUNNING = (
    "FROM attempt a INDEXED BY attempt_running JOIN job j ON j.id = a.job_id "
    "WHERE a.state = 'running' AND a.started_at < ?"
)
_COLUMNS = (
    "a.job_id, j.day, j.number, j.name, j.summary, j.array_index, a.number, j.queue_id, j.user, a.worker_id, a.state, "
    "a.started_at, a.ended_at, j.created_at, j.not_before, a.message, j.demand_id, j.tried, "
    "(SELECT p.ended_at FROM attempt p WHERE p.job_id = a.job_id AND p.number = a.number - 1)"
)
_NEVER = 1e15  # later than any time
_HEAP = (
    "SELECT {}, CASE a.state WHEN 'completed' THEN 0 WHEN 'failed' THEN 1 ELSE 2 END, "
    "CASE WHEN ifnull(a.started_at, a.ended_at) < ?1 THEN -1 "
    "ELSE CAST((ifnull(a.started_at, a.ended_at) - ?1) / ?2 AS INTEGER) END, count(*), "
    "sum(ifnull(a.started_at, a.ended_at) - ?1), sum(a.ended_at - ?1), min(j.created_at) "
    "FROM attempt a INDEXED BY attempt_ended JOIN job j ON j.id = a.job_id WHERE a.ended_at IS NOT NULL "
    "AND a.ended_at >= ?4 AND a.ended_at < ?5 AND (?5 <= ?3 OR ifnull(a.started_at, a.ended_at) < ?3)"
)
_WAITS = (
    "SELECT a.started_at, max(0.0, a.started_at - j.created_at) FROM attempt a INDEXED BY attempt_ended "
    "JOIN job j ON j.id = a.job_id WHERE a.ended_at IS NOT NULL AND a.ended_at >= ?1 AND a.started_at >= ?1 "
    f"AND a.started_at < ?2 AND (a.id * {_SPREAD} & 65535) < ?3 AND j.tried = 1 AND j.base = 0"
)
_GROUP: dict[By, str] = {"queue": "j.queue_id", "worker": "a.worker_id", "user": "j.user"}

Part = tuple[str, list[Any]]  # SQL that begins with AND, and its parameters


def timeline(store: Store, wish: Wish) -> Timeline:
    """What ran in the window of a wish, why nothing did, and how long it waited. Interruptible."""
    with store.db.interruptible() as long, store.db.reading():
        return _Looking(store, wish, long.check).answer()


class _Names(NamedTuple):
    """What groups are called, and the queues with their slots."""

    queues: dict[int, Group]
    workers: dict[int, str]


class _Looking:
    """One wish, being answered."""

    def __init__(self, store: Store, wish: Wish, check: Callable[[], None]) -> None:
        self._store, self._wish, self._window = store, wish, wish.window
        self._check = check  # raises Interrupted
        self._now = store.clock()
        self._which = _which(store, wish.where)
        self._events = events_of_yard(store)
        self._lives = lives(store, self._window.start, self._now, self._events)
        self._names = _Names(_queues(store), {life.id: life.name for life in self._lives})

    def answer(self) -> Timeline:
        """Everything."""
        many, wish = self._many(), self._wish
        running = self._spans(_RUNNING, [self._window.end], ("", []))
        long = self._long() if many else ("", [])
        ended = self._spans(_ENDED, [self._window.start, self._window.end], long)
        if many and len(ended) > MOST_SPANS:
            ended, long = [], (" AND 0", [])
        heaps = list(self._heaps(long)) if many else []
        spans = tuple(ended + running)
        total = len(spans) + sum(heap.many for heap in heaps)
        queued = (*self._queued(spans, heaps), *self._heads())
        by_cell, waited = self._waits(spans, total, many)
        return Timeline(
            wish, self._now, self._groups(), spans, tuple(heaps),
            tuple(blocks(self._store, wish, self._now, self._names.queues, self._lives, self._events)),
            queued, by_cell, waited, self._oldest(), total, self._slots(),
            wish.where._replace(queues=frozenset()) != JobFilter(),
        )  # fmt: skip

    # -- attempts -------------------------------------------------------------------------------------------

    def _many(self) -> bool:
        """Whether too many have ended in the window to tell each."""
        text, values = self._which
        sql = f"SELECT count(*) FROM (SELECT 1 {_ENDED}{text} LIMIT ?)"
        bounds = [self._window.start, self._window.end]
        return bool(self._store.db.value(sql, [*bounds, *values, MOST_SPANS + 1]) > MOST_SPANS)

    def _long(self) -> Part:
        return " AND a.ended_at - a.started_at >= ?", [LONG * self._window.step]

    def _spans(self, source: str, bounds: list[float], more: Part) -> list[Span]:
        text, values = self._which
        sql = f"SELECT {_COLUMNS} {source}{more[0]}{text} LIMIT ?"
        rows = self._store.db.rows(sql, [*bounds, *more[1], *values, MOST_SPANS + 1])
        wants = resources.wants_of(self._store, {row[16] for row in rows if row[16]})
        return [self._span(row, wants) for row in rows]

    def _span(self, row: Sequence[Any], wants: dict[int, Any]) -> Span:
        job, day, number, name, summary, index, attempt, queue, user, worker, state, started, ended, *rest = row
        created, not_before, message, demand, tried, before = rest
        began = ended if started is None else started
        waited = max(at for at in (created, before, not_before) if at is not None and (at <= began or at == created))
        called = (name or summary) + (f"[{index}]" if index is not None else "")
        known = {"queue": self._queue(queue), "worker": self._worker(worker), "user": user}
        return Span(
            row=job, id=ids.text(day, number), name=called, attempt=attempt, group=known[self._wish.by], **known,
            state=State(state), start=began if ended is None else min(began, ended), end=ended, waited_from=waited,
            message=message or "", wants=tuple(wants.get(demand, ())), attempts=max(tried, attempt),
            torn=ended is not None and ended < began,
        )  # fmt: skip

    def _heaps(self, long: Part) -> Iterator[Heap]:
        """Those that are not told one by one, by the cell in which they ended."""
        text, values = self._which
        others = " AND NOT ifnull(a.ended_at - a.started_at >= ?, 0)" if long[1] else ""
        sql = _HEAP.format(_GROUP[self._wish.by]) + f"{others}{text} GROUP BY 1, 2, 3"
        window = self._window
        for cell in range(window.cells + 1):
            self._check()
            end = window.time(cell + 1) if cell < window.cells else _NEVER
            numbers = [window.start, window.step, window.end, window.time(cell), end]
            for key, state, first, count, starts, ends, since in self._store.db.rows(
                sql, [*numbers, *long[1], *values]
            ):
                group, starts = self._called(key), min(starts, ends)
                yield Heap(group, min(first, cell), cell, STATES[state], count, starts, ends, since)

    def _waits(self, spans: Sequence[Span], total: int, many: bool) -> tuple[dict[int, Waited], Waited]:
        """Of those with one attempt only, and of so many some, where there are too many to look at each."""
        if not many:
            return waits.by_cell(((span.start, span.waited) for span in spans if span.attempt), self._window)
        text, values = self._which
        share = min(65536, 65536 * SAMPLE // total)
        rows = self._store.db.rows(_WAITS + text, [self._window.start, self._window.end, share, *values])
        return waits.by_cell(rows, self._window)

    # -- groups ---------------------------------------------------------------------------------------------

    def _called(self, key: Any) -> str:
        calls: dict[By, Callable[[Any], str]] = {"queue": self._queue, "worker": self._worker, "user": str}
        return calls[self._wish.by](key)

    def _queue(self, id: int) -> str:
        group = self._names.queues.get(id)
        return group.name if group is not None else str(id)

    def _worker(self, id: int) -> str:
        if id not in self._names.workers:
            found = self._store.db.value("SELECT name FROM worker WHERE id = ?", (id,))
            self._names.workers[id] = found or str(id)
        return self._names.workers[id]

    def _groups(self) -> tuple[Group, ...]:
        """Queues, and workers that lived in the window; users are known by what they ran."""
        if self._wish.by == "queue":
            chosen = self._wish.where.queues
            return tuple(group for id, group in self._names.queues.items() if not chosen or id in chosen)
        if self._wish.by == "worker":
            found = {
                life.name: Group(life.name, 0, life.start) for life in sorted(self._lives, key=lambda one: -one.id)
            }
            return tuple(found.values())
        return ()

    def _slots(self) -> int:
        chosen, now = self._wish.where.queues, self._now
        return sum(
            group.slots
            for id, group in self._names.queues.items()
            if (not chosen or id in chosen) and (group.until is None or group.until > now)
        )

    def _oldest(self) -> float | None:
        sql = (
            "SELECT ended_at FROM attempt INDEXED BY attempt_ended WHERE ended_at IS NOT NULL ORDER BY ended_at LIMIT 1"
        )
        found = self._store.db.value(sql)
        return None if found is None else float(found)

    # -- what waited ----------------------------------------------------------------------------------------

    def _queued(self, spans: Sequence[Span], heaps: Sequence[Heap]) -> Iterator[Queued]:
        """Before each attempt: from when it could be waited for. What waits for workers waits for all of them."""
        alone = self._wish.by == "worker"
        for span in spans:
            yield Queued("" if alone else span.group, span.waited_from, span.start, span.wants)
        for heap in heaps:
            yield Queued("" if alone else heap.group, heap.since, self._window.time(heap.first))

    def _heads(self) -> Iterator[Queued]:
        """The first of each queue that still waits."""
        for id, group in self._names.queues.items():
            row = self._store.db.row(_HEAD, (id,))
            if row is not None:
                wants = tuple(resources.wants_of(self._store, {row[2]}).get(row[2], ())) if row[2] else ()
                key = {"queue": group.name, "user": row[1], "worker": ""}[self._wish.by]
                yield Queued(key, row[0], self._now, wants, row[3])


_HEAD = (
    f"SELECT created_at, user, demand_id, CASE WHEN held THEN '{HELD}' WHEN unmet > 0 THEN '{PARENTS}' "
    f"WHEN due = 0 THEN '{LATER}' ELSE '' END FROM job INDEXED BY job_queue_pending WHERE queue_id = ? AND {PENDING} "
    "ORDER BY priority DESC, weight, rank, id LIMIT 1"
)
_QUEUES = (
    "SELECT q.id, s.name, q.name, q.slots, q.created_at, ifnull(q.ended_at, s.ended_at) "
    "FROM queue q JOIN session s ON s.id = q.session_id ORDER BY s.id, q.id"
)


def _queues(store: Store) -> dict[int, Group]:
    rows = store.db.rows(_QUEUES)
    return {
        id: Group(name if session == DEFAULT else f"{session}/{name}", slots, created, ended)
        for id, session, name, slots, created, ended in rows
    }


def _which(store: Store, where: JobFilter) -> Part:
    """A filter of jobs as a condition on ``j``."""
    if where == JobFilter():
        return "", []
    text, values = whole(where, conditions(store, where))
    return f" AND {text}", values

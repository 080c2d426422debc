"""What a forecast is made from: queues, the first pending jobs of each, who runs, what earlier runs took. Only reads.

The look costs the same at a million jobs: it reads as many pending jobs as it may, each queue its share, and of each of
their queues the runs that ended last. A name that is not among these is looked up by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..forecast import Duration, Facts, Lane, Run, Task, Wait
from ..forecast.durations import LAST, Key, Known, Summary, duration, ends, keys_of, summary
from ..forecast.reasons import unstaffed
from ..states import After
from . import limits, workers
from .database import marks
from .lacks import disk_low
from .store import Store
from .world import Supply, supply_of

RUNS, LEAST_RUNS = 10_000, 200  # ended jobs that are looked at: of all queues, and of each at least
NAMES = 500  # names that are looked up by themselves
EDGES = 50_000  # open dependencies that are read
NOBODY = 0  # the parent of one some of whose parents were not read

_QUEUES = (
    "SELECT q.id, q.slots, q.paused, q.paused_until, q.ended_at NOTNULL, s.ended_at NOTNULL, q.name, s.name, "
    "q.limit_factor, q.time_limit, (SELECT n FROM tally WHERE queue_id = q.id AND bucket = 'pending'), "
    "(SELECT sum(n) FROM tally WHERE queue_id = q.id AND bucket IN ('running', 'next')) "
    "FROM queue q JOIN session s ON s.id = q.session_id ORDER BY q.id"
)
_COLUMNS = "id, demand_id, priority, rank, weight, estimate, time_limit, kind, summary, name, array_id"
PENDING = (
    f"SELECT {_COLUMNS}, held, due, not_before, unmet FROM job INDEXED BY job_queue_pending "
    "WHERE queue_id = ? AND state = 'pending' AND batch IS NULL ORDER BY priority DESC, weight, rank, id LIMIT ?"
)
RUNNING = f"SELECT {_COLUMNS}, queue_id, started_at FROM job INDEXED BY job_running WHERE state = 'running' ORDER BY id"
EARLIER = (
    "SELECT j.kind, j.summary, j.name, j.array_id, j.ended_at - j.started_at FROM (SELECT id, state, ended_at FROM job "
    "INDEXED BY job_queue_ended WHERE queue_id = ? AND ended_at IS NOT NULL AND batch IS NULL "
    "ORDER BY ended_at DESC, id DESC LIMIT ?) e CROSS JOIN job j ON j.id = e.id "
    "WHERE e.state = 'completed' AND j.started_at NOTNULL"
)  # in the order of the inner part, the outer loop
NAMED = (
    "SELECT d FROM (SELECT state, ended_at - started_at AS d FROM job INDEXED BY job_name "
    "WHERE name = ? AND name <> '' AND batch IS NULL ORDER BY id DESC LIMIT ?) "
    "WHERE state = 'completed' AND d NOTNULL LIMIT ?"
)
WAITS = (
    "SELECT child_id, parent_id, type FROM edge WHERE state = 'open' AND child_id IN ({}) "
    "ORDER BY child_id, parent_id LIMIT ?"
)


class Asked(NamedTuple):
    """What a forecast leans on, and the submitters' estimates, which policies go by."""

    facts: Facts
    estimates: Mapping[int, float | None]


class _Queue(NamedTuple):
    """A queue as the table has it."""

    id: int
    slots: int
    paused: int
    paused_until: float | None
    ended: int
    session_ended: int
    name: str
    session: str
    limit_factor: float | None
    time_limit: float | None
    pending: int
    running: int

    def lane(self) -> Lane:
        """As the play sees it."""
        called = self.name if self.session == "default" else f"{self.session}/{self.name}"
        if self.session_ended:
            return Lane(self.id, self.slots, shut=f"session {self.session} has ended")
        if self.ended:
            return Lane(self.id, self.slots, shut=f"queue {called} has ended")
        if self.paused and self.paused_until is None:
            return Lane(self.id, self.slots, shut=f"queue {called} is paused")
        return Lane(self.id, self.slots, self.paused_until if self.paused else None)


class _Job(NamedTuple):
    """A job as the tables have it; ``rest`` is what only pending or only running ones have."""

    row: int
    demand: int
    priority: int
    rank: int
    weight: float
    estimate: float | None
    time_limit: float | None
    kind: str
    summary: str
    name: str
    array: int | None
    rest: tuple[Any, ...]


def ask(store: Store, most: int) -> Asked:
    """Everything about the first *most* pending jobs, of one instant."""
    with store.db.reading():
        queues = {row[0]: _Queue._make(row) for row in store.db.rows(_QUEUES)}
        pending = {
            queue: [_job(row) for row in store.db.rows(PENDING, (queue, share))]
            for queue, share in shares({one.id: one.pending for one in queues.values()}, most).items()
            if share
        }
        running = _by_queue(store)
        return _asked(store, queues, pending, running, _idle(store))


def shares(pending: Mapping[int, int], most: int) -> dict[int, int]:
    """How many jobs of each queue are looked at: as many as it has, or all the same number, *most* together."""
    found: dict[int, int] = {}
    left, queues = most, sorted(pending, key=lambda queue: pending[queue])
    for place, queue in enumerate(queues):
        found[queue] = min(pending[queue], -(-left // (len(queues) - place)))
        left -= found[queue]
    return found


def _job(row: Sequence[Any]) -> _Job:
    return _Job._make((*row[:11], tuple(row[11:])))


def _by_queue(store: Store) -> dict[int, list[_Job]]:
    found: dict[int, list[_Job]] = defaultdict(list)
    for row in store.db.rows(RUNNING):
        job = _job(row)
        found[job.rest[0]].append(job)
    return found


def _asked(
    store: Store,
    queues: Mapping[int, _Queue],
    pending: Mapping[int, Sequence[_Job]],
    running: Mapping[int, Sequence[_Job]],
    idle: str,
) -> Asked:
    now = store.clock()
    told = _Durations(store, queues, {queue: [*pending.get(queue, ()), *running.get(queue, ())] for queue in queues})
    jobs = [job for some in pending.values() for job in some]
    runs = [(queue, job) for queue, some in running.items() for job in some]
    tasks = [_task(queue, job, told.of(queue, job)) for queue, some in pending.items() for job in some]
    tasks += [_handed(queue, job, told.of(queue, job)) for queue, job in runs if job.rest[1] is None]
    supply = supply_of(store, {job.demand for job in (*jobs, *(job for _, job in runs))} - {0})
    facts = Facts(
        now=now,
        lanes=[queue.lane() for queue in queues.values()],
        tasks=tasks,
        runs=[_run(queue, job, now, told.of(queue, job)) for queue, job in runs if job.rest[1] is not None],
        waits=_waits(store, [(job.row, job.rest[3]) for job in jobs if job.rest[3]]),
        wants=supply.wants,
        capacity=supply.capacity,
        locked=_locked(supply),
        room=None if idle else _room(store),
        idle=idle,
        more=sum(queue.pending for queue in queues.values()) - len(jobs),
    )
    return Asked(facts, {job.row: job.estimate for job in jobs})


def _task(queue: int, job: _Job, lasts: Duration) -> Task:
    held, due, not_before, _ = job.rest
    return Task(
        job.row, queue, lasts, job.demand, job.priority, job.rank, job.weight,
        None if due else not_before, "held" if held else "",
    )  # fmt: skip


def _handed(queue: int, job: _Job, lasts: Duration) -> Task:
    """One that waits in the keeper starts before all others."""
    return Task(job.row, queue, lasts, job.demand, job.priority, job.rank, job.weight, handed=True)


def _run(queue: int, job: _Job, now: float, lasts: Duration) -> Run:
    end, late = ends(job.rest[1], now, lasts)
    return Run(job.row, queue, end, late, job.demand, job.priority, job.rank, job.weight, lasts.guess)


def _waits(store: Store, children: Sequence[tuple[int, int]]) -> list[Wait]:
    """What they wait for; one whose parents were not all read waits for nobody knows what besides."""
    found: list[Wait] = []
    for start in range(0, len(children), 500):
        rows = [row for row, _ in children[start : start + 500]]
        left = EDGES - len(found)
        if left > 0:
            edges = store.db.rows(WAITS.format(marks(len(rows))), (*rows, left))
            found += [Wait(child, parent, After(after)) for child, parent, after in edges]
    read: dict[int, int] = defaultdict(int)
    for wait in found:
        read[wait.child] += 1
    return found + [Wait(row, NOBODY) for row, unmet in children if read[row] < unmet]


def _locked(supply: Supply) -> dict[str, str]:
    return {
        name: f"{name} locked by {who}" + (f": {note}" if note else "") for name, (who, note) in supply.locked.items()
    }


def _idle(store: Store) -> str:
    """Why nothing starts at all, or ""."""
    some = [one for one in workers.every(store) if one.alive]
    return disk_low(store) if any(one.starts for one in some) else unstaffed([one.mode for one in some])


def _room(store: Store) -> int | None:
    """How many more jobs the workers may have together."""
    some = [one for one in workers.every(store) if one.alive and one.mode == "working"]
    if not some or any(one.max_jobs is None for one in some):
        return None
    return sum(max(0, (one.max_jobs or 0) - one.running) for one in some)


# -- how long --------------------------------------------------------------------------------------


class _Durations:
    """How long each job will run."""

    def __init__(self, store: Store, queues: Mapping[int, _Queue], jobs: Mapping[int, Sequence[_Job]]) -> None:
        self._store, self._queues = store, queues
        self._history = history(store, {queue: some for queue, some in jobs.items() if some})

    def of(self, queue: int, job: _Job) -> Duration:
        """Of a job."""
        of = self._queues[queue]
        factor = of.limit_factor or self._store.limit_factor(job.kind)
        limit = limits.effective(job.time_limit, job.estimate, factor, of.time_limit).seconds
        keys = keys_of(queue, job.kind, job.summary, job.name, job.array)
        return duration(Known(keys, job.estimate, limit), self._history)


def history(store: Store, jobs: Mapping[int, Sequence[_Job]]) -> dict[Key, Summary]:
    """What earlier runs took, by what these jobs' earlier runs are known by."""
    runs: dict[Key, list[float]] = defaultdict(list)
    most = max(LEAST_RUNS, RUNS // max(1, len(jobs)))
    for queue in jobs:
        for kind, command, name, array, lasted in store.db.rows(EARLIER, (queue, most)):
            for key in keys_of(queue, kind, command, name, array):
                if len(runs[key]) < LAST:
                    runs[key].append(lasted)
    _look_up_names(store, jobs, runs)
    return {key: found for key, some in runs.items() if (found := summary(some)) is not None}


def _look_up_names(store: Store, jobs: Mapping[int, Sequence[_Job]], runs: dict[Key, list[float]]) -> None:
    """Those that none of the runs that were looked at has."""
    names = {job.name: None for some in jobs.values() for job in some if job.name and ("name", job.name) not in runs}
    for name in list(names)[:NAMES]:
        found = store.db.rows(NAMED, (name, 10 * LAST, LAST))
        if found:
            runs["name", name] = [lasted for (lasted,) in found]

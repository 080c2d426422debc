"""How late claims are while a million finished jobs are purged and a hundred jobs a second are submitted and run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jobyard.core.models import JobSpec
from jobyard.core.states import State
from jobyard.core.store import Actor, Store, workers
from jobyard.core.yard import Yard
from tests.bench import yards
from tests.bench.harness import Check, Figure

OLD = yards.MILLION
RATE = 100.0  # jobs a second
SLOTS = 20
CHUNK = 5000
MOST = 100.0  # ms


@contextmanager
def aged() -> Iterator[Path]:
    """A yard with a million jobs that ended a month ago, with an attempt and four events each."""
    with yards.fresh() as home:
        yards.fill(home, OLD, lambda number: JobSpec(fields={"command": ["true"]}, name=f"old-{number:07}", cwd="/"))
        store = Store(home, Actor("bench", "bench", "bench"), synchronous="OFF")
        worker = workers.admit(store, "aged", "bench", os.getpid(), "bench", None, None)
        for first in range(1, OLD + 1, CHUNK):
            _age(store, worker, first, min(first + CHUNK - 1, OLD))
        workers.set_mode(store, worker, "left")
        store.db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        store.close()
        yield home


def _age(store: Store, worker: int, first: int, last: int) -> None:
    """These jobs have run, a month ago; every tenth failed."""
    then = time.time() - 30 * 86_400
    day = "strftime('%Y%m%d', 'now')"
    with store.db.transaction(quiet=True) as connection:
        connection.execute(
            "INSERT INTO attempt (job_id, number, token, folder, worker_id, state, claimed_at, started_at, ended_at, "
            f"exit_code) SELECT id, 1, lower(hex(randomblob(8))), 'jobs/' || {day} || '/JOB-' || day || '-' || "
            "printf('%05d', number) || '.1', ?, 'completed', ?, ?, ?, 0 FROM job WHERE id BETWEEN ? AND ?",
            (worker, then, then, then, first, last),
        )
        connection.execute(
            "UPDATE job SET state = 'completed', exit_code = 0, claims = 1, tried = 1, started_at = ?1, "
            "ended_at = ?1 + id / 10 WHERE id BETWEEN ?2 AND ?3",
            (then, first, last),
        )
        for verb in ("start", "end"):
            store.record_many(verb, ((row, 1, None, None) for row in range(first, last + 1)))


def latest(home: Path, goes_on: Callable[[Yard, float], bool]) -> float:
    """Milliseconds between a submit and its claim by a headless worker, the longest of all while *goes_on* holds."""
    with Yard.open(home) as yard, yards.worker(home):
        yard.queue_set("default", slots=SLOTS)
        first = _newest(yard)
        began = due = time.monotonic()
        while goes_on(yard, time.monotonic() - began):
            yard.submit(JobSpec(fields={"command": ["true"]}, cwd="/"))
            due += 1 / RATE
            time.sleep(max(0.0, due - time.monotonic()))
        last = _newest(yard)
        yards.until(lambda: yard.counts()[State.PENDING] + yard.counts()[State.RUNNING] == 0)
        print(f"    {last - first:,} jobs in {time.monotonic() - began:.0f} s", flush=True)
        late = "SELECT max(a.claimed_at - j.created_at) FROM job j JOIN attempt a ON a.job_id = j.id "
        sql = late + "WHERE j.id > ? AND j.id <= ?"
        return 1000 * float(yard._store.db.value(sql, (first, last)))


def _newest(yard: Yard) -> int:
    return int(yard._store.db.value("SELECT max(id) FROM job"))


def _old_ones_left(yard: Yard, seconds: float) -> bool:
    return yard._store.db.value("SELECT 1 FROM job WHERE id <= ? LIMIT 1", (OLD,)) is not None


def _half_a_minute(yard: Yard, seconds: float) -> bool:
    return seconds < 30


FIGURES = [
    Figure(
        "purge",
        "from a submit to its claim, the latest of all, at 100 jobs a second",
        "ms",
        {
            "while 1,000,000 old jobs are purged": lambda home: latest(home, _old_ones_left),
            "afterwards": lambda home: latest(home, _half_a_minute),
        },
        (Check("purge, ms", lambda of: of["while 1,000,000 old jobs are purged"], at_most=MOST),),
        prepare=aged,
        rounds=1,
    )
]

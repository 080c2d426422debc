"""``jobyard top``: what the yard does now, on one screen that keeps itself up to date."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from jobyard.core.models import JobFilter, JobRow, QueueInfo, ResourceInfo, WorkerInfo
from jobyard.core.readable import readable
from jobyard.core.states import PENDING, RUNNING, State
from jobyard.tui import gauges
from jobyard.tui.cli import crewview, gauging, jsonview
from jobyard.tui.cli.folding import called
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.jsonview import Json
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import paint, say_all, say_json
from jobyard.tui.cli.table import Cell, Column, table
from jobyard.tui.cli.verbs.queue import COLUMNS as QUEUE_COLUMNS
from jobyard.tui.cli.verbs.queue import cells as queue_cells
from jobyard.tui.cli.verbs.queue import full_name
from jobyard.tui.cli.verbs.resource import COLUMNS as RESOURCE_COLUMNS
from jobyard.tui.cli.verbs.resource import cells as resource_cells
from jobyard.tui.cli.verbs.worker import COLUMNS as WORKER_COLUMNS
from jobyard.tui.cli.verbs.worker import cells as worker_cells
from jobyard.tui.cli.words import clean, lasted, outcome, plural, state_cell
from jobyard.tui.crew.curves import Tracks, cpu_of
from jobyard.tui.gauges import Gauge

if TYPE_CHECKING:
    from jobyard.core.usage import Sample
    from jobyard.core.yard import Yard
    from jobyard.core.yard.staffed import Vitals

QUICKEST = 0.5  # seconds between two pictures, however much changes
LEAST_PENDING = 4  # lines that the waiting jobs keep where many run
CURVE = 14  # cells
MOST_WAITING = 100  # jobs that wait, for a program

RUNNING_COLUMNS = (
    Column("RUNNING"),
    Column("QUEUE", weight=1, least=8, drop=3),
    Column("USER", drop=4),
    Column("TIME", right=True),
    Column("CPU", right=True),
    Column("SINCE IT BEGAN", drop=2),
    Column("MEM", right=True),
    Column("NAME", weight=3),
    Column("PROGRESS", weight=2, least=14, drop=1),
)
PENDING_COLUMNS = (
    Column("WAITING"),
    Column("QUEUE", weight=1, least=8, drop=2),
    Column("USER", drop=1),
    Column("PRIO", right=True, drop=3),
    Column("NAME", weight=2),
    Column("WHY", weight=3, least=12),
)


@click.command(cls=Verb)
@click.option("--once", is_flag=True, help="Print it once and leave; so it does where nobody looks (a pipe).")
@click.option(
    "-n", "--every", type=click.FloatRange(min=0.5), default=1.0, metavar="SECONDS", help="At least so often (1)."
)
@json_option
def top(once: bool, every: float, as_json: bool) -> int:
    """Watch the yard: who works, what runs and what it uses, what starts next.

    Ctrl-C leaves. It follows every change at once; durations, CPU and memory move on by themselves. CPU is of one core,
    all processes of a job together: two cores in full use are 200%.

    \b
    Examples:
      jobyard top
      jobyard top --once
      jobyard top --json | jq '.running[] | {name, cpu: .usage.cpu}'

    --json prints {"at","counts":{STATE: N},"workers","keeper","queues","resources","running","waiting","yard"} once:
    workers and keeper as `worker list`, queues as `queue list`, resources as `resource list` has them; running are a
    worker's jobs with "progress" as `show` has it; waiting [{"id","name","queue","reason"}] the next 100; yard
    {"disk_free","disk_size","disk_floor","store_bytes","log_bytes","events","oldest_event","jobs","settings":{NAME:
    {"value","origin"}},"trouble"}, settings those that are not the default.
    """
    with open_yard() as yard:
        if as_json:
            say_json(whole(yard))
        elif once or not sys.stdout.isatty():
            say_all(Top(yard).frame(time.time(), most=None))
        else:
            watch(yard, every)
    return 0


def watch(yard: Yard, every: float) -> None:
    """Repaint on every ring of the bell, at most twice a second, until Ctrl-C."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console, picture = Console(highlight=False), Top(yard)
    with interrupts() as ctrl_c, yard.listen() as bell, Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            lines = picture.frame(time.time(), console.size.height)
            live.update(Text.from_ansi("\n".join(lines), no_wrap=True, overflow="crop"), refresh=True)
            if readable([ctrl_c], QUICKEST):
                return
            readable([bell.fileno(), ctrl_c], every - QUICKEST)
            bell.drain()


@contextlib.contextmanager
def interrupts() -> Iterator[int]:
    """A descriptor that can be read once Ctrl-C was pressed; an exception could be lost inside of a library."""
    near, far = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    before = signal.signal(signal.SIGINT, lambda number, frame: os.write(far, b"!"))
    try:
        yield near
    finally:
        signal.signal(signal.SIGINT, before)
        os.close(near)
        os.close(far)


class Top:
    """The pictures, one after the other: what jobs used in between is remembered."""

    def __init__(self, yard: Yard) -> None:
        self._yard = yard
        self._tracks = Tracks()

    def frame(self, now: float, most: int | None) -> list[str]:
        """The lines of a picture, at most *most*."""
        yard, room = self._yard, 1000 if most is None else most
        staff, resources, part = yard.staff(), yard.resources(), max(1, room // 6)
        samples = yard.usage_now([one.job.row for one in staff.running])
        head = [headline(yard.counts(), staff.workers), *host(resources, samples.values(), yard.vitals()), ""]
        lanes = [queue_cells(queue) for queue in busy(yard.queues())]
        head += [*table(QUEUE_COLUMNS, lanes[: room // 4]), ""]
        some = [resource_cells(one) for one in resources if told_of(one)]
        head += [*table(RESOURCE_COLUMNS, some[:part]), ""] if some else []
        crew = [worker_cells(one, staff, samples) for one in staff.workers]
        head += [*table(WORKER_COLUMNS, crew[:part]), ""] if len(crew) > 1 or not all(map(well, staff.workers)) else []
        left = room - len(head)
        runs = yard.list(JobFilter(states=frozenset({RUNNING})), max(1, left - LEAST_PENDING - 3))
        waits = yard.list(JobFilter(states=frozenset({PENDING})), max(1, left - len(runs) - 3))
        return [*head, *self._running(runs, samples, now), "", *waiting(waits)][:room]

    def _running(self, jobs: Sequence[JobRow], samples: Mapping[int, Sample], now: float) -> list[str]:
        """What runs, with how far it is, what it uses, and its CPU since it began."""
        rows = [job.row for job in jobs]
        mine = {row: samples[row] for row in rows if row in samples}
        fresh = {row: self._yard.usage(row) for row in mine if row not in self._tracks.known}
        self._tracks.take(rows, fresh, mine)
        gauges_ = {row: Gauge(progress) for row, progress in self._yard.progress(rows).items()}
        cells = [self._cells(job, mine.get(job.row), gauges_.get(job.row, gauging.NOTHING), now) for job in jobs]
        return table(RUNNING_COLUMNS, cells) if cells else ["Nothing runs."]

    def _cells(self, job: JobRow, sample: Sample | None, gauge: Gauge, now: float) -> list[Cell | str]:
        cpu, mem = (gauges.cores(sample.cpu), gauges.memory(sample.rss)) if sample else ("", "")
        start = job.started_at or job.created_at
        curve = self._tracks.drawn(job.row, start, now, CURVE, cpu_of).rstrip() if sample else ""
        return [
            job.id, queue_of(job), clean(job.user), lasted(job.started_at, None, now), cpu, Cell(curve, "cyan"), mem,
            called(job), gauging.headway(gauge, now),
        ]  # fmt: skip


def host(resources: Sequence[ResourceInfo], samples: Iterable[Sample], vitals: Vitals) -> Iterator[str]:
    """How much of the host the jobs use, as bars, and the room on the disk."""
    cpu, rss = crewview.used(samples)
    capacity = {one.name: one.capacity for one in resources}
    parts = []
    if cores := capacity.get("cpus"):
        parts.append(f"cpus {gauges.framed(cpu / cores)} {cpu:.1f}/{cores}")
    if memory := capacity.get("mem"):
        parts.append(f"mem {gauges.framed(rss / memory)} {gauges.memory(rss)}/{gauges.memory(memory)}")
    low = f", below its floor of {gauges.memory(vitals.disk_floor)}: nothing starts" if vitals.low else ""
    disk = f"disk {gauges.memory(vitals.disk_free)} free{low}"
    yield "   ".join([*parts, paint(disk, "red") if low else disk])


def told_of(resource: ResourceInfo) -> bool:
    """Instruments and licences always; what every host has where jobs have some of it or wait, or it is locked."""
    return bool(resource.kind != "host" or resource.holders or resource.waiting or resource.locked_by)


def well(worker: WorkerInfo) -> bool:
    """Whether nothing has to be said of it."""
    return worker.starts and not worker.hung


def whole(yard: Yard) -> Json:
    """The same for a program."""
    staff = yard.staff()
    samples = yard.usage_now([one.job.row for one in staff.running])
    progress = yard.progress([one.job.row for one in staff.running])
    waits = yard.list(JobFilter(states=frozenset({PENDING})), MOST_WAITING)
    return {
        "at": jsonview.moment(staff.at),
        "counts": {state.value: count for state, count in yard.counts().items()},
        "workers": [crewview.view(worker, staff, samples) for worker in staff.workers],
        "keeper": crewview.keeper(staff.keeper),
        "queues": [jsonview.queue(queue) for queue in yard.queues()],
        "resources": [jsonview.resource(one) for one in yard.resources()],
        "running": [
            {
                **crewview.job(one, samples.get(one.job.row)),
                "progress": jsonview.headway(progress[one.job.row]) if one.job.row in progress else None,
            }
            for one in staff.running
        ],
        "waiting": [{"id": job.id, "name": job.name, "queue": job.queue, "reason": job.reason} for job in waits],
        "yard": crewview.vitals(yard.vitals()),
    }


def headline(counts: dict[State, int], workers: Sequence[WorkerInfo]) -> str:
    """How much runs and waits, and who works on it."""
    some = f"{counts[RUNNING]:,} running, {counts[PENDING]:,} pending"
    alive = [worker for worker in workers if worker.alive]
    if not alive:
        return f"{some}; {paint('no live worker: start one with jobyard worker start', 'yellow')}"
    return f"{some}; {plural(len(alive), 'worker')}: {', '.join(clean(worker.name) for worker in alive)}"


def busy(queues: Sequence[QueueInfo]) -> list[QueueInfo]:
    """Those with most at hand first; ended ones without jobs at hand are left out."""

    def at_hand(queue: QueueInfo) -> int:
        return queue.counts[RUNNING] + queue.counts[PENDING]

    shown = [queue for queue in queues if at_hand(queue) or not (queue.ended or queue.session_ended)]
    return sorted(shown, key=lambda queue: (-queue.counts[RUNNING], -at_hand(queue), full_name(queue)))


def waiting(jobs: Sequence[JobRow]) -> list[str]:
    """What waits, next first, and why."""
    rows: list[list[Cell | str]] = [
        [
            Cell(job.id, state_cell(job).colour),
            queue_of(job),
            clean(job.user),
            str(job.priority),
            called(job),
            outcome(job),
        ]
        for job in jobs
    ]
    return table(PENDING_COLUMNS, rows) if rows else ["Nothing waits."]


def queue_of(job: JobRow) -> str:
    """``gpu``, ``lab/qick``."""
    return clean(job.queue if job.session == "default" else f"{job.session}/{job.queue}")

"""``jobyard top``: what the yard does now, on one screen that keeps itself up to date."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from jobyard.core.models import JobFilter, JobRow, QueueInfo, WorkerInfo
from jobyard.core.states import PENDING, RUNNING, State
from jobyard.tui.cli.folding import called
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import paint, say_all
from jobyard.tui.cli.table import Cell, Column, table
from jobyard.tui.cli.verbs.queue import COLUMNS as QUEUE_COLUMNS
from jobyard.tui.cli.verbs.queue import cells as queue_cells
from jobyard.tui.cli.verbs.queue import full_name
from jobyard.tui.cli.words import clean, lasted, outcome, plural, state_cell

if TYPE_CHECKING:
    from jobyard.core.yard import Yard

QUICKEST = 0.5  # seconds between two pictures, however much changes
LEAST_PENDING = 4  # lines that the waiting jobs keep where many run

RUNNING_COLUMNS = (
    Column("RUNNING"),
    Column("QUEUE", weight=1, least=8, drop=2),
    Column("USER", drop=1),
    Column("TIME", right=True),
    Column("NAME", weight=3),
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
def top(once: bool, every: float) -> int:
    """Watch the yard: queues, what runs and what starts next. Ctrl-C leaves.

    It follows every change at once; durations move on by themselves.

    \b
    Examples:
      jobyard top
      jobyard top --once
    """
    with open_yard() as yard:
        if once or not sys.stdout.isatty():
            say_all(frame(yard, time.time(), most=None))
        else:
            watch(yard, every)
    return 0


def watch(yard: Yard, every: float) -> None:
    """Repaint on every ring of the bell, at most twice a second, until Ctrl-C."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(highlight=False)
    with interrupts() as ctrl_c, yard.listen() as bell, Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            lines = frame(yard, time.time(), console.size.height)
            live.update(Text.from_ansi("\n".join(lines), no_wrap=True, overflow="crop"), refresh=True)
            if select.select([ctrl_c], [], [], QUICKEST)[0]:
                return
            select.select([bell.fileno(), ctrl_c], [], [], every - QUICKEST)
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


def frame(yard: Yard, now: float, most: int | None) -> list[str]:
    """The lines of a picture, at most *most*."""
    room = 1000 if most is None else most
    head = [headline(yard.counts(), yard.workers()), ""]
    head += [*table(QUEUE_COLUMNS, [queue_cells(queue) for queue in busy(yard.queues())][: room // 4]), ""]
    left = room - len(head)
    runs = yard.list(JobFilter(states=frozenset({RUNNING})), max(1, left - LEAST_PENDING - 3))
    waits = yard.list(JobFilter(states=frozenset({PENDING})), max(1, left - len(runs) - 3))
    return [*head, *running(runs, now), "", *waiting(waits)][:room]


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


def running(jobs: Sequence[JobRow], now: float) -> list[str]:
    """What runs, longest first."""
    rows = [[job.id, queue_of(job), clean(job.user), lasted(job.started_at, None, now), called(job)] for job in jobs]
    return table(RUNNING_COLUMNS, rows) if rows else ["Nothing runs."]


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

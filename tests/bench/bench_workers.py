"""The Workers screen beside sixty running jobs, and with nothing to do: its looks, its CPU, its bytes, its memory."""

from __future__ import annotations

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from jobyard.core.yard import Yard
from jobyard.tui.crew.sight import look
from tests.bench import yards
from tests.bench.bench_gauges import JOBS, Work, running
from tests.bench.harness import Check, Figure
from tests.bench.terminal import Terminal, on_terminal, processor_seconds

APP = [yards.JOBYARD, "--no-worker", "--screen", "workers"]
SHOWN = b"the yard and its host"
SPELL = 20.0  # seconds over which a rate is counted
MIB = 1 << 20


class Spell(NamedTuple):
    """What the app used in a while."""

    percent: float  # of a core
    rate: float  # kilobytes a second to the terminal


@contextmanager
def at_work() -> Iterator[tuple[Terminal, Work]]:
    """The screen on a yard with sixty running jobs."""
    with running() as work, on_terminal(APP, yards.surroundings(work.yard.home)) as terminal:
        terminal.until(SHOWN)
        listened(terminal, 3.0)
        yield terminal, work


@contextmanager
def at_rest() -> Iterator[Terminal]:
    """The screen on an empty yard with a worker."""
    with yards.fresh() as home, yards.worker(home), on_terminal(APP, yards.surroundings(home)) as terminal:
        terminal.until(SHOWN)
        listened(terminal, 3.0)
        yield terminal


def listened(terminal: Terminal, seconds: float) -> int:
    """The bytes that come in so many seconds."""
    end, total = time.monotonic() + seconds, 0
    while (left := end - time.monotonic()) > 0:
        if select.select([terminal.descriptor], [], [], left)[0]:
            total += len(terminal._read(1.0))
    return total


def spell(terminal: Terminal) -> Spell:
    """CPU and bytes of a while."""
    before, began = processor_seconds(terminal.process.pid), time.monotonic()
    count = listened(terminal, SPELL)
    took = time.monotonic() - began
    return Spell(100 * (processor_seconds(terminal.process.pid) - before) / took, count / took / 1000)


def looking(work: Work) -> float:
    """Milliseconds of a look at all of it, as the screen takes one every second."""
    with Yard.open(work.yard.home) as yard:
        look(yard, work.rows, work.rows, None)
        return 1000 * yards.timed(lambda: look(yard, work.rows, work.rows, None))


FIGURES = [
    Figure(
        "workers-look",
        f"workers, keeper, {JOBS} running jobs with what they use, resources, the yard: one look of the Workers screen",
        "ms",
        {"a look": looking},
        (Check("a look", lambda of: of["a look"], at_most=20.0),),
        prepare=running,
    ),
    Figure(
        "workers-screen",
        f"the Workers screen beside {JOBS} running jobs, measured every second",
        "% of a core, kB/s, MiB",
        {
            "CPU": lambda both: spell(both[0]).percent,
            "bytes": lambda both: spell(both[0]).rate,
            "memory": lambda both: both[0].resident() / MIB,
        },
        (
            Check("CPU, % of a core", lambda of: of["CPU"], at_most=6.0),
            Check("bytes, kB/s", lambda of: of["bytes"], at_most=20.0),
            Check("memory, MiB", lambda of: of["memory"], at_most=150.0),
        ),
        prepare=at_work,
        rounds=3,
    ),
    Figure(
        "workers-idle",
        "the Workers screen on a yard with nothing to do",
        "% of a core, kB/s",
        {"CPU": lambda terminal: spell(terminal).percent, "bytes": lambda terminal: spell(terminal).rate},
        (
            Check("CPU, % of a core", lambda of: of["CPU"], at_most=1.0),
            Check("bytes, kB/s", lambda of: of["bytes"], at_most=0.5),
        ),
        prepare=at_rest,
        rounds=3,
    ),
]

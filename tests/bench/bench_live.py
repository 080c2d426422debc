"""The app at a million jobs while they change: a worker that ends two hundred a second, another person, a storm."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from jobyard.core.models import JobFilter
from jobyard.core.states import State
from jobyard.core.yard import Yard
from tests.bench import yards
from tests.bench.bench_pages import MILLI, further, shown, worst
from tests.bench.harness import Check, Figure
from tests.bench.screen import Screen

MIB = 1024 * 1024
PRESSES = 20
SPELL = 5.0  # seconds over which a rate is counted
CHANGES = 20  # that another process makes
STORM = """
import sys, time
from jobyard.core.yard import Yard
with Yard.open(sys.argv[1]) as yard:
    rows, turn = [row.row for row in yard.list(limit=50)], 0
    while True:
        turn += 1
        yard.priority_by(rows, 1 if turn % 2 else -1)
        time.sleep(0.1 - time.monotonic() % 0.1)
"""


# -- a worker at work --------------------------------------------------------------------------------------


@contextmanager
def at_work() -> Iterator[Screen]:
    """The app on the mixed million while a worker runs its jobs."""
    home = yards.mixed()
    with yards.worker(home), shown(home) as screen:
        screen.listen(3.0)
        yield screen


def ends(screen: Screen) -> float:
    """Jobs that end in a second."""
    with Yard.open(yards.mixed()) as yard:
        before, began = yard.counts()[State.COMPLETED], time.monotonic()
        screen.listen(SPELL)
        return (yard.counts()[State.COMPLETED] - before) / (time.monotonic() - began)


def moves(screen: Screen) -> list[float]:
    """Milliseconds until the cursor is on another job, of each ``j``."""
    screen.terminal.keys(b"G")
    screen.listen(1.0)
    screen.terminal.keys(b"k" * (PRESSES + 5))
    screen.listen(1.0)
    times = []
    for _ in range(PRESSES):
        before = screen.under_cursor()
        times.append(screen.after(b"j", lambda now, before=before: now.under_cursor() not in ("", before)))  # type: ignore[misc]
    return [MILLI * each for each in times]


def key(screen: Screen) -> float:
    """Milliseconds of a ``j``, the median of a round's."""
    return statistics.median(moves(screen))


def longest(screen: Screen) -> float:
    """Milliseconds of a ``j``, the slowest of a round's."""
    return max(moves(screen))


def page_down(screen: Screen) -> float:
    """Milliseconds to a whole page further down, the median of a round's presses."""
    screen.terminal.keys(b"g")
    screen.listen(1.0)
    times = []
    for _ in range(PRESSES // 2):
        times.append(screen.after(b"\x1b[6~", further(screen)))
    return MILLI * statistics.median(times)


def memory(screen: Screen) -> float:
    """MiB resident, after having moved about."""
    for keys in (b"G", b"g", b"j" * 20):
        screen.terminal.keys(keys)
        screen.listen(1.0)
    return screen.terminal.resident() / MIB


def rate(screen: Screen) -> float:
    """Kilobytes that the terminal gets in a second."""
    before, began = screen.received, time.monotonic()
    screen.listen(SPELL)
    return (screen.received - before) / (time.monotonic() - began) / 1000


# -- others ------------------------------------------------------------------------------------------------


@contextmanager
def beside() -> Iterator[tuple[Screen, Yard, int]]:
    """The app at the last pending jobs of the mixed million, and the yard as somebody else has it open."""
    home = yards.mixed()
    with shown(home) as screen, Yard.open(home) as yard:
        row = yard.list(JobFilter(), 1)[0].row
        yield screen, yard, row


def heard(work: tuple[Screen, Yard, int]) -> float:
    """Milliseconds from the beginning of a hold or release in another process to the picture, median of a round's."""
    screen, yard, row = work
    name, times = yard.job(row).name, []
    for number in range(CHANGES):
        change, word = (yard.release, False) if number % 2 else (yard.hold, True)
        screen.listen(0.3)
        times.append(
            screen.after(
                lambda change=change: change([row]),  # type: ignore[misc]
                lambda now, word=word: any(name in line and ("held" in line) is word for line in now.lines),  # type: ignore[misc]
            )
        )
    return MILLI * statistics.median(times)


@contextmanager
def storm() -> Iterator[Screen]:
    """The app while another process makes five hundred changes a second to what is on the screen."""
    home = yards.mixed()
    with shown(home) as screen:
        process = subprocess.Popen([sys.executable, "-c", STORM, str(home)])
        try:
            screen.listen(2.0)
            yield screen
        finally:
            process.kill()
            process.wait()


def changes(screen: Screen) -> float:
    """Changes that the yard sees in a second."""
    with Yard.open(yards.mixed()) as yard:
        before, began = yard.changes(-1).version, time.monotonic()
        screen.listen(SPELL)
        return (yard.changes(-1).version - before) / (time.monotonic() - began)


def near_top(screen: Screen) -> float:
    """Milliseconds of a ``j`` among the jobs that change, the slowest of a round's."""
    screen.terminal.keys(b"g")
    screen.listen(1.0)
    times = []
    for _ in range(PRESSES):
        before = screen.under_cursor()
        times.append(screen.after(b"j", lambda now, before=before: now.under_cursor() not in ("", before)))  # type: ignore[misc]
    return MILLI * max(times)


FIGURES = [
    Figure(
        "app-working-ends",
        "jobs of 50 ms that a worker ends at 1,000,000 jobs while the app looks on",
        "jobs/s",
        {"ends": ends},
        (Check("jobs a second", worst, at_least=150.0),),
        prepare=at_work,
    ),
    Figure(
        "app-working-keys",
        "the app at 1,000,000 jobs of which a worker ends two hundred a second: a j, and a page down",
        "ms",
        {"j": key, "page down": page_down},
        (
            Check("j, milliseconds", lambda of: of["j"], at_most=16.0),
            Check("page down, milliseconds", lambda of: of["page down"], at_most=50.0),
        ),
        prepare=at_work,
    ),
    Figure(
        "app-working-memory",
        "the app at 1,000,000 jobs of which a worker ends two hundred a second: resident memory",
        "MiB",
        {"jobyard": memory},
        (Check("MiB", worst, at_most=130.0),),
        prepare=at_work,
    ),
    Figure(
        "app-hears",
        "from the beginning of another process's hold or release to the picture, at 1,000,000 jobs",
        "ms",
        {"hold or release": heard},
        (Check("milliseconds", worst, at_most=150.0),),
        prepare=beside,
    ),
    Figure(
        "app-storm-changes",
        "what another process changes of the jobs on the screen",
        "changes/s",
        {"changes": changes},
        (Check("changes a second", worst, at_least=400.0),),
        prepare=storm,
    ),
    Figure(
        "app-storm-keys",
        "the app at 1,000,000 jobs under five hundred changes a second: the slowest j",
        "ms",
        {"among what changes": near_top, "far from it": longest},
        (Check("milliseconds", worst, at_most=50.0),),
        prepare=storm,
    ),
    Figure(
        "app-storm-bytes",
        "the app at 1,000,000 jobs under five hundred changes a second: what the terminal gets",
        "kB/s",
        {"to the terminal": rate},
        (Check("kilobytes a second", worst, at_most=30.0),),
        prepare=storm,
    ),
]

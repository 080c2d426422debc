"""The Timeline: its first picture of 100,000 attempts, its keys while a million are counted, what a second costs."""

from __future__ import annotations

import atexit
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache, partial
from pathlib import Path

from jobyard.core.gantt.axis import View, window
from jobyard.core.gantt.chart import lay_out
from jobyard.core.gantt.spans import GROUPINGS, By, Wish
from jobyard.core.models import JobSpec
from jobyard.core.yard import Yard
from tests.bench import yards
from tests.bench.bench_app import APP, MIB
from tests.bench.harness import Check, Figure, Medians
from tests.bench.screen import Screen
from tests.bench.terminal import on_terminal

FEW, HOUR = 100_000, 3600.0
CELLS, LANES = 140, 42
MONTH = 30 * 86400.0
MILLI = 1000
LISTEN = 10.0  # seconds

_ENDED = (
    "UPDATE job SET created_at = ?1 - ?2 * (?3 - id) / ?3 - 20 - id % 60, started_at = ?1 - ?2 * (?3 - id) / ?3 - 15, "
    "ended_at = ?1 - ?2 * (?3 - id) / ?3 - 15 + (id * 7919) % 15, tried = 1, "
)
_ATTEMPTS = (
    "INSERT INTO attempt (job_id, number, token, folder, worker_id, state, claimed_at, started_at, ended_at, "
    "exit_code) "
    "SELECT id, 1, 'bench-' || id, 'jobs/none', ?, state, started_at, started_at, ended_at, exit_code FROM job "
    "WHERE ended_at IS NOT NULL"
)


def let_run(home: Path, over: float) -> None:
    """Let every job of a yard have run, one after another over so many seconds up to now."""
    with closing(sqlite3.connect(home / "jobyard.db")) as connection:
        count = connection.execute("SELECT max(id) FROM job").fetchone()[0]
        for which, values in (
            ("<> 0", "state = 'completed', exit_code = 0"),
            ("= 0", "state = 'failed', cause = 'exit', exit_code = 3"),
        ):
            connection.execute(f"{_ENDED}{values} WHERE id % 10 {which}", (time.time(), over, count))
        worker = connection.execute(
            "INSERT INTO worker (name, host, pid, face, mode, started_at, heartbeat, boot_id) "
            "VALUES ('bench', 'host', 1, 'headless', 'left', 0, 0, 'x')"
        ).lastrowid
        connection.execute(_ATTEMPTS, (worker,))
        connection.commit()


def _job(number: int) -> JobSpec:
    queue = yards.QUEUES[number % 3]
    return JobSpec(
        {"command": ["rabi", "--shots", str(number % 1000)]}, name=f"sweep-{number:07}", queue=queue, cwd="/"
    )


@cache
def ran(count: int, over: float) -> Path:
    """The home of a yard in which so many jobs ran in the last seconds."""
    stack = ExitStack()
    atexit.register(stack.close)
    home = stack.enter_context(yards.fresh())
    with Yard.open(home) as yard:
        yard.queue_set("default", slots=64)
        for name in yards.QUEUES[1:]:
            yard.queue_create(name, slots=64)
    yards.fill(home, count, _job)
    let_run(home, over)
    return home


# -- asked of the yard -------------------------------------------------------------------------------------


@contextmanager
def hundred_thousand() -> Iterator[Path]:
    yield ran(FEW, HOUR)


def chart(by: By, home: Path) -> float:
    """Milliseconds from the question to a chart that can be painted, 100,000 attempts in its window."""

    def ask() -> None:
        shown = window(View(2 * HOUR), CELLS, time.time(), ahead=False)
        found = lay_out(yard.timeline(Wish(shown, by)), LANES)
        assert found.timeline.total >= FEW

    with Yard.open(home) as yard:
        return MILLI * yards.timed(ask)


# -- on the screen -------------------------------------------------------------------------------------------


@contextmanager
def jobs_shown(home: Path) -> Iterator[Screen]:
    """The app in a small terminal, in the list of jobs, quiet."""
    with on_terminal(APP, yards.surroundings(home)) as terminal:
        screen = Screen(terminal)
        screen.until(lambda now: len(now.names()) > 20)
        screen.listen(1.0)
        yield screen


def first_picture(home: Path) -> float:
    """Milliseconds from the key to the first lanes, in an app that has not shown the Timeline before."""
    with jobs_shown(home) as screen:
        return MILLI * screen.after(b"3", lambda now: any("busy" in line for line in now.lines) and blocks(now) > 50)


def blocks(screen: Screen) -> int:
    """Cells in which something ran."""
    return sum(char in "▁▂▃▄▅▆▇█" for line in screen.lines[4:] for char in line)


@contextmanager
def million() -> Iterator[Path]:
    yield ran(yards.MILLION, MONTH)


def held_meanwhile(home: Path) -> float:
    """Milliseconds until a key has its effect while a million attempts are counted, the slowest of all."""
    with jobs_shown(home) as screen:
        screen.after(b"3", lambda now: blocks(now) > 5)
        screen.terminal.keys(b"]" * 12)
        screen.listen(8.0)
        times = []
        for _ in range(8):
            screen.terminal.keys(b"kkk")  # the first lane
            screen.listen(0.3)
            screen.terminal.keys(b"vvv")  # round all views to the same one: counts all of them anew
            before = cursor(screen)
            times.append(screen.after(b"j", partial(moved, before)))
            screen.listen(0.3)
        return MILLI * max(times)


def memory(home: Path) -> float:
    """MiB resident after a million attempts were shown by queue, by worker and by user."""
    with jobs_shown(home) as screen:
        screen.after(b"3", lambda now: blocks(now) > 5)
        screen.terminal.keys(b"]" * 12)
        for key in (b"v", b"v", b"v", b"g", b"0"):
            screen.listen(6.0)
            screen.terminal.keys(key)
        screen.listen(6.0)
        return screen.terminal.resident() / MIB


def cursor(screen: Screen) -> int:
    """The line that has the cursor."""
    return next((y for y, line in enumerate(screen.lines) if line.startswith("▌")), -1)


def moved(before: int, screen: Screen) -> bool:
    return cursor(screen) not in (-1, before)


@contextmanager
def one_runs() -> Iterator[Screen]:
    """The Timeline while a job runs and nothing else happens."""
    with yards.fresh() as home, yards.worker(home):
        yards.command(home, "submit", "-n", "long", "--", "sleep", "600")
        with on_terminal(APP, yards.surroundings(home)) as terminal:
            screen = Screen(terminal)
            screen.until(lambda now: any("running" in line for line in now.lines))
            screen.listen(1.0)
            screen.after(b"3", lambda now: any("running long" in line for line in now.lines))
            screen.listen(3.0)
            yield screen
        yards.command(home, "cancel", "long")


def bytes_a_second(screen: Screen) -> float:
    before = screen.received
    screen.listen(LISTEN)
    return (screen.received - before) / LISTEN


def worst(of: Medians) -> float:
    return max(of.values())


def charts() -> dict[str, Callable[[Path], float]]:
    """A side for each grouping."""
    return {f"by {by}": partial(chart, by) for by in GROUPINGS}


FIGURES = [
    Figure(
        "timeline",
        "a chart of 100,000 attempts, asked, counted and laid out",
        "ms",
        charts(),
        (Check("slowest grouping, milliseconds", worst, at_most=300.0),),
        prepare=hundred_thousand,
    ),
    Figure(
        "app-timeline",
        "the app: from 3 to the first picture of 100,000 attempts",
        "ms",
        {"first picture": first_picture},
        (Check("milliseconds", worst, at_most=300.0),),
        prepare=hundred_thousand,
    ),
    Figure(
        "app-timeline-keys",
        "the app: the slowest key while 1,000,000 attempts are counted",
        "ms",
        {"key": held_meanwhile},
        (Check("milliseconds", worst, at_most=50.0),),
        prepare=million,
        rounds=3,
    ),
    Figure(
        "app-timeline-memory",
        "the app: resident memory after charts of 1,000,000 attempts",
        "MiB",
        {"app": memory},
        (Check("MiB", worst, at_most=150.0),),
        prepare=million,
        rounds=1,
    ),
    Figure(
        "app-timeline-second",
        "the app: what a second of the Timeline sends while a job runs",
        "bytes",
        {"bytes": bytes_a_second},
        (Check("bytes a second", worst, at_most=1000.0),),
        prepare=one_runs,
    ),
]

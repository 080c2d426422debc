"""What holds on every screen: how soon it is there, what a key takes, what it costs to leave it open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from jobyard.core.models import Dependency, JobSpec
from jobyard.core.states import After, State
from jobyard.core.yard import Yard
from tests.bench import yards
from tests.bench.bench_app import APP
from tests.bench.bench_pages import MILLI, shown, worst
from tests.bench.harness import Check, Figure
from tests.bench.screen import Holds, Screen
from tests.bench.terminal import on_terminal, processor_seconds

MIB = 1024 * 1024
SCREENS = {"Graph": b"2", "Timeline": b"3", "Logs": b"4", "Configs": b"5", "Workers": b"7", "Run": b"i"}
TO_LINES = {b"4": b"g", b"7": b"\t"}  # a log begins at its end, the Workers at the one worker
PRESSES = 15
SPELL = 20.0  # seconds
QUEUES, CHAIN, BUSY = 12, 120, 12
BEAT = 0.35  # seconds between keys, so that each is a key by itself


# -- a yard on which every screen has something ----------------------------------------------------------------


@contextmanager
def bustle() -> Iterator[Screen]:
    """The app beside a worker that runs a dozen jobs, with a chain, jobs that ended in many queues, and a long log."""
    with yards.fresh() as home, Yard.open(home) as yard:
        yard.queue_set("default", slots=BUSY)
        for number in range(QUEUES):
            yard.config_push("hardware_config", b"n: %d\n" % number, filename="hw.yml")
        for number in range(QUEUES):
            yard.queue_create(f"lane-{number}")
            yard.submit(JobSpec({"command": ["true"]}, name=f"sweep-{number:07}", queue=f"lane-{number}", cwd="/"))
        talker = yard.submit(JobSpec({"command": ["seq", "100000"]}, name="sweep-9000000", cwd="/")).id
        with yards.worker(home):
            yards.until(lambda: yard.counts()[State.COMPLETED] == QUEUES + 1)
            for number in range(BUSY):
                yard.submit(JobSpec({"command": ["sleep", "3600"]}, name=f"sweep-1{number:06}", cwd="/"))
            last = talker
            for number in range(CHAIN):
                wait = (Dependency(last, After.OK),)
                spec = JobSpec({"command": ["true"]}, name=f"sweep-2{number:06}", dependencies=wait, held=True, cwd="/")
                last = yard.submit(spec).id
            yards.until(lambda: yard.counts()[State.RUNNING] == BUSY)
            with on_terminal(APP, yards.surroundings(home)) as terminal:
                screen = Screen(terminal)
                screen.until(lambda now: len(now.names()) > CHAIN // 4)
                yield screen
            yard.cancel([row.row for row in yard.list(limit=None) if row.state in (State.PENDING, State.RUNNING)])
            yards.until(lambda: yard.counts()[State.RUNNING] == 0)


def visit(screen: Screen, key: bytes) -> None:
    """From the job with the long log to a screen; there to where ``j`` has somewhere to go."""
    screen.terminal.keys(b"1")
    screen.listen(0.5)
    screen.terminal.keys(b":")
    screen.listen(0.5)
    screen.terminal.keys(b"sweep-9000000\r")
    screen.listen(1.0)
    screen.terminal.keys(key)
    screen.listen(2.0)
    screen.terminal.keys(TO_LINES.get(key, b""))
    screen.listen(0.5)


def changed(screen: Screen) -> Holds:
    """Another picture below the top line, colours included."""
    before = cells(screen)
    return lambda now: cells(now) != before


def cells(screen: Screen) -> list[object]:
    """What is on every line but the first and the footer."""
    return [tuple(screen.screen.buffer[y].items()) for y in range(1, len(screen.lines) - 1)]


def slowest(key: bytes, screen: Screen) -> float:
    """Milliseconds from ``j`` or ``k`` to the next picture, the slowest of a round's."""
    visit(screen, key)
    times = []
    for number in range(PRESSES):
        times.append(screen.after(b"k" if number % 4 == 3 else b"j", changed(screen)))
        screen.listen(BEAT)
    return MILLI * max(times)


def memory(screen: Screen) -> float:
    """MiB resident when all screens have been gone through, with keys on each."""
    for key in SCREENS.values():
        visit(screen, key)
        screen.terminal.keys(b"jjjkk")
        screen.listen(1.0)
    return screen.terminal.resident() / MIB


# -- the mixed million -------------------------------------------------------------------------------------------


def first(key: bytes, title: str, nothing: object) -> float:
    """Milliseconds from the key to the screen, which was not there before: its code is read, too."""
    with shown(yards.mixed()) as screen:
        return MILLI * screen.after(
            key, lambda now: f"{key.decode()} {title}" in now.lines[0] and now.lines[-2].strip()
        )


@contextmanager
def quiet() -> Iterator[Screen]:
    """The app on the mixed million, which nobody changes."""
    with shown(yards.mixed()) as screen:
        yield screen


def idle(key: bytes, screen: Screen) -> float:
    """Percent of a core with a screen in front and nothing to do."""
    screen.terminal.keys(b"1" + key)
    screen.listen(4.0)
    pid, began = screen.terminal.process.pid, time.monotonic()
    before = processor_seconds(pid)
    screen.listen(SPELL)
    return 100 * (processor_seconds(pid) - before) / (time.monotonic() - began)


FIGURES = [
    Figure(
        "screens-first",
        "the app at 1,000,000 jobs: from a screen's key to the screen, for the first time",
        "ms",
        {title: partial(first, key, title) for title, key in SCREENS.items()},
        (Check("milliseconds", worst, at_most=300.0),),
    ),
    Figure(
        "screens-keys",
        "each screen beside a dozen running jobs: the slowest j or k",
        "ms",
        {title: partial(slowest, key) for title, key in SCREENS.items() if title != "Run"},  # its panels are of others
        (Check("milliseconds", worst, at_most=50.0),),
        prepare=bustle,
    ),
    Figure(
        "screens-memory",
        "the app beside a dozen running jobs: resident memory when all screens have been gone through",
        "MiB",
        {"jobyard": memory},
        (Check("MiB", worst, at_most=150.0),),
        prepare=bustle,
    ),
    Figure(
        "screens-idle",
        "the app at 1,000,000 jobs with a screen in front and nothing to do",
        "% of a core",
        {title: partial(idle, key) for title, key in SCREENS.items()},
        (Check("percent", worst, at_most=1.0),),
        prepare=quiet,
        rounds=3,
    ),
]

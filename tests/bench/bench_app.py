"""The app at a million jobs: first picture, memory, a key, and what it uses when nothing happens."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobyard.core.yard import Yard
from tests.bench import yards
from tests.bench.harness import Check, Figure
from tests.bench.terminal import ROWS, Terminal, on_terminal, processor_seconds

APP = [yards.JOBYARD, "--no-worker"]
FIRST = b"sweep-"  # the jobs' names begin so; the empty app prints the same
EMPTY = [
    sys.executable,
    "-c",
    "from textual.app import App\n"
    "from textual.widgets import Static\n"
    "class Empty(App):\n"
    "    def compose(self):\n"
    "        yield Static('sweep-')\n"
    "Empty().run()\n",
]
COUNTING = [
    sys.executable,
    "-c",
    "from textual.app import App\n"
    "from textual.widgets import Static\n"
    "class Counting(App):\n"
    "    keys = 0\n"
    "    def compose(self):\n"
    "        yield Static('0 keys')\n"
    "    def on_key(self):\n"
    "        self.keys += 1\n"
    "        self.query_one(Static).update(f'{self.keys} keys')\n"
    "Counting().run()\n",
]
PRESSES = 20  # fewer than the rows that are visible
IDLE = 60.0  # seconds
MIB = 1024 * 1024


@contextmanager
def mixed() -> Iterator[Path]:
    yield yards.mixed()


def first_paint(argv: list[str], home: Path) -> float:
    """Seconds from the start of the process to the first job's name on the terminal."""
    with on_terminal(argv, yards.surroundings(home)) as terminal:
        return terminal.until(FIRST)


def memory(argv: list[str], home: Path) -> float:
    """MiB resident after the first picture, a jump to the end and back, and some moving about."""
    with on_terminal(argv, yards.surroundings(home)) as terminal:
        terminal.until(FIRST)
        for key in (b"G", b"g", *[b"j"] * 20):
            terminal.until_quiet()
            terminal.keys(key)
        terminal.until_quiet(1.0)
        return terminal.resident() / MIB


@contextmanager
def opened() -> Iterator[Terminal]:
    """The app on the million jobs, quiet."""
    with on_terminal(APP, yards.surroundings(yards.mixed())) as terminal:
        terminal.until(FIRST)
        terminal.until_quiet(1.0)
        yield terminal


def key(terminal: Terminal, *, scrolling: bool) -> list[tuple[float, int]]:
    """Press ``j`` a round's times, within the visible rows or at their lower edge: seconds and bytes of each."""
    terminal.keys(b"g" + (b"j" * ROWS if scrolling else b""))
    terminal.until_quiet(0.5)
    return [terminal.press(b"j") for _ in range(PRESSES)]


def key_latency(terminal: Terminal, *, scrolling: bool = False) -> float:
    """Milliseconds from ``j`` to the answer, median of a round's presses."""
    return 1000 * statistics.median(seconds for seconds, _ in key(terminal, scrolling=scrolling))


def key_bytes(terminal: Terminal, *, scrolling: bool = False) -> float:
    """Bytes that the terminal gets for a ``j``, the detail pane included, median of a round's presses."""
    return statistics.median(size for _, size in key(terminal, scrolling=scrolling))


def empty_key(terminal: Terminal) -> float:
    """The same of an app that does nothing but count its keys."""
    with on_terminal(COUNTING, yards.surroundings(yards.mixed())) as counting:
        counting.until(b"0 keys")
        counting.until_quiet(0.5)
        return 1000 * statistics.median(counting.press(b"j")[0] for _ in range(PRESSES))


@contextmanager
def idle_pair() -> Iterator[dict[str, int]]:
    """App and headless worker with nothing to do: the queues of the million jobs are paused."""
    home = yards.mixed()
    with Yard.open(home) as yard:
        yard.queue_pause("default")
        with yards.worker(home) as worker, on_terminal(APP, yards.surroundings(home)) as terminal:
            terminal.until(FIRST)
            terminal.until_quiet(2.0)
            yield {"app": terminal.process.pid, "worker": worker.pid}
        yard.queue_resume("default")


def idle(who: str, pids: dict[str, int]) -> float:
    """Percent of a core over a minute."""
    before = processor_seconds(pids[who])
    time.sleep(IDLE)
    return 100 * (processor_seconds(pids[who]) - before) / IDLE


FIGURES = [
    Figure(
        "app-first-paint",
        "the app at 1,000,000 jobs: first job on the terminal, against an empty Textual app",
        "s",
        {"jobyard": lambda home: first_paint(APP, home), "empty Textual app": lambda home: first_paint(EMPTY, home)},
        (Check("app / empty app", lambda of: of["jobyard"] / of["empty Textual app"], at_most=1.5),),
        prepare=mixed,
    ),
    Figure(
        "app-memory",
        "the app at 1,000,000 jobs: resident memory after moving about",
        "MiB",
        {"jobyard": lambda home: memory(APP, home), "empty Textual app": lambda home: memory(EMPTY, home)},
        (Check("MiB", lambda of: of["jobyard"], at_most=130.0),),
        prepare=mixed,
    ),
    Figure(
        "app-key-latency",
        "the app at 1,000,000 jobs: from j to the terminal's answer",
        "ms",
        {
            "j": key_latency,
            "j that scrolls": lambda terminal: key_latency(terminal, scrolling=True),
            "empty Textual app": empty_key,
        },
        (Check("milliseconds", lambda of: of["j"], at_most=16.0),),
        prepare=opened,
    ),
    Figure(
        "app-key-bytes",
        "the app at 1,000,000 jobs: bytes for a j",
        "bytes",
        {"j": key_bytes, "j that scrolls": lambda terminal: key_bytes(terminal, scrolling=True)},
        (Check("bytes", lambda of: of["j"], at_most=1500.0),),
        prepare=opened,
    ),
    Figure(
        "idle",
        f"nothing to do for {IDLE:.0f} s at 1,000,000 jobs",
        "% core",
        {"app": lambda pids: idle("app", pids), "worker": lambda pids: idle("worker", pids)},
        (
            Check("app, percent of a core", lambda of: of["app"], at_most=1.0),
            Check("worker, percent of a core", lambda of: of["worker"], at_most=1.0),
        ),
        prepare=idle_pair,
        rounds=1,
    ),
]

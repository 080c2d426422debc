"""The Logs screen on a log of a gigabyte: its first picture, keys during a search, growth by 100 MB a second."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from jobyard.core.yard import Yard
from tests.bench import yards
from tests.bench.bench_logs import RATE, WRITER
from tests.bench.harness import Check, Figure
from tests.bench.screen import Screen
from tests.bench.terminal import on_terminal, processor_seconds
from tests.tui import prepared

GIB, MIB = 1 << 30, 1 << 20
BLOCK = b"".join(b"step %07d of a long computation, loss=0.%06d, nothing to see\n" % (at, at) for at in range(16_384))
PRESSES = 30
SPELL = 8.0  # seconds over which CPU is counted


class Work(NamedTuple):
    """The screen, and the file of the log that it shows."""

    screen: Screen
    log: Path


@contextmanager
def yard() -> Iterator[tuple[Path, Path]]:
    """A yard, and the log of its job ``run``, which seems to run: a gigabyte, in the page cache."""
    with tempfile.TemporaryDirectory(prefix="jobyard-logs-") as folder:
        home = Path(folder) / "yard"
        prepared.make(home)
        with Yard.open(home) as opened:
            path = opened.log_path("run")
            assert path is not None
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            while file.tell() < GIB:
                file.write(BLOCK)
        yield home, path


@contextmanager
def shown() -> Iterator[Work]:
    """The Logs screen on it, at its end."""
    with yard() as (home, path), prepared.worked(home):
        words = [yards.JOBYARD, "--no-worker", "--screen", "logs", path.parent.name.partition(".")[0]]
        with on_terminal(words, yards.surroundings(home)) as terminal:
            screen = Screen(terminal)
            screen.until(lambda now: "100%" in now.lines[0] and "step 0016383" in "".join(now.lines))
            screen.listen(1.0)
            yield Work(screen, path)


def first_look(work: Work) -> float:
    """Milliseconds from ``l`` on the job to the end of its log."""
    work.screen.terminal.keys(b"\x1b")
    work.screen.until(lambda now: "1 Jobs" not in now.lines[0])
    work.screen.listen(0.5)
    return 1000 * work.screen.after(b"l", lambda now: "step 0016383" in "".join(now.lines[30:]))


def keys(work: Work) -> float:
    """Milliseconds from ``k`` or ``j`` to the line that comes into sight: the slowest of some."""
    screen, slowest = work.screen, 0.0
    for number in range(PRESSES):
        key, wanted = (b"k", "99%") if number % 2 == 0 else (b"j", "100%")
        slowest = max(slowest, screen.after(key, lambda now, wanted=wanted: wanted in now.lines[0]))  # type: ignore[misc]
    return 1000 * slowest


def keys_in_a_search(work: Work) -> float:
    """The same while a regular expression that is nowhere is looked for."""
    return _in_a_search(work, b"/no[a-z]+where$\r")


def keys_in_a_slow_search(work: Work) -> float:
    """The same with an expression that is slow on every line."""
    return _in_a_search(work, b"/s.*t.*e.*p.*quota\r")


def _in_a_search(work: Work, typed: bytes) -> float:
    work.screen.terminal.keys(typed)
    work.screen.listen(0.5)
    slowest = keys(work)
    work.screen.terminal.keys(b"\x1b")
    work.screen.listen(0.5)
    work.screen.terminal.keys(b"\x1b" if b"/" in work.screen.lines[-2][:3].encode() else b"G")
    work.screen.listen(0.5)
    return slowest


def follows(work: Work) -> float:
    """Per cent of a core that the app takes while what it follows grows by 100 MB a second."""
    os.truncate(work.log, 0)
    words = [sys.executable, "-c", WRITER, str(work.log), str(SPELL + 2), str(RATE)]
    with subprocess.Popen(words) as writer:
        work.screen.listen(1.0)
        pid = work.screen.terminal.process.pid
        began, used = time.perf_counter(), processor_seconds(pid)
        work.screen.listen(SPELL)
        share = 100 * (processor_seconds(pid) - used) / (time.perf_counter() - began)
        writer.wait()
    if "following" not in work.screen.lines[0]:
        raise RuntimeError("it does not follow\n" + "\n".join(work.screen.lines))
    os.truncate(work.log, 0)
    return share


def memory(work: Work) -> float:
    """MiB that the app has resident."""
    return work.screen.terminal.resident() / MIB


IDLE, SEARCH, SLOW = "nothing goes on", "a search", "a slow search"

FIGURES = [
    Figure(
        "log-look",
        "l on a job with a log of 1 GiB: its end",
        "ms",
        {"picture": first_look},
        (Check("milliseconds", lambda medians: medians["picture"], at_most=150.0),),
        prepare=shown,
    ),
    Figure(
        "log-keys",
        "j and k on a log of 1 GiB, the slowest, while it is searched",
        "ms",
        {IDLE: keys, SEARCH: keys_in_a_search, SLOW: keys_in_a_slow_search},
        (Check("milliseconds", lambda medians: max(medians.values()), at_most=50.0),),
        prepare=shown,
        rounds=3,
    ),
    Figure(
        "log-follow",
        "the app at the end of a log that grows by 100 MB a second",
        "%",
        {"CPU of a core": follows},
        (Check("per cent", lambda medians: medians["CPU of a core"], at_most=30.0),),
        prepare=shown,
        rounds=3,
    ),
    Figure(
        "log-memory",
        "the app on a log of 1 GiB",
        "MiB",
        {"resident": memory},
        (Check("MiB", lambda medians: medians["resident"], at_most=150.0),),
        prepare=shown,
        rounds=1,
    ),
]

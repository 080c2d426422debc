"""Yards to measure on: made fresh, filled, and gone afterwards with everything that ran in them."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from pathlib import Path

from jobyard.core.models import JobSpec
from jobyard.core.yard import Yard
from tests import leftovers

JOBYARD = str(Path(sys.executable).with_name("jobyard"))
MILLION = 1_000_000
CHUNK = 100_000  # jobs a submit_many


@contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder; at its end, whatever still runs in it is ended.

    It goes when all is measured: ext4 avoids inodes freed a moment ago, and after the deletion of a few thousand
    files it makes new ones ten times slower for half a minute.
    """
    path = Path(tempfile.mkdtemp(prefix="jobyard-bench-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    try:
        yield path
    finally:
        leftovers.end_all(path)


@contextmanager
def fresh() -> Iterator[Path]:
    """The home of an empty yard."""
    with folder() as path:
        home = path / "yard"
        Yard.open(home).close()
        yield home


def surroundings(home: Path) -> dict[str, str]:
    """The environment of a command on the yard."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    state = str(home.parent / "state")  # what the app remembers
    return {**kept, "JOBYARD_HOME": str(home), "JOBYARD_KEEPER_IDLE": "1", "XDG_STATE_HOME": state}


def command(home: Path, *words: str) -> str:
    """Run ``jobyard WORDS`` to its end; answers what it printed."""
    done = subprocess.run([JOBYARD, *words], env=surroundings(home), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"jobyard {' '.join(words)}: exit {done.returncode}: {done.stderr[-400:]}")
    return done.stdout


@contextmanager
def worker(home: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A headless worker, there once this begins, asked to leave at the end."""
    process = subprocess.Popen([JOBYARD, "--worker", *words], env=surroundings(home), stderr=subprocess.DEVNULL)
    try:
        with Yard.open(home) as yard:
            until(yard.worker_alive)
        yield process
    finally:
        process.terminate()
        process.terminate()
        process.wait(10)


def fill(home: Path, count: int, make: Callable[[int], JobSpec]) -> None:
    """Submit ``make(0) … make(count - 1)``."""
    with Yard.open(home) as yard:
        for start in range(0, count, CHUNK):
            yard.submit_many(make(number) for number in range(start, min(start + CHUNK, count)))


@cache
def million() -> Path:
    """The home of a yard with a million pending jobs, made once a run of the bench and gone with it."""
    stack = ExitStack()
    atexit.register(stack.close)
    home = stack.enter_context(fresh())
    fill(home, MILLION, lambda number: JobSpec(fields={"command": ["true"]}, name=f"sweep-{number:07}", cwd="/"))
    return home


ENDED = 700_000  # of the mixed million; one in ten of them failed
QUEUES = ("default", "qick", "spectra")
SLOTS = 12  # with jobs of 50 ms: some two hundred ends a second
APART = 0.5  # seconds from one submit to the next: six days in all, within what retention keeps
_RAN = "started_at = created_at + id % 1000, ended_at = created_at + id % 1000 + (id * 7919) % 5000"


@cache
def mixed() -> Path:
    """The home of a yard as a year leaves it: a million jobs in three queues, ended, failed and pending ones."""
    stack = ExitStack()
    atexit.register(stack.close)
    home = stack.enter_context(fresh())
    with Yard.open(home) as yard:
        yard.queue_set("default", slots=SLOTS)
        for name in QUEUES[1:]:
            yard.queue_create(name, slots=1)
            yard.queue_pause(name)
    fill(home, MILLION, _varied)
    let_end(home, ENDED)
    return home


def _varied(number: int) -> JobSpec:
    queue = QUEUES[number % 3] if number < ENDED or number % 10 else QUEUES[0]
    command = ["sleep", "0.05"] if queue == QUEUES[0] else ["rabi", "--shots", str(number % 1000)]
    return JobSpec({"command": command}, name=f"sweep-{number:07}", queue=queue, priority=number % 7 // 6, cwd="/")


def let_end(home: Path, count: int) -> None:
    """Let the jobs of a yard have come one after another, and the first of them have ended without having run."""
    with closing(sqlite3.connect(home / "jobyard.db")) as connection:
        connection.execute("UPDATE job SET created_at = created_at - ? * ((SELECT max(id) FROM job) - id)", (APART,))
        for which, values in (
            ("<> 0", "state = 'completed', exit_code = 0, tried = 1"),
            ("= 0", "state = 'failed', cause = 'exit', exit_code = 3, message = 'exit code 3', tried = 1 + id % 3"),
        ):
            connection.execute(f"UPDATE job SET {values}, {_RAN} WHERE id <= ? AND id % 10 {which}", (count,))
        connection.commit()


def job_lines(path: Path, jobs: Iterable[dict[str, object]]) -> Path:
    """A file for ``submit --file``."""
    path.write_text("".join(json.dumps(job) + "\n" for job in jobs))
    return path


def until(holds: Callable[[], object], seconds: float = 60.0, pause: float = 0.01) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"still not so after {seconds} s")
        time.sleep(pause)


def timed(action: Callable[[], object]) -> float:
    """Seconds that *action* takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began

"""How fast jobs are taken in: many from a file, one from the command line, and from there to the first instruction."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobyard.core.models import JobSpec
from jobyard.core.yard import Yard
from tests.bench import yards
from tests.bench.harness import Check, Figure

FILE_JOBS = 100_000
STARTS = 15  # whole processes a round
LATENCIES = 40  # jobs a round
POINTS = 10_000  # of a sweep


def submit_file(lines: Path) -> float:
    """Jobs a second of ``jobyard submit --file`` as a whole process, into a fresh yard."""
    with yards.fresh() as home:
        return FILE_JOBS / yards.timed(lambda: yards.command(home, "submit", "--file", str(lines)))


@contextmanager
def file_with_dependencies() -> Iterator[Path]:
    """Jobs as a binary tree by key: each but the first waits for one earlier job of the file, every tenth for two."""
    with yards.folder() as path:
        yield yards.job_lines(path / "jobs.jsonl", map(_line, range(FILE_JOBS)))


def _line(number: int) -> dict[str, object]:
    parents = {(number - 1) // 2, number - 1 if number % 10 == 0 else (number - 1) // 2} if number else set()
    return {"key": f"k{number}", "command": ["true"], "after": [f"k{parent}" for parent in sorted(parents)]}


def submit_one(home: Path) -> float:
    """Milliseconds of ``jobyard submit -- true``, median of a round's processes."""
    return _median_ms([yards.JOBYARD, "submit", "--", "true"], home)


def import_peewee(home: Path) -> float:
    """Milliseconds of ``python -c "import peewee"``, median of a round's processes."""
    return _median_ms([sys.executable, "-c", "import peewee"], home)


def _median_ms(argv: list[str], home: Path) -> float:
    env = yards.surroundings(home)
    run = lambda: subprocess.run(argv, env=env, check=True, capture_output=True)  # noqa: E731 - timed as a whole
    return 1000 * statistics.median(yards.timed(run) for _ in range(STARTS))


@contextmanager
def yard_with_worker() -> Iterator[Path]:
    """A yard with an idle headless worker whose keeper is up."""
    with yards.fresh() as home, yards.worker(home):
        first_instruction(home, jobs=3)
        yield home


def first_instruction(home: Path, jobs: int = LATENCIES) -> float:
    """Milliseconds from submit's return here to the clock that the job reads first, in another process tree."""
    with Yard.open(home) as yard:
        return statistics.median(_one_latency(yard) for _ in range(jobs))


def _one_latency(yard: Yard) -> float:
    job = yard.submit(JobSpec(fields={"command": ["date", "+%s%N"]}, env={"PATH": "/usr/bin:/bin"}, cwd="/")).id
    returned = time.time_ns()
    yard.wait([job], timeout=30)
    log = yard.log_path(job)
    assert log is not None
    return (int(log.read_text()) - returned) / 1e6


@contextmanager
def lab() -> Iterator[Path]:
    """A yard with a hardware config, and beside it a module with an experiment; the interpreter has been asked."""
    with yards.fresh() as home, Yard.open(home) as yard:
        (home / "exp.py").write_text("class Rabi:\n    def go(self, **how): pass\n")
        yard.config_push("hardware_config", b"device: {f_ge: 4.8}\n", filename="hw.yml")
        yard.submit(_sweep(home, 2))
        yield home


def submit_sweep(home: Path) -> float:
    """Jobs a second of a sweep of two axes, from its axes to rows that can be claimed."""
    with Yard.open(home) as yard:
        return POINTS / yards.timed(lambda: yard.submit(_sweep(home, POINTS // 2)))


def _sweep(home: Path, values: int) -> JobSpec:
    fields = {
        "module": "exp", "class": "Rabi", "config": {"reps": 500, "pulse": {"length": 40}}, "paths": [str(home)],
        "python": sys.executable, "sweep": {"axes": {"amp": f"0:1:{values}", "pulse.gain": [10, 20]}},
    }  # fmt: skip
    return JobSpec(fields, kind="experiment", queue="", cwd=str(home))


FIGURES = [
    Figure(
        "submit-sweep",
        f"a sweep of {POINTS:,} points, submitted as an array",
        "jobs/s",
        {"Yard.submit": submit_sweep},
        (Check("jobs a second", lambda of: of["Yard.submit"], at_least=5_000),),
        prepare=lab,
    ),
    Figure(
        "submit-file",
        f"submit --file, {FILE_JOBS} jobs with dependencies, validated",
        "jobs/s",
        {"jobyard submit --file": submit_file},
        (Check("jobs a second", lambda of: of["jobyard submit --file"], at_least=30_000),),
        prepare=file_with_dependencies,
    ),
    Figure(
        "submit-one",
        "jobyard submit -- true, whole process",
        "ms",
        {"jobyard submit -- true": submit_one, 'python -c "import peewee"': import_peewee},
        (
            Check(
                "submit / import peewee",
                lambda of: of["jobyard submit -- true"] / of['python -c "import peewee"'],
                at_most=2.0,
            ),
        ),
        prepare=yards.fresh,
    ),
    Figure(
        "latency",
        "from submit's return to the job's first instruction, worker in another process",
        "ms",
        {"median of a round": first_instruction},
        (Check("milliseconds", lambda of: of["median of a round"], at_most=20.0),),
        prepare=yard_with_worker,
    ),
]

"""5,000 × ``true`` with two slots: jobyard, durable and logged, against xargs and task-spooler."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from jobyard.core.states import State
from jobyard.core.yard import Yard
from tests.bench import yards
from tests.bench.harness import Check, Figure

JOBS = 5_000
SLOTS = 2


def drain(_: object) -> float:
    """Jobs a second of ``jobyard --worker --once`` as a whole process, the queue filled beforehand."""
    with yards.fresh() as home:
        _submit(home)
        return JOBS / yards.timed(lambda: _work(home))


def submit_and_drain(_: object) -> float:
    """Jobs a second of ``jobyard submit --file`` followed by the worker, both as whole processes."""
    with yards.fresh() as home:
        return JOBS / yards.timed(lambda: (_submit(home), _work(home)))


def xargs(_: object) -> float:
    """Jobs a second of ``xargs -P2 -n1 true``: nothing kept, nothing logged."""
    words = "\n".join(map(str, range(JOBS))).encode()
    return JOBS / yards.timed(lambda: subprocess.run(["xargs", f"-P{SLOTS}", "-n1", "true"], input=words, check=True))


def task_spooler(_: object) -> float:
    """Jobs a second of task-spooler, submitted one by one (it has no other way) and drained; output to files."""
    tsp = shutil.which("tsp") or shutil.which("ts")
    if not tsp:
        raise RuntimeError("task-spooler is not installed (Debian: apt install task-spooler)")
    with yards.folder() as path:
        env = {**os.environ, "TS_SOCKET": str(path / "socket"), "TMPDIR": str(path), "TS_MAXFINISHED": str(JOBS)}
        subprocess.run([tsp, "-S", str(SLOTS)], env=env, check=True)
        try:
            return JOBS / yards.timed(lambda: _spool(tsp, env))
        finally:
            subprocess.run([tsp, "-K"], env=env, check=True)


def _spool(tsp: str, env: dict[str, str]) -> None:
    loop = f'for i in $(seq {JOBS}); do "{tsp}" true; done'
    submitted = subprocess.run(["sh", "-c", loop], env=env, check=True, capture_output=True, text=True).stdout.split()
    for last in submitted[-SLOTS:]:
        subprocess.run([tsp, "-w", last], env=env, check=True)


def _submit(home: Path) -> None:
    with Yard.open(home) as yard:
        yard.queue_create("bench", slots=SLOTS)
    lines = yards.job_lines(home / "jobs.jsonl", ({"command": ["true"], "queue": "bench"} for _ in range(JOBS)))
    yards.command(home, "submit", "--file", str(lines))


def _work(home: Path) -> None:
    yards.command(home, "--worker", "--once")
    with Yard.open(home) as yard:
        done = yard.counts()[State.COMPLETED]
    if done != JOBS:
        raise RuntimeError(f"{done} of {JOBS} completed")


FIGURES = [
    Figure(
        "throughput",
        f"{JOBS} × true, {SLOTS} slots, durable and logged",
        "jobs/s",
        {
            "jobyard, queue filled": drain,
            "jobyard, submit and drain": submit_and_drain,
            "xargs -P2 -n1 true": xargs,
            "task-spooler, submit and drain": task_spooler,
        },
        (
            Check(
                "queue filled / xargs",
                lambda of: of["jobyard, queue filled"] / of["xargs -P2 -n1 true"],
                at_least=0.5,
            ),
            Check(
                "submit and drain / task-spooler",
                lambda of: of["jobyard, submit and drain"] / of["task-spooler, submit and drain"],
                at_least=1.0,
            ),
        ),
    )
]

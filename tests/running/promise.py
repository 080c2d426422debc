"""The promise, checked on what is left: no job forgotten, none run twice, every recorded outcome true.

Each job appends its id and its attempt's token to a witness file under a lock. What the store says is compared
with that file; both with what each job is written to do.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from jobyard.core.models import Job
from jobyard.core.states import Cause, State
from jobyard.core.store import check
from jobyard.core.yard import Yard
from tests import leftovers

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds that anything in these tests may take


def shell(home: Path, script: str) -> list[str]:
    """A command that tells the witness and then does *script*."""
    tell = f'flock {home}/witness.lock sh -c "echo $JOBYARD_JOB $JOBYARD_ATTEMPT >> {home}/witness"'
    return ["/bin/sh", "-c", f"{tell}; {script}"]


def witnessed(home: Path) -> list[tuple[str, str]]:
    """(job, token) of everything that ran, in order."""
    path = home / "witness"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(job, token) for job, token in (line.split() for line in lines)]


@dataclass(frozen=True)
class Expected:
    """What a job may truthfully become. *code* is its own exit code; a killed keeper may cost the knowledge of it."""

    states: frozenset[State]
    code: int | None = None


def may_be(*states: State, code: int | None = None) -> Expected:
    """Any of these."""
    return Expected(frozenset(states), code)


def broken(yard: Yard, expected: Mapping[str, Expected], may_lose: bool) -> list[str]:
    """What of the promise does not hold, in words."""
    ran = witnessed(yard.home)
    twice = [f"{job} ran twice as {token}" for (job, token), times in Counter(ran).items() if times > 1]
    by_job: dict[str, list[str]] = {}
    for job, token in ran:
        by_job.setdefault(job, []).append(token)
    found = twice + check.problems(yard._store)
    for id, wish in expected.items():
        found += _broken(yard.job(id), wish, by_job.get(id, []), may_lose)
    return found


def _broken(job: Job, wish: Expected, ran: list[str], may_lose: bool) -> Iterable[str]:
    lost = job.state is State.FAILED and job.cause is Cause.LOST
    tokens = {attempt.token for attempt in job.attempts}
    if job.state not in wish.states and not (lost and may_lose):
        yield f"{job.id} is {job.state} ({job.cause}: {job.message}), not {' or '.join(sorted(wish.states))}"
    if not set(ran) <= tokens:
        yield f"{job.id} ran as {set(ran) - tokens}, of which the store knows nothing"
    if job.state is State.COMPLETED and ran.count(job.attempts[-1].token) != 1:
        yield f"{job.id} is completed and ran {ran.count(job.attempts[-1].token)} times"
    if job.cause is Cause.EXIT and job.exit_code != wish.code:
        yield f"{job.id} has exit code {job.exit_code}, not {wish.code}"
    if job.cause is Cause.EXIT and ran.count(job.attempts[-1].token) != 1:
        yield f"{job.id} has an exit code and ran {len(ran)} times"
    if job.state is State.SKIPPED and ran:
        yield f"{job.id} is skipped and ran"
    if len(job.attempts) > 1 + job.retries and not any(attempt.cause for attempt in job.attempts):
        yield f"{job.id} was tried {len(job.attempts)} times"


# -- real processes -----------------------------------------------------------------------------------


def worker(home: Path, *words: str, **environment: str) -> subprocess.Popen[bytes]:
    """A headless worker as a process; what it prints is in the yard's run/worker.log."""
    command = [sys.executable, "-m", "jobyard.tui.cli", "--yard", str(home), "--worker", *words]
    with open(home / "run" / "worker.log", "ab") as log:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **environment}, cwd=ROOT,
            start_new_session=True,
        )  # fmt: skip


def script(home: Path, code: str, **environment: str) -> int:
    """Python code with ``yard`` at hand, as a process; how it ended."""
    surroundings = {**os.environ, **environment}
    return subprocess.run(python(home, code), env=surroundings, cwd=ROOT, timeout=PATIENCE, check=False).returncode


def python(home: Path, code: str) -> list[str]:
    """A command that runs Python code with ``yard`` at hand."""
    whole = f"import sys\nfrom jobyard.core.yard import Yard\nwith Yard.open(sys.argv[1]) as yard:\n    {code}\n"
    return [sys.executable, "-c", whole, str(home)]


def keepers(home: Path) -> list[int]:
    """The keepers of a yard, by their command line."""
    return [
        pid
        for pid, command in leftovers.processes_of(home).items()
        if "jobyard.core.runners.keeper" in command and command.endswith(str(home))
    ]


def kill(pid: int) -> None:
    """SIGKILL, unless it has gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def until(condition: object, what: str, patience: float = PATIENCE) -> None:
    """Poll *condition* until it holds."""
    deadline = time.monotonic() + patience
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


def put_down(home: Path, workers: Iterable[subprocess.Popen[bytes]]) -> None:
    """End what this yard has: workers, keeper and whatever is left of jobs."""
    for process in workers:
        process.kill()
        process.wait()
    leftovers.end_all(home)

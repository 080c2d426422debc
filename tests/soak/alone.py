"""Many workers on an exclusive queue: tiny jobs, each of which notices if it is not alone."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from pathlib import Path

from jobyard.core.models import JobSpec
from jobyard.core.states import ENDED, State
from jobyard.core.yard import Yard
from tests import leftovers
from tests.soak import promise, witness

PATIENCE = 900.0  # seconds


def run(home: Path, jobs: int, workers: int) -> list[str]:
    """Let *workers* processes run *jobs* jobs on a queue of one slot; the complaints."""
    folder = home.parent
    script, seen, alone = folder / "job.sh", folder / "witness", folder / "alone"
    script.write_text(witness.SCRIPT)
    with Yard.open(home) as yard:
        yard.queue_create("alone", exclusive=True)
        spec = JobSpec(fields={"command": witness.command(script, seen, alone=alone)}, queue="alone", cwd="/")
        ids = yard.submit_many(spec for _ in range(jobs))
        began = time.monotonic()
        argv = [sys.executable, "-P", "-m", "jobyard.tui", "--yard", str(home), "--worker"]
        with contextlib.ExitStack() as stack:
            stack.callback(leftovers.end_all, folder)
            for _ in range(workers):
                stack.enter_context(subprocess.Popen(argv, stderr=subprocess.DEVNULL, start_new_session=True))
            while time.monotonic() - began < PATIENCE and _unended(yard):
                time.sleep(0.2)
            leftovers.end_all(folder)
        took = time.monotonic() - began
        print(f"alone: {jobs} jobs, {workers} workers, {took:.0f} s, {yard.counts()[State.COMPLETED]} completed")
        traces = witness.read(seen)
        return [line for job in ids for line in promise.broken(yard.job(job), traces.get(job, witness.Seen()), 0)]


def _unended(yard: Yard) -> int:
    return sum(count for state, count in yard.counts().items() if state not in ENDED)

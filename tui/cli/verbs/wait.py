"""``jobyard wait``: until jobs have ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import click

from jobyard.core.models import Job, JobRow
from jobyard.core.states import COMPLETED, ENDED, RUNNING
from jobyard.core.yard import visible
from jobyard.tui.cli import jsonview
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import DURATION, json_option, refs_argument
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import note, say_json
from jobyard.tui.cli.waiting import Waiting, somebody_looks, waiting

if TYPE_CHECKING:
    from jobyard.core.yard import Yard

NO_CODE = 125  # a job that failed without an exit code: stopped, skipped, cancelled, lost
TIMED_OUT = 124  # as timeout(1)
EVERY = 1.0  # seconds between two looks at how far they are
LOOKED_AT, GAUGED = 500, 50  # jobs of those that are left; running ones whose progress is read


@click.command(cls=Verb)
@refs_argument
@click.option("--timeout", type=DURATION, metavar="TIME", help="Give up after this long: exit 124, the jobs go on.")
@json_option
def wait(refs: tuple[str, ...], timeout: float | None, as_json: bool) -> int:
    """Wait for jobs to end; exit with the job's own code.

    125 if it has none (cancelled, skipped, killed, lost). Of several jobs, or of the elements of an array, the first
    that did not complete decides. On a terminal it says how far they are.

    \b
    Examples:
      jobyard wait last
      jobyard wait 12..20 && echo all fine
      jobyard wait 'JOB-20261122-00017[]'
      jobyard wait build --timeout 10m

    --json prints an array of jobs as `jobyard show --json` does.
    """
    with open_yard() as yard:
        return wait_for(yard, refs, timeout, as_json)


def wait_for(yard: Yard, refs: Sequence[str], timeout: float | None, as_json: bool) -> int:
    """Wait and answer the exit code."""
    jobs: Sequence[Job | JobRow]
    with waiting("Waiting") as told:
        if as_json:
            jobs = whole = yard.wait(refs, timeout, watched(yard, told))
        else:
            jobs = yard.wait_rows(refs, timeout, watched(yard, told))
    if as_json:
        say_json([jsonview.job(job) for job in whole])
    pending = [job for job in jobs if job.state not in ENDED]
    if pending:
        note(f"{len(pending)} of {len(jobs)} jobs have not ended yet. {pending[0].id} is {pending[0].state.value}.")
        return TIMED_OUT
    return first_failure(jobs)


def watched(yard: Yard, told: Waiting) -> Callable[[Sequence[int], int], None]:
    """Say how far they are, once a second, where somebody looks."""
    looked = -EVERY

    def heard(left: Sequence[int], total: int) -> None:
        nonlocal looked
        if somebody_looks() and time.monotonic() - looked >= EVERY:
            looked = time.monotonic()
            told.say(*standing(yard, left, total))

    return heard


def standing(yard: Yard, left: Sequence[int], total: int) -> tuple[str, float | None]:
    """What the jobs do that are waited for, and how much of it is done, as far as they say so."""
    some = list(yard.rows(left[-LOOKED_AT:]).values())
    runs = [job.row for job in some if job.state is RUNNING]
    progress = yard.progress(runs[:GAUGED])
    ended = total - len(left) + sum(job.state in ENDED for job in some)
    if total == 1 and some:
        found = progress.get(some[0].row)
        words = f": {visible(found.text)}" if found is not None and found.text else ""
        return f"{some[0].id} {some[0].state.value}{words}", None if found is None else found.fraction
    done = ended + sum(one.fraction for one in progress.values())
    return f"{ended:,} of {total:,} jobs have ended, {len(runs):,} running", done / max(1, total)


def first_failure(jobs: Iterable[Job | JobRow]) -> int:
    """0 if all completed, else the code of the first that did not, which is told."""
    job = next((job for job in jobs if job.state is not COMPLETED), None)
    if job is None:
        return 0
    note(f"{job.id} {job.state.value}" + (f": {job.message}" if job.message else "."))
    return job.exit_code or NO_CODE

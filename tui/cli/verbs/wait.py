"""``jobyard wait``: until jobs have ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from jobyard.core.models import Job, JobRow
from jobyard.core.states import COMPLETED, ENDED
from jobyard.tui.cli import jsonview
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import DURATION, json_option, refs_argument
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import note, say_json

if TYPE_CHECKING:
    from jobyard.core.yard import Yard

NO_CODE = 125  # a job that failed without an exit code: stopped, skipped, cancelled, lost
TIMED_OUT = 124  # as timeout(1)


@click.command(cls=Verb)
@refs_argument
@click.option("--timeout", type=DURATION, metavar="TIME", help="Give up after this long: exit 124, the jobs go on.")
@json_option
def wait(refs: tuple[str, ...], timeout: float | None, as_json: bool) -> int:
    """Wait for jobs to end; exit with the job's own code.

    125 if it has none (cancelled, skipped, killed, lost). Of several jobs, or of the elements of an array, the first
    that did not complete decides.

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
    if as_json:
        whole = yard.wait(refs, timeout)
        jobs = whole
        say_json([jsonview.job(job) for job in whole])
    else:
        jobs = yard.wait_rows(refs, timeout)
    pending = [job for job in jobs if job.state not in ENDED]
    if pending:
        note(f"{len(pending)} of {len(jobs)} jobs have not ended yet. {pending[0].id} is {pending[0].state.value}.")
        return TIMED_OUT
    return first_failure(jobs)


def first_failure(jobs: Iterable[Job | JobRow]) -> int:
    """0 if all completed, else the code of the first that did not, which is told."""
    job = next((job for job in jobs if job.state is not COMPLETED), None)
    if job is None:
        return 0
    note(f"{job.id} {job.state.value}" + (f": {job.message}" if job.message else "."))
    return job.exit_code or NO_CODE

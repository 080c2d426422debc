"""A job as a line for the shell: what it runs, and the ``jobyard submit`` that would ask for it once more."""

from __future__ import annotations

from collections.abc import Iterator

from jobyard.core.models import Job
from jobyard.core.states import After, EdgeState
from jobyard.core.units import format_size
from jobyard.core.yard import format_duration, shell_join

from .forms.shellwords import SHELL

AFTER = {After.OK: "--after", After.ANY: "--after-any", After.FAIL: "--after-fail"}
COUNTED = ("cpus", "gpus")  # resources with an option of their own
RETRY_FACTOR, RETRY_MOST = 2.0, 3600.0  # what retries are unless told


def command_line(job: Job) -> str:
    """What it runs, so that a shell reads the same words; the summary of a job that is no plain command."""
    command = job.fields.get("command")
    if job.kind != "exec" or not command:
        return job.command
    return command if isinstance(command, str) else shell_join(command)


def submit_line(job: Job) -> str:
    """The command that asks for such a job; one of another kind than a command is cloned."""
    command = job.fields.get("command")
    if job.kind != "exec" or not command:
        return shell_join(("jobyard", "clone", job.id))
    words = (*SHELL, command) if isinstance(command, str) else command
    return shell_join(("jobyard", "submit", *_options(job), "--", *words))


def _options(job: Job) -> Iterator[str]:
    """All that was asked for but the environment, which may hold secrets, and the key, which is the job's alone."""
    if (job.session, job.queue) != ("default", "default"):
        yield from ("-q", job.queue if job.session == "default" else f"{job.session}/{job.queue}")
    if job.name:
        yield from ("-n", job.name)
    if job.priority:
        yield f"--priority={job.priority}"  # with =, since it may be negative
    yield from _waits(job)
    for option, seconds in (("--time-limit", job.time_limit), ("--estimate", job.estimate)):
        if seconds is not None:
            yield from (option, format_duration(seconds))
    yield from _retries(job)
    yield from _needs(job)
    for option, text in (("--cwd", job.cwd), ("--stdin", job.stdin), ("--on-end", job.on_end)):
        if text:
            yield from (option, text)
    if job.array is not None:
        yield from ("--env", f"JOBYARD_ARRAY_INDEX={job.array.number}")


def _waits(job: Job) -> Iterator[str]:
    """What it waits for or waited for; a dead wish would skip the new job at once."""
    for after, option in AFTER.items():
        parents = [edge.id for edge in job.depends_on if edge.after is after and edge.state is not EdgeState.DEAD]
        if parents:
            yield from (option, ",".join(parents))


def _retries(job: Job) -> Iterator[str]:
    if job.retries > 0:
        yield from ("--retries", str(job.retries), "--retry-delay", format_duration(job.retry_delay))
        if job.retry_factor != RETRY_FACTOR:
            yield from ("--retry-factor", f"{job.retry_factor:g}")
        if job.retry_most != RETRY_MOST:
            yield from ("--retry-max", format_duration(job.retry_most))
    if job.idempotent:
        yield "--idempotent"


def _needs(job: Job) -> Iterator[str]:
    for name, units in job.resources.items():
        if name == "mem":
            yield from ("--mem", format_size(units))
        elif name in COUNTED:
            yield from (f"--{name}", str(units))
        else:
            yield from ("--need", name if units == 1 else f"{name}={units}")

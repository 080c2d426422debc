"""``jobyard show``: everything about a job."""

from __future__ import annotations

import time
from collections.abc import Iterator

import click

from jobyard.core.models import Attempt, Edge, Job
from jobyard.core.yard import format_duration, people_duration
from jobyard.tui.cli import jsonview
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option, ref_argument
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import paint, say, say_all, say_json
from jobyard.tui.cli.table import Cell, Column, pairs, table
from jobyard.tui.cli.words import LOOK, clean, lasted, outcome, size, state_cell, when

DEPENDENTS_SHOWN = 20

ATTEMPTS = (
    Column("TRY", right=True),
    Column("STATE"),
    Column("STARTED", drop=1),
    Column("TIME", right=True),
    Column("CPU", right=True, drop=2),
    Column("MEMORY", right=True, drop=3),
    Column("STDOUT", right=True, drop=4),
    Column("STDERR", right=True, drop=5),
    Column("WORKER", weight=1),
    Column("WHY", weight=3, least=10),
)


@click.command(cls=Verb)
@ref_argument
@json_option
def show(ref: str, as_json: bool) -> int:
    """Show everything about a job.

    \b
    Examples:
      jobyard show last
      jobyard show 17
      jobyard show rabi --json | jq .exit_code

    \b
    --json prints an object: id name session queue kind state reason cause message priority user command created_at
    not_before started_at ended_at exit_code signal worker time_limit estimate resources held retries retry_delay
    idempotent cwd stdin stopping cloned_from depends_on[] dependents[] dependents_total configs data_file attempts[].
    Times are ISO 8601 in UTC, durations seconds, sizes bytes. The environment is never shown.
    """
    with open_yard() as yard:
        job = yard.job(ref)
    if as_json:
        say_json(jsonview.job(job))
    else:
        say_all(pairs(facts(job)))
        if job.attempts:
            say()
            say_all(table(ATTEMPTS, [attempt_cells(each) for each in job.attempts]))
    return 0


def facts(job: Job) -> Iterator[tuple[str, str]]:
    """Names and values, in the order in which people look for them."""
    state = state_cell(job)
    yield "id", job.id
    yield "name", clean(job.name)
    yield "state", paint(state.text, state.colour)
    yield "reason" if job.reason else "message", outcome(job)
    yield "command", clean(job.command)
    yield "kind", job.kind
    yield "queue", clean(f"{job.session}/{job.queue}")
    yield "priority", str(job.priority)
    yield "user", clean(job.user)
    yield from moments(job)
    yield from limits(job)
    yield "folder", clean(job.cwd)
    yield "stdin", clean(job.stdin)
    yield "clone of", job.cloned_from
    yield "waits for", "\n".join(edge_line(edge) for edge in job.depends_on)
    yield "dependants", dependents(job)


def moments(job: Job) -> Iterator[tuple[str, str]]:
    """When things happened."""
    yield "submitted", when(job.created_at)
    yield "not before", when(job.not_before)
    yield "started", when(job.started_at)
    yield "ended", when(job.ended_at)
    yield "time", lasted(job.started_at, job.ended_at, time.time())
    yield "exit code", "" if job.exit_code is None else str(job.exit_code)
    yield "signal", "" if job.signal is None else str(job.signal)
    yield "worker", clean(job.worker)


def limits(job: Job) -> Iterator[tuple[str, str]]:
    """What was asked for."""
    yield "time limit", "" if job.time_limit is None else format_duration(job.time_limit)
    yield "estimate", "" if job.estimate is None else format_duration(job.estimate)
    yield "retries", f"{job.retries}, after {format_duration(job.retry_delay)}" if job.retries else ""
    yield "idempotent", "yes" if job.idempotent else ""


def edge_line(edge: Edge) -> str:
    """``JOB-… (name)  completed, after-ok satisfied``."""
    glyph, colour = LOOK[edge.job_state]
    name = f" ({clean(edge.name)})" if edge.name else ""
    return f"{edge.id}{name}  {paint(f'{glyph} {edge.job_state.value}', colour)}, {edge.after.value} {edge.state.value}"


def dependents(job: Job) -> str:
    """The first dependants, and how many there are more."""
    lines = [edge_line(edge) for edge in job.dependents[:DEPENDENTS_SHOWN]]
    more = job.dependents_total - len(lines)
    return "\n".join([*lines, f"and {more} more"] if more > 0 else lines)


def attempt_cells(attempt: Attempt) -> list[Cell | str]:
    """A line of the table of attempts."""
    glyph, colour = LOOK[attempt.state]
    return [
        str(attempt.number),
        Cell(f"{glyph} {attempt.state.value}", colour),
        when(attempt.started_at),
        lasted(attempt.started_at, attempt.ended_at, time.time()),
        "" if attempt.cpu_seconds is None else people_duration(attempt.cpu_seconds),
        size(attempt.max_rss),
        size(attempt.stdout_bytes),
        size(attempt.stderr_bytes),
        clean(attempt.worker),
        clean(attempt.message or (attempt.cause.value if attempt.cause else "")),
    ]

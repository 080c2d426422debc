"""``jobyard show``: everything about a job."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from jobyard.core.models import ArrayRow, Attempt, Edge, Job, Provenance
from jobyard.core.states import FAILED
from jobyard.core.text import clean_output
from jobyard.core.yard import format_duration, people_duration
from jobyard.tui import origins
from jobyard.tui.cli import folding, gauging, jsonview
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option, ref_argument
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import note, paint, say, say_all, say_json
from jobyard.tui.cli.table import Cell, Column, pairs, table
from jobyard.tui.cli.words import LOOK, clean, lasted, outcome, plural, size, state_cell, when

if TYPE_CHECKING:
    from jobyard.core.yard import Yard

DEPENDENTS_SHOWN = 20
MOST_FAILED = 100_000  # ids of failed elements as JSON

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
@click.option("--environment", is_flag=True, help="Print the environment instead, secrets masked.")
@click.option(
    "--provenance", is_flag=True, help="Print where an attempt came from instead, with what was not committed."
)
@click.option(
    "--output", is_flag=True, help="Print what is kept of an attempt's output instead: its head and its tail."
)
@click.option("--attempt", type=click.IntRange(min=1), metavar="N", help="Of this attempt (default: the last).")
@json_option
def show(ref: str, environment: bool, provenance: bool, output: bool, attempt: int | None, as_json: bool) -> int:
    """Show everything about a job.

    \b
    Examples:
      jobyard show last
      jobyard show 17
      jobyard show rabi --json | jq .exit_code
      jobyard show 'JOB-20261122-00017[]'
      jobyard show rabi --environment
      jobyard show rabi --provenance --attempt 1
      jobyard show rabi --output --json | jq -r .stdout.text

    \b
    --json prints an object: id name session queue kind state reason cause message priority user command created_at
    not_before started_at ended_at exit_code signal worker time_limit limit limit_from estimate resources held retries
    retry_delay retry_factor retry_max idempotent cwd stdin stopping cloned_from unique array{id index size}
    swept{key: value} on_end depends_on[] dependents[] dependents_total configs[]{type version} data_file
    progress{fraction text at expected_end} usage{at cpu cpu_seconds rss processes} attempts[]. Swept is the job's point
    in a sweep, progress what a running job prints, usage what its processes use (1.0 cpu is a core); null where that is
    not known.
    Of an array: id first indexes size left most name session queue priority user command created_at state
    counts{state: number} failed[ids].
    Times are ISO 8601 in UTC, durations seconds, sizes bytes. The environment is no part of it.

    \b
    --environment --json prints an object: name → value, what looks like a secret as "***".
    --provenance --json prints an object: attempt argv cwd umask environment_hash host kernel user jobyard taken_at
    interpreter{program interpreter real python} git{root revision branch diff cut untracked more why} grants;
    or null for a job that was never started.
    --output --json prints {"stdout","stderr"}, each {"text","bytes","lines","left_out"}: of a long stream the first and
    the last lines, together kept_output of the settings (1 MiB), with the true totals; `jobyard logs` has all of it.
    """
    if environment:
        return show_environment(ref, as_json)
    if output:
        return show_output(ref, attempt, as_json)
    with open_yard() as yard:
        array = None if provenance else yard.array(ref)
        if array is not None:
            return show_array(yard, array, as_json)
        job = yard.job(ref)
        came = yard.provenance(ref, attempt) if provenance or not as_json else None
        gauge = gauging.gauges_of(yard, [job]).get(job.row, gauging.NOTHING)
    if provenance:
        show_provenance(job, came, as_json)
    elif as_json:
        say_json(jsonview.job(job, gauge.progress, gauge.sample))
    else:
        say_all(pairs([*facts(job), *gauging.facts(gauge, time.time())]))
        if job.attempts:
            say()
            say_all(table(ATTEMPTS, [attempt_cells(each) for each in job.attempts]))
        if came:
            say()
            say_all([f"Provenance of attempt {came.number}", *pairs(origin(came))])
    return 0


OF_ALL = ("resources", "time limit", "estimate", "retries", "idempotent", "on end", "folder")  # same in every element


def show_array(yard: Yard, array: ArrayRow, as_json: bool) -> int:
    """How far it is, and what failed."""
    failed = yard.elements(array, FAILED, MOST_FAILED if as_json else folding.FAILED_SHOWN)
    if as_json:
        say_json(folding.as_json(array, failed))
    else:
        job = yard.job(array.sample.row)
        said = dict(folding.facts(array, failed))
        shared = {name: value for name, value in facts(job) if name in OF_ALL}
        below = said.pop("failed")
        say_all(pairs([*said.items(), *shared.items(), ("failed", below)]))
    return 0


def show_output(ref: str, attempt: int | None, as_json: bool) -> int:
    """Both streams, as far as they are kept, safe to print."""
    with open_yard() as yard:
        found = {stream: yard.output(ref, stream, attempt) for stream in ("stdout", "stderr")}
    if as_json:
        say_json({stream: jsonview.output(one) for stream, one in found.items()})
        return 0
    for stream, one in found.items():
        if one.size:
            say(f"{stream}: {size(one.size)}, {plural(one.lines, 'line')}")
            say_all(clean_output(one.text).removesuffix("\n").split("\n"))
    return 0


def show_environment(ref: str, as_json: bool) -> int:
    """``NAME=value``, a variable a line."""
    with open_yard() as yard:
        found = yard.environment(ref)
    if as_json:
        say_json(found)
    else:
        say_all(f"{clean(name)}={clean(value)}" for name, value in found.items())
    return 0


def show_provenance(job: Job, came: Provenance | None, as_json: bool) -> None:
    """All that is known of an attempt's origin, the uncommitted changes last and whole."""
    if as_json:
        say_json(jsonview.provenance(came) if came else None)
    elif came is None:
        note(f"{job.id} was never started.")
    else:
        say_all(pairs(origin(came)))
        say_all(clean(line) for line in came.git.diff.splitlines())


def origin(came: Provenance) -> Iterator[tuple[str, str]]:
    """Names and values of where an attempt came from."""
    yield from origins.program(came)
    yield from origins.repository(came.git, "; see --provenance")
    yield "looked at", when(came.taken_at)
    yield from origins.surroundings(came)
    yield "environment", f"{len(came.environment)} variables; see --environment" if came.environment else ""


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
    yield "user", clean(job.whose)
    yield from moments(job)
    yield "data", "\n".join(data_lines(job))
    yield from limits(job)
    yield from wishes(job)
    yield "configs", "\n".join(config_lines(job))
    yield "folder", clean(job.cwd)
    yield "stdin", clean(job.stdin)
    yield "clone of", job.cloned_from
    yield "waits for", "\n".join(edge_lines(job.depends_on))
    yield "dependants", dependents(job)


def config_lines(job: Job) -> Iterator[str]:
    """The versions of configs that its last attempt ran with; before there is one, those that it asks for."""
    if job.attempts:
        yield from (f"{link.version} ({clean(link.type)})" for link in job.attempts[-1].configs)
    else:
        yield from (f"{clean(wish) or 'main'} ({clean(type)})" for type, wish in (job.configs or {}).items())


def data_lines(job: Job) -> Iterator[str]:
    """The files of data of its attempts, the newest first."""
    for attempt in reversed(job.attempts):
        if attempt.data_file:
            yield f"{clean(attempt.data_file)} ({size(attempt.data_bytes)})"


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
    yield "resources", wants(job)
    source = f" ({job.limit_from})" if job.limit_from else ""
    yield "time limit", "" if job.limit is None else format_duration(job.limit) + source
    yield "estimate", "" if job.estimate is None else format_duration(job.estimate)
    yield "retries", retries(job) if job.retries else ""
    yield "idempotent", "yes" if job.idempotent else ""


def wants(job: Job) -> str:
    """``cpus 2, mem 2 GiB, qick 1``."""
    some = ((name, size(units) if name == "mem" else str(units)) for name, units in job.resources.items())
    return ", ".join(f"{clean(name)} {text}" for name, text in some)


def retries(job: Job) -> str:
    """``3, after 1m, then 2 times as long each, at most 1h``."""
    grows = f", then {job.retry_factor:g} times as long each, at most {format_duration(job.retry_most)}"
    return f"{job.retries}, after {format_duration(job.retry_delay)}" + (grows if job.retries > 1 else "")


def wishes(job: Job) -> Iterator[tuple[str, str]]:
    """What else was asked for."""
    yield "unique", clean(job.unique)
    yield "swept", point(job)
    yield "array", f"{job.array.id}[], element {job.array.number} of {job.array.size}" if job.array else ""
    yield "on end", clean(job.on_end)


def point(job: Job) -> str:
    """Its point in a sweep: ``amp=0.3 freq=4.8``."""
    if not job.fields.get("swept"):
        return ""
    from jobyard.core.sweeps import told

    return told(job.fields["swept"])


def edge_lines(edges: Sequence[Edge]) -> Iterator[str]:
    """A line for each, but one for many elements of an array."""
    told: set[tuple[str, str]] = set()
    for edge in edges:
        if not edge.array:
            yield edge_line(edge)
        elif (edge.array, edge.after.value) not in told:
            told.add((edge.array, edge.after.value))
            yield f"{clean(edge.array)}, {edge.after.value}"


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

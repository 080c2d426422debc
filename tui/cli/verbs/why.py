"""``jobyard why``: every blocker of a job, by name."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from jobyard.core.models import Job
from jobyard.core.states import PENDING, RUNNING
from jobyard.tui.cli import jsonview
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option, refs_argument
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import paint, say_all, say_json
from jobyard.tui.cli.words import clean, outcome, plural, state_cell, when
from jobyard.tui.foretelling import is_news, told

if TYPE_CHECKING:
    from jobyard.core.forecast import Expected, Root
    from jobyard.core.yard import Yard

MANY = 20  # jobs; of more than these, equal ones are told once


@click.command(cls=Verb)
@refs_argument
@json_option
def why(refs: tuple[str, ...], as_json: bool) -> int:
    """Say why a job waits, every blocker of it, and when it is expected to start.

    The first line is the reason that the lists show; below it everything that has to change before the job starts, and
    the time at which it is expected to: half of such jobs are sooner, nine of ten are no later than the second time.
    It follows from estimates, from earlier runs of the same command, and from what the scheduler will decide.

    \b
    Examples:
      jobyard why last
      jobyard why 12..20
      jobyard why 'JOB-20261122-00017[]'
      jobyard why deploy --json

    --json prints {"id","state","reason","blockers":[{"rule","text","job"}],"expected":{"start","end","late_start",
    "late_end","guess","why_not","behind"},"root":{"jobs":[ids],"why"}}, an array of them for several jobs; "expected"
    is null of a job that has ended; "root" is null but of one that waits for jobs without an end: these, each waiting
    for the next, and what keeps the last. Rules: held, ended, paused, time, dependency, locked, resource, slot, worker,
    disk, batch, next.
    """
    with open_yard() as yard:
        rows = yard.resolve(refs)
        if as_json:
            views = [view(yard, row) for row in rows]
            say_json(views[0] if len(views) == 1 else views)
        else:
            say_all(explained(yard, rows))
    return 0


def view(yard: Yard, row: int) -> jsonview.Json:
    """A job for a program."""
    job = yard.job(row)
    if job.state not in (PENDING, RUNNING):
        return jsonview.blockers(job) | {"root": None}
    expected, behind = foreseen(yard, row)
    found = root_of(yard, expected, row)
    last = {"jobs": yard.ids(found.behind), "why": found.why_not or None} if found else None
    return jsonview.blockers(job, expected, behind) | {"root": last}


def foreseen(yard: Yard, row: int) -> tuple[Expected, str]:
    """What is expected of a job, and the id of the one that it waits for if that is why nobody can say."""
    found = yard.forecast().of(row)
    return found, yard.ids([found.behind])[0] if found.behind else ""


def root_of(yard: Yard, expected: Expected, row: int) -> Root | None:
    """What keeps those that a job waits for, if that is why nobody can say when it starts."""
    if not expected.behind:
        return None
    from jobyard.core.forecast import root

    return root(yard.forecast(), row)


def because(yard: Yard, found: Root) -> str:
    """``waits for JOB-2 (tune), which waits for JOB-1 (cool): fridge locked by root``."""
    lines = yard.rows(found.behind)
    some = [f"{one.id} ({clean(one.name)})" if one.name else one.id for row in found.behind if (one := lines.get(row))]
    chain = ", which waits for ".join(some)
    return f"waits for {chain}: {clean(found.why_not)}" if found.why_not else f"waits for {chain}, and on it goes"


def explained(yard: Yard, rows: Sequence[int]) -> Iterator[str]:
    """Every job; of very many, such as an array's elements, one of those that wait or ended alike."""
    alike: dict[object, list[int]] = {}
    for row, line in yard.rows(rows).items() if len(rows) > MANY else ():
        alike.setdefault((line.state, line.reason or line.message), []).append(row)
    for some in alike.values() or [[row] for row in rows]:
        job = yard.job(some[0])
        yield from explanation(job)
        if job.state in (PENDING, RUNNING) and not job.stopping:
            expected, behind = foreseen(yard, job.row)
            if found := root_of(yard, expected, job.row):
                yield f"  nobody can say when it starts: {because(yard, found)}"
            elif is_news(expected, job):
                yield f"  {told(expected, time.time(), behind)}"
        if len(some) > 1:
            yield f"  and {plural(len(some) - 1, 'other')} likewise"


def explanation(job: Job) -> Iterator[str]:
    """The job's line and a line for each blocker."""
    index = f"[{job.array.number}]" if job.array else ""
    name = f" ({clean(job.name)}{index})" if job.name else ""
    state = state_cell(job)
    yield f"{job.id}{name}  {paint(state.text, state.colour)}{tail(job)}"
    if job.state is PENDING:
        yield from (f"  - {clean(blocker.text)}" for blocker in job.blockers)


def tail(job: Job) -> str:
    """What follows the state of a job that does not wait."""
    if job.state is PENDING:
        return "" if job.blockers else ": nothing stands in its way"
    if job.state is RUNNING and job.stopping:
        return f" since {when(job.stop_at)}, asked by {clean(job.stop_by)}; it started at {when(job.started_at)}"
    if job.state is RUNNING:
        return f" since {when(job.started_at)}"
    said = outcome(job)
    return f" at {when(job.ended_at)}" + (f": {said}" if said else "")

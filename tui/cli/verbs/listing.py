"""``jobyard list`` and ``jobyard failed``."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from jobyard.core.errors import BadInput, Unknown
from jobyard.core.models import ArrayRow, Failure, JobFilter, JobRow, Sort
from jobyard.core.states import State, parse_state
from jobyard.tui import foretelling
from jobyard.tui.cli import complete, folding, gauging, jsonview
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import DURATION, comma_separated, json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import note, say, say_all, say_json_array
from jobyard.tui.cli.sorting import sort_option
from jobyard.tui.cli.table import Cell, Column, table
from jobyard.tui.cli.words import clean, lasted, outcome, state_cell, when

if TYPE_CHECKING:
    from jobyard.core.forecast import Forecast
    from jobyard.core.yard import Yard
    from jobyard.tui.gauges import Gauge

DAY = 86_400.0  # seconds
MOST = 100  # jobs

COLUMNS = (
    Column("ID"),
    Column("STATE"),
    Column("PRI", right=True, drop=2),
    Column("QUEUE", weight=1, least=7, drop=1),
    Column("NAME", weight=2, least=9),
    Column("USER", weight=1, drop=4),
    Column("SINCE", drop=5),
    Column("TIME", right=True, drop=3),
    Column("COMMAND", weight=3, least=10),
    Column("WHY", weight=6, least=14),
)
USE_COLUMNS = (Column("CPU", right=True), Column("MEM", right=True))
EXPECTED_COLUMN = Column("EXPECTED")


@click.command("list", cls=Verb)
@click.argument("words", metavar="[FILTER...]", nargs=-1, shell_complete=complete.filters)
@click.option("--all", "everything", is_flag=True, help="Every state however long ago, no limit unless told.")
@click.option("--state", "states", multiple=True, metavar="S,...", shell_complete=complete.states, help="Only these.")
@click.option(
    "-q", "--queue", "queues", multiple=True, metavar="Q,...", shell_complete=complete.queues, help="Only these."
)
@click.option("-u", "--user", default="", metavar="U", help="Only jobs of this user.")
@sort_option
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help=f"At most N jobs (default {MOST}).")
@click.option("--elements", is_flag=True, help="Each element of an array on a line of its own.")
@click.option("--usage", is_flag=True, help="With the CPU and the memory that running jobs use.")
@click.option("--expected", is_flag=True, help="With when waiting jobs will start (→ when running ones will end).")
@click.option("--fields", is_flag=True, help="Print the fields of the filter language, and leave.")
@json_option
def list_(
    words: tuple[str, ...],
    everything: bool,
    states: tuple[str, ...],
    queues: tuple[str, ...],
    user: str,
    sort: Sort | None,
    limit: int | None,
    elements: bool,
    usage: bool,
    expected: bool,
    fields: bool,
    as_json: bool,
) -> int:
    """List jobs: pending, running and what ended in the last day.

    Running jobs first, then pending ones in the order in which they will run, then ended ones, newest first.
    FILTER is words, which occur in the id, name, command, queue or user, states, and fields with a value:
    state:failed user:ada name~rabi 'age<2d' needs:qick after:JOB-... cause:lost. A space is "and"; "or", "not" and
    brackets work as one expects. --fields shows every field. Shells read < > ( ) * themselves: quote them.
    A running job that prints how far it is has a bar, and when it may end, where others say why.
    What names a job or a time looks further back than a day. An array is one line, ID[1-100], with its progress,
    where the first of its elements that match would stand; ID[], ID[1-5] or NAME[failed] as a word means that array,
    or those elements, each on a line of its own.

    \b
    Examples:
      jobyard list
      jobyard list qick rabi
      jobyard list 'state:failed (queue:qick or needs:qick) not cause:lost'
      jobyard list 'ended:yesterday duration>10m' --sort -duration
      jobyard list after:last
      jobyard list running --usage
      jobyard list pending --expected
      jobyard list --state failed,skipped --all
      jobyard list 'scan[1-5,9]'
      jobyard list --queue lab/qick --json | jq -r '.[].id'

    --json prints an array of jobs as `jobyard show --json` does, with each element of an array: "array" is
    {"id","index","size"}, null for other jobs. On a pipe nothing is cut off. With --expected each has "expected" as
    `jobyard why --json` has it. With --fields: of "name", "aliases", "operators", "help", "example".
    EXPECTED is ~14:32 where it rests on a guess, ? where nobody can say: `jobyard why ID` says why.
    """
    if fields:
        show_fields(as_json)
        return 0
    with open_yard() as yard:
        since = None if everything else time.time() - DAY
        wanted = frozenset(map(state_named, comma_separated(states)))
        base = JobFilter((), wanted, queue_ids(yard, comma_separated(queues)), user, since, sort=sort)
        where = yard.filter(" ".join(words), base)
        most = shown_at_most(limit, everything)
        look = yard.list if elements or as_json or yard.picks_elements(where) else yard.folded
        rows = look(where, None if most is None else most + 1)
        cut = most is not None and len(rows) > most
        show_rows(yard, rows[:most], as_json, usage, expected)
        if cut:
            note(f"There are more than {most} jobs. Use --all, --limit N or a filter to see others.")
    return 0


FIELD_COLUMNS = (
    Column("FIELD"),
    Column("ALSO", weight=1, least=9, wraps=True),
    Column("OPERATORS", weight=1, least=9, wraps=True),
    Column("MEANS", weight=2, least=20, wraps=True),
    Column("EXAMPLE"),  # whole, to be copied
)


def show_fields(as_json: bool) -> None:
    """A line, or an object, for each."""
    if as_json:
        names = ("name", "aliases", "operators", "help", "example")
        say_json_array(dict(zip(names, row, strict=True)) for row in field_rows())
    else:
        say_all(table(FIELD_COLUMNS, field_rows()))


def field_rows() -> list[list[Cell | str]]:
    """The table of fields, as it is in the README too."""
    from jobyard.core.filters.fields import TABLE

    return [[one.name, " ".join(one.aliases), " ".join(one.operators), one.help, one.example] for one in TABLE]


def shown_at_most(limit: int | None, everything: bool) -> int | None:
    """How many jobs are shown; one more is asked for, which has to be a number that the store knows."""
    if limit is None:
        return None if everything else MOST
    return min(limit, sys.maxsize - 1)


def show_rows(
    yard: Yard, rows: Sequence[JobRow | ArrayRow], as_json: bool, usage: bool = False, expected: bool = False
) -> None:
    """A table, or each job whole."""
    if not rows and not as_json:
        note("No job matches.")
        return
    gauges, now = gauging.gauges_of(yard, rows, use=usage or as_json), time.time()
    forecast = yard.forecast() if expected else None
    if as_json:
        say_json_array(view(yard, row.row, gauges, forecast) for row in rows)
        return
    more = (*(USE_COLUMNS if usage else ()), *((EXPECTED_COLUMN,) if forecast else ()))
    say_all(table((*COLUMNS[:-2], *more, *COLUMNS[-2:]), [line(row, now, gauges, usage, forecast) for row in rows]))


def view(yard: Yard, row: int, gauges: Mapping[int, Gauge], forecast: Forecast | None) -> jsonview.Json:
    """A job for a program."""
    job, gauge = yard.job(row), gauges.get(row, gauging.NOTHING)
    told = jsonview.job(job, gauge.progress, gauge.sample)
    if forecast is None:
        return told
    found = forecast.of(row) if job.ended_at is None else None
    behind = yard.ids([found.behind])[0] if found is not None and found.behind else ""
    return {**told, "expected": jsonview.expected(found, behind) if found is not None else None}


def line(
    row: JobRow | ArrayRow, now: float, gauges: Mapping[int, Gauge], usage: bool, forecast: Forecast | None
) -> list[Cell | str]:
    """A line of the table, with what was asked for before the last two cells."""
    found = folding.cells(row) if isinstance(row, ArrayRow) else cells(row, now, gauges.get(row.row))
    more: list[Cell | str] = [*gauging.use_cells(gauges.get(row.row, gauging.NOTHING))] if usage else []
    if forecast is not None:
        job = row.sample if isinstance(row, ArrayRow) else row
        more.append(foretelling.cell(forecast.of(job.row), now) if job.ended_at is None else "")
    return [*found[:-2], *more, *found[-2:]]


def cells(row: JobRow, now: float, gauge: Gauge | None = None) -> list[Cell | str]:
    """A job's; what a running one prints of its progress stands where others say why."""
    return [
        row.id,
        state_cell(row),
        str(row.priority),
        clean(row.queue if row.session == "default" else f"{row.session}/{row.queue}"),
        clean(folding.name_of(row)),
        clean(row.user),
        when(row.ended_at or row.started_at or row.created_at),
        lasted(row.started_at, row.ended_at, now),
        clean(row.command),
        outcome(row) or (gauging.headway(gauge, now) if gauge is not None else ""),
    ]


def state_named(word: str) -> State:
    """The state, by any of its names. Raises BadInput."""
    state = parse_state(word)
    if state is None:
        raise BadInput(f"{word} is no state", "", f"The states are {', '.join(State)}")
    return state


def queue_ids(yard: Yard, names: Sequence[str]) -> frozenset[int]:
    """Ids of the queues; a bare name means every queue of that name. Raises Unknown."""
    found: set[int] = set()
    for name in names:
        session, slash, queue = name.rpartition("/")
        ids = {each.id for each in yard.queues() if each.name == queue and (not slash or each.session == session)}
        if not ids:
            raise Unknown(f"There is no queue {name}", "", "`jobyard queue list` shows them")
        found |= ids
    return frozenset(found)


FAILED_COLUMNS = (
    Column("ID"),
    Column("ENDED"),
    Column("QUEUE", weight=1, drop=2),
    Column("NAME", weight=2),
    Column("USER", weight=1, drop=4),
    Column("CAUSE", drop=3),
    Column("TRIES", right=True, drop=1),
    Column("WHY", weight=6, least=10),
)


@click.command(cls=Verb)
@click.option("--since", type=DURATION, metavar="AGE", help="Only what failed within this time, such as 1d.")
@click.option(
    "-q", "--queue", "queues", multiple=True, metavar="Q,...", shell_complete=complete.queues, help="Only these."
)
@click.option("-u", "--user", default="", metavar="U", help="Only jobs of this user.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=MOST, metavar="N", help=f"At most N jobs (default {MOST})."
)
@json_option
def failed(since: float | None, queues: tuple[str, ...], user: str, limit: int, as_json: bool) -> int:
    """List failed jobs with the most telling line of each.

    Newest first. TRIES is how often each was tried, of how often it might have been.

    \b
    Examples:
      jobyard failed
      jobyard failed --since 1d --queue lab/qick
      jobyard failed --user ada --limit 5
      jobyard failed --json | jq -r '.[].message'

    --json prints an array of jobs as `jobyard show --json` does.
    """
    with open_yard() as yard:
        after = None if since is None else time.time() - since
        found = yard.failed(after, sorted(queue_ids(yard, comma_separated(queues))), user, limit)
        if as_json:
            say_json_array({**jsonview.job(yard.job(one.row)), "message": one.message} for one in found)
        elif found:
            say_all(table(FAILED_COLUMNS, [failed_cells(one) for one in found]))
        else:
            say("No job has failed." if since is None and not queues and not user else "No such job has failed.")
    return 0


def failed_cells(one: Failure) -> list[Cell | str]:
    """A line of the table of failures."""
    return [
        one.id,
        when(one.ended_at),
        clean(one.queue if one.session == "default" else f"{one.session}/{one.queue}"),
        clean(one.name),
        clean(one.user),
        one.cause.value,
        f"{one.tries} of {one.allowed}",
        Cell(clean(one.message or one.cause.value), "red"),
    ]

"""``jobyard diff``: how two runs differ."""

from __future__ import annotations

from collections.abc import Iterator

import click

from jobyard.core.errors import BadInput
from jobyard.core.models import Comparison, Difference, Job
from jobyard.tui.cli import complete, jsonview
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import paint, say_all, say_json
from jobyard.tui.cli.words import clean, plural

COLOURS = {"-": "red", "+": "green", "@": "grey"}


@click.command(cls=Verb)
@click.argument("one", metavar="JOB", shell_complete=complete.jobs)
@click.argument("other", metavar="[JOB]", required=False, shell_complete=complete.jobs)
@click.option(
    "--attempt", "attempts", type=click.IntRange(min=1), multiple=True, metavar="N",
    help="Of the first job; given again, of the second (default: the last).",
)  # fmt: skip
@json_option
def diff(one: str, other: str | None, attempts: tuple[int, ...], as_json: bool) -> int:
    """Show how two runs differ: what went in, how they ended.

    Compared are command, parameters of an experiment, folder, umask, environment, resources, time limit, interpreter,
    host, git revision and uncommitted changes, outcome. Of what looks like a secret only the name is shown. Time,
    memory and sizes are shown too, but no two runs agree on them: they do not count. With one JOB, its last two
    attempts are compared.

    \b
    Examples:
      jobyard diff rabi-1 rabi-2
      jobyard diff 17 17 --attempt 1 --attempt 3
      jobyard diff 17
      jobyard diff 17 18 --json | jq -r '.differences[].what'

    \b
    Exit code: 0 the same, 1 they differ, 2 trouble; as of diff(1).
    --json prints {"one","other","same","differences":[{"what","one","other","counts","lines"}]}.
    """
    if len(attempts) > 2:
        raise BadInput(
            "Two runs can be compared", f"--attempt was given {len(attempts)} times", "Give it twice at most"
        )
    with open_yard() as yard:
        if other is None and not attempts:
            attempts = last_two(yard.job(one))
        found = yard.diff(one, other or one, *attempts)
    if as_json:
        say_json(jsonview.comparison(found))
    else:
        say_all(report(found))
    return 0 if found.same else 1


def last_two(job: Job) -> tuple[int, int]:
    """The numbers of a job's last two attempts. Raises BadInput if it has less."""
    if len(job.attempts) < 2:
        what = f"{job.id} has {plural(len(job.attempts), 'attempt')}"
        raise BadInput(what, "a job alone is compared with its own earlier attempt", "Name another job")
    return job.attempts[-2].number, job.attempts[-1].number


def report(found: Comparison) -> Iterator[str]:
    """Both runs, then each difference with both sides, in the way of diff(1)."""
    yield paint(f"--- {run(found.one, found.one_attempt)}", "red")
    yield paint(f"+++ {run(found.other, found.other_attempt)}", "green")
    for each in found.differences:
        yield from lines(each)
    if found.same:
        yield "Nothing that counts differs."


def run(id: str, attempt: int) -> str:
    """``JOB-… attempt 2``."""
    return f"{id} attempt {attempt}" if attempt else f"{id}, never started"


def lines(each: Difference) -> Iterator[str]:
    """What differs, and both sides; a text of several lines as a unified diff."""
    yield paint(f"@@ {clean(each.what)}{'' if each.counts else ' (measured)'}", "cyan")
    if each.lines:
        yield from (paint(clean(line), COLOURS.get(line[:1], "")) for line in each.lines)
        return
    for sign, side in (("-", each.one), ("+", each.other)):
        if side is not None:
            yield from (paint(sign + clean(line), COLOURS[sign]) for line in side.splitlines() or [""])

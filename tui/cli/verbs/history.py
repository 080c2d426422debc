"""``jobyard history``: the audit of a job, a queue, a user, the yard."""

from __future__ import annotations

import contextlib
import re
import time

import click

from jobyard.core.errors import BadInput
from jobyard.core.models import ChangeInfo, Event
from jobyard.tui.audit import changed
from jobyard.tui.cli import complete, jsonview
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import note, say_all, say_json
from jobyard.tui.cli.table import Column, table
from jobyard.tui.cli.verbs.undo import first_few
from jobyard.tui.cli.words import clean, when

LATEST = 100
DAY = 86_400.0  # seconds
COLUMNS = (
    Column("EVENT", right=True),
    Column("AT"),
    Column("WHAT"),
    Column("WHO", weight=1),
    Column("FROM", weight=1),
    Column("CHANGED", weight=6, least=12),
)
OF_ALL = (*COLUMNS[:2], Column("ON", weight=1, least=18), *COLUMNS[2:])
CHANGES = (
    Column("CHANGE", right=True),
    Column("AT"),
    Column("WHAT", weight=3),
    Column("FROM", weight=1),
    Column("NOW"),
    Column("FIRST", weight=3, least=12, drop=1),
)


@click.command(cls=Verb)
@click.argument("ref", metavar="[ID]", required=False, shell_complete=complete.jobs)
@click.option("--queue", "-q", metavar="[SESSION/]Q", shell_complete=complete.queues, help="What was done to a queue.")
@click.option("--user", "-u", metavar="NAME", help="The commands of a user, each with all that it changed.")
@click.option("--all", "of_all", is_flag=True, help="The latest of everything in the yard; so without any argument.")
@click.option("--since", metavar="WHEN", help="From then on: an age such as 2h, or a time such as 2026-11-22T09:00.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=LATEST, show_default=True, help="At most so many.")
@json_option
def history(
    ref: str | None, queue: str | None, user: str | None, of_all: bool, since: str | None, limit: int, as_json: bool
) -> int:
    """Show what was done, by whom, when and from where.

    Of a job: everything, also what its worker did. Of a queue: what was done to it, not to its jobs. Of a user: each
    command as one line, and whether it has been undone. Without any of these: the latest events of the yard.

    \b
    Examples:
      jobyard history last
      jobyard history --queue lab/qick
      jobyard history --user ada --since 2h
      jobyard history --limit 20 --json

    --json prints an array of {"id","at","verb","user","host","face","job","queue","before","after"}; with --user one
    of {"id","at","verb","what","user","host","face","jobs","first":[ids],"of","undone","undoable"}.
    """
    if sum((ref is not None, queue is not None, user is not None, of_all)) > 1:
        raise BadInput("ID, --queue, --user and --all exclude each other", "", "Give one of them")
    begin = None if since is None else moment_of(since)
    with open_yard() as yard:
        if user is not None:
            return show_changes(yard.user_history(user, limit, begin), as_json)
        if ref is not None:
            events = [event for event in yard.history(ref) if begin is None or event.at >= begin][-limit:]
        elif queue is not None:
            events = yard.queue_history(queue, limit, begin)
        else:
            events = yard.events(limit, begin)
    return show_events(events, as_json, whole=ref is None and queue is None)


def moment_of(since: str) -> float:
    """The time in the past that an age or a time means; a time of day is the last one. Raises BadInput."""
    from jobyard.core.yard import parse_duration, parse_time, quoted

    with contextlib.suppress(BadInput):
        return time.time() - parse_duration(since)
    with contextlib.suppress(BadInput):
        now = time.time()
        at = parse_time(since, now)
        return at - DAY if at > now and re.fullmatch(r"\d{1,2}(:\d\d){1,2}", since.strip()) else at
    todo = "Write it like 2h or 2026-11-22T09:00"
    raise BadInput(f"--since {quoted(since)} cannot be used", "it is an age or a time", todo)


def show_events(events: list[Event], as_json: bool, *, whole: bool) -> int:
    """Events, oldest first; of the *whole* yard each says what it was done to."""
    if as_json:
        say_json([jsonview.event(event) for event in events])
    elif not events:
        note("Nothing was done.")
    elif whole:
        say_all(table(OF_ALL, [[*cells(event)[:2], target(event), *cells(event)[2:]] for event in events]))
    else:
        say_all(table(COLUMNS, [cells(event) for event in events]))
    return 0


def show_changes(changes: list[ChangeInfo], as_json: bool) -> int:
    """Change sets, newest first."""
    if as_json:
        say_json([jsonview.change_set(change) for change in changes])
    elif changes:
        say_all(table(CHANGES, [change_cells(change) for change in changes]))
    else:
        note("Nothing was done.")
    return 0


def cells(event: Event) -> list[str]:
    """A line of the audit."""
    origin = clean(f"{event.host} {event.face}")
    return [str(event.id), when(event.at), event.verb, clean(event.user), origin, clean(changed(event, when))]


def target(event: Event) -> str:
    """What it was done to: a job, a queue, or what its values name."""
    named = event.after or event.before or {}
    return clean(event.job or event.queue or str(named.get("resource") or named.get("name") or ""))


def change_cells(change: ChangeInfo) -> list[str]:
    """A line of a user's commands."""
    now = "undone" if change.undone else ""
    what = clean(f"{change.verb} of {change.what}")
    return [str(change.id), when(change.at), what, clean(f"{change.host} {change.face}"), now, first_few(change)]

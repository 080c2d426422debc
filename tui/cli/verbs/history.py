"""``jobyard history``: the audit of a job."""

from __future__ import annotations

import json
from typing import Any

import click

from jobyard.core.models import Event
from jobyard.tui.cli import jsonview
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option, ref_argument
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import say_all, say_json
from jobyard.tui.cli.table import Column, table
from jobyard.tui.cli.words import clean, when

COLUMNS = (
    Column("EVENT", right=True),
    Column("AT"),
    Column("WHAT"),
    Column("WHO", weight=1),
    Column("FROM", weight=1),
    Column("CHANGED", weight=6, least=12),
)


@click.command(cls=Verb)
@ref_argument
@json_option
def history(ref: str, as_json: bool) -> int:
    """Show everything that was done to a job, by whom and when.

    \b
    Examples:
      jobyard history last
      jobyard history JOB-20261122-00017 --json

    --json prints an array of {"id","at","verb","user","host","face","job","queue","before","after"}.
    """
    with open_yard() as yard:
        events = yard.history(ref)
    if as_json:
        say_json([jsonview.event(event) for event in events])
    else:
        say_all(table(COLUMNS, [cells(event) for event in events]))
    return 0


def cells(event: Event) -> list[str]:
    """A line of the audit."""
    origin = clean(f"{event.host} {event.face}")
    return [str(event.id), when(event.at), event.verb, clean(event.user), origin, clean(changed(event))]


def changed(event: Event) -> str:
    """``state: pending → running``, for what is not the same on both sides."""
    before, after = event.before or {}, event.after or {}
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return ", ".join(f"{name}: {change(before.get(name), after.get(name))}" for name in names)


def change(before: Any, after: Any) -> str:
    """``old → new``; only the new value where there was none."""
    return text(after) if before is None else f"{text(before)} → {text(after)}"


def text(value: Any) -> str:
    """A value, a text without its quotes."""
    return value if isinstance(value, str) else json.dumps(value, default=str)

"""``jobyard requeue``: ended jobs run again; with ``--cascade`` what depends on them as well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from jobyard.core.errors import BadInput
from jobyard.core.models import CascadePreview, JobRow
from jobyard.tui.cli import jsonview
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option, refs_argument
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import ask, can_ask, note, say_all, say_json
from jobyard.tui.cli.table import Cell, Column, table
from jobyard.tui.cli.verbs.change import report, told_done, told_left
from jobyard.tui.cli.words import clean, plural, state_cell

if TYPE_CHECKING:
    from jobyard.core.yard import Yard

SHOWN = 20  # of those that go along are listed
COLUMNS = (Column("ID"), Column("STATE"), Column("NAME", weight=1), Column("COMMAND", weight=3))


@click.command(cls=Verb)
@refs_argument
@click.option("--cascade", is_flag=True, help="Also those that depend on it and have ended; shows them first.")
@click.option("--yes", "-y", is_flag=True, help="With --cascade: do not ask.")
@click.option("--dry-run", is_flag=True, help="Show what would be requeued, and change nothing.")
@json_option
def requeue(refs: tuple[str, ...], cascade: bool, yes: bool, dry_run: bool, as_json: bool) -> int:
    """Run ended jobs again under the same id.

    The next attempt is counted. Jobs that were skipped because of them return to pending. Dependants that have run
    already stay as they are, unless --cascade takes them along: it shows which, asks (without a terminal it wants
    --yes), and refuses while one of them runs. Until a job starts, undo takes its requeue back.

    \b
    Examples:
      jobyard requeue last
      jobyard requeue build --cascade
      jobyard requeue build --cascade --yes
      jobyard requeue build --dry-run

    --json prints {"verb","done":[ids],"left":[{"id","why"}],"also":[ids]}; with --dry-run what would
    be, with --cascade as well also has those that would go along.
    """
    with open_yard() as yard:
        if dry_run and not cascade:
            return show_alone(yard, refs, as_json)
        if dry_run:
            return show(yard, refs, yard.cascade_preview(refs, SHOWN), as_json)
        if cascade and not confirmed(yard.cascade_preview(refs, SHOWN), yes, as_json):
            note("Nothing was changed.")
            return 1
        return report(yard.requeue(refs, cascade=cascade), as_json)


def confirmed(preview: CascadePreview, yes: bool, as_json: bool) -> bool:
    """Show what --cascade takes along, and ask if somebody is there."""
    if not as_json:
        say_all(lines(preview))
    if yes or not preview.rows or preview.running:  # while one runs it is refused anyway
        return True
    if not can_ask():
        raise BadInput(
            f"--cascade would requeue {plural(len(preview.rows), 'other job')}", "Nobody is here to ask", "Add --yes"
        )
    return ask(f"Requeue these {len(preview.rows):,} as well?")


def show_alone(yard: Yard, refs: Sequence[str], as_json: bool) -> int:
    """What would be requeued without --cascade, and what it would leave."""
    change = yard.requeue_preview(refs)
    if not as_json:
        others = len(yard.cascade_preview(refs, 0).rows) - len(change.also)
        if others > 0:
            note(f"{plural(others, 'other')} {'depends' if others == 1 else 'depend'} on it: see --cascade --dry-run.")
        told_done(change._replace(verb="would requeue"))
        told_left(change, ("would be left", "would be left"))
        return 0 if change.done or not change.left else 2
    return report(change, as_json)


def show(yard: Yard, refs: Sequence[str], preview: CascadePreview, as_json: bool) -> int:
    """The preview of --cascade alone."""
    if as_json:
        change = yard.requeue_preview(refs)
        say_json(jsonview.change(change._replace(also=tuple(yard.ids(preview.rows)))))
    elif preview.rows or preview.running:
        say_all(lines(preview))
    else:
        note("Nothing that depends on it has run.")
    for running in preview.running[:1]:
        note(f"--cascade is refused now: {running} depends on it and is running.")
    return 0


def lines(preview: CascadePreview) -> Iterable[str]:
    """The nearest of those that go along, and how many more."""
    if preview.shown:
        yield from table(COLUMNS, [cells(row) for row in preview.shown])
    if len(preview.rows) > len(preview.shown):
        yield f"and {plural(len(preview.rows) - len(preview.shown), 'other')}"


def cells(row: JobRow) -> list[Cell | str]:
    """A line of the preview."""
    return [row.id, state_cell(row), clean(row.name), clean(row.command)]

"""``jobyard requeue``: ended jobs run again; with ``--cascade`` what depends on them as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from jobyard.core.errors import BadInput
from jobyard.core.models import JobRow
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option, refs_argument
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import ask, can_ask, note, say_all
from jobyard.tui.cli.table import Cell, Column, table
from jobyard.tui.cli.verbs.change import report
from jobyard.tui.cli.words import clean, plural, state_cell

if TYPE_CHECKING:
    from jobyard.core.yard import Yard

COLUMNS = (Column("ID"), Column("STATE"), Column("NAME", weight=1), Column("COMMAND", weight=3))


@click.command(cls=Verb)
@refs_argument
@click.option("--cascade", is_flag=True, help="Also those that depend on it and have ended; shows them first.")
@click.option("--yes", "-y", is_flag=True, help="With --cascade: do not ask.")
@json_option
def requeue(refs: tuple[str, ...], cascade: bool, yes: bool, as_json: bool) -> int:
    """Run ended jobs again under the same id.

    The next attempt is counted. Jobs that were skipped because of them return to pending. Dependants that have run
    already stay as they are, unless --cascade takes them along.

    \b
    Examples:
      jobyard requeue last
      jobyard requeue build --cascade
      jobyard requeue build --cascade --yes

    --json prints {"verb","done":[ids],"left":[{"id","why"}],"also":[ids]}.
    """
    with open_yard() as yard:
        if cascade and not confirmed(yard, refs, yes, as_json):
            note("Nothing was changed.")
            return 1
        return report(yard.requeue(refs, cascade=cascade), as_json)


def confirmed(yard: Yard, refs: Sequence[str], yes: bool, as_json: bool) -> bool:
    """Show what --cascade takes along, and ask if somebody is there."""
    taken = list({row.row: row for ref in yard.resolve(refs, destructive=True) for row in yard.cascade(ref)}.values())
    if taken and not as_json:
        say_all(table(COLUMNS, [cells(row) for row in taken]))
    if yes or not taken:
        return True
    if not can_ask():
        raise BadInput(
            f"--cascade would requeue {plural(len(taken), 'other job')}", "Nobody is here to ask", "Add --yes"
        )
    return ask(f"Requeue these {len(taken)} as well?")


def cells(row: JobRow) -> list[Cell | str]:
    """A line of the preview."""
    return [row.id, state_cell(row), clean(row.name), clean(row.command)]

"""``jobyard undo`` and ``jobyard redo``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from jobyard.core.models import Change, ChangeInfo
from jobyard.tui.cli import jsonview
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import note, say, say_all, say_json
from jobyard.tui.cli.table import Column, table
from jobyard.tui.cli.verbs.change import listed, told_left
from jobyard.tui.cli.words import clean, when

if TYPE_CHECKING:
    from jobyard.core.yard import Yard

COLUMNS = (Column("CHANGE", right=True), Column("AT"), Column("WHAT", weight=2), Column("FIRST", weight=3))


@click.command(cls=Verb)
@click.argument("number", metavar="[CHANGE]", required=False, type=click.IntRange(1, 1 << 62))
@click.option("--list", "-l", "as_list", is_flag=True, help="Show your changes that can be undone, and change nothing.")
@click.option("--dry-run", is_flag=True, help="Say what would be undone, and change nothing.")
@json_option
def undo(number: int | None, as_list: bool, dry_run: bool, as_json: bool) -> int:
    """Take back your last change, as a whole.

    What can be undone: cancel of jobs that were pending, with the skips that followed; hold, release, priority, move,
    after; a requeue that has not started; edits of queues, sessions and resources; which version of a config is main.
    A stopped process, a purge and a submit cannot. If anything does not hold the change's result any more nothing is
    touched, and the answer says who changed it. With CHANGE, a number of --list, it is that change.

    \b
    Examples:
      jobyard undo
      jobyard undo --list
      jobyard undo 17
      jobyard undo --dry-run --json

    --json prints {"verb","done":[ids],"left":[{"id","why"}],"also":[ids],"of":CHANGE}; CHANGE and every element of
    --list are {"id","at","verb","what","user","host","face","jobs","first":[ids],"of","undone","undoable"}, and so
    is what --dry-run prints, or null.
    """
    with open_yard() as yard:
        if as_list:
            return show_list(yard, as_json)
        if dry_run:
            chosen = yard.undoable() if number is None else yard.undo_preview(number)
            return show_next(yard, chosen, "undo", as_json)
        return report(yard, yard.undo(number), as_json)


@click.command(cls=Verb)
@click.option("--dry-run", is_flag=True, help="Say what would be done again, and change nothing.")
@json_option
def redo(dry_run: bool, as_json: bool) -> int:
    """Do again what your last undo took back.

    Only while you have changed nothing else since.

    \b
    Examples:
      jobyard redo
      jobyard redo --dry-run

    --json prints {"verb","done":[ids],"left":[{"id","why"}],"also":[ids],"of":CHANGE}, as undo does.
    """
    with open_yard() as yard:
        if dry_run:
            return show_next(yard, yard.redoable(), "redo", as_json)
        return report(yard, yard.redo(), as_json)


def show_list(yard: Yard, as_json: bool) -> int:
    """What may be undone, newest first."""
    found = yard.undo_list()
    if as_json:
        say_json([jsonview.change_set(change) for change in found])
    elif found:
        say_all(table(COLUMNS, [cells(change) for change in found]))
    else:
        note("There is nothing to undo.")
    return 0


def cells(change: ChangeInfo) -> list[str]:
    """A line of the list."""
    return [str(change.id), when(change.at), clean(f"{change.verb} of {change.what}"), first_few(change)]


def first_few(change: ChangeInfo) -> str:
    """The first few jobs, where several are meant."""
    if change.jobs < 2:
        return ""
    return " ".join(change.first) + (" …" if change.jobs > len(change.first) else "")


def show_next(yard: Yard, change: ChangeInfo | None, verb: str, as_json: bool) -> int:
    """What the next undo or redo would be."""
    if as_json:
        say_json(None if change is None else jsonview.change_set(change))
    elif change is None:
        note(f"There is nothing to {verb}.")
    else:
        say(f"would {verb}: {clean(change.words(yard.user, time.time()))}")
    return 0


def report(yard: Yard, change: Change, as_json: bool) -> int:
    """What was taken back on stdout; what could not, and why, on stderr."""
    assert change.of is not None
    if as_json:
        say_json({**jsonview.change(change), "of": jsonview.change_set(change.of)})
    else:
        way = "redid" if change.verb.startswith("redo") else "undid"
        say(f"{way}: {clean(change.of.words(yard.user, time.time()))}")
        if change.of.jobs > 1 and change.done:
            say(f"jobs: {clean(listed(change.done))}")
        if change.also:
            say(f"with {'it' if len(change.done) == 1 else 'them'}: {listed(change.also)}")
        told_left(change)
    if change.passed is not None:
        later = change.passed.words(yard.user, time.time())
        todo = "it can be cancelled" if change.passed.verb == "submit" else "it can be requeued"
        note(f"Your {later} cannot be undone; {todo}.")
    return 0

"""``jobyard after add|cut``: what a job waits for."""

from __future__ import annotations

import click

from jobyard.core.errors import BadInput
from jobyard.core.models import Change
from jobyard.core.states import After
from jobyard.tui.cli import complete, jsonview
from jobyard.tui.cli.group import VerbGroup
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import say, say_json
from jobyard.tui.cli.verbs.change import listed, told_left

parents_argument = click.argument("parents", metavar="PARENT...", nargs=-1, required=True, shell_complete=complete.jobs)


@click.group(cls=VerbGroup)
def after() -> None:
    """Edit what a job waits for.

    Only jobs that have not started wait for anything; one that the keeper is about to start is taken back first.

    \b
    Examples:
      jobyard after add plot fit
      jobyard after add clean-up 12..20 --any
      jobyard after cut plot fit
    """


@after.command()
@click.argument("ref", metavar="ID", shell_complete=complete.jobs)
@parents_argument
@click.option("--any", "any_", is_flag=True, help="However they end.")
@click.option("--fail", is_flag=True, help="Only if they fail or are cancelled.")
@json_option
def add(ref: str, parents: tuple[str, ...], any_: bool, fail: bool, as_json: bool) -> int:
    """Have a job wait for others too.

    It starts once they have completed, unless told otherwise. What has ended already counts at once: if it did not
    end as needed, the job is skipped. One that it waits for already is waited for in this way from now on. A circle
    is refused, and named.

    \b
    Examples:
      jobyard after add plot fit
      jobyard after add clean-up 12..20 --any
      jobyard after add rescue fit --fail

    --json prints {"id","verb","done":[ids of parents],"left":[{"id","why"}],"also":[ids]}; also are those skipped.
    """
    if any_ and fail:
        raise BadInput("--any and --fail exclude each other", "", "Give one of them, or neither")
    kind = After.ANY if any_ else After.FAIL if fail else After.OK
    with open_yard() as yard:
        (row,) = yard.resolve([ref], destructive=True)[:1]
        return report(yard.after_add(ref, parents, kind), yard.ids([row])[0], "waits for", as_json)


@after.command()
@click.argument("ref", metavar="ID", shell_complete=complete.jobs)
@parents_argument
@json_option
def cut(ref: str, parents: tuple[str, ...], as_json: bool) -> int:
    """Have a job wait for others no more.

    A job that was skipped because of one of them stays skipped: requeue it then.

    \b
    Examples:
      jobyard after cut plot fit
      jobyard after cut last 12..20

    --json prints {"id","verb","done":[ids of parents],"left":[{"id","why"}],"also":[ids]}.
    """
    with open_yard() as yard:
        (row,) = yard.resolve([ref], destructive=True)[:1]
        return report(yard.after_cut(ref, parents), yard.ids([row])[0], "waits no more for", as_json)


def report(change: Change, child: str, verb: str, as_json: bool) -> int:
    """What it waits for now on stdout, what was left and why on stderr; exit 2 if nothing could be done."""
    if as_json:
        say_json({"id": child, **jsonview.change(change)})
    else:
        if change.done:
            say(f"{child} {verb} {listed(change.done)}")
        if change.also:
            say(f"skipped: {listed(change.also)}")
        told_left(change)
    return 0 if change.done or not change.left else 2

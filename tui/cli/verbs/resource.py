"""``jobyard resource``: what jobs share beside the slots, and who keeps everybody off it."""

from __future__ import annotations

import click

from jobyard.core.models import ResourceInfo, Share
from jobyard.core.yard import parse_count, parse_memory, people_size
from jobyard.tui.cli import complete, jsonview
from jobyard.tui.cli.group import VerbGroup
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import say, say_all, say_json
from jobyard.tui.cli.table import Cell, Column, table
from jobyard.tui.cli.words import clean, when

MOST_UNITS = 1_000_000
SHOWN = 3  # holders on a line
COLUMNS = (
    Column("RESOURCE", weight=1, least=12),
    Column("CAPACITY", right=True),
    Column("FREE", right=True),
    Column("STATE", weight=2, least=8),
    Column("HELD BY", weight=3, least=12, drop=3),
    Column("WAITING", right=True, drop=1),
    Column("NEXT", weight=1, least=18, drop=4),
    Column("NOTE", weight=1, drop=2),
)


@click.group(cls=VerbGroup)
def resource() -> None:
    """List resources, lock, unlock or set them.

    Jobs share them across all queues: the host's cpus, mem and gpus, and the instruments and licences that
    jobyard.yml declares or that `resource set --new` makes. A job starts when all that it wants is free.

    \b
    Examples:
      jobyard resource list
      jobyard resource set qick --capacity 1 --new
      jobyard submit --need qick=1 -- python rabi.py
      jobyard resource lock qick --note "in the hutch"
      jobyard resource unlock qick
    """


def name_argument(function: click.decorators.FC) -> click.decorators.FC:
    """``NAME``."""
    return click.argument("name", metavar="NAME", shell_complete=complete.resources)(function)


@resource.command("list")
@json_option
def list_(as_json: bool) -> int:
    """List resources: how much is free, who has it, who waits, who keeps everybody off it.

    \b
    Examples:
      jobyard resource list
      jobyard resource list --json | jq '.[] | select(.locked_by).name'

    --json prints an array of {"name","kind","capacity","free","note","declared","by_hand","locked_by","locked_at",
    "lock_note","holders":[{"id","name","units","indices"}],"waiting","waiters":[ID]}; units of mem are bytes.
    """
    with open_yard() as yard:
        found = yard.resources()
    if as_json:
        say_json([jsonview.resource(each) for each in found])
    else:
        say_all(table(COLUMNS, [cells(each) for each in found]))
    return 0


@resource.command()
@name_argument
@click.option("--note", default="", metavar="TEXT", help="Why: shown to all who wait for it.")
@json_option
def lock(name: str, note: str, as_json: bool) -> int:
    """Keep every job off a resource until it is unlocked; what runs goes on, and is named.

    Once the command is back, no other job begins with it.

    \b
    Example:
      jobyard resource lock qick --note "in the hutch"

    --json prints the resource as `resource list --json` does.
    """
    with open_yard() as yard:
        return done(yard.resource_lock(name, note), as_json)


@resource.command()
@name_argument
@click.option("--force", is_flag=True, help="In an emergency: somebody else's lock too; the audit tells whose it was.")
@json_option
def unlock(name: str, force: bool, as_json: bool) -> int:
    """Let jobs have a locked resource again.

    \b
    Examples:
      jobyard resource unlock qick
      jobyard resource unlock qick --force

    --json prints the resource as `resource list --json` does.
    """
    with open_yard() as yard:
        return done(yard.resource_unlock(name, force=force), as_json)


@resource.command("set")
@name_argument
@click.option("--capacity", metavar="N", help="Units that there are; of mem a size, such as 16G.")
@click.option("--new", is_flag=True, help="Make the resource if there is none of that name.")
@click.option("--as-declared", is_flag=True, help="Undo this: what jobyard.yml says, or the host has, counts again.")
@json_option
def set_(name: str, capacity: str | None, new: bool, as_declared: bool, as_json: bool) -> int:
    """Set a capacity by hand; it wins over jobyard.yml. With less than is in use nothing new starts, what runs goes on.

    \b
    Examples:
      jobyard resource set qick --capacity 1 --new
      jobyard resource set cpus --capacity 6
      jobyard resource set cpus --as-declared

    --json prints the resource as `resource list --json` does.
    """
    with open_yard() as yard:
        count = None if capacity is None else parsed(name, capacity)
        return done(yard.resource_set(name, capacity=count, new=new, as_declared=as_declared), as_json)


def parsed(name: str, capacity: str) -> int:
    """Units, or for memory bytes."""
    if name == "mem":
        return parse_memory(capacity, "--capacity")
    return parse_count(capacity, "--capacity", most=MOST_UNITS)


def done(resource: ResourceInfo, as_json: bool) -> int:
    """The resource as it is now."""
    if as_json:
        say_json(jsonview.resource(resource))
    else:
        free = f"{amount(resource, resource.free)} of {amount(resource, resource.capacity)} free"
        still = f"; still held by {held_by(resource)}" if resource.locked_by and resource.holders else ""
        say(f"resource {clean(resource.name)}: {free}, {state_of(resource).text}{still}")
    return 0


def cells(resource: ResourceInfo) -> list[Cell | str]:
    """A line of the table."""
    return [
        clean(resource.name),
        amount(resource, resource.capacity),
        amount(resource, resource.free),
        state_of(resource),
        held_by(resource),
        str(resource.waiting),
        " ".join(resource.waiters[:1]),
        clean(resource.note),
    ]


def amount(resource: ResourceInfo, units: int) -> str:
    """Units, of memory as a size."""
    return people_size(units) if resource.name == "mem" else str(units)


def state_of(resource: ResourceInfo) -> Cell:
    """Glyph and word: open, locked by whom since when and why, not declared."""
    if resource.locked_by:
        note = f": {resource.lock_note}" if resource.lock_note else ""
        return Cell(clean(f"‖ locked by {resource.locked_by} since {when(resource.locked_at)}{note}"), "yellow")
    if not resource.given:
        return Cell("■ not declared", "grey")
    by_hand = resource.by_hand is not None and resource.by_hand != resource.declared
    return Cell("● open, by hand" if by_hand else "● open", "green")


def held_by(resource: ResourceInfo) -> str:
    """``JOB-… (rabi) 2, …``."""
    some = ", ".join(share_text(resource, share) for share in resource.holders[:SHOWN])
    more = len(resource.holders) - SHOWN
    return f"{some} and {more} more" if more > 0 else some


def share_text(resource: ResourceInfo, share: Share) -> str:
    """Who has how much, of GPUs which."""
    name = f" ({clean(share.name)})" if share.name else ""
    if share.indices:
        return f"{share.id}{name} #{','.join(map(str, share.indices))}"
    return f"{share.id}{name}" + (f" {amount(resource, share.units)}" if resource.capacity > 1 else "")

"""``jobyard queue``: the lanes in which jobs run."""

from __future__ import annotations

import click

from jobyard.core.models import QueueInfo
from jobyard.core.states import CANCELLED, COMPLETED, FAILED, PENDING, RUNNING, SKIPPED
from jobyard.tui.cli import complete, jsonview
from jobyard.tui.cli.group import VerbGroup
from jobyard.tui.cli.options import MOMENT, json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import say, say_all, say_json
from jobyard.tui.cli.table import Cell, Column, table
from jobyard.tui.cli.words import clean, when

COUNTED = (RUNNING, PENDING, COMPLETED, FAILED, CANCELLED, SKIPPED)
COLUMNS = (
    Column("QUEUE", weight=1),
    Column("SLOTS", right=True),
    Column("STATE"),
    *(Column(state.value.upper(), right=True, drop=place) for place, state in enumerate(COUNTED)),
)


@click.group(cls=VerbGroup)
def queue() -> None:
    """List, create, set, pause, resume, end or remove queues.

    A queue is a lane with slots: so many of its jobs run at a time. With one slot it is exclusive.

    \b
    Examples:
      jobyard queue list
      jobyard queue create gpu --slots 2
      jobyard queue create lab/qick --exclusive
      jobyard queue pause gpu --until +30m
    """


def queue_argument(function: click.decorators.FC) -> click.decorators.FC:
    """``[SESSION/]QUEUE``."""
    return click.argument("name", metavar="[SESSION/]QUEUE", shell_complete=complete.queues)(function)


@queue.command("list")
@json_option
def list_(as_json: bool) -> int:
    """List the queues with their live counts.

    \b
    Examples:
      jobyard queue list
      jobyard queue list --json | jq '.[] | select(.paused).name'

    --json prints an array of {"name","session","slots","exclusive","policy","paused","paused_until","ended",
    "session_ended","instructions","counts":{state: number}}.
    """
    with open_yard() as yard:
        queues = yard.queues()
    if as_json:
        say_json([jsonview.queue(each) for each in queues])
    else:
        say_all(table(COLUMNS, [cells(each) for each in queues]))
    return 0


@queue.command()
@click.argument("name", metavar="[SESSION/]QUEUE")
@click.option("--slots", type=click.IntRange(min=1), metavar="N", help="Jobs at a time (default: one a core).")
@click.option("--exclusive", is_flag=True, help="One at a time, also across workers: --slots 1.")
@click.option("--instructions", default="", metavar="TEXT", help="Shown to whoever works on it.")
@json_option
def create(name: str, slots: int | None, exclusive: bool, instructions: str, as_json: bool) -> int:
    """Create a queue.

    \b
    Examples:
      jobyard queue create gpu --slots 2
      jobyard queue create lab/qick --exclusive

    --json prints the queue as `queue list --json` does.
    """
    with open_yard() as yard:
        return done(yard.queue_create(name, slots=slots, exclusive=exclusive, instructions=instructions), as_json)


@queue.command("set")
@queue_argument
@click.option("--slots", type=click.IntRange(min=1), metavar="N", help="Jobs at a time.")
@click.option("--instructions", metavar="TEXT", help="Shown to whoever works on it.")
@json_option
def set_(name: str, slots: int | None, instructions: str | None, as_json: bool) -> int:
    """Change a queue. More slots count at once; with fewer, what runs goes on.

    \b
    Example:
      jobyard queue set gpu --slots 4

    --json prints the queue as `queue list --json` does.
    """
    if slots is None and instructions is None:
        raise click.UsageError("There is nothing to set", click.get_current_context())
    with open_yard() as yard:
        return done(yard.queue_set(name, slots=slots, instructions=instructions), as_json)


@queue.command()
@queue_argument
@click.option("--until", type=MOMENT, metavar="TIME", help="Resume by itself then: ISO 8601, or +30m.")
@json_option
def pause(name: str, until: float | None, as_json: bool) -> int:
    """Start no more jobs of a queue; what runs goes on.

    \b
    Examples:
      jobyard queue pause gpu
      jobyard queue pause gpu --until +30m

    --json prints the queue as `queue list --json` does.
    """
    with open_yard() as yard:
        return done(yard.queue_pause(name, until), as_json)


@queue.command()
@queue_argument
@json_option
def resume(name: str, as_json: bool) -> int:
    """Let a paused queue start jobs again.

    \b
    Example:
      jobyard queue resume gpu

    --json prints the queue as `queue list --json` does.
    """
    with open_yard() as yard:
        return done(yard.queue_resume(name), as_json)


@queue.command()
@queue_argument
@json_option
def end(name: str, as_json: bool) -> int:
    """End a queue: it refuses new jobs and starts none; what runs goes on.

    \b
    Example:
      jobyard queue end gpu

    --json prints the queue as `queue list --json` does.
    """
    with open_yard() as yard:
        return done(yard.queue_end(name), as_json)


@queue.command()
@queue_argument
@json_option
def remove(name: str, as_json: bool) -> int:
    """Remove a queue that has no jobs.

    \b
    Example:
      jobyard queue remove gpu

    --json prints {"removed": NAME}.
    """
    with open_yard() as yard:
        yard.queue_remove(name)
    if as_json:
        say_json({"removed": name})
    else:
        say(f"removed: {clean(name)}")
    return 0


def done(queue: QueueInfo, as_json: bool) -> int:
    """The queue as it is now."""
    if as_json:
        say_json(jsonview.queue(queue))
    else:
        slots = "exclusive" if queue.exclusive else f"{queue.slots} slots"
        say(f"queue {full_name(queue)}: {slots}, {state_of(queue).text}")
    return 0


def cells(queue: QueueInfo) -> list[Cell | str]:
    """A line of the table."""
    counts = [queue.counts.get(state, 0) for state in COUNTED]
    return [full_name(queue), str(queue.slots), state_of(queue), *(str(count) for count in counts)]


def full_name(queue: QueueInfo) -> str:
    """``gpu``, ``lab/qick``."""
    return clean(queue.name if queue.session == "default" else f"{queue.session}/{queue.name}")


def state_of(queue: QueueInfo) -> Cell:
    """Glyph and word: open, paused, ended."""
    if queue.ended or queue.session_ended:
        return Cell("■ ended" if queue.ended else "■ session ended", "grey")
    if queue.paused:
        until = f" until {when(queue.paused_until)}" if queue.paused_until else ""
        return Cell(f"‖ paused{until}", "yellow")
    return Cell("● open", "green")

"""``jobyard queue``: the lanes in which jobs run."""

from __future__ import annotations

from typing import Any

import click

from jobyard.core.models import QueueInfo
from jobyard.core.states import CANCELLED, COMPLETED, FAILED, PENDING, RUNNING, SKIPPED
from jobyard.core.units import FOREVER, format_span
from jobyard.core.yard import format_duration, parse_duration
from jobyard.tui.cli import complete, jsonview
from jobyard.tui.cli.group import VerbGroup
from jobyard.tui.cli.options import MOMENT, json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import say, say_all, say_json
from jobyard.tui.cli.table import Cell, Column, table
from jobyard.tui.cli.words import clean, when

COUNTED = (RUNNING, PENDING, COMPLETED, FAILED, CANCELLED, SKIPPED)
COLUMNS = (
    Column("QUEUE", weight=1, least=12),
    Column("SLOTS", right=True),
    Column("POLICY", drop=7),
    Column("LIMIT", drop=8),
    Column("STATE"),
    *(Column(state.value.upper(), right=True, drop=place) for place, state in enumerate(COUNTED)),
    Column("NOTE", weight=2, least=12, drop=9),
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
    "session_ended","instructions","python","station","warm","time_limit","limit_factor","retention",
    "declared":{key: what jobyard.yml says}|null,"by_hand":{key: who set it since},"counts":{state: number}};
    limits and retention are seconds.
    """
    with open_yard() as yard:
        queues = yard.queues()
    if as_json:
        say_json([jsonview.queue(each) for each in queues])
    else:
        say_all(table(COLUMNS, [cells(each) for each in queues]))
    return 0


def rule_options(function: click.decorators.FC) -> click.decorators.FC:
    """What a queue may allow beside its slots."""
    for option in reversed(RULES):
        function = option(function)
    return function


def span(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """A duration; ``none`` is 0, which takes the queue's own away, and a retention of ``never`` keeps all."""
    if value is None or value.lower() in ("none", "default"):
        return None if value is None else 0.0
    if value.lower() == "never" and param.name == "retention":
        return FOREVER
    return parse_duration(value, max(param.opts, key=len))


def factor(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """A positive number; ``none`` is 0."""
    if value is None or value.lower() in ("none", "default"):
        return None if value is None else 0.0
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number < 1e6:
        raise click.BadParameter(f"{value!r} is no positive number", ctx, param)
    return number


RULES = (
    click.option(
        "--policy",
        metavar="POLICY",
        shell_complete=complete.policies,
        help="Among equals first: fifo, shortest (estimate) or chain (longest).",
    ),
    click.option(
        "--time-limit", callback=span, metavar="TIME", help="Of jobs that bring none, like 2h; none: no limit."
    ),
    click.option(
        "--limit-factor", callback=factor, metavar="X", help="X times its estimate limits a job; none: it does not."
    ),
    click.option("--retention", callback=span, metavar="TIME", help="Keep ended jobs so long; never, or default."),
    click.option("--python", metavar="PATH", help="Runs its experiments; default: the submitter's."),
    click.option("--station", metavar="MODULE:CLASS", help="Made before an experiment: its instruments."),
    click.option("--warm/--not-warm", default=None, help="Keep the station from one experiment to the next."),
)


@queue.command()
@click.argument("name", metavar="[SESSION/]QUEUE")
@click.option("--slots", type=click.IntRange(min=1), metavar="N", help="Jobs at a time (default: one a core).")
@click.option("--exclusive", is_flag=True, help="One at a time, also across workers: --slots 1.")
@click.option("--instructions", default="", metavar="TEXT", help="Shown to whoever works on it.")
@rule_options
@json_option
def create(name: str, as_json: bool, **rules: Any) -> int:
    """Create a queue.

    \b
    Examples:
      jobyard queue create gpu --slots 2
      jobyard queue create lab/qick --exclusive
      jobyard queue create builds --policy shortest --limit-factor 2

    --json prints the queue as `queue list --json` does.
    """
    with open_yard() as yard:
        return done(yard.queue_create(name, **rules), as_json)


@queue.command("set")
@queue_argument
@click.option("--slots", type=click.IntRange(min=1), metavar="N", help="Jobs at a time.")
@click.option("--instructions", metavar="TEXT", help="Shown to whoever works on it.")
@rule_options
@click.option("--as-declared", is_flag=True, help="Let jobyard.yml decide again what was set by hand.")
@json_option
def set_(name: str, as_declared: bool, as_json: bool, **rules: Any) -> int:
    """Change a queue. More slots count at once; with fewer, what runs goes on.

    What is set here wins over jobyard.yml from then on, until --as-declared.

    \b
    Examples:
      jobyard queue set gpu --slots 4
      jobyard queue set gpu --policy chain --time-limit 8h
      jobyard queue set experiments --station lab.station:Station --warm
      jobyard queue set gpu --as-declared

    --json prints the queue as `queue list --json` does.
    """
    given = {name: value for name, value in rules.items() if value is not None}
    if bool(given) == as_declared:
        why = "--as-declared goes alone" if given else "There is nothing to set"
        raise click.UsageError(why, click.get_current_context())
    with open_yard() as yard:
        return done(yard.queue_as_declared(name) if as_declared else yard.queue_set(name, **given), as_json)


@queue.command()
@queue_argument
@click.option("--until", type=MOMENT, metavar="TIME", help="Resume by itself then: ISO 8601, 22:00, or +30m.")
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
        policy = queue.policy if queue.policy != "fifo" else ""
        more = [part for part in (policy, limit_of(queue), "warm" if queue.warm else "") if part]
        say(f"queue {full_name(queue)}: {', '.join([slots, *more, state_of(queue).text])}")
        if by_hand(queue):
            say(f"  {by_hand(queue)}")
    return 0


def cells(queue: QueueInfo) -> list[Cell | str]:
    """A line of the table."""
    counts = [queue.counts.get(state, 0) for state in COUNTED]
    shown: list[Cell | str] = [full_name(queue), str(queue.slots), queue.policy, limit_of(queue), state_of(queue)]
    return [*shown, *(str(count) for count in counts), by_hand(queue)]


def limit_of(queue: QueueInfo) -> str:
    """``estimate × 2``, ``8h``, or both."""
    parts = [f"estimate × {queue.limit_factor:g}"] if queue.limit_factor else []
    return " or ".join([*parts, *([format_duration(queue.time_limit)] if queue.time_limit else [])])


def by_hand(queue: QueueInfo) -> str:
    """What was set by hand although jobyard.yml says otherwise: ``slots 4 (by hand; jobyard.yml says 2)``."""
    if queue.declared is None:
        return ""
    differ = [key for key in queue.by_hand if key in queue.declared and queue.declared[key] != getattr(queue, key)]
    return clean(
        "; ".join(f"{key} {plain(key, queue)} (by hand; jobyard.yml says {said(key, queue)})" for key in differ)
    )


def plain(key: str, queue: QueueInfo) -> str:
    """A value as people write it."""
    return word(key, getattr(queue, key))


def said(key: str, queue: QueueInfo) -> str:
    """What jobyard.yml says."""
    return word(key, queue.declared[key]) if queue.declared is not None else ""


def word(key: str, value: Any) -> str:
    """Durations as such, flags as yes and no."""
    if value is None:
        return "none"
    if key in ("time_limit", "retention"):
        return format_span(value)
    return ("yes" if value else "no") if key in ("paused", "warm") else str(value)


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

"""``jobyard doctor``: is everything as it should be?"""

from __future__ import annotations

from textwrap import wrap

import click

from jobyard.core.yard import Finding, Yard
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import home
from jobyard.tui.cli.printing import say, say_all, say_json, width
from jobyard.tui.cli.table import Cell, Column, table
from jobyard.tui.cli.waiting import waiting
from jobyard.tui.cli.words import clean

LOOK = {"ok": Cell("✓ ok", "green"), "warn": Cell("! warn", "yellow"), "bad": Cell("✗ bad", "red")}
COLUMNS = (Column("STATE"), Column("WHAT"))
MARGIN = " " * 8  # the first column and its gap


@click.command(cls=Verb)
@click.option("--repair", "mend", is_flag=True, help="Mend what can be mended.")
@json_option
def doctor(mend: bool, as_json: bool) -> int:
    """Check the yard and its surroundings; --repair mends it.

    File system, SQLite, integrity of the store, counts, keeper, workers, folders, what happens at logout, limits, room
    on the disk. It changes nothing and creates no yard. Exit 1 if something is bad.

    --repair sets counts right, removes folders and files that belong to nobody, and of a damaged store makes a new
    one of all that can be read. The damaged files are never written: they stay in the yard as jobyard-damaged-TIME.db.
    The new store takes their place only when no program has them open; else it says which do. A job of which
    something is lost that it needs (its environment, a dependency) is held.

    \b
    Examples:
      jobyard doctor
      jobyard --yard /srv/lab doctor --json
      jobyard doctor --repair

    --json prints an array of {"level": "ok"|"warn"|"bad", "what", "why", "todo"}; with --repair
    {"done": [TEXT], "lost": [TEXT], "store": FILE, "kept": FILE}, the files "" unless a new store was made.
    """
    return told(as_json) if mend else examined(as_json)


def examined(as_json: bool) -> int:
    """What is right and what is wrong."""
    with waiting("Checking the yard"):
        findings = list(dict.fromkeys(Yard.examine(home())))  # a yard that is missing is found so twice
    if as_json:
        say_json([{"level": each.level, "what": each.what, "why": each.why, "todo": each.todo} for each in findings])
    else:
        say(f"yard {clean(str(home()))}")
        lines = table(COLUMNS, [cells(each) for each in findings])
        say(lines[0])
        for line, finding in zip(lines[1:], findings, strict=True):
            say_all([line, *advice(finding)])
    return 1 if any(each.level == "bad" for each in findings) else 0


def told(as_json: bool) -> int:
    """Mend, and say what was done."""
    with waiting("Looking at the yard") as now:
        done = Yard.repair(home(), now.say)
    if as_json:
        say_json({"done": done.done, "lost": done.lost, "store": done.store, "kept": done.kept})
        return 0
    for text in done.done or ("Nothing was to be mended",):
        say(clean(text))
    for text in done.lost:
        say(f"! {clean(text)}")
    if done.kept:
        say(f"The damaged store is kept as {clean(done.kept)}")
    return 0


def cells(finding: Finding) -> list[Cell | str]:
    """A line of the table."""
    return [LOOK[finding.level], clean(finding.what)]


def advice(finding: Finding) -> list[str]:
    """Why that is so and what to do, whole, below it."""
    parts = [f"{part[0].upper()}{part[1:].rstrip('.')}." for part in (finding.why, finding.todo) if part]
    return wrap(clean(" ".join(parts)), max(40, width()), initial_indent=MARGIN, subsequent_indent=MARGIN)

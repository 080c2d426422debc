"""``jobyard doctor``: is everything as it should be?"""

from __future__ import annotations

import click

from jobyard.core.yard import Finding, Yard
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import home
from jobyard.tui.cli.printing import say, say_all, say_json
from jobyard.tui.cli.table import Cell, Column, table
from jobyard.tui.cli.words import clean

LOOK = {"ok": Cell("✓ ok", "green"), "warn": Cell("! warn", "yellow"), "bad": Cell("✗ bad", "red")}
COLUMNS = (
    Column("STATE"),
    Column("WHAT"),
    Column("FOUND", weight=3, least=20),
    Column("WHAT TO DO", weight=2, least=10),
)


@click.command(cls=Verb)
@json_option
def doctor(as_json: bool) -> int:
    """Check the yard and its surroundings.

    File system, SQLite, integrity of the store, counts, keeper, workers, what happens at logout, limits, room on the
    disk. It changes nothing and creates no yard. Exit 1 if something is bad.

    \b
    Examples:
      jobyard doctor
      jobyard --yard /srv/lab doctor --json

    --json prints an array of {"level": "ok"|"warn"|"bad", "what", "why", "todo"}.
    """
    findings = list(dict.fromkeys(Yard.examine(home())))  # a yard that is missing is found so twice
    if as_json:
        say_json([{"level": each.level, "what": each.what, "why": each.why, "todo": each.todo} for each in findings])
    else:
        say(f"yard {clean(str(home()))}")
        say_all(table(COLUMNS, [cells(each) for each in findings]))
    return 1 if any(each.level == "bad" for each in findings) else 0


def cells(finding: Finding) -> list[Cell | str]:
    """A line of the table."""
    return [LOOK[finding.level], clean(finding.what), clean(finding.why), clean(finding.todo)]

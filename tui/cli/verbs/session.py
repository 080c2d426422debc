"""``jobyard session``: groups of queues."""

from __future__ import annotations

import click

from jobyard.core.models import SessionInfo
from jobyard.tui.cli import complete, jsonview
from jobyard.tui.cli.group import VerbGroup
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import say, say_all, say_json
from jobyard.tui.cli.table import Column, table
from jobyard.tui.cli.words import clean, plural, when

COLUMNS = (Column("SESSION", weight=1), Column("QUEUES", right=True), Column("CREATED"), Column("ENDED"))


@click.group(cls=VerbGroup)
def session() -> None:
    """List, create or end sessions.

    A session is a group of queues. An ended one refuses new jobs, and its queues start none.

    \b
    Examples:
      jobyard session create lab
      jobyard queue create lab/qick --exclusive
      jobyard session end lab
    """


@session.command("list")
@json_option
def list_(as_json: bool) -> int:
    """List the sessions.

    \b
    Example:
      jobyard session list

    --json prints an array of {"name","created_at","ended_at","queues"}.
    """
    with open_yard() as yard:
        sessions = yard.sessions()
    if as_json:
        say_json([jsonview.session(each) for each in sessions])
    else:
        say_all(table(COLUMNS, [cells(each) for each in sessions]))
    return 0


@session.command()
@click.argument("name")
@json_option
def create(name: str, as_json: bool) -> int:
    """Create a session.

    \b
    Example:
      jobyard session create lab

    --json prints the session as `session list --json` does.
    """
    with open_yard() as yard:
        return done(yard.session_create(name), as_json)


@session.command()
@click.argument("name", shell_complete=complete.sessions)
@json_option
def end(name: str, as_json: bool) -> int:
    """End a session: it refuses new jobs, its queues start none; what runs goes on.

    \b
    Example:
      jobyard session end lab

    --json prints the session as `session list --json` does.
    """
    with open_yard() as yard:
        return done(yard.session_end(name), as_json)


def done(session: SessionInfo, as_json: bool) -> int:
    """The session as it is now."""
    if as_json:
        say_json(jsonview.session(session))
    else:
        ended = f", ended {when(session.ended_at)}" if session.ended_at else ""
        say(f"session {clean(session.name)}: {plural(session.queues, 'queue')}{ended}")
    return 0


def cells(session: SessionInfo) -> list[str]:
    """A line of the table."""
    return [clean(session.name), str(session.queues), when(session.created_at), when(session.ended_at)]

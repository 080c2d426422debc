"""The one table of the fields of a job: each is a key of a job file, an option of ``submit``, a field of the form.

The readers are those of the job file (`core.jobkeys`), names and help those of the command line; what is added here
is where a field stands, what completes it, and how its text is written.
"""

from __future__ import annotations

from functools import cache

import click

from ..cli.joboptions import JOB_OPTIONS, NEW_OPTIONS
from .fields import BASIC, As, Field

_TABLE: tuple[tuple[str, str, str, As, str], ...] = (  # key, label, group, what its text is, what completes it
    ("command", "command", BASIC, As.COMMAND, "command"),
    ("queue", "queue", BASIC, As.TEXT, "queues"),
    ("name", "name", BASIC, As.TEXT, ""),
    ("priority", "priority", BASIC, As.TEXT, "priorities"),
    ("after", "after", BASIC, As.WORDS, "jobs"),
    ("time_limit", "time limit", BASIC, As.TEXT, ""),
    ("after_any", "after any", "when", As.WORDS, "jobs"),
    ("after_fail", "after fail", "when", As.WORDS, "jobs"),
    ("at", "not before", "when", As.TEXT, ""),
    ("hold", "hold", "when", As.FLAG, ""),
    ("estimate", "estimate", "when", As.TEXT, ""),
    ("retries", "retries", "retries", As.TEXT, ""),
    ("retry_delay", "delay", "retries", As.TEXT, ""),
    ("retry_factor", "factor", "retries", As.TEXT, ""),
    ("retry_max", "longest", "retries", As.TEXT, ""),
    ("idempotent", "idempotent", "retries", As.FLAG, ""),
    ("cpus", "cpus", "resources", As.TEXT, ""),
    ("mem", "memory", "resources", As.TEXT, ""),
    ("gpus", "gpus", "resources", As.TEXT, ""),
    ("needs", "needs", "resources", As.WORDS, "resources"),
    ("cwd", "folder", "more", As.PATH, "folders"),
    ("env", "variables", "more", As.VARIABLES, ""),
    ("clean_env", "clean", "more", As.FLAG, ""),
    ("stdin", "input", "more", As.PATH, "files"),
    ("configs", "configs", "more", As.WORDS, ""),
    ("umask", "umask", "more", As.TEXT, ""),
    ("array", "array", "more", As.TEXT, ""),
    ("unique", "unique", "more", As.TEXT, ""),
    ("on_end", "on end", "more", As.TEXT, "command"),
)
# What holds while a field is empty, as far as it can be told before the job is submitted.
_EMPTY: dict[str, str] = {
    "queue": "default",
    "name": "none",
    "priority": "0",
    "after": "nothing",
    "time_limit": "the queue's, else none",
    "after_any": "nothing",
    "after_fail": "nothing",
    "at": "at once",
    "estimate": "none",
    "retries": "0, or as jobyard.yml says",
    "retry_delay": "60s, or as jobyard.yml says",
    "retry_factor": "2, or as jobyard.yml says",
    "retry_max": "1h, or as jobyard.yml says",
    "cpus": "not counted",
    "mem": "not counted",
    "gpus": "none",
    "needs": "nothing",
    "cwd": "where the app was started",
    "env": "nothing more",
    "stdin": "nothing",
    "configs": "what its kind needs",
    "umask": "the app's",
    "array": "one job",
    "unique": "none",
    "on_end": "nothing",
}
COMMAND_HELP = "The program and its words; a line with pipes, variables or patterns goes to sh -c"


@cache
def job_fields() -> tuple[Field, ...]:
    """All of them, in the form's order."""
    options = _options()
    return tuple(_field(*entry, options.get(entry[0])) for entry in _TABLE)


def _field(key: str, label: str, group: str, kind: As, source: str, option: click.Option | None) -> Field:
    if option is None:
        return Field(key, label, COMMAND_HELP, group, kind, source)
    help, empty = (option.help or "").replace(" Repeatable.", ""), _EMPTY.get(key, "")
    return Field(key, label, help, group, kind, source, option.opts[0], placeholder=empty)


def _options() -> dict[str, click.Option]:
    """The options of a new job, by their names."""

    def nothing() -> None:
        """Bears the options."""

    for option in (*JOB_OPTIONS, *NEW_OPTIONS):
        nothing = option(nothing)
    found = click.command()(nothing).params
    return {option.name: option for option in found if isinstance(option, click.Option) and option.name}


def option_of(command: click.Command, name: str) -> click.Option:
    """An option of a command by the name of its value."""
    return next(one for one in command.params if isinstance(one, click.Option) and one.name == name)

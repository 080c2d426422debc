"""Errors that are not ours, told as ours are: what, why, what to do, in one line."""

from __future__ import annotations

import errno

import click

from jobyard.core.errors import BadInput, JobyardError, StoreFull
from jobyard.tui.cli.group import NoSuchVerb

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def from_click(error: click.ClickException) -> JobyardError:
    """A misuse of the command line."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "jobyard"
    what, todo = words(error)
    todo = from_habit(error, path) or todo
    return BadInput(what, "", " ".join(filter(None, (todo, f"See `{path} --help`"))))


def words(error: click.ClickException) -> tuple[str, str]:
    """What is wrong, and which name was perhaps meant."""
    if isinstance(error, click.exceptions.NoSuchOption):
        return f"There is no option {error.option_name}", nearest(error.possibilities)
    if isinstance(error, NoSuchVerb):
        return error.message, nearest(error.possibilities)
    if isinstance(error, click.MissingParameter):
        return f"{hint(error)} is missing", ""
    if isinstance(error, click.BadParameter):
        return f"{hint(error)}: {error.message}", ""
    return error.format_message(), ""


def from_habit(error: click.ClickException, path: str) -> str:
    """What somebody's other tool calls so."""
    from jobyard.tui.cli import elsewhere

    if isinstance(error, NoSuchVerb) and path == "jobyard":
        here = elsewhere.command(error.command_name)
        return f"Here it is `jobyard {here}`." if here else ""
    if isinstance(error, click.exceptions.NoSuchOption):
        here = elsewhere.option(path, error.option_name)
        return f"Here it is {here}." if here else ""
    return ""


def hint(error: click.BadParameter) -> str:
    """The name of the parameter as it is written: ``--slots`` or ``ID``."""
    if error.param is None:
        return "The argument"
    if isinstance(error.param, click.Option):
        return next((option for option in error.param.opts if option.startswith("--")), error.param.opts[0])
    return (error.param.metavar or (error.param.name or "").upper()).strip("[].…")


def nearest(possibilities: object) -> str:
    """``Did you mean --file?``"""
    names = [str(name) for name in possibilities] if isinstance(possibilities, (list, tuple)) else []
    return f"Did you mean {' or '.join(names[:3])}?" if names else ""


def from_os(error: OSError) -> JobyardError:
    """The system refused something."""
    kind = StoreFull if error.errno in NO_ROOM else JobyardError
    where = f": {error.filename}" if error.filename else ""
    return kind(f"{error.strerror or error}{where}")


def unexpected(error: Exception) -> JobyardError:
    """A mistake of jobyard's own, unless the memory was too small."""
    if isinstance(error, MemoryError):
        return JobyardError("There is not enough memory for that", "", "Free some, or ask for less at a time")
    return JobyardError(
        f"Something unexpected happened: {type(error).__name__}: {error}",
        "This is a mistake in jobyard",
        "Set JOBYARD_DEBUG=1 to see where",
    )

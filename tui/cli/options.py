"""Types of arguments and options that several commands share, each with its completion."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, TypeVar

import click

from jobyard.tui.cli import complete

F = TypeVar("F", bound=Callable[..., Any])


class Parsed(click.ParamType):  # type: ignore[type-arg, unused-ignore]  # generic only from click 8.5 on
    """A text that a function of the facade understands; its error names the option."""

    def __init__(self, name: str, function: str) -> None:
        self.name = name
        self.function = function

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse; numbers have been parsed already."""
        if not isinstance(value, str):
            return value
        from jobyard.core import yard

        what = max(param.opts, key=len) if isinstance(param, click.Option) else self.name
        more = (time.time(),) if self.function == "parse_time" else ()
        return getattr(yard, self.function)(value, *more, what=what)


class OrNone(Parsed):
    """The same, or ``none``."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """None for none."""
        return None if value == "none" else super().convert(value, param, ctx)


DURATION = Parsed("duration", "parse_duration")
SPAN = OrNone("duration", "parse_duration")
PRIORITY = Parsed("priority", "parse_priority")
MOMENT = Parsed("time", "parse_time")
SIZE = Parsed("size", "parse_memory")
FACTOR = Parsed("factor", "parse_factor")
UMASK = Parsed("umask", "parse_umask")
NEED = Parsed("need", "parse_need")


def json_option(function: F) -> F:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")(function)


def refs_argument(function: F) -> F:
    """``ID…``: ids, names, numbers of today, ranges of them, last, or arrays and their elements.

    ``--task-id ID`` says the same (one of the five originals calls it so).
    """
    argument = click.argument("refs", metavar="ID...", nargs=-1, shell_complete=complete.jobs, callback=with_task_ids)
    return argument(task_id_option(True)(function))


def ref_argument(function: F) -> F:
    """One ``ID``, or ``--task-id ID``."""
    argument = click.argument("ref", metavar="ID", required=False, shell_complete=complete.jobs, callback=with_task_ids)
    return argument(task_id_option(False)(function))


def task_id_option(many: bool) -> Callable[[F], F]:
    """``--task-id``, read before the argument whose value it may be."""
    return click.option("--task-id", multiple=many, hidden=True, is_eager=True, expose_value=False, callback=keep)


def keep(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Remember what --task-id gave."""
    ctx.meta[TASK_ID] = value
    return value


def with_task_ids(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """The argument, or what --task-id gave instead. Raises BadInput for none and for both."""
    given = ctx.meta.get(TASK_ID)
    if value and given:
        raise click.UsageError(f"--task-id and {param.metavar} say the same. Give one of them", ctx)
    if not value and not given and not ctx.resilient_parsing:
        raise click.MissingParameter(ctx=ctx, param=param)
    return value or given


TASK_ID = "jobyard.task-id"


def comma_separated(values: tuple[str, ...]) -> list[str]:
    """``--after a,b --after c`` → a, b, c; a comma between brackets, as in ``ID[1,5]``, is part of its word."""
    return [word for value in values for word in (part.strip() for part in COMMA.split(value)) if word]


COMMA = re.compile(r",(?![0-9,:-]*\])")


class NegativeNumbers(click.Command):
    """A mixin: a last argument such as ``-5`` is a number, not an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Protect numbers from the option parser."""
        if "--" not in args:
            at = next((at for at, word in enumerate(args) if is_negative(word)), None)
            if at is not None:
                args = [
                    *(word for word in args[at + 1 :] if word.startswith("--")),
                    *args[:at],
                    "--",
                    *(word for word in args[at:] if not word.startswith("--")),
                ]
        return super().parse_args(ctx, args)


def is_negative(word: str) -> bool:
    """Whether the word is a negative number."""
    return word.startswith("-") and word[1:].isdigit()

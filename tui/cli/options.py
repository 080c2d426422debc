"""Types of arguments and options that several commands share, each with its completion."""

from __future__ import annotations

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


DURATION = Parsed("duration", "parse_duration")
PRIORITY = Parsed("priority", "parse_priority")
MOMENT = Parsed("time", "parse_time")


def json_option(function: F) -> F:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")(function)


def refs_argument(function: F) -> F:
    """``ID…``: ids, names, numbers of today, ranges of them, or last."""
    return click.argument("refs", metavar="ID...", nargs=-1, required=True, shell_complete=complete.jobs)(function)


def ref_argument(function: F) -> F:
    """One ``ID``."""
    return click.argument("ref", metavar="ID", shell_complete=complete.jobs)(function)


def comma_separated(values: tuple[str, ...]) -> list[str]:
    """``--after a,b --after c`` → a, b, c."""
    return [word for value in values for word in (part.strip() for part in value.split(",")) if word]


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

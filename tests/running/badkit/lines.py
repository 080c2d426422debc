"""Command lines, from the commands' own parameters: whatever lands in the table of commands is tried too."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random

import click

from jobyard.tui.cli.commands import COMMANDS
from jobyard.tui.cli.root import cli
from tests.running.badkit.values import word

# They wait for what does not come, or open the app: not what is asked here.
WAITING = {"follow", "open_it", "open", "watch", "interval"}
BY_NAME = {
    "ref": "ref", "refs": "ref", "parent": "ref", "parents": "ref", "after": "ref", "after_any": "ref",
    "after_fail": "ref", "before": "ref", "job": "ref", "queue": "queue", "need": "need", "needs": "need",
    "env": "assignment", "mem": "size", "array": "range", "group": "number", "until": "time", "at": "time",
    "since": "time",
}  # fmt: skip


@cache
def commands() -> tuple[tuple[tuple[str, ...], click.Command], ...]:
    """Every command with its words, those of families too; the root, which is the app, last."""
    return (*_below((), cli), ((), cli))


def _below(words: tuple[str, ...], group: click.Group) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _below((*words, name), command)
        yield (*words, name), command


def line(random: Random) -> list[str]:
    """A command line that is wrong somewhere, or nearly."""
    words, command = random.choice(commands())
    argv = [*words, *_parameters(random, command)]
    if words[:1] == ("wait",):
        argv += ["--timeout", random.choice(["0", "0.01", "0", "nan", "-1"])]
    if not words and "--worker" in argv:
        argv.append("--once")
    return _mangled(random, argv) if random.random() < 0.15 else argv


def _parameters(random: Random, command: click.Command) -> list[str]:
    options = [each for each in command.params if isinstance(each, click.Option) and each.name not in WAITING]
    chosen = random.sample(options, min(len(options), random.choice((0, 1, 1, 2, 2, 3, 5))))
    argv = [text for option in chosen for text in _option(random, option)]
    arguments = [
        text for each in command.params if isinstance(each, click.Argument) for text in _argument(random, each)
    ]
    if random.random() < 0.3:
        return [*arguments, *argv]
    return [*argv, *(["--"] if random.random() < 0.3 else []), *arguments]


def _option(random: Random, option: click.Option) -> list[str]:
    name = random.choice([*option.opts, *option.secondary_opts])
    if option.name == "wait":
        return []
    if option.is_flag or option.count:
        return [name]
    value = _value(random, option)
    if name.startswith("--") and random.random() < 0.3:
        return [f"{name}={value}"]
    return [name, value] * (2 if random.random() < 0.1 else 1)


def _argument(random: Random, argument: click.Argument) -> list[str]:
    many = random.choice((0, 1, 1, 1, 2, 4)) if argument.nargs == -1 else random.choice((0, 1, 1, 1, 1, 2))
    return [_value(random, argument) for _ in range(many)]


def _value(random: Random, parameter: click.Parameter) -> str:
    if isinstance(parameter.type, click.Choice) and random.random() < 0.6:
        return str(random.choice(list(parameter.type.choices)))
    return word(random, _kind(parameter))


def _kind(parameter: click.Parameter) -> str:
    if (parameter.name or "") in BY_NAME:
        return BY_NAME[parameter.name or ""]
    if isinstance(parameter.type, click.Path | click.File):
        return "path"
    named = {"duration": "duration", "time": "time", "size": "size", "priority": "number", "count": "number"}
    return named.get(
        parameter.type.name, "number" if "int" in parameter.type.name or "float" in parameter.type.name else "text"
    )


def _mangled(random: Random, argv: list[str]) -> list[str]:
    """A word doubled, dropped, misspelt or moved."""
    at = random.randrange(len(argv) + 1)
    match random.randrange(4):
        case 0:
            return [*argv[:at], *argv[at : at + 1], *argv[at:]]
        case 1:
            return [*argv[:at], *argv[at + 1 :]]
        case 2:
            return [*argv[:at], word(random), *argv[at:]]
        case _:
            return [text[:-1] if number == at and len(text) > 3 else text for number, text in enumerate(argv)]


def families() -> list[str]:
    """Every first word."""
    return list(COMMANDS)

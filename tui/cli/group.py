"""Commands that are imported only when called, and what every command shares: ``--yard`` and ``--help``."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from jobyard.tui.cli.commands import COMMANDS, SECTIONS
from jobyard.tui.cli.place import set_home

SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Verb(click.Command):
    """A command of jobyard: ``--yard`` may stand before or after its name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["context_settings"] = {**SETTINGS, **kwargs.get("context_settings", {})}
        super().__init__(*args, **kwargs)
        self.params.append(yard_option())


class NoSuchVerb(click.UsageError):
    """There is no command of this name; *near* are those that it may have meant."""

    def __init__(self, name: str, known: list[str], ctx: click.Context) -> None:
        from difflib import get_close_matches

        self.command_name = name
        self.possibilities = get_close_matches(name, known)
        super().__init__(f"There is no command {name}", ctx)


class Family(click.Group):
    """A group that says which command was perhaps meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names."""
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise NoSuchVerb(args[0], known, ctx)
        return super().resolve_command(ctx, args)


class VerbGroup(Family):
    """A family of commands, such as ``jobyard queue``."""

    command_class = Verb

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["context_settings"] = {**SETTINGS, **kwargs.get("context_settings", {})}
        kwargs.setdefault("invoke_without_command", False)
        kwargs.setdefault("no_args_is_help", False)
        super().__init__(*args, **kwargs)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Without a word more, ``jobyard queue`` lists the queues."""
        alone = not args and "list" in self.commands and not ctx.resilient_parsing
        return super().parse_args(ctx, ["list"] if alone else args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each with the whole of its first sentence."""
        told = {name: (command.help or "").split("\n\n")[0] for name, command in sorted(self.commands.items())}
        with formatter.section("Commands"):
            formatter.write_dl([(name, " ".join(text.split())) for name, text in told.items()])


class LazyGroup(Family):
    """The root: knows its commands by the table alone and imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module, now that it is called."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = getattr(import_module(f"jobyard.tui.cli.verbs.{entry.module}"), entry.attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table, section by section."""
        for title, entries in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{name:<10}", entry.help) for name, entry in entries.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Names of commands, without importing any."""
        from click.shell_completion import CompletionItem

        found = [CompletionItem(name, help=COMMANDS[name].help) for name in COMMANDS if name.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]


def yard_option() -> click.Option:
    """``--yard DIR``: which yard is meant; kept beside the context, not handed to the command."""
    return click.Option(
        ["--yard"],
        metavar="DIR",
        expose_value=False,
        callback=lambda ctx, param, value: set_home(ctx, value),
        type=click.Path(readable=False),  # whose it is, and why it cannot be used, is said better by the yard
        help="The yard (default: $JOBYARD_HOME, or jobyard in the user's data folder).",
    )

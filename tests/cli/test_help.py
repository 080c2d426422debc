"""Every command explains itself, with examples, and the table of commands tells the truth."""

from __future__ import annotations

import click
import pytest

from jobyard.core import __version__
from jobyard.tui.cli.commands import COMMANDS
from jobyard.tui.cli.root import cli
from tests.cli.conftest import Call

CONTEXT = click.Context(cli)


def every_command() -> list[tuple[str, ...]]:
    paths: list[tuple[str, ...]] = []
    for name in COMMANDS:
        command = cli.get_command(CONTEXT, name)
        paths.append((name,))
        if isinstance(command, click.Group):
            paths += [(name, sub) for sub in command.commands]
    return paths


def find(path: tuple[str, ...]) -> click.Command:
    command: click.Command = cli
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(CONTEXT, name)
        assert found is not None
        command = found
    return command


@pytest.mark.parametrize("path", every_command(), ids=" ".join)
def test_help_of_every_command_has_an_example(call: Call, path: tuple[str, ...]):
    """``--help`` of every command exits 0 and shows how it is used."""
    result = call(*path, "--help")
    assert result.code == 0
    assert "Example" in result.out
    assert f"jobyard {' '.join(path)}" in result.out


@pytest.mark.parametrize("path", every_command(), ids=" ".join)
def test_every_json_option_documents_its_keys(path: tuple[str, ...]):
    """A command with ``--json`` says in its help what that prints."""
    command = find(path)
    if any("--json" in parameter.opts for parameter in command.params):
        assert "--json prints" in " ".join((command.help or "").split())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says(name: str):
    """The list of commands, which imports none of them, has each one's own first sentence."""
    first = (find((name,)).help or "").split("\n\n")[0]
    assert " ".join(first.split()) == COMMANDS[name].help


def test_the_list_of_commands_is_complete(call: Call):
    """``jobyard --help`` names every command."""
    lines = call("--help").out.splitlines()
    assert all(any(line.startswith(f"  {name} ") for line in lines) for name in COMMANDS)


def test_version_is_name_and_number(call: Call):
    """``--version`` prints one line that scripts can read."""
    result = call("--version")
    assert (result.code, result.out) == (0, f"jobyard {__version__}\n")


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_creates_no_yard(call: Call, yard_home, option: str):
    """Asking for help leaves no trace."""
    call("submit", option)
    assert not yard_home.exists()

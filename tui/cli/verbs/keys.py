"""``jobyard keys``: the app's actions with their keys, and the file that changes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from jobyard.core.errors import BadInput
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.printing import note, say_all, say_json

if TYPE_CHECKING:
    from jobyard.tui.actions import Action
    from jobyard.tui.keymap import Keymap

HEAD = """\
# Keys of jobyard's app. `jobyard keys --check` checks this file; the app reads it when it starts.
#
# action: key, or action: [key, key], or action: null for no key at all. Keys are written as people write them:
# x, X, ctrl+x (or ^x), alt+x, f5, PgDn, space, enter, +. Below is what ships; take the # away to change it."""


class Row(NamedTuple):
    """An action, the screens that have it, and its keys: as they are, and as they ship."""

    action: Action
    screens: tuple[str, ...]
    keys: tuple[str, ...]
    shipped: tuple[str, ...]


@click.command(cls=Verb)
@click.argument("file", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--check", is_flag=True, help="Only check the file; exit code 2 where it has mistakes.")
@click.option("--example", is_flag=True, help="Print a file with every action and its keys, commented out.")
@json_option
def keys(file: Path | None, check: bool, example: bool, as_json: bool) -> int:
    """List the app's actions with their keys, and check the file that changes them.

    The file is keys.yml in jobyard's folder below $XDG_CONFIG_HOME (~/.config), or FILE. It says `action: key`,
    `action: [key, key]`, or `action: null` for no key. Unknown actions and keys, and two actions of one screen with one
    key, are told with their line; the app begins with the keys that ship then.

    \b
    Examples:
      jobyard keys
      jobyard keys --example > ~/.config/jobyard/keys.yml
      jobyard keys --check
      jobyard keys --json | jq -r '.actions[] | select(.changed) | .id'

    --json prints {"file","problems":[TEXT],"actions":[{"id","screens":[NAME],"group","label","tooltip","keys":[KEY],
    "shipped":[KEY],"changed"}]}.
    """
    from jobyard.tui.keymap import load

    if example and as_json:
        raise BadInput("--example prints a keymap file, which is YAML", "", "Leave out --json or --example")
    if example:
        say_all(commented())
        return 0
    keymap = load(file)
    if as_json:
        say_json(as_object(keymap))
    elif check:
        say_all([] if keymap.problems else [verdict(keymap)])
    else:
        say_all(lines(keymap))
    for problem in keymap.problems:
        note(problem)
    return 2 if keymap.problems else 0


def verdict(keymap: Keymap) -> str:
    """A word about a file without mistakes."""
    from jobyard.tui.cli.words import clean, plural

    if not keymap.path.exists():
        return clean(f"{keymap.path} does not exist: all keys are as they ship.")
    return clean(f"{keymap.path} is fine: it changes the keys of {plural(len(keymap.keys), 'action')}.")


def rows(keymap: Keymap) -> list[Row]:
    """Every action once, in the order of the help."""
    from jobyard.tui.keynames import key_name
    from jobyard.tui.registry import SCREENS

    actions = {action.id: action for some in SCREENS.values() for action in some}
    return [
        Row(
            action,
            tuple(name for name, some in SCREENS.items() if action in some),
            tuple(key_name(key) for key in keymap.keys.get(action.id, action.keys)),
            tuple(key_name(key) for key in action.keys),
        )
        for action in actions.values()
    ]


def lines(keymap: Keymap) -> Iterator[str]:
    """A table a group."""
    from jobyard.tui.cli.table import Column, table
    from jobyard.tui.cli.words import clean

    columns = (Column("KEYS"), Column("ACTION"), Column("LABEL", drop=1), Column("WHAT IT DOES", weight=1, least=12))
    found = rows(keymap)
    body = [(told(row), row.action.id, row.action.label, row.action.tooltip) for row in found]
    head, *rest = table(columns, body)
    group = ""
    for row, line in zip(found, rest, strict=True):
        if row.action.group != group:
            group = row.action.group
            yield from ("", group.upper()) if group != found[0].action.group else (head, group.upper())
        yield line
    if keymap.keys:
        yield from ("", clean(f"What was otherwise is as {keymap.path} says."))


def told(row: Row) -> str:
    """``x (was c)``."""
    keys = " ".join(row.keys) or "none"
    return keys if row.keys == row.shipped else f"{keys} (was {' '.join(row.shipped)})"


def commented() -> Iterator[str]:
    """A file that changes nothing, to begin with."""
    from jobyard.tui.keymap import Keymap

    yield HEAD
    group = ""
    for row in rows(Keymap(Path())):
        if row.action.group != group:
            group = row.action.group
            yield from ("", f"# {group}")
        yield f"# {f'{row.action.id}: {written(row.shipped)}':<32} # {row.action.tooltip}"


def written(keys: tuple[str, ...]) -> str:
    """Keys as YAML takes them: signs are quoted."""
    words = [key if key.replace("+", "").isalnum() else f"'{key}'" for key in keys]
    return words[0] if len(words) == 1 else f"[{', '.join(words)}]"


def as_object(keymap: Keymap) -> dict[str, Any]:
    """``keys --json``."""
    return {
        "file": str(keymap.path),
        "problems": list(keymap.problems),
        "actions": [
            {
                "id": row.action.id,
                "screens": row.screens,
                "group": row.action.group,
                "label": row.action.label,
                "tooltip": row.action.tooltip,
                "keys": row.keys,
                "shipped": row.shipped,
                "changed": row.keys != row.shipped,
            }
            for row in rows(keymap)
        ],
    }

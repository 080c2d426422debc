"""``jobyard config-check``: which settings hold, where each comes from, and what is wrong with the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import note, say_all, say_json
from jobyard.tui.cli.table import Column, table
from jobyard.tui.cli.words import clean

if TYPE_CHECKING:
    from jobyard.core.yard.checking import Checked, Thing

COLUMNS = (Column("SETTING"), Column("FROM", weight=1, least=16), Column("VALUE", weight=2, least=16))


@click.command("config-check", cls=Verb)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@json_option
def config_check(file: Path | None, as_json: bool) -> int:
    """Check jobyard's own settings, and say where each comes from.

    The yard's jobyard.yml, or FILE before it becomes one. Every mistake is told with its line; exit code 2 if there
    is any. A value comes from a default, the file, the environment, or by hand; the later wins. Versions of a lab's
    configs are checked by `jobyard config check`.

    \b
    Examples:
      jobyard config-check
      jobyard config-check new.yml && cp new.yml ~/.local/share/jobyard/jobyard.yml
      jobyard config-check --json | jq -r '.settings[] | select(.origin != "default").name'

    --json prints {"file","problems":[TEXT],"settings":[{"name","value","shown","origin","live"}],"queues":[{"name",
    "values":[{"name","value","origin","file"}]}],"resources" and "configs": the same,"variables":[{
    "name","program","setting","fate"}],"spack":{"where","version","why"}}; "file" is what jobyard.yml
    says where something else holds.
    """
    found = look(file)
    if as_json:
        say_json(as_object(found))
    else:
        say_all(lines(found, alone=file is not None))
    for problem in found.problems:
        note(problem)
    return 2 if found.problems else 0


def look(file: Path | None) -> Checked:
    """What holds in the yard, or would with this file."""
    if file is not None:
        from jobyard.core.yard import Yard

        return Yard.settings_check_file(file)
    with open_yard(warn=False) as yard:
        return yard.settings_check()


def lines(found: Checked, alone: bool) -> Iterator[str]:
    """Tables of settings, queues and resources, and what was heard of others. Nothing of a broken file *alone*."""
    if alone and found.problems:
        return
    yield from table(COLUMNS, [(one.name, clean(one.origin), clean(one.shown) or "(none)") for one in found.settings])
    yield from things("queue", found.queues)
    yield from things("resource", found.resources)
    yield from things("config", found.configs)
    if found.heard:
        yield ""
    for heard in found.heard:
        yield f"{heard.variable} ({heard.program}) {clean(heard.fate)}"
    yield ""
    yield clean(f"spack: {found.spack.version} ({found.spack.where})" if found.spack.version else no_spack(found))
    if not found.problems:
        yield f"{clean(found.file)} is fine" if alone else "The settings are fine."


def no_spack(found: Checked) -> str:
    """Why there is none."""
    where = f"{found.spack.where}: " if found.spack.where else ""
    return f"spack: {where}{found.spack.why}"


def things(word: str, some: Iterable[Thing]) -> Iterator[str]:
    """A table a queue or resource: only what somebody has set, and its slots or capacity."""
    rows = [row for one in some for row in rows_of(word, one)]
    if rows:
        yield ""
        yield from table(COLUMNS, rows)[1:]


def rows_of(word: str, one: Thing) -> Iterator[tuple[str, str, str]]:
    """``queue gpu slots  by hand by ada; the file says 2  4``."""
    for value in one.values:
        if value.origin != "default" or value.name == "slots":
            but = f"; the file says {value.file}" if value.file and value.file != value.shown else ""
            yield clean(f"{word} {one.name} {value.name}"), clean(value.origin + but), clean(value.shown) or "(none)"


def as_object(found: Checked) -> dict[str, Any]:
    """``config-check --json``."""
    return {
        "file": found.file,
        "problems": list(found.problems),
        "settings": [
            {"name": one.name, "value": one.value, "shown": one.shown, "origin": one.origin, "live": one.live}
            for one in found.settings
        ],
        "queues": [thing(one) for one in found.queues],
        "resources": [thing(one) for one in found.resources],
        "configs": [thing(one) for one in found.configs],
        "variables": [
            {"name": one.variable, "program": one.program, "setting": one.key or None, "fate": one.fate}
            for one in found.heard
        ],
        "spack": {name: value or None for name, value in found.spack._asdict().items()},
    }


def thing(one: Thing) -> dict[str, Any]:
    """A queue or resource."""
    values = [
        {"name": value.name, "value": value.shown, "origin": value.origin, "file": value.file or None}
        for value in one.values
    ]
    return {"name": one.name, "values": values}

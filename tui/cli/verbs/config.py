"""``jobyard config``: versions of configs, which one runs use, and how the files on disk stand to that."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobyard.core.errors import BadInput
from jobyard.core.labmodels import ConfigVersion, Pushed
from jobyard.tui.cli import complete, configview, jsonview
from jobyard.tui.cli.configsides import both, checked, damage_of, default_name, own_file, side, sound
from jobyard.tui.cli.group import VerbGroup
from jobyard.tui.cli.options import json_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import note, say, say_all, say_json, say_json_array
from jobyard.tui.cli.words import clean

if TYPE_CHECKING:
    from jobyard.core.yard import Yard

SHOWN = 20  # runs that show names
LISTED = 50  # versions that list prints
PAGE = 500  # versions a query

type_argument = click.argument("type", metavar="TYPE", shell_complete=complete.config_types)


@click.group(cls=VerbGroup)
def config() -> None:
    """Keep versions of a lab's configs: push, pull, compare, check them, say which is main.

    A version is never changed. Experiments run with the main version of each type and are linked to it. A REF is a
    version (CFG-HW-20261122-00001) or a TYPE, which means its main version. Types are declared in jobyard.yml, which
    `jobyard config-check` checks: that is about jobyard's own settings.

    \b
    Examples:
      jobyard config push hardware_config hardware_config.yml
      jobyard config diff hardware_config --changes
      jobyard config main hardware_config CFG-HW-20261122-00001
      jobyard config check
    """


# -- looking ------------------------------------------------------------------------------------------


@config.command()
@json_option
def types(as_json: bool) -> int:
    """List the types: their main version, and how the file on disk stands to it.

    \b
    Examples:
      jobyard config types
      jobyard config types --json | jq -r '.[] | select(.state == "differs").name'

    --json prints an array of {"name","code","file","schema","main","set_at","set_by","versions","state","why"};
    "state" is one of same, differs, missing, unreadable, invalid, no main, no file, damaged.
    """
    with open_yard() as yard:
        kinds = yard.config_kinds()
        drifts = {drift.type: drift for drift in yard.config_drift([kind.name for kind in kinds])}
    if as_json:
        say_json([jsonview.config_kind(kind, drifts.get(kind.name)) for kind in kinds])
    else:
        say_all(configview.types(kinds, drifts.values()))
    return 0


@config.command("list")
@click.argument("type", metavar="[TYPE]", required=False, shell_complete=complete.config_types)
@click.option("--limit", type=click.IntRange(1), default=LISTED, show_default=True, metavar="N", help="At most N.")
@click.option("--all", "every", is_flag=True, help="All of them.")
@json_option
def list_(type: str | None, limit: int, every: bool, as_json: bool) -> int:
    """List versions, newest first.

    \b
    Examples:
      jobyard config list
      jobyard config list hardware_config --all
      jobyard config list --json | jq -r '.[] | select(.main).id'

    --json prints an array of {"id","type","main","created_at","created_by","job","filename","size","checksum","path",
    "attempts"}; "path" begins at the yard's folder.
    """
    with open_yard() as yard:
        names = [type] if type else [kind.name for kind in yard.config_kinds() if kind.versions]
        newest = merge(*(each_version(yard, name) for name in names), key=lambda version: -version.row)
        found = list(newest if every else islice(newest, limit + 1))
    more, shown = not every and len(found) > limit, found if every else found[:limit]
    if as_json:
        say_json_array(map(jsonview.config_version, shown))
    elif shown:
        say_all(configview.versions(shown))
    else:
        note(f"There is no version{f' of {type}' if type else ''} yet. Make one: jobyard config push TYPE FILE")
    if more and not as_json:
        note(f"There are more than {limit}; all of them: --all")
    return 0


def each_version(yard: Yard, type: str) -> Iterator[ConfigVersion]:
    """The versions of a type, newest first, a page at a time."""
    before: int | None = None
    while page := yard.config_versions(type, limit=PAGE, before=before):
        yield from page
        before = page[-1].row


@config.command()
@click.argument("ref", metavar="REF", shell_complete=complete.config_refs)
@json_option
def show(ref: str, as_json: bool) -> int:
    """Show all about a version: where it came from, whether it is as it was pushed, what ran with it.

    What is in it: jobyard config pull REF -

    \b
    Examples:
      jobyard config show CFG-HW-20261122-00001
      jobyard config show hardware_config --json | jq -r '.runs[].job'

    --json prints the version as `config list --json` does, with "damage" and "runs":[{"job","attempt"}].
    """
    with open_yard() as yard:
        version = yard.config_version(ref)
        runs = yard.config_runs(version.id, SHOWN) if not as_json else yard.config_runs(version.id)
        damage = damage_of(yard, version)
    if as_json:
        told = [{"job": job, "attempt": number} for job, number in runs]
        say_json({**jsonview.config_version(version), "damage": damage or None, "runs": told})
    else:
        say_all(configview.version(version, runs, damage))
    return 0


@config.command()
@click.argument("one", metavar="[A]", shell_complete=complete.config_sides)
@click.argument("other", metavar="B", required=False, shell_complete=complete.config_sides)
@click.option("--changes", is_flag=True, help="Show the values that differ instead of the lines.")
@json_option
def diff(one: str, other: str | None, changes: bool, as_json: bool) -> int:
    """Show how two configs differ: versions, the main ones of types, files.

    With one TYPE alone, its file on disk (see `config types`) is compared with main; with one version alone, main
    with it. A file that is called like a type is written ./NAME.

    \b
    Examples:
      jobyard config diff hardware_config --changes
      jobyard config diff CFG-HW-20261122-00001 hardware_config
      jobyard config diff hardware_config draft.yml

    \b
    Exit code: 0 the same, 1 they differ, 2 trouble; as of diff(1).
    --json prints {"one","other","same","lines","changes":[{"path","before","after"}],"why"}; "changes" is null where
    one of them has no values that can be read, and "why" says so.
    """
    with open_yard() as yard:
        kinds = {kind.name: kind for kind in yard.config_kinds()}
        sides = (side(one, kinds), side(other, kinds)) if other is not None else both(yard, one, kinds)
        found = yard.config_diff(*sides, structure=changes or as_json)
    if as_json:
        say_json(jsonview.config_diff(found))
        return 1 if found.lines else 0
    if changes and found.lines and not found.changes:
        same = "No value differs, only how they are written."
        note(same if found.changes == () else f"Values are not compared: {clean(found.why)}. The lines:")
    say_all(configview.diff(found, changes))
    return 1 if found.lines else 0


@config.command()
@type_argument
@json_option
def history(type: str, as_json: bool) -> int:
    """Show which version was main since when, who made it that, and what was undone.

    \b
    Examples:
      jobyard config history hardware_config
      jobyard config history hardware_config --json | jq -r '.[].version'

    --json prints an array of {"type","version","at","by","way"}, newest first; "way" is undo, redo or null.
    """
    with open_yard() as yard:
        found = yard.config_history(type)
    if as_json:
        say_json([jsonview.main_change(change) for change in found])
    elif found:
        say_all(configview.history(found))
    else:
        note(f"No version of {type} was ever main. Make one: jobyard config push {type} FILE")
    return 0


@config.command()
@click.argument("words", metavar="[FILE|TYPE]...", nargs=-1, shell_complete=complete.config_sides)
@click.option("--type", "type", metavar="TYPE", shell_complete=complete.config_types, help="What the files are.")
@json_option
def check(words: tuple[str, ...], type: str | None, as_json: bool) -> int:
    """Check configs: the file on disk of every type against main, whether it may become main, every snapshot.

    A FILE is checked as what jobyard.yml says it is, or as --type; nothing is stored. That file itself, with the
    settings of jobyard, is checked by `jobyard config-check`.

    \b
    Examples:
      jobyard config check
      jobyard config check draft.yml --type hardware_config && jobyard config push hardware_config draft.yml

    \b
    Exit code: 0 all is well, 1 a file differs, is missing or invalid, or a snapshot is damaged.
    --json prints an array of {"type","state","file","main","why","wrong"}, an element for each complaint; "state" is
    as of `config types`, or valid.
    """
    with open_yard() as yard:
        found = list(checked(yard, words, type))
    if as_json:
        say_json([jsonview.config_drift(drift) for drift in found])
    elif found:
        say_all(configview.checked(found))
    else:
        note("There is nothing to check: no type names a file in jobyard.yml, and nothing was pushed.")
    return 1 if any(drift.wrong for drift in found) else 0


# -- changing -----------------------------------------------------------------------------------------


@config.command()
@type_argument
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--no-main", is_flag=True, help="Keep it as a version, and leave main as it is.")
@click.option("--name", metavar="NAME", default="", help="What the file is called, where it comes from stdin.")
@json_option
def push(type: str, file: Path, no_main: bool, name: str, as_json: bool) -> int:
    """Keep a file as a version, and make it the main one: experiments use it from now on.

    Equal bytes are one version. What cannot be read, or does not hold to the type's schema, does not become main.
    - reads stdin. What main was before comes back with `jobyard undo`.

    \b
    Examples:
      jobyard config push hardware_config hardware_config.yml
      jobyard config push --no-main hardware_config draft.yml
      sed s/4.8/4.85/ hw.yml | jobyard config push hardware_config -

    --json prints {"version","existed","before","changed"}; "version" is as `config list --json` has it, "before" what
    was main until then, or null, "changed" the number of values that differ from that, or null.
    """
    with open_yard() as yard:
        if str(file) == "-":
            name = name or default_name(yard, type)
            pushed = yard.config_push(type, sys.stdin.buffer.read(), filename=name, main=not no_main)
        else:
            pushed = yard.config_push(type, file, filename=name, main=not no_main)
        watched = any(kind.name == type and kind.file for kind in yard.config_kinds())
        settings = yard.home / "jobyard.yml"
        differs = pushed.before not in ("", pushed.version.id)
        found = yard.config_diff(pushed.before, pushed.version.id) if differs and sound(yard, pushed.before) else None
    if as_json:
        changed = len(found.changes) if found is not None and found.changes is not None else None
        version = jsonview.config_version(pushed.version)
        say_json({"version": version, "existed": pushed.existed, "before": pushed.before or None, "changed": changed})
    else:
        count = configview.counted(found) if found is not None else ""
        say(told_of_push(pushed, no_main) + (f"; {count}" if count else ""))
        if not (watched or no_main or str(file) == "-"):
            note(how_to_watch(type, file, settings))
    return 0


def how_to_watch(type: str, file: Path, settings: Path) -> str:
    """The line of jobyard.yml with which *file* is compared with main."""
    line = f"configs: {{{type}: {{file: {json.dumps(os.path.abspath(file), ensure_ascii=False)}}}}}"
    return f"To be told when {clean(file.name)} changes, in {clean(str(settings))}: {clean(line)}"


def told_of_push(pushed: Pushed, no_main: bool) -> str:
    """``CFG-HW-20261122-00002 is main hardware_config now, before it CFG-HW-20261122-00001``."""
    version, before = pushed.version, pushed.before
    state = "it was damaged and is put right" if pushed.mended else "it was there already"
    what = f"{version.id} ({state})" if pushed.existed else version.id
    if before == version.id:
        if pushed.mended:
            return f"{version.id} was damaged and is put right; it is main {version.type}"
        return f"Nothing changed: {version.id} has these very bytes and is main {version.type}"
    if no_main:
        return f"{what} is kept; main {version.type} stays {before or 'none'}"
    return f"{what} is main {version.type} now" + (f", before it {before}" if before else "")


@config.command()
@click.argument("ref", metavar="REF", shell_complete=complete.config_refs)
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--force", is_flag=True, help="Replace a file that holds something else.")
@json_option
def pull(ref: str, file: Path | None, force: bool, as_json: bool) -> int:
    """Write a version, or main, to a file: that of its type, or FILE; - is stdout.

    The file is there in one go, or not at all. One that holds something else is replaced with --force only.

    \b
    Examples:
      jobyard config pull hardware_config
      jobyard config pull CFG-HW-20261122-00001 old.yml
      jobyard config pull hardware_config - | head

    --json prints {"version","file"}, with FILE - as well as {"version","text"}.
    """
    with open_yard() as yard:
        version = yard.config_version(ref)
        if str(file) == "-":
            return put_out(version, yard.config_bytes(version.id), as_json)
        target = yard.config_pull(version.id, file or own_file(yard, version), force)
    if as_json:
        say_json({"version": version.id, "file": str(target)})
    else:
        say(f"{version.id} is in {clean(str(target))}")
    return 0


def put_out(version: ConfigVersion, data: bytes, as_json: bool) -> int:
    """The very bytes on stdout."""
    if as_json:
        say_json({"version": version.id, "text": data.decode("utf-8", "replace")})
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    return 0


@config.command()
@type_argument
@click.argument("ref", metavar="[VERSION]", required=False, shell_complete=complete.config_refs)
@json_option
def main(type: str, ref: str | None, as_json: bool) -> int:
    """Say which version is main, or make another one main: experiments use it from now on.

    \b
    Examples:
      jobyard config main hardware_config
      jobyard config main hardware_config CFG-HW-20261122-00001

    --json prints the main version as `config list --json` does; after a change with "before", the id of what was main
    until then, or null.
    """
    with open_yard() as yard:
        if ref is None:
            return show_main(yard.config_version(type), as_json)
        yard.config_versions(type, limit=1)  # is there such a type?
        wanted = yard.config_version(ref)
        if wanted.type != type:
            raise BadInput(f"{wanted.id} is no version of {type}", f"it is one of {wanted.type}", "See: config list")
        before = next((kind.main.id for kind in yard.config_kinds() if kind.name == type and kind.main), "")
        yard.config_set_main(wanted.id)
        now = yard.config_version(wanted.id)
    if as_json:
        say_json({**jsonview.config_version(now), "before": before or None})
    elif before == now.id:
        say(f"Nothing changed: {now.id} is main {type}")
    else:
        say(f"{now.id} is main {type} now{f', before it {before}' if before else ''}; take it back: jobyard undo")
    return 0


def show_main(version: ConfigVersion, as_json: bool) -> int:
    """Which one it is."""
    if as_json:
        say_json(jsonview.config_version(version))
    else:
        say(version.id)
    return 0

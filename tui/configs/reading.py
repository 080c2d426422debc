"""What the yard is asked for what is shown. All of it runs in threads."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from jobyard.core.configs.documents import form as form_of
from jobyard.core.errors import ConfigDamaged, JobyardError, Unknown, YardError
from jobyard.core.labmodels import ConfigDiff, ConfigVersion
from jobyard.core.models import JobRow
from jobyard.core.yard import Yard

from ..format import plural
from ..text import plain
from .contents import Contents
from .differences import Beside, Unified, Values
from .giving import LARGE, give_back
from .head import Told
from .leaf import Leaf, Words, trouble
from .lists import History, Runs
from .versions import FILE

MOST = 1000  # runs, and changes of main
MOST_LINES = 100_000  # of a diff: nobody reads more, and each takes memory
FEW = 3  # lines that say whether there are any
BEFORE, MAIN = "before", "main"  # with what a version is compared, where it is none that is marked


class Wish(NamedTuple):
    """What is to be shown: of a type a version (its id) or the file, in a form, compared with a *base*.

    *base*: the version before, main, the file, or a version's id. *stamp*: what may have changed since.
    """

    type: str
    file: str
    key: str
    form: str
    base: str
    stamp: object = None


class Side(NamedTuple):
    """What is compared: as the facade takes it, its name, the name whose ending says its form."""

    ref: str | Path
    name: str
    filename: str


def read(yard: Yard, wish: Wish) -> Leaf:
    """What is to be shown; what is wrong with it in words. Raises YardError."""
    try:
        leaf = _READERS[wish.form](yard, wish)
    except YardError:
        raise
    except JobyardError as error:
        return trouble(error)
    if leaf.count >= LARGE:
        give_back()
    return leaf


def unchecked(yard: Yard, wish: Wish) -> Leaf:
    """What is in the file; what is wrong with that is looked for elsewhere. Raises YardError."""
    try:
        return _contents(yard, wish, check=False)
    except YardError:
        raise
    except JobyardError as error:
        return trouble(error)


def told(yard: Yard, id: str) -> Told:
    """All about a version. Raises Unknown."""
    version = yard.config_version(id)
    damage = ""
    try:
        yard.config_path(version.id)
    except ConfigDamaged as error:
        damage = error.why
    return Told(version, damage, yard.config_history(version.type, MOST))


def stamp_of(path: str) -> object:
    """Says whether a file is as it was; None of one that is not there."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


# -- what is in it ------------------------------------------------------------------------------------------------


def _contents(yard: Yard, wish: Wish, check: bool = True) -> Leaf:
    side = _side(yard, wish, wish.key)
    data = yard.config_source(side.ref)
    form = form_of(side.filename)
    complaints = yard.config_check(data, wish.type, side.filename) if check and wish.key == FILE else []
    found = Contents(data, form, complaints)
    wrong = f"{plural(len(complaints), 'complaint')} · " if complaints else ""
    found.caption = f"{wrong}{plural(found.lines, 'line')}{f' · {form}' if form else ''}"
    return found if found.count else Words("It is empty.")


def _side(yard: Yard, wish: Wish, key: str) -> Side:
    """A version or the file. Raises Unknown."""
    if key == FILE:
        return Side(Path(wish.file), os.path.basename(wish.file), wish.file)
    version = yard.config_version(key)
    return Side(version.id, version.id + (" (main)" if version.main else ""), version.filename or version.path)


# -- what differs -------------------------------------------------------------------------------------------------


def _compared(yard: Yard, wish: Wish) -> tuple[Side, Side] | Words:
    """Both sides, or why there is nothing to compare."""
    base = wish.base
    if base == BEFORE and wish.key != FILE:
        version = yard.config_version(wish.key)
        found = yard.config_versions(version.type, limit=1, before=version.row)
        if not found:
            return Words("This is the first version: there is none before it.", "{base}  compares it with another")
        base = found[0].id
    elif base in (BEFORE, MAIN):
        found = [main] if (main := _main(yard, wish.type)) is not None else []
        if not found:
            return Words("No version is main: there is nothing to compare it with.")
        base = found[0].id
    if base == FILE and not wish.file:
        return Words("The settings name no file of this type.", "{base}  compares with something else")
    if base == wish.key:
        what = "the file" if base == FILE else f"{base}, which is main" if wish.base == MAIN else base
        return Words(f"It is {what}: there is nothing to compare it with.", "{base}  compares with something else")
    return _side(yard, wish, base), _side(yard, wish, wish.key)


def _main(yard: Yard, type: str) -> ConfigVersion | None:
    return next((kind.main for kind in yard.config_kinds() if kind.name == type), None)


def _lines(make: Callable[[Sequence[str], str, str], Leaf]) -> Callable[[Yard, Wish], Leaf]:
    def found(yard: Yard, wish: Wish) -> Leaf:
        sides = _compared(yard, wish)
        if isinstance(sides, Words):
            return sides
        diff = yard.config_diff(sides[0].ref, sides[1].ref, structure=False, most=MOST_LINES)
        return as_lines(diff, make, form_of(sides[1].filename), _caption(*sides))

    return found


def as_lines(diff: ConfigDiff, make: Callable[[Sequence[str], str, str], Leaf], form: str, caption: str) -> Leaf:
    """A diff as lines; what has no lines in words."""
    if not diff.lines:
        return Words("✓ They are the same, byte by byte.", caption=caption)
    if len(diff.lines) == 1:
        return Words(plain(diff.lines[0]), caption=caption)
    return make(diff.lines, form, f"the first {MOST_LINES:,} lines · {caption}" if cut_off(diff) else caption)


def cut_off(diff: ConfigDiff) -> bool:
    """Whether more lines differ than are shown."""
    return len(diff.lines) >= MOST_LINES


def _values(yard: Yard, wish: Wish) -> Leaf:
    sides = _compared(yard, wish)
    if isinstance(sides, Words):
        return sides
    return as_values(yard.config_diff(sides[0].ref, sides[1].ref, most=FEW), _caption(*sides))


def as_values(diff: ConfigDiff, caption: str) -> Leaf:
    """The values that differ, or why there are none."""
    if diff.changes:
        return Values(diff.changes, f"{plural(len(diff.changes), 'value')} · {caption}")
    if not diff.lines:
        return Words("✓ They are the same, byte by byte.", caption=caption)
    if diff.changes is None:
        return Words("There are no values to compare.", plain(diff.why), "{lines}  shows the lines", caption=caption)
    return Words("✓ No value differs, only how they are written.", "{lines}  shows the lines", caption=caption)


def _caption(one: Side, other: Side) -> str:
    """What it is compared with; what is chosen stands above."""
    what = "the file" if isinstance(other.ref, Path) else "this"
    return f"{plain(one.name)} → {what}"


# -- lists --------------------------------------------------------------------------------------------------------


def _runs(yard: Yard, wish: Wish) -> Leaf:
    if wish.key == FILE:
        return Words("Nothing runs with the file: jobs run with versions of it.")
    runs = yard.config_runs(wish.key, MOST)
    if not runs:
        return Words("Nothing ran with this version.")
    more = f" (the newest {MOST:,})" if len(runs) == MOST else ""
    return Runs(runs, _jobs(yard, runs), time.time(), f"{plural(len(runs), 'attempt')}{more}")


def _jobs(yard: Yard, runs: Sequence[tuple[str, int]]) -> dict[str, JobRow]:
    """The jobs as they are now; those that were purged meanwhile are not there."""
    try:
        rows = yard.rows(yard.resolve(list(dict.fromkeys(job for job, _ in runs))))
    except Unknown:
        return {}
    return {job.id: job for job in rows.values()}


def _history(yard: Yard, wish: Wish) -> Leaf:
    found = yard.config_history(wish.type, MOST)
    if not found:
        return Words(f"No version of {wish.type} was ever main.")
    return History(found, time.time(), f"{wish.type} · main was set {plural(len(found), 'time')}")


_READERS: dict[str, Callable[[Yard, Wish], Leaf]] = {
    "contents": _contents, "lines": _lines(Unified), "beside": _lines(Beside), "values": _values, "runs": _runs,
    "history": _history,
}  # fmt: skip

"""Changing configs from the screen: what would differ is shown, and what was shown is what is done, or nothing.

Somebody else may push, or save the file, while a question is read: what is pushed are the bytes that were shown, and
what would be replaced is looked at once more before it is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from jobyard.core.configs.documents import form as form_of
from jobyard.core.errors import BadFile, ConfigDamaged, WrongState
from jobyard.core.labmodels import ConfigDiff, ConfigKind, ConfigVersion, MainChange, Pushed
from jobyard.core.yard import Yard, shell_join

from ..configs.contents import Contents
from ..configs.differences import Unified, Values
from ..configs.leaf import Leaf, Stacked, Words
from ..configs.reading import MOST_LINES, cut_off
from ..format import plural
from ..text import plain

if TYPE_CHECKING:
    from ..screens.configs import Configs

NO_WAY_BACK = "What is in the file is lost, unless it was pushed: u does not bring it back."


class Change(NamedTuple):
    """What is asked for: a title, words below it, what differs, what Enter does, the command line."""

    title: str
    body: Sequence[str]
    leaf: Leaf
    yes: str
    line: str = ""


# -- pushing --------------------------------------------------------------------------------------------------------


class Draft(NamedTuple):
    """A file that is to be pushed: its bytes, what is wrong with them, how they differ from main (None: no telling)."""

    path: str
    data: bytes
    complaints: Sequence[str]
    diff: ConfigDiff | None
    main: ConfigVersion | None


def push_file(desk: Configs, kind: ConfigKind, path: str) -> None:
    """Ask whether to make a file main; show what is wrong with one that cannot be."""
    desk.ask(lambda yard: _draft(yard, kind.name, path), lambda draft: _ask_push(desk, kind, draft))


def push_another(desk: Configs, kind: ConfigKind) -> None:
    """The same with a file whose path is asked for."""
    from ..screens.pathprompt import PathPrompt

    def push(text: str | None) -> None:
        if text and text.strip():
            push_file(desk, kind, os.path.abspath(os.path.expanduser(text.strip())))

    start = os.path.dirname(kind.file) or os.getcwd()
    desk.app.push_screen(PathPrompt(f"Push as {kind.name}", f"{start}/", "a file, with its folder"), push)


def _draft(yard: Yard, type: str, path: str) -> Draft:
    """What there is to say of a file. Raises BadFile."""
    name, main = os.path.basename(path), _main(yard, type)
    while True:
        data = yard.config_source(Path(path))
        try:
            diff = yard.config_diff(main.id, Path(path), most=MOST_LINES) if main is not None else None
        except ConfigDamaged:
            diff = None
        if yard.config_source(Path(path)) == data:  # else it was saved meanwhile
            return Draft(path, data, yard.config_check(data, type, name), diff, main)


def _main(yard: Yard, type: str) -> ConfigVersion | None:
    return next((kind.main for kind in yard.config_kinds() if kind.name == type), None)


def _ask_push(desk: Configs, kind: ConfigKind, draft: Draft) -> None:
    name = os.path.basename(draft.path)
    if draft.complaints:
        title = f"{plain(name)} cannot become main: {plural(len(draft.complaints), 'complaint')}"
        wrong = Contents(draft.data, form_of(draft.path), draft.complaints)
        keep = shell_join(["jobyard", "config", "push", "--no-main", kind.name, draft.path])
        body = ("Mend it and push it again. To keep it without using it:", f"$ {plain(keep)}")
        _show(desk, Change(title, body, wrong, ""), lambda: None)
        return
    if draft.diff is not None and not draft.diff.lines:
        desk.tell(f"Nothing to push: {plain(name)} is main already, byte by byte.")
        return
    body = (f"{plain(draft.path)} becomes a version, which jobs run with from now on.", _before(draft.main, draft.diff))
    line = shell_join(["jobyard", "config", "push", kind.name, draft.path])
    leaf = shown(draft.diff, draft.path) if draft.diff is not None else _whole(draft)
    asked = Change(f"Make {plain(name)} the main {kind.name}?", body, leaf, "push it", line)
    _show(desk, asked, lambda: _push(desk, kind.name, draft))


def _before(main: ConfigVersion | None, diff: ConfigDiff | None) -> str:
    if main is None:
        return "It is the first main version of its type."
    return f"{'' if diff is not None else 'Damaged: '}{main.id} is main now; u brings it back."


def _whole(draft: Draft) -> Leaf:
    return Contents(draft.data, form_of(draft.path))


def _push(desk: Configs, type: str, draft: Draft) -> None:
    def push(yard: Yard) -> Pushed:
        _still_main(yard, type, draft.main)
        return yard.config_push(type, draft.data, filename=os.path.basename(draft.path))

    desk.ask(push, lambda pushed: _told_push(desk, pushed))


def _told_push(desk: Configs, pushed: Pushed) -> None:
    version = pushed.version
    state = "it was damaged and is put right" if pushed.mended else "it was there already"
    was = f" ({state})" if pushed.existed else ""
    desk.tell(f"{version.id}{was} is main {version.type} now.{desk.hint('undo', 'undoes')}")
    desk.choose_version(version.type, version.id)


def _still_main(yard: Yard, type: str, shown: ConfigVersion | None) -> None:
    """Raises WrongState where somebody else has changed main since the question."""
    main = _main(yard, type)
    if (main.row if main is not None else None) != (shown.row if shown is not None else None):
        now = f"{main.id} is main now" if main is not None else "none is main now"
        raise WrongState(f"The main {type} is another one since you looked", now, "Look again, then do it")


# -- another main ---------------------------------------------------------------------------------------------------


def set_main(desk: Configs, kind: ConfigKind, version: ConfigVersion) -> None:
    """Ask whether to have runs use a version."""
    before = kind.main

    def look(yard: Yard) -> ConfigDiff | None:
        try:
            return yard.config_diff(before.id, version.id, most=MOST_LINES) if before is not None else None
        except ConfigDamaged:
            yard.config_bytes(version.id)  # raises, if it is the one that is to become main
            return None

    def ask(diff: ConfigDiff | None) -> None:
        body = ("Jobs run with it from now on.", _before(before, diff))
        line = shell_join(["jobyard", "config", "main", kind.name, version.id])
        leaf = shown(diff, version.filename or version.path) if diff is not None else Words("Nothing to compare with.")
        asked = Change(f"Make {version.id} the main {kind.name}?", body, leaf, "make it main", line)
        _show(desk, asked, lambda: desk.ask(change, lambda told: _told_main(desk, told)))

    def change(yard: Yard) -> MainChange:
        _still_main(yard, kind.name, before)
        return yard.config_set_main(version.id)

    desk.ask(look, ask)


def _told_main(desk: Configs, change: MainChange) -> None:
    desk.tell(f"{change.version} is main {change.type} now.{desk.hint('undo', 'undoes')}")
    desk.look()


# -- to files -------------------------------------------------------------------------------------------------------


def pull_main(desk: Configs, kind: ConfigKind, main: ConfigVersion) -> None:
    """Write main to the file of its type; ask where something else is in it."""
    line = shell_join(["jobyard", "config", "pull", kind.name])
    _put(desk, main, Path(kind.file), f"Write main {kind.name} over its file?", f"{line} --force")


def save_version(desk: Configs, version: ConfigVersion) -> None:
    """Write a version to a file whose path is asked for."""
    from ..screens.pathprompt import PathPrompt

    def save(text: str | None) -> None:
        if text and text.strip():
            path = Path(os.path.abspath(os.path.expanduser(text.strip())))
            line = shell_join(["jobyard", "config", "pull", version.id, str(path)])
            _put(desk, version, path, f"Write {version.id} over this file?", f"{line} --force")

    name = f"{version.id}{os.path.splitext(version.filename or version.path)[1]}"
    start = os.path.join(os.getcwd(), name)
    desk.app.push_screen(PathPrompt(f"Write {version.id} to", start, "a file, with its folder"), save)


def _put(desk: Configs, version: ConfigVersion, path: Path, title: str, line: str) -> None:
    """Write it where nothing is lost; else ask, and write it if the file still is what was shown."""

    def written(target: Path) -> None:
        desk.tell(f"{version.id} is in {plain(str(target))}.")
        desk.look()

    def ask(found: tuple[bytes, ConfigDiff] | Path) -> None:
        if isinstance(found, Path):
            written(found)
            return
        data, diff = found
        body = (plain(str(path)), NO_WAY_BACK)
        asked = Change(title, body, shown(diff, str(path)), "write it", line)
        _show(desk, asked, lambda: desk.ask(lambda yard: _over(yard, version, path, data), written))

    desk.ask(lambda yard: _put_or_compare(yard, version, path), ask)


def _put_or_compare(yard: Yard, version: ConfigVersion, path: Path) -> tuple[bytes, ConfigDiff] | Path:
    """Where it is now; or what is there instead, and how it differs. Raises BadFile."""
    target = path / (Path(version.filename).name or Path(version.path).name) if path.is_dir() else path
    try:
        return yard.config_pull(version.id, target)
    except ConfigDamaged:
        raise
    except BadFile:
        if not os.path.lexists(target):
            raise
        return yard.config_source(target), yard.config_diff(target, version.id, most=MOST_LINES)


def _over(yard: Yard, version: ConfigVersion, path: Path, shown: bytes) -> Path:
    """Raises WrongState where the file was written since."""
    if yard.config_source(path) != shown:
        raise WrongState(f"{path} was written since you looked", "", "Look again, then do it")
    return yard.config_pull(version.id, path, True)


# -- what is shown --------------------------------------------------------------------------------------------------


def shown(diff: ConfigDiff, filename: str) -> Leaf:
    """The values that differ, and the lines."""
    if len(diff.lines) < 2:
        return Words(plain(diff.lines[0]) if diff.lines else "They are the same, byte by byte.")
    lines = Unified(diff.lines, form_of(filename), "")
    the_lines = f"The first {MOST_LINES:,} lines:" if cut_off(diff) else "The lines:"
    if diff.changes is None:
        return Stacked(Words(f"Values are not compared. {plain(diff.why)}", the_lines), lines)
    if not diff.changes:
        return lines
    count = plural(len(diff.changes), "value")
    return Stacked(Words(f"{count} that differ{'s' if len(diff.changes) == 1 else ''}:"), Values(diff.changes, ""),
                   Words(the_lines), lines)  # fmt: skip


def _show(desk: Configs, change: Change, act: Callable[[], None]) -> None:
    from ..screens.configask import Ask

    screen = Ask(change.title, change.body, change.leaf, change.yes, plain(change.line))
    desk.app.push_screen(screen, lambda yes: act() if yes else None)

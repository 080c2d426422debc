"""What is told of the chosen version, or of the file, above what is in it; and the tabs of the forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from jobyard.core.labmodels import ConfigKind, ConfigVersion, Drift, MainChange

from ..format import plural, size, when
from ..painting import fit
from ..text import plain
from ..widgets.lines import Line
from .versions import LOOK

FORMS = ("contents", "lines", "beside", "values", "runs", "history")
LEAST = 12  # cells in which it is worth telling what is compared


class Told(NamedTuple):
    """A version, what is wrong with its snapshot ("": nothing, None: not looked yet), what was main since when."""

    version: ConfigVersion
    damage: str | None = None
    history: Sequence[MainChange] = ()


def of_version(told: Told, now: float) -> list[Line]:
    """Its id and whether it is main; who made it when, from what; its checksum."""
    version = told.version
    since = _since(told, now)
    first: Line = [(f" {version.id} ", "bold")]
    first += [(f" ● main{since}", "completed")] if version.main else [(since, "dim")]
    made = [f"{when(version.created_at, now)} by {plain(version.created_by)}", size(version.size)]
    made += [plain(version.filename)] if version.filename else []
    made += [f"for {version.job}"] if version.job else []
    made.append(f"{plural(version.attempts, 'attempt')} ran with it" if version.attempts else "nothing ran with it")
    return [first, [(" " + " · ".join(made), "dim")], [*_kept(told.damage), (f" sha256 {version.checksum}", "faint")]]


def _kept(damage: str | None) -> Line:
    if damage:
        return [(f" ✗ damaged: {plain(damage)} ·", "failed")]
    return [(" ✓ as it was pushed ·", "dim")] if damage is not None else []


def _since(told: Told, now: float) -> str:
    """`` since 12:00:03 by lab1``; of one that was main once, from when to when."""
    for number, change in enumerate(told.history):
        if change.version == told.version.id:
            if number == 0:
                return f" since {when(change.at, now)} by {plain(change.by)}"
            return f" main from {when(change.at, now)} to {when(told.history[number - 1].at, now)}"
    return " never was main" if told.history and not told.version.main else ""


def of_file(kind: ConfigKind, drift: Drift | None) -> list[Line]:
    """The path of a type's file, and how it stands to main."""
    glyph, style, words = LOOK[drift.state] if drift is not None else ("…", "dim", "")
    why = f": {plain(drift.why)}" if drift is not None and drift.why else ""
    return [
        [(" the file of ", "dim"), (plain(kind.name), "bold")],
        [(f" {plain(kind.file)}", "")],
        [(f" {glyph} {words}{why}", style)],
    ]


def tabs(form: str, caption: str, busy: bool, width: int, lit: bool) -> Line:
    """Which forms there are, and what is compared; the form alone where it is narrow. *lit*: it has the keys."""
    names = FORMS if sum(len(name) + 2 for name in FORMS) <= width else (form,)
    mark, style = ("▸", "title") if lit else ("·", "bold")
    line: Line = [(f"{mark}{name} ", style) if name == form else (f" {name} ", "dim") for name in names]
    room = width - sum(cell_len(text) for text, _ in line) - 1
    note = "reading… " if busy else f"{caption} "
    if room < LEAST:
        return line
    note = note if cell_len(note) <= room else f"{fit(note, room - 1)} "
    return [*line, (" " * (room - cell_len(note) + 1), ""), (note, "accent")]


def tab_at(x: int, width: int) -> str | None:
    """The form whose tab is at a cell, if there is one."""
    for name in FORMS if sum(len(name) + 2 for name in FORMS) <= width else ():
        x -= len(name) + 2
        if x < 0:
            return name
    return None

"""The panel of types: each with how its file stands to main, and what is main since when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len

from jobyard.core.labmodels import ConfigKind, Drift

from ..crew.entries import Content, Entry, spaced, still, words
from ..format import clock, number, plural
from ..text import plain
from ..widgets.lines import Line
from .versions import LOOK


def content(kinds: Sequence[ConfigKind], drifts: Mapping[str, Drift], width: int, now: float) -> Content:
    """All types, those first that have versions or a file."""
    entries = [_entry(kind, drifts.get(kind.name), width, now) for kind in ordered(kinds)]
    wrong = sum(drift.wrong for drift in drifts.values())
    head: Line = [(f"≠ {wrong} to look at ", "warning")] if wrong else []
    return Content("types", head, tuple(entries) or (words("", ("No types.",), width),))


def ordered(kinds: Sequence[ConfigKind]) -> list[ConfigKind]:
    """Those first that are in use, each part in the order of the settings."""
    return sorted(kinds, key=lambda kind: not (kind.versions or kind.file))


def _entry(kind: ConfigKind, drift: Drift | None, width: int, now: float) -> Entry:
    glyph, style, told = LOOK[drift.state] if drift is not None else ("○", "faint", "nothing yet")
    used = bool(kind.versions or kind.file)
    first = spaced(
        [(f" {glyph} ", style), (plain(kind.name), "bold" if used else "dim"), (f" {kind.code}", "dim")],
        [(f" {told} " if used or drift else " nothing yet ", style)], width,
    )  # fmt: skip
    return still(kind.name, first, _main(kind, now, width)) if used else still(kind.name, first)


def _main(kind: ConfigKind, now: float, width: int) -> Line:
    """Which version is main, since when and by whom; in fewer words where it is narrow."""
    if kind.main is None:
        return [("   no version is main", "dim"), (f", {number(kind.versions)} kept" if kind.versions else "", "dim")]
    id, who = kind.main.id, plain(kind.set_by)
    when = clock(kind.set_at, now) if kind.set_at is not None else ""
    whole = f"   main {id}{f' since {when} by {who}' if when else ''} · {plural(kind.versions, 'version')}"
    short = f"   {id}{f' {when} {who}' if when else ''} · {number(kind.versions)}"
    return [(whole if cell_len(whole) <= width else short, "dim")]

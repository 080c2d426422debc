"""The versions of a type, newest first, as far as they were read; above them the file on disk, where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from jobyard.core.labmodels import ConfigKind, ConfigVersion, Drift

from ..crew.entries import length, spaced
from ..format import clock, size
from ..text import plain
from ..widgets.lines import Line

FILE = "file"  # the key of the file on disk; a version's is its id
PAGE = 500  # versions a query
LOOK: Mapping[str, tuple[str, str, str]] = {  # how a file stands to main: glyph, style, words
    "same": ("✓", "completed", "same as main"), "differs": ("≠", "warning", "differs from main"),
    "missing": ("✗", "failed", "is missing"), "unreadable": ("✗", "failed", "cannot be read"),
    "invalid": ("✗", "failed", "is invalid"), "damaged": ("✗", "failed", "main is damaged"),
    "no main": ("○", "dim", "no main"), "no file": ("·", "dim", "no file"),
}  # fmt: skip


class Known(NamedTuple):
    """Versions without a gap from the newest one on; *whole*: down to the first."""

    versions: tuple[ConfigVersion, ...] = ()
    whole: bool = False


def renewed(known: Known, page: Sequence[ConfigVersion], limit: int = PAGE) -> Known:
    """What is known after the newest *limit* versions were read once more."""
    if len(page) < limit:
        return Known(tuple(page), True)
    rest = tuple(version for version in known.versions if version.row < page[-1].row)
    touches = any(version.row >= page[-1].row for version in known.versions)
    return Known((*page, *rest), known.whole) if touches else Known(tuple(page))


def longer(known: Known, before: int, page: Sequence[ConfigVersion], limit: int = PAGE) -> Known:
    """What is known after the versions before row *before* were read, if that still is where it ends."""
    if not known.versions or known.versions[-1].row != before:
        return known
    return Known((*known.versions, *page), len(page) < limit)


def file_line(kind: ConfigKind, drift: Drift | None, width: int) -> Line:
    """``≠ hardware.yml  differs from main``."""
    glyph, style, words = LOOK[drift.state] if drift is not None else ("…", "dim", "")
    name = plain(kind.file.rpartition("/")[2])
    return spaced([(f"{glyph} ", style), (name, "")], [(f" {words} ", style)], width)


def version_line(version: ConfigVersion, main: int | None, now: float, width: int) -> Line:
    """``● CFG-HW-20261122-00002  main  12:04:05 lab1``; what has no room is left out from the right."""
    is_main = version.row == main
    line: Line = [("● " if is_main else "○ ", "completed" if is_main else "faint"), (version.id, "")]
    if is_main:
        line.append((" main", "completed"))
    ran = f" ▸{version.attempts}" if version.attempts else ""
    for text, style in (
        (f" {clock(version.created_at, now)}", "dim"), (f" {plain(version.created_by)}", "dim"), (ran, "accent"),
        (f" {size(version.size)}", "faint"), (f" {plain(version.filename)}", "faint"),
    ):  # fmt: skip
        if length(line) + cell_len(text) <= width:
            line.append((text, style))
    return line

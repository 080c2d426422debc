"""The versions of a type, newest first, as far as they were read; above them the file on disk, where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from jobyard.core.labmodels import ConfigKind, ConfigVersion, Drift

from ..cells import fit
from ..crew.entries import spaced
from ..format import clock, number, size
from ..text import plain
from ..widgets.lines import Line

FILE = "file"  # the key of the file on disk; a version's is its id
PAGE = 500  # versions a query
WHO = 16  # cells of a name
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


class Column(NamedTuple):
    """What stands below each other: its heading, how many cells, at which end, in which style."""

    head: str
    cells: int
    right: bool = False
    style: str = "dim"


def columns_of(versions: Sequence[ConfigVersion], now: float) -> tuple[Column, ...]:
    """The columns of a list of versions, of which the ones at the right are left out first where it is narrow."""
    if not versions:
        return ()
    ids = max(len(version.id) for version in versions)
    when = max(len(clock(version.created_at, now)) for version in (versions[0], versions[-1]))
    who = max(cell_len(plain(name)) for name in {version.created_by for version in versions})
    ran = max(version.attempts for version in versions)
    sizes = max(len(size(count)) for count in {version.size for version in versions})
    files = max(cell_len(plain(name)) for name in {version.filename for version in versions})
    return (
        Column("", ids, style=""), Column("", len("main"), style="completed"), Column("pushed", max(6, when)),
        Column("by", min(max(2, who), WHO)), Column("runs", max(4, len(number(ran))), True, "accent"),
        Column("size", max(4, sizes), True, "faint"), Column("file", max(4, files), style="faint"),
    )  # fmt: skip


def shown_columns(columns: Sequence[Column], width: int) -> Sequence[Column]:
    """Those that there is room for: none is shown in part, but an id alone and a file's name may be."""
    left, found = width - 2, list[Column]()
    for column in columns:
        least = 1 if column is columns[0] else len(column.head) if column is columns[-1] else column.cells
        if left < least:
            break
        found.append(column._replace(cells=min(column.cells, left)))
        left -= column.cells + 1
    return found


def heading(columns: Sequence[Column], width: int) -> str:
    """What stands above the columns, from the first cell of a line on."""
    return "  " + " ".join(fit(column.head, column.cells, column.right) for column in shown_columns(columns, width))


def version_line(version: ConfigVersion, main: int | None, now: float, width: int, columns: Sequence[Column]) -> Line:
    """``● CFG-HW-20261122-00002 main 12:04:05 lab1   12 1.1 KiB``; what has no room is left out from the right."""
    is_main = version.row == main
    line: Line = [("● " if is_main else "○ ", "completed" if is_main else "faint")]
    texts = (
        version.id, "main" if is_main else "", clock(version.created_at, now), plain(version.created_by),
        number(version.attempts) if version.attempts else "", size(version.size), plain(version.filename),
    )  # fmt: skip
    for text, column in zip(texts, shown_columns(columns, width), strict=False):
        line.append((fit(text, column.cells, column.right), column.style))
        line.append((" ", ""))
    return line

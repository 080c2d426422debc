"""Plain aligned tables that fit the terminal: no borders, one line a row."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from jobyard.core.yard import cells, clip, clip_start
from jobyard.tui.cli.printing import coloured, paint, width

GAP = "  "


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``weight`` 0 never shrinks; others give way in proportion, down to ``least`` cells.

    Where even that is too wide, columns are left out: those that say the same in every row first, then the highest
    ``drop`` first; 0 is never left out.
    """

    title: str
    right: bool = False
    weight: int = 0
    least: int = 6
    drop: int = 0
    wraps: bool = False  # goes on in a line below, instead of being cut
    path: bool = False  # what tells it from others is at its end: cut at its beginning


@dataclass(frozen=True, slots=True)
class Cell:
    """A text with a colour."""

    text: str
    colour: str = ""


def table(columns: Sequence[Column], rows: Iterable[Sequence[Cell | str]], limit: int | None = None) -> list[str]:
    """The lines of a table, its head first; *limit* is its width in cells of the terminal."""
    limit = limit or width()
    body = [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in rows]
    wanted = [natural(column, at, body) for at, column in enumerate(columns)]
    same = [len(body) > 1 and len({row[at].text for row in body}) == 1 for at in range(len(columns))]
    kept = keep(columns, wanted, limit, same)
    columns = [columns[at] for at in kept]
    widths = fit(columns, [wanted[at] for at in kept], limit)
    head = [Cell(column.title, "bold") for column in columns]
    rows_kept = (head, *([row[at] for at in kept] for row in body))
    return [line(columns, widths, part) for row in rows_kept for part in wrapped(columns, widths, row)]


def wrapped(columns: Sequence[Column], widths: Sequence[int], row: Sequence[Cell]) -> Iterator[Sequence[Cell]]:
    """The lines of a row: one, or as many as its longest cell of a column that wraps."""
    if not any(
        column.wraps and cells(cell.text) > wide for column, wide, cell in zip(columns, widths, row, strict=True)
    ):
        yield row
        return
    parts = [
        (textwrap.wrap(cell.text, wide) if column.wraps else [cell.text]) or [""]
        for column, wide, cell in zip(columns, widths, row, strict=True)
    ]
    for some in zip_longest(*parts, fillvalue=""):
        yield [Cell(text, cell.colour) for text, cell in zip(some, row, strict=True)]


def keep(columns: Sequence[Column], wanted: Sequence[int], limit: int, same: Sequence[bool]) -> list[int]:
    """Which columns there is room for; *same* are those that tell no row from another."""
    kept = list(range(len(columns)))
    while sum(narrowest(columns[at], wanted[at]) + len(GAP) for at in kept) - len(GAP) > limit:
        last = max(kept, key=lambda at: (bool(columns[at].drop), same[at], columns[at].drop))
        if not columns[last].drop:
            break
        kept.remove(last)
    return kept


def narrowest(column: Column, wanted: int) -> int:
    """The least width that a column may have."""
    return min(wanted, column.least) if column.weight else wanted


def natural(column: Column, at: int, rows: Sequence[Sequence[Cell]]) -> int:
    """How wide a column would like to be."""
    return max([cells(column.title), *(cells(row[at].text) for row in rows)])


def fit(columns: Sequence[Column], wanted: list[int], limit: int) -> list[int]:
    """Widths that fit *limit*: the widest that may give way loses a column until it fits or none may."""
    widths = list(wanted)
    excess = sum(widths) + len(GAP) * (len(widths) - 1) - limit
    while excess > 0:
        able = [at for at, column in enumerate(columns) if column.weight and widths[at] > column.least]
        if not able:
            break
        widest = max(able, key=lambda at: widths[at] / columns[at].weight)
        cut = min(excess, max(1, (widths[widest] - columns[widest].least) // 2))
        widths[widest] -= cut
        excess -= cut
    return widths


def line(columns: Sequence[Column], widths: Sequence[int], row: Sequence[Cell]) -> str:
    """One row, padded and coloured, without blanks at its end."""
    parts = [padded(cell, wide, column) for cell, wide, column in zip(row, widths, columns, strict=True)]
    return GAP.join(parts).rstrip()


def padded(cell: Cell, wide: int, column: Column) -> str:
    """A cell at its width; the blanks stay uncoloured."""
    text = (clip_start if column.path else clip)(cell.text, wide)
    blanks = " " * (wide - cells(text))
    shown = paint(text, cell.colour) if cell.colour and coloured() else text
    return blanks + shown if column.right else shown + blanks


def pairs(items: Iterable[tuple[str, str]]) -> list[str]:
    """``name  value`` lines with the values aligned; a value of several lines is indented."""
    kept = [(name, value) for name, value in items if value]
    wide = max((len(name) for name, _ in kept), default=0)
    return [f"{name:<{wide}}{GAP}{indent(value, wide + len(GAP))}" for name, value in kept]


def indent(value: str, by: int) -> str:
    """Lines after the first begin under the first."""
    return value.replace("\n", "\n" + " " * by)

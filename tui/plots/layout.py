"""Where canvas, axes, labels and legend are in a picture: plain text around the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from ..cells import fit
from .model import Frame, Text
from .ticks import Ticks

WIDEST = 12  # cells of a number beside the axis
Line = tuple[Text, ...]


class Labels(NamedTuple):
    """What is written around the canvas; *legend* is a text for each series."""

    title: str
    x: str
    y: str
    legend: tuple[tuple[Text, ...], ...] = ()


def frame(width: int, height: int, labels: Labels) -> Frame | None:
    """Where the canvas lies; None where there is no room for one."""
    top = (1 if labels.title or labels.legend else 0) + (1 if labels.y else 0)
    below = 2 + (1 if labels.x else 0)
    gutter = min(WIDEST, max(6, width // 8)) + 1
    found = Frame(gutter, top, width - gutter - 1, height - top - below)
    return found if found.width >= 8 and found.height >= 2 else None


def arranged(
    where: Frame, labels: Labels, canvas: Sequence[Sequence[Text]], up: Ticks, across: Ticks, rows: Sequence[int],
    columns: Sequence[int],
) -> tuple[Line, ...]:  # fmt: skip
    """All lines. *rows* and *columns* are the cells of the ticks, in the canvas."""
    width = where.left + where.width + 1
    lines: list[Line] = []
    if labels.title or labels.legend:
        lines.append(_head(labels, width))
    if labels.y:
        lines.append(((fit(_noted(labels.y, up.note), width).rstrip(), "dim"),))
    written = dict(zip(rows, (tick.text for tick in up.ticks), strict=True))
    lines += [
        (
            (fit(written.get(row, ""), where.left - 1, right=True), "dim"),
            ("┤" if row in written else "│", "faint"),
            *line,
        )
        for row, line in enumerate(canvas)
    ]
    lines += [_axis(where, columns), _numbers(where, across, columns)]
    if labels.x:
        lines.append((_centred(_noted(labels.x, across.note), where),))
    return tuple(lines)


def _noted(label: str, note: str) -> str:
    return f"{label}  ({note})" if note else label


def _head(labels: Labels, width: int) -> Line:
    """The title, and at the right as much of the legend as there is room for."""
    title = fit(labels.title, min(cell_len(labels.title), max(width // 2, 0)))
    room = width - cell_len(title) - 2
    shown: list[Text] = []
    for number, entry in enumerate(labels.legend):
        size = sum(cell_len(text) for text, _ in entry) + 2
        rest = len(labels.legend) - number - 1
        if size + (5 if rest else 0) > room:
            shown.append((f"  +{rest + 1}", "dim"))
            room -= 5
            break
        shown += [("  ", ""), *entry]
        room -= size
    return ((title, "bold"), (" " * max(0, room + 1), ""), *shown)


def _axis(where: Frame, columns: Sequence[int]) -> Line:
    marks = "".join("┬" if cell in set(columns) else "─" for cell in range(where.width))
    return ((" " * (where.left - 1), ""), ("└" + marks, "faint"))


def _numbers(where: Frame, across: Ticks, columns: Sequence[int]) -> Line:
    """Numbers below their ticks, those left out that would touch the one before."""
    text, width = "", where.left + where.width + 1
    for cell, tick in zip(columns, across.ticks, strict=True):
        start = min(where.left + cell - (cell_len(tick.text) - 1) // 2, width - cell_len(tick.text))
        if start >= len(text) + 2 or (not text and start >= 0):
            text += " " * (start - len(text)) + tick.text
    return ((text, "dim"),)


def _centred(label: str, where: Frame) -> Text:
    told = fit(label, min(cell_len(label), where.width))
    return " " * (where.left + max(0, (where.width - cell_len(told)) // 2)) + told, "dim"


def note(width: int, height: int, said: str, title: str = "") -> tuple[Line, ...]:
    """Words in the middle of an empty picture."""
    lines: list[Line] = [()] * height
    if height > 2 and title:
        lines[0] = ((fit(title, width).rstrip(), "bold"),)
    if height:
        told = fit(said, min(width, cell_len(said)))
        lines[height // 2] = ((" " * ((width - cell_len(told)) // 2) + told, "dim"),)
    return tuple(lines)

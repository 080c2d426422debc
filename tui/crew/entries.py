"""What a panel is made of: entries of one line or more, which the cursor is moved over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from ..empty import folded_words
from ..painting import fit
from ..widgets.lines import Line


class Entry(NamedTuple):
    """*height* lines; ``lines`` makes them at a width. ``key``: what it is about, "": the cursor passes it by."""

    key: str
    lines: Callable[[int], Sequence[Line]]
    height: int = 1


class Content(NamedTuple):
    """All of a panel: its title, what stands at the right of that, its entries."""

    title: str
    head: Line
    entries: tuple[Entry, ...]


def still(key: str, *lines: Line) -> Entry:
    """An entry whose lines do not depend on anything."""
    return Entry(key, lambda width: lines, len(lines))


def words(key: str, texts: Sequence[str], width: int, style: str = "dim", indent: int = 1) -> Entry:
    """Prose in as many lines as it needs at this width; the first text is bold where there are several."""
    folded = [pair for text in texts for pair in folded_words((text,), max(8, width - indent))]
    first = "bold" if len(texts) > 1 else style
    lines: list[Line] = [
        [(" " * indent, ""), (text, first if number == 0 else style)] for number, (text, _) in enumerate(folded)
    ]
    return still(key, *lines)


def spaced(left: Line, right: Line, width: int) -> Line:
    """*left* and *right* with blanks between; the left gives way, part by part, from its end."""
    room = width - length(right)
    shown: Line = []
    for text, style in left:
        if room <= 0:
            break
        text = fit(text, min(cell_len(text), room))
        room -= cell_len(text)
        shown.append((text, style))
    return [*shown, (" " * max(0, room), ""), *right]


def length(line: Line) -> int:
    """Its cells."""
    return sum(cell_len(text) for text, _ in line)

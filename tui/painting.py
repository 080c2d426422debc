"""Lines of text as cells, and which of those cells have changed.

Over a slow line every byte counts. Textual repaints whole regions; here the old and the new picture of
a line are compared cell by cell, and the strip is cut where they differ, so that only the differing
spans are sent. Text is plain and is never interpreted as markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain, repeat

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from .cells import fit as fit

GAP = 12  # cells; changed spans closer than this are sent as one, since a cursor jump costs about as much

# Characters of one cell that our pictures are made of; most lines have no others, and need no look at each.
_NARROW = re.compile(r"[ -~¡-¬®-ˬ‐-‧←-⇿─-◼✓✗]*").fullmatch

Span = tuple[int, int]
Cell = tuple[str, Style | None]


def strip_of(parts: Iterable[tuple[str, Style]], base: Style, width: int) -> Strip:
    """A strip of exactly *width* cells from (text, style) parts; neighbours of one style become one segment."""
    segments: list[Segment] = []
    run, its, left = "", base, width
    for text, own in parts:
        text, used = _within(text, left)
        left -= used
        style = base + own
        if style is not its and style != its:
            _append(segments, run, its)
            run, its = "", style
        run += text
    if its == base:
        _append(segments, run + " " * left, base)
    else:
        _append(segments, run, its)
        _append(segments, " " * left, base)
    return Strip(segments, width)


def _within(text: str, room: int) -> tuple[str, int]:
    length = cell_len(text)
    return (text, length) if length <= room else (fit(text, room), room)


def _append(segments: list[Segment], text: str, style: Style) -> None:
    if text:
        segments.append(Segment(text, style))


def cells(strip: Strip) -> list[Cell]:
    """The strip cell by cell; a wide character's second cell is an empty text."""
    return list(chain.from_iterable(_segment_cells(segment.text, segment.style) for segment in strip))


def _segment_cells(text: str, style: Style | None) -> Iterable[Cell]:
    if text.isascii() or _NARROW(text):
        return zip(text, repeat(style))
    out: list[Cell] = []
    for char in text:
        width = cell_len(char)
        if width == 0 and out:
            out[-1] = (out[-1][0] + char, style)
        out.extend([(char, style), ("", style)][:width])
    return out


def differing(before: Sequence[Cell], after: Sequence[Cell], gap: int = GAP) -> list[Span]:
    """The (start, end) cells in which a line differs from before; spans nearer than *gap* are one."""
    if len(before) != len(after):
        return [(0, max(len(after), 1))]
    spans: list[Span] = []
    for x, (a, b) in enumerate(zip(before, after, strict=True)):
        if a == b:
            continue
        if spans and x - spans[-1][1] <= gap:
            spans[-1] = (spans[-1][0], x + 1)
        else:
            spans.append((x, x + 1))
    return [_whole_characters(before, after, span) for span in spans]


def _whole_characters(before: Sequence[Cell], after: Sequence[Cell], span: Span) -> Span:
    start, end = span
    while start > 0 and not (before[start][0] and after[start][0]):
        start -= 1
    while end < len(after) and not (before[end][0] and after[end][0]):
        end += 1
    return start, end


def cut(strip: Strip, spans: Sequence[Span]) -> Strip:
    """The same strip with segment borders at the spans' ends: Textual sends whole segments."""
    width = strip.cell_length
    borders = sorted({x for span in spans for x in span if 0 < x < width} | {width})
    return Strip(chain.from_iterable(Segment.divide(strip, borders)), width)

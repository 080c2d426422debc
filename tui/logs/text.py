"""A row's text cut into the lines of a window: wrapped, or scrolled sideways. Pure; widths are terminal cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rich.cells import cell_len

from jobyard.core.logbook import PLAIN, Expression, Look, sgr

# Characters of one cell each that logs are mostly made of: such a text needs no look at each of them.
_NARROW = re.compile(r"[ -~¡-¬®-ʯ─-▟•…—–’‘“”✓✗→←]*").fullmatch

Span = tuple[int, int]  # characters, from and up to
Run = tuple[int, int, Look | None]  # characters and their look; None: none


class Text(NamedTuple):
    """A row as it is shown: its characters, and runs of them that have a look."""

    plain: str
    runs: tuple[tuple[int, int, Look], ...] = ()
    narrow: bool = True  # every character is one cell


def text_of(data: bytes) -> Text:
    """The text of a row."""
    runs, at, words = list[tuple[int, int, Look]](), 0, list[str]()
    for piece in sgr(data):
        words.append(piece.text)
        if piece.look != PLAIN:
            runs.append((at, at + len(piece.text), piece.look))
        at += len(piece.text)
    plain = "".join(words)
    return Text(plain, tuple(runs), _NARROW(plain) is not None)


def breaks(text: Text, width: int) -> list[int]:
    """Where each line begins when the text is wrapped at *width* cells; one line at least."""
    width = max(1, width)
    if text.narrow:
        return list(range(0, len(text.plain), width)) or [0]
    found, used = [0], 0
    for number, char in enumerate(text.plain):
        need = cell_len(char)
        if used + need > width and used:
            found.append(number)
            used = 0
        used += need
    return found


def line_span(starts: list[int], number: int, length: int) -> Span:
    """The characters of a wrapped line."""
    return starts[number], starts[number + 1] if number + 1 < len(starts) else length


def crop(text: Text, left: int, width: int) -> tuple[int, int, int]:
    """The characters from cell *left* on that *width* cells have room for: from, up to, and cells to be left empty."""
    if text.narrow:
        return min(left, len(text.plain)), min(left + width, len(text.plain)), 0
    at = start = 0
    while start < len(text.plain) and at < left:
        at += cell_len(text.plain[start])
        start += 1
    pad, end, room = max(0, at - left), start, width - max(0, at - left)
    while end < len(text.plain) and (need := cell_len(text.plain[end])) <= room:
        room -= need
        end += 1
    return start, end, pad


def width_of(text: Text) -> int:
    """Cells of the whole text."""
    return len(text.plain) if text.narrow else cell_len(text.plain)


def styled(text: Text, span: Span) -> Iterator[Run]:
    """The characters of *span* in pieces of one look each (None: none), in order, without gaps."""
    at, end = span
    for start, stop, style in text.runs:
        if stop <= at or start >= end:
            continue
        if start > at:
            yield at, start, None
        yield max(start, at), min(stop, end), style
        at = min(stop, end)
    if at < end:
        yield at, end, None


def split_at(pieces: Iterable[Run], marks: list[Span]) -> Iterator[tuple[int, int, Look | None, bool]]:
    """The same pieces, cut where marks begin and end, and whether each is marked. *marks* in order, apart."""
    for start, stop, style in pieces:
        at = start
        for low, high in marks:
            if high <= at or low >= stop:
                continue
            if low > at:
                yield at, low, style, False
            yield max(low, at), min(high, stop), style, True
            at = min(high, stop)
        if at < stop:
            yield at, stop, style, False


def found_in(text: Text, pattern: Expression[str], span: Span, margin: int = 200, most: int = 500) -> list[Span]:
    """Matches of *pattern* that touch *span*; only its surroundings are looked at, rows may be long."""
    low, high = max(0, span[0] - margin), min(len(text.plain), span[1] + margin)
    some: list[Span] = []
    for match in pattern.finditer(text.plain, low, high):
        if match.end() > span[0] and match.start() < span[1] and match.end() > match.start():
            some.append(match.span())
            if len(some) >= most:
                break
    return some

"""Going through a book, forwards or backwards, in slices between which somebody may stop it.

A slice is the rows of one source between two places, so that slices follow each other as rows do, whatever they take
from either stream. Its bytes are searched as one block. Slices begin small and grow while that is quick: whoever stops
waits for one, and a plain text is looked for with the interpreter's lock held.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .patterns import LONG, SHARED, Pattern, runs
from .reader import BLOCK, Reader
from .weave import Weave

FIRST, LEAST, MOST = 1 << 18, 1 << 14, 1 << 20  # bytes of a slice
QUICK = 0.004  # seconds; slices that are searched faster grow, others shrink

Heads = dict[str, int]


class Slice(NamedTuple):
    """The rows of each stream from *low* on and before *high*."""

    low: Heads
    high: Heads


class Pace:
    """How large the next slice is."""

    def __init__(self, size: int = FIRST) -> None:
        self.size = size

    def took(self, seconds: float) -> None:
        """The last one took so long."""
        self.size = min(MOST, self.size * 2) if seconds < QUICK else max(LEAST, self.size // 2)


def onwards(weave: Weave, heads: Heads, pace: Pace) -> Iterator[Slice]:
    """The slices from *heads* on."""
    while (passed := weave.passed(heads)) < weave.passed(weave.end()):
        high = weave.at_byte(passed + pace.size)
        if weave.passed(high) <= passed:  # cut meanwhile
            return
        yield Slice(heads, high)
        heads = high


def back(weave: Weave, heads: Heads, pace: Pace) -> Iterator[Slice]:
    """The slices before *heads*, the nearest first."""
    while (passed := weave.passed(heads)) > 0:
        size = pace.size
        low = weave.at_byte(max(0, passed - size))
        while weave.passed(low) >= passed and size < passed:
            size *= 2
            low = weave.at_byte(max(0, passed - size))
        if weave.passed(low) >= passed:
            low = weave.start()
        yield Slice(low, heads)
        heads = low


def spans(reader: Reader, pattern: Pattern, low: int, high: int) -> Iterator[tuple[int, int]]:
    """The first match of each row between these offsets that has one, as offsets."""
    while low < high:
        _, end, hole = reader.stretch(low)
        if not hole:
            yield from _in_block(reader, pattern, low, min(end, high), end)
        low = end


def newlines(reader: Reader, low: int, high: int) -> int:
    """How many lines end between these offsets."""
    found = 0
    while low < high:
        _, end, hole = reader.stretch(low)
        found += 0 if hole else reader.data(low, min(end, high)).count(b"\n")
        low = end
    return found


def _in_block(reader: Reader, pattern: Pattern, low: int, high: int, limit: int) -> Iterator[tuple[int, int]]:
    """The matches of a stretch without holes, read at once; *limit*: as far as its last line may go on."""
    ahead = 1 if low else 0  # so that ^ is told whether it stands at a line's beginning
    data = pattern.prepared(reader.data(low - ahead, min(high + SHARED, limit)))
    base, stop = low - ahead, min(high - low + ahead, len(data))
    if pattern.absent(data, ahead, len(data)):
        return
    for start, end in runs(data, ahead, stop - data.endswith(b"\n", 0, stop)):
        if end - start <= LONG or data.find(b"\n", start, end) >= 0:
            found = pattern.in_lines(data, start, end)
        else:
            found = _in_pieces(reader, pattern, data, base, start, end)
        for at, behind in found:
            yield base + at, base + behind


def _in_pieces(
    reader: Reader, pattern: Pattern, data: bytes, base: int, start: int, end: int
) -> Iterator[tuple[int, int]]:
    """The matches of a long line, the first of each of its rows that is shown."""
    goes_on = data.find(b"\n", end)
    limit = len(data) if goes_on < 0 else goes_on
    while start < end:
        absolute = base + start
        row_end = min(end, -(-absolute // BLOCK) * BLOCK + BLOCK - base)
        found = pattern.in_piece(data, start, row_end, min(row_end + SHARED, limit))
        if found and not _hidden(reader, base + found[0]):
            yield found
        start = row_end


def _hidden(reader: Reader, offset: int) -> bool:
    row = reader.row(offset)
    return row is not None and reader.written_over(row) is not None

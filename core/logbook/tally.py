"""Counting through a book: lines, or matches; how many, and how many before a place.

Marks with the count so far are left on the way, a bounded number of them: the count before a place is that of the mark
before it and what lies between. A book that has grown is counted on from its last mark.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from .model import Place, Stop, never
from .patterns import Pattern
from .reader import Reader
from .scan import LEAST, Heads, Pace, Slice, newlines, onwards, spans
from .weave import Weave

if TYPE_CHECKING:
    from .book import Book

MARKS = 4096
Count = Callable[[Reader, int, int], int]  # how many there are in a file between two offsets


class _Mark(NamedTuple):
    """Of the rows before *heads* of a source, which *passed* bytes of it precede, *found* in the whole book."""

    source: int
    passed: int
    heads: Heads
    found: int


class Tally:
    """A count of something in all rows of a book. One thread counts at a time; any may ask."""

    def __init__(self, book: Book, count: Count) -> None:
        self._book, self._count = book, count
        self._marks: list[_Mark] = []
        self._last: _Mark | None = None  # before the last slice: it may have ended within a row
        self._apart = 0  # bytes between marks of a source, at least
        self.found = 0
        self.done = False

    def run(self, stop: Stop = never) -> Iterator[tuple[int, float]]:
        """Count; after each slice how many there are so far, and how far it is (0..1). Again: what has come since."""
        begin, self.done = self._last, False
        self.found = begin.found if begin else 0
        for number in range(begin.source if begin else 0, len(self._book.sources)):
            with self._book.weave(number) as weave:
                heads = begin.heads if begin and begin.source == number else weave.start()
                yield from self._source(number, weave, heads, stop)
            if stop():
                return
        self.done = True

    def before(self, place: Place) -> int | None:
        """How many there are in the rows before the one of *place*; None where counting has not come so far."""
        if place.source < 0:
            return 0
        if place.source >= len(self._book.sources):
            return self.found if self.done else None
        with self._book.weave(place.source) as weave:
            high = weave.heads(place.stream, place.offset) if place.stream else weave.start()
            passed = weave.passed(high)
            if self._ahead(place.source, passed):
                return None
            mark = self._marks[bisect_right(self._marks, (place.source, passed), key=_where) - 1]
            return mark.found + self._between(weave, Slice(mark.heads, high))

    def _ahead(self, source: int, passed: int) -> bool:
        """Whether counting has not come so far."""
        last = self._last
        return not self.done and (last is None or (source, passed) > _where(last))

    def _source(self, number: int, weave: Weave, heads: Heads, stop: Stop) -> Iterator[tuple[int, float]]:
        pace, earlier, whole = Pace(), self._book.before(number), self._book.size
        self._mark(number, weave, heads)
        for slice_ in onwards(weave, heads, pace):
            if stop():
                return
            self._mark(number, weave, slice_.low)
            began = time.perf_counter()
            self.found += self._between(weave, slice_)
            pace.took(time.perf_counter() - began)
            yield self.found, min(1.0, (earlier + weave.passed(slice_.high)) / whole) if whole else 1.0

    def _mark(self, number: int, weave: Weave, heads: Heads) -> None:
        self._last = last = _Mark(number, weave.passed(heads), heads, self.found)
        before = self._marks[-1] if self._marks else None
        if before and before.source == number and last.passed - before.passed < max(1, self._apart):
            return
        self._marks.append(last)
        if len(self._marks) > MARKS:
            self._thin()

    def _thin(self) -> None:
        """Every second mark goes, but those where a source begins."""
        self._apart = max(1, 2 * self._apart, 2 * self._book.size // MARKS)
        self._marks = [mark for at, mark in enumerate(self._marks) if at % 2 == 0 or mark.passed == 0]

    def _between(self, weave: Weave, slice_: Slice) -> int:
        return sum(self._count(reader, slice_.low[name], slice_.high[name]) for name, reader in weave.readers.items())


class Lines(Tally):
    """The numbers of lines."""

    def __init__(self, book: Book) -> None:
        super().__init__(book, newlines)

    def at(self, number: int) -> Place | None:
        """The first row of the line that has *number* before it; None where there is none as far as was counted."""
        if not 0 <= number <= self.found or not self._marks:
            return None
        mark = self._marks[max(0, bisect_right(self._marks, number - 1, key=lambda mark: mark.found) - 1)]
        with self._book.weave(mark.source) as weave:
            found = mark.found
            heads = mark.heads
            for slice_ in onwards(weave, heads, Pace(LEAST)):
                more = self._between(weave, slice_)
                if found + more >= number:
                    break
                found, heads = found + more, slice_.high
            for woven in weave.onwards(heads):
                if found >= number:
                    return Place(mark.source, woven.stream, woven.span.start)
                end = woven.span.end
                found += not woven.span.hole and weave.readers[woven.stream].data(end - 1, end) == b"\n"
        return None


def of_matches(book: Book, pattern: Pattern) -> Tally:
    """Counts rows that match."""
    return Tally(book, lambda reader, low, high: sum(1 for _ in spans(reader, pattern, low, high)))


def _where(mark: _Mark) -> tuple[int, int]:
    return mark.source, mark.passed

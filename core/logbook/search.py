"""The next match, or the one before."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

from .model import Hit, Place, Progress, Row, Stop
from .patterns import Pattern
from .reader import Span
from .rows import row_of
from .scan import Heads, Pace, Slice, back, onwards, spans
from .weave import RANK, Weave, Woven

if TYPE_CHECKING:
    from .book import Book


class Search:
    """One search through a book."""

    def __init__(self, book: Book, pattern: Pattern, stop: Stop, progress: Progress) -> None:
        self._book, self._pattern = book, pattern
        self._stop, self._progress = stop, progress
        self._pace = Pace()

    def run(self, place: Place, backwards: bool, here: bool) -> Hit | None:
        """The first match behind the row of *place* (or before it); *here*: or in it."""
        count = len(self._book.sources)
        if not count:
            return None
        begin = min(max(0, place.source), count - 1) if place.source < count or backwards else count
        for number in range(begin, -1, -1) if backwards else range(begin, count):
            with self._book.weave(number) as weave:
                heads = self._heads(weave, place, number, backwards, here)
                if hit := self._in_source(number, weave, heads, backwards):
                    return hit
            if self._stop():
                return None
        return None

    def every(self, place: Place) -> Generator[Row, None, None]:
        """All rows that match from the row of *place* on, in order."""
        for number in range(max(0, place.source), len(self._book.sources)):
            with self._book.weave(number) as weave:
                heads = self._heads(weave, place, number, False, True)
                first, whole = weave.passed(heads), weave.passed(weave.end())
                for slice_ in onwards(weave, heads, self._pace):
                    if self._stop():
                        return
                    for woven in self._all_in(weave, slice_):
                        yield row_of(number, weave, woven)
                    self._progress((weave.passed(slice_.high) - first) / max(1, whole - first))

    def _all_in(self, weave: Weave, slice_: Slice) -> list[Woven]:
        """The rows of a slice that match, in order."""
        began, found = time.perf_counter(), list[tuple[int, int, int, str, Span]]()
        for name, reader in weave.readers.items():
            for start, _ in spans(reader, self._pattern, slice_.low[name], slice_.high[name]):
                if row := reader.row(start):
                    found.append((weave.step_of(name, row.start), RANK[name], row.start, name, row))
        self._pace.took(time.perf_counter() - began)
        return [Woven(name, row, weave.growth.at(step)) for step, _, _, name, row in sorted(found)]

    def _heads(self, weave: Weave, place: Place, number: int, backwards: bool, here: bool) -> Heads:
        """Where to begin in a source."""
        if number != place.source:
            return weave.end() if backwards else weave.start()
        if not place.stream:
            return weave.start()
        heads = weave.heads(place.stream, place.offset)
        if here is backwards and place.stream in heads:
            row = weave.readers[place.stream].row(heads[place.stream])
            heads[place.stream] = row.end if row else heads[place.stream]
        return heads

    def _in_source(self, number: int, weave: Weave, heads: Heads, backwards: bool) -> Hit | None:
        first, whole = weave.passed(heads), weave.passed(weave.end())
        way = first if backwards else whole - first
        for slice_ in back(weave, heads, self._pace) if backwards else onwards(weave, heads, self._pace):
            if self._stop():
                return None
            began = time.perf_counter()
            hit = self._in_slice(number, weave, slice_, backwards)
            if hit:
                return hit
            self._pace.took(time.perf_counter() - began)
            done = weave.passed(slice_.low if backwards else slice_.high)
            self._progress(abs(done - first) / way if way else 1.0)
        return None

    def _in_slice(self, number: int, weave: Weave, slice_: Slice, backwards: bool) -> Hit | None:
        """The first (or last) match of a slice, in the rows' order."""
        found: list[tuple[tuple[int, int], Hit]] = []
        for name, reader in weave.readers.items():
            matches = spans(reader, self._pattern, slice_.low[name], slice_.high[name])
            span = _last(matches) if backwards else next(matches, None)
            if span:
                row = reader.row(span[0])
                start = row.start if row else span[0]
                hit = Hit(Place(number, name, start), span[0] - start, span[1] - span[0])
                found.append(((weave.step_of(name, start), RANK[name]), hit))
        if not found:
            return None
        return max(found)[1] if backwards else min(found)[1]


def _last(matches: Iterator[tuple[int, int]]) -> tuple[int, int] | None:
    found = deque(matches, maxlen=1)
    return found[0] if found else None

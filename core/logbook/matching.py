"""A book of which only the matching rows are shown, with some around them; found as far as somebody looks.

Whether a row is shown follows from its neighbours alone, so that the view is the same from wherever it is come upon:
a match is, what is at most *context* rows from one in the same source is, and the heading of a source that has a match.
A row that is hidden but right before a shown one stands there as a cut, unless no context is wanted.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING

from .model import START, Place, Progress, Row, Stop, never, unheard
from .patterns import Pattern

if TYPE_CHECKING:
    from .book import Book

CUT = "…".encode()
Rows = Generator[Row, None, None]


class Matching:
    """The rows of *book* in which *pattern* is found, and *context* rows around each. It has the `window` of a book."""

    def __init__(self, book: Book, pattern: Pattern, context: int = 0) -> None:
        self.book, self.pattern, self.context = book, pattern, context

    def window(
        self, place: Place, before: int, after: int, *, stop: Stop = never, progress: Progress = unheard
    ) -> list[Row]:
        """Up to *before* shown rows before *place*, then up to *after* from it on; fewer where it is stopped."""
        with closing(self.rows_back(place, stop, progress)) as rows:
            above = list(islice(rows, before))[::-1]
        with closing(self.rows(place, stop, progress)) as rows:
            return above + list(islice(rows, after))

    def rows(self, place: Place = START, stop: Stop = never, progress: Progress = unheard) -> Rows:
        """The shown rows from *place* on."""
        if not self.context:
            return self._hits(place, stop, progress)
        return self._with_context(place, stop, progress)

    def _hits(self, place: Place, stop: Stop, progress: Progress) -> Rows:
        """The matches alone, and the headings of theirs."""
        source = place.source if place.stream else place.source - 1
        with closing(self.book.hits(self.pattern, place, stop=stop, progress=progress)) as hits:
            for hit in hits:
                if hit.place.source > source:
                    source = hit.place.source
                    yield from self._heading(source)
                yield hit

    def _with_context(self, place: Place, stop: Stop, progress: Progress) -> Rows:
        owed = self._owed(place)
        while not stop():
            hidden = yield from self._run(self.book.rows(place), owed)
            hit = hidden and self.book.search(self.pattern, hidden.place, stop=stop, progress=progress)
            if not hidden or not hit:
                return
            if hit.place.source > hidden.place.source or hidden.kind == "heading":
                yield from self._heading(hit.place.source)
            yield from self._leading_to(hit.place, hidden.place)
            place, owed = hit.place, self.context + 1

    def rows_back(self, place: Place, stop: Stop = never, progress: Progress = unheard) -> Rows:
        """The shown rows before *place*, the nearest first."""
        owed = self._owed_back(place)
        while not stop():
            hidden = yield from self._run(self.book.rows_back(place), owed)
            if not hidden:
                return
            hit = self.book.search(self.pattern, hidden.place, backwards=True, stop=stop, progress=progress)
            near = self._following(hit.place) if hit else []
            places = [row.place for row in near]
            if hidden.place in places:
                near = near[: places.index(hidden.place) + 1]
            else:
                yield from self._over(hidden, hit.place.source if hit else -1, stop)
            if not hit:
                return
            yield from near[::-1]
            yield from self.book.window(hit.place, 0, 1)
            place, owed = hit.place, self.context

    def _run(self, rows: Rows, owed: int) -> Generator[Row, None, Row | None]:
        """Rows as long as they are shown for a match that was met already; the first one that is not."""
        with closing(rows):
            for row in rows:
                owed = 0 if row.kind == "heading" else max(owed, (self.context + 1) * self._is_match(row))
                if not owed:
                    return row
                owed -= 1
                yield row
        return None

    def _leading_to(self, match: Place, hidden: Place) -> Iterator[Row]:
        """What is shown before a match, where everything from *hidden* on was not shown so far."""
        near = self.book.window(match, self.context + 1, 0) if self.context else []
        near = [row for row in near if row.place.source == match.source and row.kind != "heading"]
        near = near[next((at for at, row in enumerate(near) if row.place == hidden), 0) :]
        if len(near) > self.context:
            yield _cut(near.pop(0))
        yield from near

    def _over(self, hidden: Row, source: int, stop: Stop) -> Iterator[Row]:
        """What stands, upwards, where rows from *hidden* on are passed over up to a match in *source*."""
        if hidden.kind != "heading" and self.context and any(map(self._is_match, self._following(hidden.place, 1))):
            yield _cut(hidden)
        if source < hidden.place.source and self._has_match(hidden.place.source, stop):
            yield from self._heading(hidden.place.source)

    def _owed(self, place: Place) -> int:
        """How many rows from *place* on are shown for a match before it."""
        for distance, row in enumerate(self.book.window(place, self.context, 0)[::-1]):
            if row.kind == "heading":
                return 0
            if self._is_match(row):
                return self.context - distance
        return 0

    def _owed_back(self, place: Place) -> int:
        """How many rows before *place* are shown for a match from it on."""
        for distance, row in enumerate(self.book.window(place, 0, self.context)):
            if row.kind == "heading":
                return 0
            if self._is_match(row):
                return self.context - distance
        return 0

    def _following(self, place: Place, more: int = 0) -> list[Row]:
        """As many rows after the one at *place* as a match there shows, and *more*; of its source."""
        rows = self.book.window(place, 0, self.context + 1 + more)[1:]
        return [row for row in rows if row.place.source == place.source]

    def _is_match(self, row: Row) -> bool:
        return row.kind == "line" and self.pattern.matches(row.data)

    def _has_match(self, source: int, stop: Stop) -> bool:
        """Whether a heading is shown; where there is none, nothing is searched."""
        return len(self.book.sources) > 1 and self.book.alone(source).search(self.pattern, stop=stop) is not None

    def _heading(self, source: int) -> list[Row]:
        return [row for row in self.book.window(Place(source, "", 0), 0, 1) if row.kind == "heading"]


def _cut(row: Row) -> Row:
    return Row(row.place, CUT, row.place.offset, "cut")

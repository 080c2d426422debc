"""Which rows of logs a command line is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from jobyard.core.logbook import END, START, Book, Matching, Pattern, Place, Row, Streams
from jobyard.tui.cli.logtext import CAP
from jobyard.tui.cli.tail import LONGEST


class Wanted(NamedTuple):
    """Which lines are wanted."""

    attempt: int | None
    streams: Streams
    pattern: Pattern | None
    context: int
    since: float | None
    last: int | None
    limit: int | None

    def of(self, named: bool) -> Wanted:
        """Of a job; one that was not named, but comes with another, is shown as it went last."""
        return self if named else self._replace(attempt=None)

    @property
    def every(self) -> bool:
        """Whether nothing has to be looked at."""
        return self[2:7] == (None, 0, None, None, None)

    def around(self, row: Row) -> Row:
        """A long row from not far before its match on."""
        found = self.pattern.where(row.data) if self.pattern and len(row.data) > CAP else None
        if found is None or found[0] < CAP // 2:
            return row
        return row._replace(data="…".encode() + row.data[found[0] - CAP // 4 :])


def chosen(book: Book, wanted: Wanted) -> Iterator[Row]:
    """The rows that are wanted."""
    rows = _from(book, wanted)
    return rows if wanted.limit is None else _first(rows, wanted.limit)


def _from(book: Book, wanted: Wanted) -> Iterator[Row]:
    view = book.matching(wanted.pattern, wanted.context) if wanted.pattern else book
    place = book.at_time(wanted.since) if wanted.since is not None else START
    if wanted.last is not None:
        place = max(place, _last(view, wanted.last), key=book.passed)
    return view.rows(place)


def whole_lines(book: Book, rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, and of a long line of which only some match also the others."""
    seen: Place | None = None  # where the line that came last ended
    for row in rows:
        if not (row.more or row.continued):
            yield row
        elif seen is None or row.place[:2] != seen[:2] or row.place.offset >= seen.offset:
            for piece in _pieces(book, row.place):
                yield piece
                seen = piece.place._replace(offset=piece.end)


def _pieces(book: Book, place: Place) -> Iterator[Row]:
    """All rows of the line that a row belongs to."""
    alone = Book(book.sources[place.source : place.source + 1], "stderr" if place.stream == "stderr" else "stdout")
    begin = place._replace(source=0)
    continued = any(row.continued for row in alone.window(begin, 0, 1))
    for row in alone.rows_back(begin) if continued else ():
        begin = row.place
        if not row.continued:
            break
    for row in alone.rows(begin):
        yield row._replace(place=row.place._replace(source=place.source))
        if not row.more:
            return


def _first(rows: Iterator[Row], limit: int) -> Iterator[Row]:
    """So many lines; what belongs to the last of them comes with it."""
    for row in rows:
        limit -= _is_line(row)
        if limit < 0:
            return
        yield row


def _last(view: Book | Matching, count: int) -> Place:
    """Where the last so many lines begin."""
    place = END
    if count > 0:
        for row in view.rows_back(END):
            place = row.place
            count -= _is_line(row)
            if not count:
                return place
        return START
    return place


def _is_line(row: Row) -> bool:
    return row.kind == "line" and not row.continued


def texts(rows: Iterator[Row]) -> Iterator[bytes]:
    """The lines, put together from their pieces; of an endless one what memory has room for."""
    line = bytearray()
    for row in rows:
        if row.kind == "line":
            line += row.data
            if not row.more or len(line) > LONGEST:
                yield bytes(line)
                line.clear()
    if line:
        yield bytes(line)

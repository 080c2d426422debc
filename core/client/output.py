"""What jobs write, for programs: bounded text of what is there, or lines as they come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .. import settings
from ..logbook import END, Book, Row, Streams
from ..logs import follow as follow_file
from ..readable import readable
from ..states import ENDED
from ..yard import Yard

LOOK = 0.1  # seconds between looks at an output that is followed: a log grows without a ring
MARKER = "[… {left:,} bytes left out of {size:,} …]\n"


def text(yard: Yard, row: int, streams: Streams, attempt: int | None, limit: int | None) -> str:
    """At most about *limit* bytes (default: ``kept_output``, 1 MiB): whole, or the first quarter and the end."""
    most = settings.read(yard.home).settings.kept_output if limit is None else limit
    if streams != "both":
        return yard.output(row, streams, attempt, most).text.decode("utf-8", "replace")
    book = yard.logbook([row], attempt=attempt)
    if book.size <= most:
        return "".join(map(_line, book.rows()))
    head = _some(book.rows(), most // 4)
    tail = _some(book.rows_back(END), most - most // 4)
    left = max(0, book.size - sum(len(row.data) + 1 for row in head + tail))
    return "".join(map(_line, head)) + MARKER.format(left=left, size=book.size) + "".join(map(_line, reversed(tail)))


def _some(rows: Iterator[Row], room: int) -> list[Row]:
    found = []
    for row in rows:
        room -= len(row.data) + 1
        if room < 0:
            break
        found.append(row)
    return found


def _line(row: Row) -> str:
    return row.data.decode("utf-8", "replace") + ("" if row.more else "\n")


# -- as it comes ----------------------------------------------------------------------------------


def follow(yard: Yard, row: int, streams: Streams, attempt: int | None) -> Iterator[str]:
    """Its lines, through all attempts that follow (or of *attempt* alone), until it has ended."""
    token, tails = "", list[_Tail]()
    with yard.listen() as bell:
        while True:
            job = yard.job(row)  # before its files are read: what it wrote before its end is then there
            tries = [one for one in job.attempts if attempt in (None, one.number)]
            over = job.state in ENDED or (attempt is not None and bool(tries) and tries[-1].state in ENDED)
            if tries and tries[-1].token != token:
                yield from _lines(tails, True)
                token = tries[-1].token
                book = yard.logbook([row], attempt=tries[-1].number, streams=streams)
                tails = [_Tail(book.sources[0].path(name), end) for name, end in book.whole_lines(0).items()]
                yield from _begun(book, tails)
            yield from _lines(tails, over)
            if over:
                return
            if readable([bell], LOOK):
                bell.drain()


def _begun(book: Book, tails: list[_Tail]) -> Iterator[str]:
    """Whole lines that are there already, in the order in which they came."""
    ends = {tail.path: tail.offset for tail in tails}
    part = ""
    for row in book.rows():
        if row.end <= ends.get(book.sources[0].path(row.place.stream), 0):
            part += row.data.decode("utf-8", "replace")
            if not row.more:
                yield part
                part = ""


def _lines(tails: list[_Tail], to_end: bool) -> Iterator[str]:
    for tail in tails:
        yield from tail.lines(to_end)


class _Tail:
    """A stream from an offset on."""

    def __init__(self, path: Path, offset: int) -> None:
        self.path, self.offset = path, offset
        self._rest = b""

    def lines(self, to_end: bool) -> Iterator[str]:
        """Lines that are whole by now; *to_end*: and what follows the last one."""
        while (chunk := follow_file(self.path, self.offset)).data:
            self.offset = chunk.offset
            *whole, self._rest = (self._rest + chunk.data).split(b"\n")
            yield from (line.decode("utf-8", "replace") for line in whole)
        if to_end and self._rest:
            yield self._rest.decode("utf-8", "replace")
            self._rest = b""

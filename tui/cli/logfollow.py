"""``jobyard logs -f``: jobs' lines as they come, through all attempts that follow, until each job has ended."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from jobyard.core.logbook import Book, Pattern, Place, Row, Streams
from jobyard.core.readable import readable
from jobyard.core.states import ENDED
from jobyard.tui.cli.logtext import Printer
from jobyard.tui.cli.tail import Tail

if TYPE_CHECKING:
    from jobyard.core.yard import Bell, Yard

LOOK = 0.1  # seconds between looks at a log that is followed


class Sieve:
    """Of lines that come one by one, those that match and those around them."""

    def __init__(self, pattern: Pattern | None, context: int) -> None:
        self._pattern, self._context = pattern, context
        self._before: deque[Row] = deque(maxlen=context)
        self._owed = 0

    def take(self, row: Row) -> Iterator[Row]:
        """What is to be shown now that this line has come."""
        if self._pattern is None or self._pattern.matches(row.data):
            yield from self._before
            yield row
            self._before.clear()
            self._owed = self._context
        elif self._owed:
            self._owed -= 1
            yield row
        else:
            self._before.append(row)


class Followed:
    """One job's log, while it grows. ``begin``: which rows of what is there are wanted."""

    def __init__(
        self,
        yard: Yard,
        row: int,
        attempt: int | None,
        streams: Streams,
        begin: Callable[[Book], Iterator[Row]],
        sieve: Sieve,
    ) -> None:
        self._yard, self.row, self._attempt, self._streams = yard, row, attempt, streams
        self._begin, self._sieve = begin, sieve
        self._token = ""
        self._tails: dict[str, Tail] = {}
        self.id = yard.ids([row])[0]
        self.over = False

    def refreshed(self) -> Iterator[Row]:
        """Lines, after a look at how the job is: a new attempt's, or the last ones."""
        job = self._yard.job(self.row)  # before its files are read: what it wrote before its end is then there
        tries = [one for one in job.attempts if self._attempt in (None, one.number)]
        if tries and tries[-1].token != self._token:
            yield from self.lines(to_end=True)
            self._token = tries[-1].token
            yield from self._begun(self._yard.logbook([self.row], attempt=tries[-1].number, streams=self._streams))
        if job.state in ENDED:
            yield from self.lines(to_end=True)
            self.over = True

    def lines(self, to_end: bool = False) -> Iterator[Row]:
        """Lines that have come since."""
        for stream, tail in self._tails.items():
            for line in tail.lines(to_end):
                yield from self._sieve.take(Row(Place(0, stream, 0), line, 0, at=time.time()))

    def _begun(self, book: Book) -> Iterator[Row]:
        """What is there already, and from where on to follow."""
        ends = book.whole_lines(0)
        self._tails = {stream: Tail(book.sources[0].path(stream), end) for stream, end in ends.items()}
        for row in self._begin(book):
            if row.end <= ends.get(row.place.stream, 0):
                yield row


def follow(yard: Yard, jobs: Sequence[Followed], printer: Printer) -> None:
    """Print their lines until all have ended."""
    version = yard.changes(-1).version
    labels = {job.row: f"{job.id} │ " if len(jobs) > 1 else "" for job in jobs}
    with yard.listen() as bell:
        for job in jobs:
            printer.rows(job.refreshed(), labels[job.row])
        while not all(job.over for job in jobs):
            changes = yard.changes(version)
            version = changes.version
            for job in (job for job in jobs if not job.over):
                printer.rows(job.lines(), labels[job.row])
                if changes.rows is None or job.row in changes.rows:
                    printer.rows(job.refreshed(), labels[job.row])
            if not changes.rows and changes.rows is not None:
                ring(bell)


def ring(bell: Bell) -> None:
    """Show what there is; wait for the bell, but not for long: a log grows without a ring."""
    sys.stdout.buffer.flush()
    if readable([bell], LOOK):
        bell.drain()

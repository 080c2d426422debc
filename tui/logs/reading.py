"""From a wish to a page. Runs in a thread; between two wishes it keeps a book, which keeps no file open."""

from __future__ import annotations

import time
from collections.abc import Callable

from jobyard.core.errors import Unknown
from jobyard.core.logbook import END, START, Book, News, Place, Row
from jobyard.core.models import Job, JobRow
from jobyard.core.progress import Progress
from jobyard.core.states import State
from jobyard.core.yard import Yard

from .model import At, Fraction, LineNumber, Page, Sieve, Story, Subject, Wish
from .searching import Stopping
from .story import GONE, story_of
from .text import text_of

PERIOD = 1.0  # seconds between two looks at how far a job is
PLENTY = 1 << 20  # bytes of rows in hand on either side

Tell = Callable[[float], None]


class Reading:
    """Reads pages of logs of a yard."""

    def __init__(self, yard: Yard) -> None:
        self._yard = yard
        self.subject: Subject | None = None
        self.book = Book(())  # the one that was read last; others may search it meanwhile
        self._job: Job | None = None
        self._line: JobRow | None = None  # the same job as lists have it
        self._asked = -PERIOD  # when progress was looked up
        self._told: Progress | None = None
        self._last: Page | None = None
        self._edge: Place | None = None  # the last row there was when a sieve was followed last

    def page(self, wish: Wish, *, fresh: bool, anyway: bool, stop: Stopping, tell: Tell) -> Page | None:
        """What is wished for; None if nothing is otherwise than at the last page (unless *anyway*), or if stopped.

        *fresh*: look at the job again. *tell* hears how far a sieve is.
        """
        if fresh or wish.subject != self.subject:
            self._open(wish.subject)
        news, last = self.book.grown(), self._last
        if last is not None and last.wish == wish and not (fresh or anyway or news.more or news.anew):
            return None
        rows, at, first, last_too = self._rows(wish, news, stop, tell)
        if stop():
            self._last = None
            return None
        self._last = self._made(wish, rows, at, first, last_too, news)
        return self._last

    # -- the job ------------------------------------------------------------------------------------

    def _open(self, subject: Subject) -> None:
        """Look at the job; while the log is the same the book stays, so that its news are news."""
        try:
            self._job, self._line = self._yard.job(subject.row), self._yard.rows([subject.row]).get(subject.row)
            book = self._booked(self._job, subject)
        except Unknown:
            self._job, book = None, Book(())
        if subject != self.subject or book.sources != self.book.sources:
            self.book, self._last, self._edge = book, None, None
            self._asked = -PERIOD
        self.subject = subject

    def _booked(self, job: Job, subject: Subject) -> Book:
        numbers = [attempt.number for attempt in job.attempts]
        attempt = subject.attempt if subject.attempt in numbers else None
        return self._yard.logbook([job.row], attempt=attempt, streams=subject.streams, parents=subject.parents)

    def _story(self) -> Story:
        if self._job is None or self.subject is None:
            return Story(silence=GONE)
        story = story_of(self._job, self.subject.attempt, self.book.there)
        return story._replace(progress=self._progress(), job=self._line)

    def _progress(self) -> Progress | None:
        """How far the job says it is, looked up once a second."""
        job, now = self._job, time.monotonic()
        if job is None or job.state is not State.RUNNING:
            return None
        if now >= self._asked + PERIOD:
            self._asked, self._told = now, self._yard.progress([job.row]).get(job.row)
        return self._told

    # -- the rows -----------------------------------------------------------------------------------

    def _rows(self, wish: Wish, news: News, stop: Stopping, tell: Tell) -> tuple[list[Row], Place, bool, bool]:
        """Rows; where the anchor came out; whether there is nothing before and behind them."""
        at = self._place(wish)
        if wish.sieve is not None and self._follows(wish, news):
            return self._more_of(wish.sieve, wish.before, stop, tell), END, False, True
        self._edge = self._last_row() if wish.sieve is not None else None
        before, after = (wish.before + wish.after, 0) if at == END else (wish.before, wish.after)
        rows = self._window(wish.sieve, at, before, after, stop, tell)
        above = _above(rows, at, before, sieved=wish.sieve is not None)
        low, high = enough(rows, above)
        first = (above < before or at == START) and low == 0
        last = (at == END or len(rows) - above < after) and high == len(rows)
        return rows[low:high], at, first, last

    def _window(self, sieve: Sieve | None, at: Place, before: int, after: int, stop: Stopping, tell: Tell) -> list[Row]:
        if sieve is None:
            return self.book.window(at, before, after)
        matching = self.book.matching(sieve.pattern, sieve.context)
        return matching.window(at, before, after, stop=stop, progress=tell)

    def _follows(self, wish: Wish, news: News) -> bool:
        """Whether the end of the same matching lines is wanted again: then only what came since is looked through."""
        last = self._last
        return last is not None and last.wish == wish and last.last and not news.anew and self._edge is not None

    def _more_of(self, sieve: Sieve, most: int, stop: Stopping, tell: Tell) -> list[Row]:
        """The rows of the last page and what came behind them."""
        assert self._last is not None
        assert self._edge is not None
        near = self.book.window(self._edge, sieve.context + 1, 1)
        begin = near[0].place if near else START
        edge = self._last_row()
        matching = self.book.matching(sieve.pattern, sieve.context)
        new = list(matching.rows(begin, stop, tell))
        if not stop():
            self._edge = edge
        again = {row.place for row in near} | {row.place for row in new}
        return [*(row for row in self._last.rows if row.place not in again), *new][-most:]

    def _last_row(self) -> Place | None:
        rows = self.book.window(END, 1, 0)
        return rows[0].place if rows else None

    def _place(self, wish: Wish) -> Place:
        """The place of an anchor, the beginning of a row."""
        match wish.anchor:
            case Fraction(part):
                return END if part >= 1 else self.book.at_fraction(part)
            case At(time):
                return self.book.at_time(time)
            case LineNumber():
                return START
            case Place() as place:
                return place

    def _made(self, wish: Wish, rows: list[Row], at: Place, first: bool, last: bool, news: News) -> Page:
        book = self.book
        return Page(
            wish,
            tuple(rows),
            tuple(text_of(row.data) for row in rows),
            first,
            last,
            at,
            self._story(),
            size=book.size,
            upper=book.passed(rows[0].place) if rows else 0,
            lower=min(book.size, book.passed(rows[-1].place) + _bytes(rows[-1])) if rows else 0,
            more=news.more,
            anew=news.anew,
        )


def enough(rows: list[Row], above: int) -> tuple[int, int]:
    """Which rows around number *above* are taken: of very long ones not all, they are enough for any window."""
    low = high = above
    for way in (range(above - 1, -1, -1), range(above, len(rows))):
        left = PLENTY
        for number in way:
            left -= len(rows[number].data)
            if left < 0:
                break
            low, high = min(low, number), max(high, number + 1)
    return low, high


def _above(rows: list[Row], at: Place, before: int, *, sieved: bool) -> int:
    """How many of the rows come before the one that *at* is in."""
    if at in (START, END):
        return 0 if at == START else len(rows)
    number = next((number for number, row in enumerate(rows) if row.place == at), None)
    if number is None and sieved:
        ranks = (number for number, row in enumerate(rows) if row.place[:2] == at[:2] and row.place.offset > at.offset)
        number = next(ranks, len(rows))
    return min(before, len(rows)) if number is None else number


def _bytes(row: Row) -> int:
    return row.end - row.place.offset - row.size

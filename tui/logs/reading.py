"""From a wish to a page. Runs in a thread; between two wishes it keeps a book, which keeps no file open."""

from __future__ import annotations

from typing import Protocol

from jobyard.core.errors import Unknown
from jobyard.core.logbook import END, START, Book, News, Place, Row
from jobyard.core.models import Job
from jobyard.core.yard import Yard

from .model import At, Fraction, LineNumber, Page, Sieve, Story, Subject, Wish
from .story import GONE, story_of
from .text import text_of

PLENTY = 1 << 20  # bytes of rows in hand on either side


class Shown(Protocol):
    """What rows are read from: a book, or only its matching lines."""

    def window(self, place: Place, before: int, after: int) -> list[Row]:
        """Rows around a place."""
        ...


class Reading:
    """Reads pages of logs of a yard."""

    def __init__(self, yard: Yard) -> None:
        self._yard = yard
        self._subject: Subject | None = None
        self._job: Job | None = None
        self._book = Book(())
        self._last: Page | None = None
        self._sieved: tuple[Sieve, Shown] | None = None

    def page(self, wish: Wish, *, fresh: bool) -> Page | None:
        """What is wished for; None if nothing is otherwise than at the last page. *fresh*: look at the job again."""
        if fresh or wish.subject != self._subject:
            self._open(wish.subject)
        news = self._book.grown()
        last = self._last
        if last is not None and last.wish == wish and not fresh and not news.more and not news.anew:
            return None
        page = self._read(wish, news)
        self._last = page
        return page

    @property
    def book(self) -> Book:
        """The one that was read last; whoever searches it may do so in another thread."""
        return self._book

    def _open(self, subject: Subject) -> None:
        """Look at the job; of the same log the book stays, so that its news are news."""
        same, before = subject == self._subject, self._job
        self._subject = subject
        try:
            self._job = self._yard.job(subject.row)
        except Unknown:
            self._job, self._book = None, Book(())
            return
        if not same or before is None or len(before.attempts) != len(self._job.attempts) or subject.parents:
            self._book = self._booked(self._job, subject)
            self._sieved = None

    def _booked(self, job: Job, subject: Subject) -> Book:
        numbers = [attempt.number for attempt in job.attempts]
        attempt = subject.attempt if subject.attempt in numbers else None
        return self._yard.logbook([job.row], attempt=attempt, streams=subject.streams, parents=subject.parents)

    def _read(self, wish: Wish, news: News) -> Page:
        at = self._place(wish)
        before, after = (wish.before + wish.after, 0) if at == END else (wish.before, wish.after)
        rows = self._shown(wish).window(at, before, after)
        above = _above(rows, at, before)
        first = above < before or at == START
        last = at == END or len(rows) - above < after
        low, high = enough(rows, above)
        rows, first, last = rows[low:high], first and low == 0, last and high == len(rows)
        lower = self._book.passed(rows[-1].place) + _bytes(rows[-1]) if rows else 0
        return Page(
            wish,
            tuple(rows),
            tuple(map(text_of, (row.data for row in rows))),
            first,
            last,
            at=at,
            story=self._story(),
            size=self._book.size,
            upper=self._book.passed(rows[0].place) if rows else 0,
            lower=lower,
            more=news.more,
            anew=news.anew,
        )

    def _place(self, wish: Wish) -> Place:
        """The place of an anchor, the beginning of a row."""
        book = self._book
        match wish.anchor:
            case Fraction(part):
                return END if part >= 1 else book.at_fraction(part)
            case At(time):
                return book.at_time(time)
            case LineNumber():
                return START
            case Place() as place:
                return place

    def _shown(self, wish: Wish) -> Shown:
        return self._book

    def _story(self) -> Story:
        if self._job is None or self._subject is None:
            return Story(silence=GONE)
        return story_of(self._job, self._subject.attempt, self._book.there)


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


def _above(rows: list[Row], at: Place, before: int) -> int:
    """How many of the rows come before the one that *at* is in."""
    if at in (START, END):
        return 0 if at == START else len(rows)
    number = next((number for number, row in enumerate(rows) if row.place == at), None)
    return min(before, len(rows)) if number is None else number


def _bytes(row: Row) -> int:
    return row.end - row.place.offset - row.size

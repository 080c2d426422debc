"""Search, count, and the numbers of lines: what goes through a whole log. Runs in a thread; somebody may stop it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import NamedTuple

from jobyard.core.errors import BadInput
from jobyard.core.logbook import END, START, Book, Expression, Hit, Pattern, Place, compiled_text, pattern

from .text import text_of, width_of

PERIOD = 0.15  # seconds between two words on how far it is
_ESCAPED = re.compile(r"\\.|\(\?[^)]*\)")  # whose letters mean something else


class Sought(NamedTuple):
    """What somebody looks for: as it was written, and compiled for bytes and for what is shown."""

    text: str
    pattern: Pattern
    shown: Expression[str] | None


class Found(NamedTuple):
    """Where a search has come: the row of a match (None: there is none, or not yet), and how far it is (1: done)."""

    place: Place | None = None
    column: int = 0  # cells before it in that row
    fraction: float = 1.0
    round: bool = False  # it went on at the other end
    stopped: bool = False


class Count(NamedTuple):
    """How many lines match so far, which of them one is at (0: at none), and how far counting is (1: done)."""

    total: int = 0
    number: int = 0
    fraction: float = 0.0


class Stopping:
    """A flag that one thread raises and another asks for."""

    def __init__(self) -> None:
        self.raised = False

    def __call__(self) -> bool:
        return self.raised

    def stop(self) -> None:
        """Leave off."""
        self.raised = True


def sought(text: str) -> Sought:
    """What *text*, a regular expression, means; capitals count if there are any in it. Raises BadInput."""
    any_case = not any(map(str.isupper, _ESCAPED.sub("", text)))
    found = pattern(text, ignore_case=any_case)
    try:
        return Sought(text, found, compiled_text(text, ignore_case=any_case))
    except BadInput:  # what bytes allow and text does not
        return Sought(text, found, None)


def search(
    book: Book,
    what: Sought,
    place: Place,
    *,
    backwards: bool,
    here: bool,
    stop: Stopping,
    tell: Callable[[Found], None],
) -> Found:
    """The next match from *place* on, or before it; round the log's end if need be. *tell* hears how far it is."""
    often = seldom(lambda fraction: tell(Found(fraction=min(0.99, fraction))))
    hit = book.search(what.pattern, place, backwards=backwards, here=here, stop=stop, progress=often)
    round_ = hit is None and not stop()
    if round_:
        begin = END if backwards else START
        hit = book.search(what.pattern, begin, backwards=backwards, here=True, stop=stop, progress=often)
    if hit is None:
        return Found(stopped=stop())
    return Found(hit.place, _column(book, hit), round=round_)


def _column(book: Book, hit: Hit) -> int:
    rows = book.window(hit.place, 0, 1)
    return width_of(text_of(rows[0].data[: hit.column])) if rows else 0


class Counting:
    """How many lines of a book match; goes on where it was stopped, and where the book has grown."""

    def __init__(self, book: Book, what: Sought) -> None:
        self.book, self.what = book, what
        self._tally = book.tally(what.pattern)

    def run(self, at: Place | None, stop: Stopping, tell: Callable[[Count], None]) -> Count | None:
        """Count on; None if it was stopped."""
        told = time.monotonic()
        for total, fraction in self._tally.run(stop):
            if time.monotonic() - told >= PERIOD:
                told = time.monotonic()
                tell(Count(total, self._number(at), min(0.99, fraction)))
        return None if stop() else Count(self._tally.found, self._number(at), 1.0)

    def _number(self, at: Place | None) -> int:
        before = self._tally.before(at) if at is not None else None
        return 0 if before is None else before + 1


def line_place(book: Book, number: int, stop: Stopping, tell: Callable[[Found], None]) -> Found:
    """Where line *number* (from 1) begins; the last line if there are fewer."""
    lines, told = book.lines(), time.monotonic()
    for total, fraction in lines.run(stop):
        if total >= number:
            break
        if time.monotonic() - told >= PERIOD:
            told = time.monotonic()
            tell(Found(fraction=min(0.99, fraction)))
    if stop():
        return Found(stopped=True)
    return Found(lines.at(number - 1) or END)


def seldom(tell: Callable[[float], None]) -> Callable[[float], None]:
    """The same, but not too often."""
    last = time.monotonic()

    def told(fraction: float) -> None:
        nonlocal last
        if time.monotonic() - last >= PERIOD:
            last = time.monotonic()
            tell(fraction)

    return told

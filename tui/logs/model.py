"""What is read of logs for the screen: which log, the wish for a piece of it, and the page that comes back."""

from __future__ import annotations

from typing import NamedTuple

from jobyard.core.logbook import END, Pattern, Place, Row, Streams
from jobyard.core.models import JobRow
from jobyard.core.progress import Progress

from .text import Text


class Subject(NamedTuple):
    """Which log: a job's attempt (None: the last one), of which streams, and whether its parents' stand before it."""

    row: int
    attempt: int | None = None
    streams: Streams = "both"
    parents: bool = False


class Fraction(NamedTuple):
    """So far down, 0..1."""

    part: float


class At(NamedTuple):
    """Where things arrived at this time (wall time) or later."""

    time: float


class LineNumber(NamedTuple):
    """The line of this number, from 1."""

    number: int


Anchor = Place | Fraction | At | LineNumber


class Sieve(NamedTuple):
    """Only lines that match, each with so many lines around it. *text* is what somebody wrote."""

    text: str
    pattern: Pattern
    context: int


class Wish(NamedTuple):
    """A piece of a log: so many rows before and from the anchor on."""

    subject: Subject
    anchor: Anchor = END
    before: int = 0
    after: int = 0
    sieve: Sieve | None = None


class Story(NamedTuple):
    """What is known of the job beside what it wrote."""

    title: str = ""  # its name, in plain text
    attempt: int = 0  # which one is shown; 0: it has none
    attempts: int = 0
    over: bool = False  # nothing more will be written
    ending: tuple[str, str] = ("", "")  # how it ended, in words, and the style of them
    silence: tuple[str, ...] = ()  # what is said where there is nothing to see
    started_at: float | None = None
    ended_at: float | None = None
    progress: Progress | None = None  # how far it says it is
    job: JobRow | None = None  # as it is now


class Page(NamedTuple):
    """Rows of a log; *first* and *last* say whether there is nothing before and behind them."""

    wish: Wish
    rows: tuple[Row, ...]
    texts: tuple[Text, ...]  # of each
    first: bool
    last: bool
    at: Place  # where the anchor came out
    story: Story
    size: int = 0  # bytes of the whole log
    upper: int = 0  # of these, bytes before the first row
    lower: int = 0  # bytes up to the end of the last one
    more: int = 0  # bytes that came since the page before this one
    anew: bool = False  # the files are others: places of before mean nothing

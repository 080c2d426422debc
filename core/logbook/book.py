"""One or several logs as one sequence of rows, read around a place; nothing of it is kept.

Every call opens the files, reads what it needs and closes them: a `Book` costs nothing while nobody looks, survives
whatever happens to its files, and threads may share it. What a call costs depends on what it returns, not on the size
of the files. Nothing here raises for what a file is or is not: one that is missing or cannot be read is empty.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from typing import NamedTuple

from .growth import Known
from .matching import Matching
from .model import END, START, Hit, News, Place, Progress, Row, Source, Stop, Streams, never, unheard
from .patterns import Pattern
from .reader import Bars, Reader, dropped, identity, without
from .rows import row_of
from .search import Search
from .tally import Lines, Tally, of_matches
from .weave import Weave, names


class _State(NamedTuple):
    """What a source's files were like at a look: bytes to read; of each file size and which it is."""

    size: int = 0
    files: tuple[tuple[int, tuple[int, int] | None], ...] = ()
    holes: tuple[int, tuple[int, int] | None] = (0, None)


class Opened:
    """The sources of a book that one call has opened, each on its first use."""

    def __init__(self, book: Book, stack: ExitStack) -> None:
        self._book, self._stack = book, stack
        self._weaves: dict[int, Weave] = {}

    def __getitem__(self, number: int) -> Weave:
        if number not in self._weaves:
            self._weaves[number] = self._stack.enter_context(self._book.weave(number))
        return self._weaves[number]


class Book:
    """An attempt's log, or those of several attempts or jobs one after the other with a heading before each."""

    def __init__(self, sources: Sequence[Source], streams: Streams = "both") -> None:
        self.sources = tuple(sources)
        self.streams = streams
        self._known = [Known()] * len(self.sources)
        self._bars = self._no_bars()
        self._states = [_State()] * len(self.sources)
        self.grown()

    def window(self, place: Place, before: int, after: int) -> list[Row]:
        """Up to *before* rows before the row that *place* is in, then up to *after* rows from that one on."""
        with ExitStack() as stack:
            opened = Opened(self, stack)
            rows = list(islice(self._back(opened, place), before))[::-1]
            return rows + list(islice(self._onwards(opened, place), after))

    def rows(self, place: Place = START) -> Generator[Row, None, None]:
        """The rows from the one that *place* is in on, as long as somebody takes them."""
        with ExitStack() as stack:
            yield from self._onwards(Opened(self, stack), place)

    def rows_back(self, place: Place = END) -> Generator[Row, None, None]:
        """The rows before the one that *place* is in, the nearest first."""
        with ExitStack() as stack:
            yield from self._back(Opened(self, stack), place)

    # -- where ------------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """Bytes to read at the last :meth:`grown`, without what the keeper has dropped."""
        return sum(state.size for state in self._states)

    def passed(self, place: Place) -> int:
        """How many of those bytes come before the row of *place*."""
        if not 0 <= place.source < len(self.sources):
            return 0 if place.source < 0 else self.size
        earlier = self.before(place.source)
        if not place.stream:
            return earlier
        with self.weave(place.source) as weave:
            return earlier + weave.passed(weave.heads(place.stream, place.offset))

    def before(self, source: int) -> int:
        """How many of them are in the sources before this one."""
        return sum(state.size for state in self._states[:source])

    def fraction(self, place: Place) -> float:
        """How far down *place* is, 0..1."""
        return min(1.0, self.passed(place) / self.size) if self.size else 0.0

    def at_fraction(self, fraction: float) -> Place:
        """The row so far down."""
        left = round(max(0.0, min(1.0, fraction)) * self.size)
        for number, state in enumerate(self._states):
            if left < state.size:
                with self.weave(number) as weave:
                    return self._first(number, weave, weave.at_byte(left))
            left -= state.size
        return END

    def at_time(self, time: float) -> Place:
        """The first row that arrived at *time* (wall time) or later; END if there is none."""
        for number in range(len(self.sources)):
            with self.weave(number) as weave:
                step = weave.growth.since(time)
                if step < weave.growth.steps - 1:
                    return self._first(number, weave, weave.at_step(step))
        return END

    def whole_lines(self, source: int) -> dict[str, int]:
        """For each stream of a source the offset behind its last whole line, or hole, so far."""
        with self.weave(source) as weave:
            return {name: _behind(reader) for name, reader in weave.readers.items()}

    def grown(self) -> News:
        """Look at the files again: sizes as from now on, and what has happened since the last look."""
        before = self._states
        self._states = [self._state(*pair) for pair in zip(self.sources, before, strict=True)]
        pairs = [
            pair
            for old, new in zip(before, self._states, strict=True)
            for pair in zip(old.files, new.files, strict=False)
        ]
        news = News(
            more=max(0, sum(new.size - old.size for old, new in zip(before, self._states, strict=True))),
            truncated=any(new[0] < old[0] for old, new in pairs if new[1] == old[1]),
            replaced=any(old[1] != new[1] for old, new in pairs if old[1] and new[1]),
            gone=any(old[1] and not new[1] for old, new in pairs),
        )
        if news.anew:
            self._bars = self._no_bars()
        return news

    @property
    def there(self) -> bool:
        """Whether any of the files was there at the last look."""
        return any(which for state in self._states for _, which in state.files)

    # -- search -----------------------------------------------------------------------------------

    def search(
        self,
        pattern: Pattern,
        place: Place = START,
        *,
        backwards: bool = False,
        here: bool = False,
        stop: Stop = never,
        progress: Progress = unheard,
    ) -> Hit | None:
        """The first match behind the row that *place* is in, or with *backwards* the last one before it.

        *here*: or in that row itself. None where there is none, or when stopped; nothing is searched twice or wraps.
        """
        return Search(self, pattern, stop, progress).run(place, backwards, here)

    def hits(
        self, pattern: Pattern, place: Place = START, *, stop: Stop = never, progress: Progress = unheard
    ) -> Generator[Row, None, None]:
        """All rows that match from the one that *place* is in on; cheaper than one search after the other."""
        return Search(self, pattern, stop, progress).every(place)

    def tally(self, pattern: Pattern) -> Tally:
        """A count of the rows that match: run it, then ask it how many come before a place."""
        return of_matches(self, pattern)

    def lines(self) -> Lines:
        """The numbers of lines: run it, then ask it for one's number or its place."""
        return Lines(self)

    def alone(self, source: int) -> Book:
        """One of its sources as a book of its own."""
        return Book(self.sources[source : source + 1], self.streams)

    def matching(self, pattern: Pattern, context: int = 0) -> Matching:
        """Only the rows that match, each with *context* rows around it."""
        return Matching(self, pattern, context)

    # -- rows -------------------------------------------------------------------------------------

    def weave(self, number: int) -> Weave:
        """The files of a source, opened; close them by leaving its ``with``."""
        weave = Weave(self.sources[number], self.streams, self._known[number], self._bars[number])
        self._known[number] = weave.growth.known
        return weave

    def _no_bars(self) -> list[dict[str, Bars]]:
        return [{name: Bars() for name in names(self.streams)} for _ in self.sources]

    def _onwards(self, opened: Opened, place: Place) -> Iterator[Row]:
        for number in range(max(0, place.source), len(self.sources)):
            inside = number == place.source and place.stream
            if not inside:
                yield from self._heading(number)
            weave = opened[number]
            heads = weave.heads(place.stream, place.offset) if inside else weave.start()
            for woven in weave.onwards(heads):
                yield row_of(number, weave, woven)

    def _back(self, opened: Opened, place: Place) -> Iterator[Row]:
        for number in range(min(place.source, len(self.sources) - 1), -1, -1):
            here = number == place.source
            if here and not place.stream:
                continue
            weave = opened[number]
            heads = weave.heads(place.stream, place.offset) if here else weave.end()
            for woven in weave.back(heads):
                yield row_of(number, weave, woven)
            yield from self._heading(number)

    def _heading(self, number: int) -> Iterator[Row]:
        if len(self.sources) > 1:
            source = self.sources[number]
            title = source.title.encode("utf-8", "surrogateescape")
            yield Row(Place(number, "", 0), title, 0, "heading", source.started_at)

    def _first(self, number: int, weave: Weave, heads: dict[str, int]) -> Place:
        """The place of the first row from *heads* on."""
        woven = next(weave.onwards(heads), None)
        return Place(number, woven.stream, woven.span.start) if woven else self._after(number)

    def _after(self, number: int) -> Place:
        return Place(number + 1, "", 0) if number + 1 < len(self.sources) else END

    def _state(self, source: Source, before: _State) -> _State:
        files = tuple(identity(source.path(name)) for name in names(self.streams))
        holes = identity(source.holes)
        if (files, holes) == (before.files, before.holes):  # as most of a long chain are
            return before
        dense = sum(
            without(dropped(source.holes, name), size)
            for name, (size, _) in zip(names(self.streams), files, strict=True)
        )
        return _State(dense, files, holes)


def _behind(reader: Reader) -> int:
    """Where a file's last line begins if it is not whole, else the size."""
    end = reader.size
    for span in reader.rows_before(end):
        if span.hole or (not span.more and reader.data(span.end - 1, span.end) == b"\n"):
            return end
        end = span.start
    return end

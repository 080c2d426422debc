"""The rows of one source in order: of one stream as they stand in it, of both as the keeper saw them arrive.

A row belongs to the step (see :mod:`growth`) in which its first byte arrived; within a step standard output comes
first. So what has been shown never changes its place when more is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .growth import Growth, Known
from .model import STDERR, STDOUT, Source, Streams
from .reader import Bars, Reader, Span, dropped, without

RANK = {STDOUT: 0, STDERR: 1}


class Woven(NamedTuple):
    """A row's span, whose it is, and when it was there."""

    stream: str
    span: Span
    at: float | None


def names(streams: Streams) -> tuple[str, ...]:
    """The streams that are meant."""
    return (STDOUT, STDERR) if streams == "both" else (streams,)


class Weave:
    """The files of one source, opened; close it."""

    def __init__(self, source: Source, streams: Streams, known: Known, bars: Mapping[str, Bars]) -> None:
        self.readers = {name: Reader(source.path(name), bars[name]) for name in names(streams)}
        self.holes = {name: dropped(source.holes, name) for name in self.readers}
        self.growth = Growth(source.growth, {name: reader.size for name, reader in self.readers.items()}, known)

    def __enter__(self) -> Weave:
        return self

    def __exit__(self, *error: object) -> None:
        self.growth.close()
        for reader in self.readers.values():
            reader.close()

    def start(self) -> dict[str, int]:
        """Before the first row."""
        return dict.fromkeys(self.readers, 0)

    def end(self) -> dict[str, int]:
        """Behind the last row."""
        return {name: reader.size for name, reader in self.readers.items()}

    def heads(self, stream: str, offset: int) -> dict[str, int]:
        """For each stream where the rows begin that do not come before the row with this byte."""
        if stream not in self.readers:
            stream, offset = next(iter(self.readers)), 0 if not stream else self._twin(stream, offset)
        row = self.readers[stream].row(offset)
        begin = row.start if row else self.readers[stream].size
        heads = {stream: begin}
        for name, reader in self.readers.items():
            if name != stream:
                heads[name] = reader.next_start(self._twin(stream, begin))
        return heads

    def at_step(self, number: int) -> dict[str, int]:
        """The rows that began in this step or later."""
        return {name: reader.next_start(self.growth.low(number, name)) for name, reader in self.readers.items()}

    def onwards(self, heads: dict[str, int]) -> Iterator[Woven]:
        """The rows from *heads* on."""
        return _merged({name: self.readers[name].rows(at) for name, at in heads.items()}, self, 1)

    def back(self, heads: dict[str, int]) -> Iterator[Woven]:
        """The rows before *heads*, the last first."""
        return _merged({name: self.readers[name].rows_before(at) for name, at in heads.items()}, self, -1)

    def passed(self, heads: dict[str, int]) -> int:
        """Bytes before *heads*, without what the keeper has dropped."""
        return sum(without(self.holes[name], at) for name, at in heads.items())

    def at_byte(self, wanted: int) -> dict[str, int]:
        """The rows from about the place on where so many bytes lie before; all but exact."""
        low, high = 0, self.growth.steps
        while low < high:
            middle = (low + high) // 2
            if self.passed(self._lows(middle + 1)) > wanted:
                high = middle
            else:
                low = middle + 1
        heads, highs = self._lows(low), self._lows(low + 1)
        for name, high in highs.items():
            left = max(0, wanted - self.passed(heads))
            heads[name] = min(self._loose(name, without(self.holes[name], heads[name]) + left), high)
        return {name: self.readers[name].next_start(at) for name, at in heads.items()}

    def step_of(self, stream: str, offset: int) -> int:
        """The step in which a byte arrived."""
        return self.growth.step(stream, offset).number

    def _lows(self, number: int) -> dict[str, int]:
        last = number >= self.growth.steps
        return {
            name: reader.size if last else min(self.growth.low(number, name), reader.size)
            for name, reader in self.readers.items()
        }

    def _twin(self, stream: str, offset: int) -> int:
        """The offset in the other stream from which on things come after the byte at *offset* of this one."""
        other = STDOUT if stream == STDERR else STDERR
        number = self.step_of(stream, offset) + (stream == STDERR)
        if number >= self.growth.steps:
            return self.readers[other].size if other in self.readers else 1 << 62
        return self.growth.low(number, other)

    def _loose(self, stream: str, dense: int) -> int:
        low, high = self.holes[stream]
        return dense if dense < low else dense + high - low


def _merged(rows: dict[str, Iterator[Span]], weave: Weave, way: int) -> Iterator[Woven]:
    """The rows of the streams in one order; *way*: 1 onwards, -1 back."""
    heads = {name: next(spans, None) for name, spans in rows.items()}
    keys = {name: _key(weave, name, span) for name, span in heads.items() if span}
    while keys:
        name = min(keys, key=keys.__getitem__) if way > 0 else max(keys, key=keys.__getitem__)
        span = heads[name]
        assert span is not None
        yield Woven(name, span, weave.growth.at(keys[name][0]))
        heads[name] = following = next(rows[name], None)
        if following is None:
            del keys[name]
        else:
            keys[name] = _key(weave, name, following)


def _key(weave: Weave, name: str, span: Span) -> tuple[int, int]:
    return weave.step_of(name, span.start), RANK[name]

"""A series read once: of each block of values the least, the most, the first and the last; then any view is quick.

10^7 values leave 78,125 blocks of 128, 10^8 values 97,656 of 1,024: some 4 MB. A view of more than `WHOLE` values is
drawn from blocks, one of fewer from the values themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from .sources import Floats, Reversed, floats

BLOCK = 128  # values
MANY = 1 << 24  # values from which on blocks are larger
LARGER = 8  # times
PIECE = 4096 * BLOCK  # values that are read at once
WHOLE = 1 << 18  # values of a view that are read themselves
Stopped = Callable[[], None]  # raises where nobody wants the answer any more


class Blocks(NamedTuple):
    """Of each block: x of its first and last value; y of the first, the last, the least and the most, NaN for none."""

    x: Any  # the sources, in rising order where x is sorted
    y: Any
    size: int  # values
    rises: bool  # x is sorted, without NaN
    x0: Floats
    x1: Floats
    first: Floats
    last: Floats
    least: Floats
    most: Floats
    x_least: float  # bounds of the points that have both numbers; NaN without any
    x_most: float
    block: int = BLOCK  # values of each but the last


class _Piece(NamedTuple):
    x0: Floats
    x1: Floats
    first: Floats
    last: Floats
    least: Floats
    most: Floats
    steps: int  # 1: x never falls, -1: it never rises, 0: neither, 2: it stays the same
    x_least: float
    x_most: float


def read(x: Any, y: Any, stopped: Stopped = lambda: None) -> Blocks:
    """Read a series, piece by piece. A falling x is turned round. The longer of x and y is cut."""
    count = min(x.shape[0], y.shape[0])
    block = BLOCK if count < MANY else LARGER * BLOCK
    pieces = list(_pieces(x, y, count, block, stopped))
    steps = [piece.steps for piece in pieces]
    steps += [_joined(one, other) for one, other in pairwise(pieces)]
    if -1 in steps and not {0, 1} & set(steps):
        return read(Reversed(_upto(x, count)), Reversed(_upto(y, count)), stopped)
    bounds = [(piece.x_least, piece.x_most) for piece in pieces if piece.x_least == piece.x_least]
    rises = not {0, -1} & set(steps)
    each = [np.concatenate([np.empty(0), *(piece[at] for piece in pieces)]) for at in range(6)]
    x_least, x_most = min((low for low, _ in bounds), default=np.nan), max((high for _, high in bounds), default=np.nan)
    return Blocks(x, y, count, rises, each[0], each[1], each[2], each[3], each[4], each[5], x_least, x_most, block)


def _pieces(x: Any, y: Any, count: int, block: int, stopped: Stopped) -> Iterator[_Piece]:
    for start in range(0, count, PIECE):
        stopped()
        part = slice(start, min(start + PIECE, count))
        yield _piece(floats(x, part), floats(y, part), block)


def _piece(x: Floats, y: Floats, block: int) -> _Piece:
    starts = np.arange(0, len(y), block)
    ends = np.minimum(starts + block, len(y)) - 1
    steps = _steps(x)
    low, high = _bounds(x, y, steps)
    return _Piece(
        x[starts], x[ends], y[starts], y[ends], *_extremes(y, block), steps, low, high
    )  # fmt: skip


def _extremes(y: Floats, block: int) -> tuple[Floats, Floats]:
    """Least and most of each block. Whole blocks as rows: that is several times as fast as `reduceat`."""
    whole = len(y) // block * block
    rows = y[:whole].reshape(-1, block)
    with np.errstate(invalid="ignore"):
        least, most = np.fmin.reduce(rows, axis=1), np.fmax.reduce(rows, axis=1)
        if whole == len(y):
            return least, most
        rest = y[whole:]
        return np.append(least, np.fmin.reduce(rest)), np.append(most, np.fmax.reduce(rest))


def _steps(x: Floats) -> int:
    if np.isnan(x[0]) or np.isnan(x[-1]):
        return 0
    if (x[1:] >= x[:-1]).all():
        return 1 if x[-1] > x[0] else 2
    return -1 if (x[1:] <= x[:-1]).all() else 0


def _joined(one: _Piece, other: _Piece) -> int:
    """How x goes on from one piece to the next."""
    end, start = one.x1[-1], other.x0[0]
    return 2 if end == start else 1 if end < start else -1 if end > start else 0


def _bounds(x: Floats, y: Floats, steps: int) -> tuple[float, float]:
    """Where the points with both numbers begin and end."""
    if steps and not np.isnan(y[0]) and not np.isnan(y[-1]):
        ends = sorted((float(x[0]), float(x[-1])))
        return ends[0], ends[1]
    known = x[~np.isnan(y)]
    if not known.size:
        return np.nan, np.nan
    with np.errstate(all="ignore"):
        return float(np.fmin.reduce(known)), float(np.fmax.reduce(known))


def _upto(source: Any, count: int) -> Any:
    return source if source.shape[0] == count else _Begin(source, count)


class _Begin:
    """The first values of a source."""

    def __init__(self, source: Any, count: int) -> None:
        self.shape, self.dtype, self._source = (count,), source.dtype, source

    def __getitem__(self, key: slice) -> Any:
        start, stop, _ = key.indices(self.shape[0])
        return self._source[start:stop]

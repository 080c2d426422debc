"""What a window shows of a sorted series: for each column of dots the first, last, least and most value in it.

Nothing is lost: whatever value lies in a column is between its least and its most. Blocks that lie in one column count
as they are, those in two count in both; blocks that reach further (a gap in x, the left of a log axis) are read.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from .blocks import WHOLE, Blocks
from .scales import Scale, along, back
from .sources import Floats, floats


class Rows(NamedTuple):
    """Values or blocks in the order of x. Places on the axes, `x` in numbers of the data."""

    x: Floats
    left: Floats
    right: Floats
    first: Floats
    last: Floats
    least: Floats
    most: Floats
    points: Any


class Columns(NamedTuple):
    """The columns that have points, from left to right, -1 and beyond the last included: the nearest outside."""

    at: Any
    rows: Rows


def columns(blocks: Blocks, across: Scale, logx: bool, logy: bool) -> Columns:
    """What the window shows of a series whose x rises."""
    rows = _rows(blocks, across, logx, logy)
    known = ~np.isnan(rows.left)
    if not known.all():
        rows = Rows(*(each[known] for each in rows))
    return grouped(*_split(rows, across))


def values(blocks: Blocks, across: Scale, logx: bool, logy: bool) -> Rows | None:
    """The values that the window shows, with a neighbour on both sides; None where they are too many."""
    start, end = _range(blocks, across, logx)
    if (end - start) * blocks.block > WHOLE:
        return None
    rows = _values(blocks, start, end, logx, logy)
    left, right = back(across.low, logx), back(across.high, logx)
    inner = slice(max(0, int(np.searchsorted(rows.x, left)) - 1), int(np.searchsorted(rows.x, right, "right")) + 1)
    return Rows(*(each[inner] for each in rows))


def _rows(blocks: Blocks, across: Scale, logx: bool, logy: bool) -> Rows:
    found = values(blocks, across, logx, logy)
    return _of_blocks(blocks, *_range(blocks, across, logx), across, logx, logy) if found is None else found


def _range(blocks: Blocks, across: Scale, logx: bool) -> tuple[int, int]:
    """The blocks between the edges, and one more on both sides."""
    start = max(0, int(np.searchsorted(blocks.x0, back(across.low, logx))) - 1)
    end = int(np.searchsorted(blocks.x0, back(across.high, logx), "right")) + 1
    return start, min(len(blocks.x0), end)


def _values(blocks: Blocks, start: int, end: int, logx: bool, logy: bool) -> Rows:
    """The values of some blocks themselves."""
    part = slice(start * blocks.block, min(end * blocks.block, blocks.size))
    x, y = floats(blocks.x, part), along(floats(blocks.y, part), logy)
    place = along(x, logx)
    return Rows(x, place, place, y, y, y, y, np.ones(len(x), "i8"))


def _of_blocks(blocks: Blocks, start: int, end: int, across: Scale, logx: bool, logy: bool) -> Rows:
    part = slice(start, end)
    left, right = along(blocks.x0[part], logx), along(blocks.x1[part], logx)
    most = along(blocks.most[part], logy)
    least = along(blocks.least[part], logy)
    if logy:  # a block with numbers above 0 and others
        least = np.where(np.isnan(least) & ~np.isnan(most), -np.inf, least)
    count = np.full(end - start, blocks.block)
    ends = along(blocks.first[part], logy), along(blocks.last[part], logy)
    rows = Rows(blocks.x0[part], left, right, *ends, least, most, count)
    far = np.isnan(left) | (across.cell(across.at(right)) - across.cell(across.at(left)) > 1)
    return _with_read(blocks, rows, far, start, logx, logy) if far.any() else rows


def _with_read(blocks: Blocks, rows: Rows, far: Any, start: int, logx: bool, logy: bool) -> Rows:
    """The rows, those of *far* in their values."""
    borders = [0, *(np.flatnonzero(np.diff(far)) + 1).tolist(), len(far)]
    parts: list[Rows] = []
    for one, other in pairwise(borders):
        if far[one]:
            # What lies left of a logarithmic axis altogether is no use to anybody.
            one += int(np.searchsorted(blocks.x1[start + one : start + other], 0.0, "right")) if logx else 0
            parts.append(_values(blocks, start + one, start + other, logx, logy))
        else:
            parts.append(Rows(*(each[one:other] for each in rows)))
    return Rows(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _split(rows: Rows, across: Scale) -> tuple[Any, Rows]:
    """The column of each row; rows that lie in two stand in both, and their bars join them."""
    one, other = across.cell(across.at(rows.left)), across.cell(across.at(rows.right))
    if (one == other).all():
        return one, rows
    at = np.repeat(np.arange(len(one)), other - one + 1)
    again = np.diff(at, prepend=-1) == 0
    ahead = np.append(again[1:], False)
    split = Rows(*(each[at] for each in rows))
    first, last = np.where(again, np.nan, split.first), np.where(ahead, np.nan, split.last)
    return np.where(again, other[at], one[at]), split._replace(first=first, last=last)


def grouped(at: Any, rows: Rows) -> Columns:
    """Rows of one column as one."""
    if not len(at):
        return Columns(at, rows)
    starts = np.flatnonzero(np.diff(at, prepend=at[0] - 1))
    ends = np.append(starts[1:], len(at)) - 1
    with np.errstate(invalid="ignore"):
        return Columns(
            at[starts],
            Rows(
                rows.x[starts], rows.left[starts], rows.right[ends], rows.first[starts], rows.last[ends],
                np.fmin.reduceat(rows.least, starts), np.fmax.reduceat(rows.most, starts),
                np.add.reduceat(rows.points, starts),
            ),
        )  # fmt: skip

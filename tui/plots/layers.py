"""The series of a figure as layers of dots in a window, and the values that a cursor finds there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .blocks import PIECE, Blocks, Stopped
from .columns import Columns, Rows, columns, grouped, values
from .dots import larger
from .model import POINTS, Figure, Series, Stop, Value
from .scales import Scale, along, back
from .sources import Floats, floats
from .spans import Segments, bars, canvas, joints, strokes

JOINED = 100_000  # points that are joined although x jumps


class Seen(NamedTuple):
    """A series in a window: its columns, and where x jumps its points, as places on the axes."""

    series: Series
    columns: Columns | None
    x: Floats | None = None
    y: Floats | None = None
    blocks: Blocks | None = None


def seen(series: Series, blocks: Blocks, across: Scale, figure: Figure) -> Seen:
    """What the window shows of a series; the points themselves only where they jump and are not too many."""
    if blocks.rises:
        return _sorted(series, blocks, across, figure)
    if blocks.size > JOINED:
        return Seen(series, None, blocks=blocks)
    x, y = (along(floats(one, slice(0, blocks.size)), log) for one, log in _axes(blocks, figure))
    return Seen(series, _by_column(x, y, across, figure), x, y)


def _sorted(series: Series, blocks: Blocks, across: Scale, figure: Figure) -> Seen:
    found = columns(blocks, across, figure.logx, figure.logy)
    near = values(blocks, across, figure.logx, figure.logy) if series.style == POINTS else None
    return Seen(series, found, near.left, near.least) if near else Seen(series, found)


def _axes(blocks: Blocks, figure: Figure) -> tuple[tuple[Any, bool], tuple[Any, bool]]:
    return (blocks.x, figure.logx), (blocks.y, figure.logy)


def _by_column(x: Floats, y: Floats, across: Scale, figure: Figure) -> Columns:
    """The points that are to be seen, from left to right: for the cursor and the bounds."""
    at = across.cell(across.at(x))
    inside = np.flatnonzero((at >= 0) & (at < across.dots) & ~np.isnan(x) & ~np.isnan(y))
    order = inside[np.argsort(x[inside], kind="stable")]
    places, heights = x[order], y[order]
    numbers = np.array([back(place, figure.logx) for place in places.tolist()]) if figure.logx else places
    rows = Rows(numbers, places, places, heights, heights, heights, heights, np.ones(len(order), "i8"))
    return grouped(at[order], rows)


def bounds(all_seen: Sequence[Seen], across: Scale) -> tuple[float, float] | None:
    """The least and the most that is to be seen, as places; None for nothing."""
    found = [pair for one in all_seen if (pair := _bounds(one, across))]
    return (min(low for low, _ in found), max(high for _, high in found)) if found else None


def _bounds(one: Seen, across: Scale) -> tuple[float, float] | None:
    if one.columns is None:
        assert one.blocks is not None
        least, most = one.blocks.least, one.blocks.most
    else:
        inside = (one.columns.at >= 0) & (one.columns.at < across.dots)
        rows = one.columns.rows
        least, most = np.append(rows.least[inside], rows.first[inside]), rows.most[inside]
    least, most = least[np.isfinite(least)], most[np.isfinite(most)]
    return (float(least.min()), float(most.max())) if least.size and most.size else None


def dots(one: Seen, across: Scale, up: Scale, figure: Figure, stopped: Stopped) -> Any:
    """The layer of a series: a boolean array of dots."""
    if one.columns is None:
        assert one.blocks is not None
        return _crowd(one.blocks, across, up, figure, stopped)
    if one.x is not None and one.y is not None:
        found = _scattered(one.x, one.y, across, up)
        found = larger(found) if few(one, across) else found
        return found if one.series.style == POINTS else found | _joined(one.x, one.y, across, up)
    layer = canvas(bars(one.columns, across, up), across.dots, up.dots)
    if one.series.style == POINTS:
        return layer
    return layer | canvas(strokes(joints(one.columns), across, up), across.dots, up.dots)


def few(one: Seen, across: Scale) -> bool:
    """Whether its points stand alone, so that each may be larger."""
    return one.columns is not None and int(one.columns.rows.points.sum()) <= across.dots


def _scattered(x: Floats, y: Floats, across: Scale, up: Scale) -> Any:
    layer = np.zeros((up.dots, across.dots), bool)
    column, row = across.cell(across.at(x)), up.cell(up.at(y))
    inside = (column >= 0) & (column < across.dots) & (row >= 0) & (row < up.dots)
    layer[up.dots - 1 - row[inside], column[inside]] = True
    return layer


def _joined(x: Floats, y: Floats, across: Scale, up: Scale) -> Any:
    there = ~(np.isnan(x) | np.isnan(y))
    pairs = there[1:] & there[:-1]
    lines = Segments(x[:-1][pairs], y[:-1][pairs], x[1:][pairs], y[1:][pairs])
    layer = np.zeros((up.dots, across.dots), bool)
    for at in range(0, len(lines.x0), 5000):  # a line may take a span in every column
        some = Segments(*(each[at : at + 5000] for each in lines))
        layer |= canvas(strokes(some, across, up), across.dots, up.dots)
    return layer


def _crowd(blocks: Blocks, across: Scale, up: Scale, figure: Figure, stopped: Stopped) -> Any:
    """Every point a dot, read piece by piece."""
    layer = np.zeros((up.dots, across.dots), bool)
    for start in range(0, blocks.size, PIECE):
        stopped()
        part = slice(start, min(start + PIECE, blocks.size))
        x, y = (along(floats(one, part), log) for one, log in _axes(blocks, figure))
        layer |= _scattered(x, y, across, up)
    return layer


# -- the cursor --------------------------------------------------------------------------------------------


def stops(all_seen: Sequence[Seen], across: Scale, figure: Figure) -> tuple[Stop, ...]:
    """Where a cursor may stand, cell by cell: where the first series has values that are numbers."""
    cells = [_cells(one, across, figure) for one in all_seen]
    if not cells:
        return ()
    return tuple(
        Stop(column, x, tuple(each[column][2] for each in cells if column in each), count)
        for column, (x, count, _) in cells[0].items()
    )


def _cells(one: Seen, across: Scale, figure: Figure) -> dict[int, tuple[float, int, Value]]:
    """By cell: x of the first point, the number of points, and the values."""
    found: dict[int, tuple[float, int, Value]] = {}
    if one.columns is None:
        return found
    rows = one.columns.rows
    fields = (one.columns.at, rows.x, rows.points, rows.least, rows.most)
    for at, x, count, least, most in zip(*(each.tolist() for each in fields), strict=True):
        if not 0 <= at < across.dots or most != most:
            continue
        low, high = back(least, figure.logy), back(most, figure.logy)
        if (before := found.get(at // 2)) is not None:
            x, count = before[0], count + before[1]
            low, high = min(low, before[2].low), max(high, before[2].high)
        found[at // 2] = x, count, Value(one.series.name, low, high)
    return found

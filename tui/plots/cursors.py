"""Which value the cursor is on, and how it is told. Plain arithmetic on what a picture brought along."""

from __future__ import annotations

import math
from datetime import datetime

from ..text import plain
from .model import Figure, Picture, Stop, Value

SIGNIFICANT = 6


def nearest(picture: Picture, x: float, row: int = 0) -> Stop | None:
    """The stop next to a value of x; of an image in that line, or the nearest line that there is."""
    last = len(picture.cells.y) - 1 if picture.cells else 0
    return min(line(picture, min(max(row, 0), last)), key=lambda stop: abs(stop.x - x), default=None)


def line(picture: Picture, row: int) -> tuple[Stop, ...]:
    """The stops from left to right; of an image those of a line of the canvas."""
    cells = picture.cells
    if cells is None:
        return picture.stops
    pairs = enumerate(zip(cells.low[row], cells.high[row], strict=True))
    return tuple(
        Stop(column, cells.x[column], (Value(cells.name, low, high),), 1, row, cells.y[row])
        for column, (low, high) in pairs
        if low == low
    )


def moved(picture: Picture, stop: Stop | None, across: int, up: int = 0) -> Stop | None:
    """The stop so many further; from none, the one in the middle. At the ends it stays."""
    last = len(picture.cells.y) - 1 if picture.cells else 0
    if stop is None:
        found = line(picture, last // 2)
        return found[len(found) // 2] if found else None
    found = line(picture, min(max(stop.row - up, 0), last))
    if not found:
        return stop
    place = min(range(len(found)), key=lambda number: abs(found[number].column - stop.column))
    return found[min(max(place + across, 0), len(found) - 1)]


def again(picture: Picture, stop: Stop, logx: bool = False) -> Stop | None:
    """The stop in another picture: at the value next to where it was; None where that is out of sight."""
    view, place = picture.view, math.log10(stop.x) if logx and stop.x > 0 else stop.x
    if view is None or not view.left <= place <= view.right:
        return None
    height = stop.y
    rows = range(len(picture.cells.y)) if picture.cells else range(1)
    row = 0
    if picture.cells is not None and height is not None:
        ys = picture.cells.y
        row = min(rows, key=lambda number: abs(ys[number] - height))
    return nearest(picture, stop.x, row)


def words(picture: Picture, stop: Stop, figure: Figure) -> str:
    """``gain 12,000 · avgi -51.2``; where the cell stands for several points, from the least to the most of them."""
    view = picture.view
    span = view.right - view.left if view and not figure.logx else 0.0
    told = [f"{plain(figure.xlabel) or 'x'} {when(stop.x) if picture.times else number(stop.x, span)}"]
    if stop.y is not None:
        height = view.high - view.low if view and view.high is not None and view.low is not None else 0.0
        told.append(f"{plain(figure.ylabel) or 'y'} {number(stop.y, height)}")
    told += [f"{plain(value.name)} {_range(value)}" for value in stop.values]
    return " · ".join(told) + (f" · {stop.points:,} points here" if stop.points > 1 else "")


def _range(value: Value) -> str:
    low, high = number(value.low, value.high - value.low), number(value.high, value.high - value.low)
    return low if low == high else f"{low} … {high}"


def number(value: float, span: float = 0.0) -> str:
    """A number with as many figures as tell it from its neighbours in a window of that size."""
    if not math.isfinite(value):
        return "no value"
    figures = SIGNIFICANT
    if span > 0 and value and math.isfinite(span):
        figures = min(16, max(figures, math.ceil(math.log10(abs(value) / span) + 4) if abs(value) > span else 0))
    return f"{value:,.{figures}g}" if abs(value) < 10**figures else f"{value:.{figures}g}"


def when(seconds: float) -> str:
    """A local time."""
    try:
        return datetime.fromtimestamp(seconds).isoformat(" ", "milliseconds")
    except (ValueError, OverflowError, OSError):
        return f"{seconds:.6g}"

"""Which value the cursor is on, and how it is told. Plain arithmetic on what a picture brought along."""

from __future__ import annotations

import math
from datetime import datetime

from .model import Figure, Picture, Stop, Value

SIGNIFICANT = 6


def nearest(picture: Picture, x: float, row: int = 0) -> Stop | None:
    """The stop next to a value of x; of an image in that line, or the nearest that there is."""
    if not picture.stops:
        return None
    line = picture.stops[min(max(row, 0), len(picture.stops) - 1)]
    return min(line, key=lambda stop: abs(stop.x - x), default=None)


def moved(picture: Picture, stop: Stop | None, across: int, up: int = 0) -> Stop | None:
    """The stop so many further; from none, the one in the middle. At the ends it stays."""
    lines = [line for line in picture.stops if line]
    if not lines:
        return None
    if stop is None:
        line = lines[len(lines) // 2]
        return line[len(line) // 2]
    at = min(range(len(lines)), key=lambda number: abs(lines[number][0].row - stop.row))
    line = lines[min(max(at - up, 0), len(lines) - 1)]
    place = min(range(len(line)), key=lambda number: abs(line[number].column - stop.column))
    return line[min(max(place + across, 0), len(line) - 1)]


def words(picture: Picture, stop: Stop, figure: Figure) -> str:
    """``gain 12,000 · avgi -51.2``; where the cell stands for several points, from the least to the most of them."""
    view = picture.view
    span = view.right - view.left if view and not figure.logx else 0.0
    told = [f"{figure.xlabel or 'x'} {when(stop.x) if picture.times else number(stop.x, span)}"]
    if stop.y is not None:
        height = view.high - view.low if view and view.high is not None and view.low is not None else 0.0
        told.append(f"{figure.ylabel or 'y'} {number(stop.y, height)}")
    told += [f"{value.name} {_range(value)}" for value in stop.values]
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

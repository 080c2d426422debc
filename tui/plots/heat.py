"""An image reduced to a window: each cell is the mean of the values in it, or the nearest value where it has none."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from ..text import plain
from .blocks import Stopped
from .colours import LEVELS, SHADES, table
from .model import Image, Text
from .scales import Scale, along
from .sources import Floats, floats

LARGEST = float(np.finfo("f8").max)
FARTHEST = 1e300  # of an axis; what lies further out leaves no room for borders
PIECE = 1 << 22  # values that are read at once


class Axis(NamedTuple):
    """The places of rows or columns, rising, and the borders between them; *turned*: the values are the other way."""

    places: Floats
    borders: Floats
    turned: bool = False

    @property
    def ends(self) -> tuple[float, float]:
        """From border to border."""
        return float(self.borders[0]), float(self.borders[-1])


def axis(values: Any, count: int, log: bool = False) -> Axis:
    """An axis of *count* values; by their numbers where they do neither rise nor fall, or are not as many."""
    places = along(floats(values, slice(0, count)), log) if values is not None and values.shape == (count,) else None
    if places is None or not (_sorted(places) or _sorted(places[::-1])):
        places = np.arange(count, dtype="f8")
    turned = count > 1 and bool(places[-1] < places[0])
    places = places[::-1] if turned else places
    return Axis(places, _borders(places), turned)


def _sorted(places: Floats) -> bool:
    return bool((np.abs(places) < FARTHEST).all()) and bool((places[1:] > places[:-1]).all())


def _borders(places: Floats) -> Floats:
    if len(places) < 2:
        one = float(places[0]) if len(places) else 0.0
        return np.array([one - 0.5, one + 0.5])
    inner = places[:-1] + (places[1:] - places[:-1]) / 2
    return np.concatenate(([2 * places[0] - inner[0]], inner, [2 * places[-1] - inner[-1]]))


class Ranges(NamedTuple):
    """For each cell the values ``start`` to ``end`` that it stands for; none where start is end."""

    start: Any
    end: Any


def ranges(over: Axis, scale: Scale) -> Ranges:
    """Which values each cell of a window stands for."""
    edges = scale.low + (scale.high - scale.low) * (np.arange(scale.dots + 1) / scale.dots)
    start = np.searchsorted(over.places, edges[:-1])
    end = np.searchsorted(over.places, edges[1:])
    middle = edges[:-1] + (edges[1:] - edges[:-1]) / 2
    nearest = np.searchsorted(over.borders, middle, "right") - 1
    alone = (start == end) & (nearest >= 0) & (nearest < len(over.places))
    return Ranges(np.where(alone, nearest, start), np.where(alone, nearest + 1, end))


def means(image: Image, x: Axis, y: Axis, across: Scale, up: Scale, stopped: Stopped = lambda: None) -> Floats:
    """The means of the cells, the upper line first; NaN where there are no values. An array, lines by columns."""
    columns, rows = ranges(x, across), ranges(y, up)
    found = np.full((up.dots, across.dots), np.nan)
    filled = columns.start < columns.end
    if not filled.any():
        return found
    reader = _Reader(
        image.z, x, y, int(columns.start[filled].min()), int(columns.end[filled].max()), int(rows.end.max())
    )
    inner = Ranges(columns.start - reader.left, columns.end - reader.left)
    before: tuple[int, int] | None = None
    for line, pair in enumerate(zip(rows.start.tolist(), rows.end.tolist(), strict=True)):
        stopped()
        if pair == before:
            found[-1 - line] = found[-line]
        elif pair[0] < pair[1]:
            with np.errstate(all="ignore"):  # sums may be too large for a number
                found[-1 - line] = _across(*reader.sums(*pair), inner, filled)
        before = pair
    return np.asarray(np.clip(found, -LARGEST, LARGEST), "f8")


def _across(sums: Floats, counts: Floats, inner: Ranges, filled: Any) -> Floats:
    """The means of one line."""
    pairs = np.column_stack((inner.start[filled], inner.end[filled])).ravel()
    total = np.add.reduceat(np.append(sums, 0.0), pairs)[::2]
    count = np.add.reduceat(np.append(counts, 0.0), pairs)[::2]
    found = np.full(len(filled), np.nan)
    found[filled] = total / count
    return found


class _Reader:
    """Rows of an image, read some megabytes at a time, in rising order."""

    def __init__(self, z: Any, x: Axis, y: Axis, left: int, right: int, last: int) -> None:
        self._z, self._turned, self._count = z, (y.turned, x.turned), (z.shape[0], z.shape[1])
        self.left, self._right, self._last = left, right, last
        self._step = max(1, PIECE // max(1, right - left))
        self._from, self._block = 0, np.empty((0, right - left))

    def sums(self, start: int, end: int) -> tuple[Floats, Floats]:
        """Of rows: the sum of each column, and how many values it has."""
        total, count = np.zeros(self._right - self.left), np.zeros(self._right - self.left)
        for at in range(start, end, self._step):
            rows = self._rows(at, min(at + self._step, end))
            some = rows.sum(axis=0)
            if np.isnan(some).any():
                known = ~np.isnan(rows)
                total += np.where(known, rows, 0.0).sum(axis=0)
                count += known.sum(axis=0)
            else:
                total += some
                count += len(rows)
        return total, count

    def _rows(self, start: int, end: int) -> Floats:
        if not self._from <= start <= end <= self._from + len(self._block):
            self._from, self._block = start, self._read(start, min(start + self._step, self._last))
        return self._block[start - self._from : end - self._from]

    def _read(self, start: int, end: int) -> Floats:
        (down, upside), (sideways, turned) = (slice(start, end), self._turned[0]), (
            slice(self.left, self._right), self._turned[1],
        )  # fmt: skip
        if upside:
            down = slice(self._count[0] - end, self._count[0] - start)
        if turned:
            sideways = slice(self._count[1] - self._right, self._count[1] - self.left)
        block = floats(self._z, (down, sideways))
        return block[:: -1 if upside else 1, :: -1 if turned else 1]


# -- as text -----------------------------------------------------------------------------------------------


def levels(values: Floats, low: float, high: float, most: int) -> Any:
    """Levels from 0 to *most* - 1; -1 for what has no value."""
    half = high * 0.5 - low * 0.5  # the whole may be larger than any number
    with np.errstate(invalid="ignore"):
        part = (values * 0.5 - low * 0.5) / half if half > 0 else np.where(np.isnan(values), np.nan, 0.5)
        return np.where(np.isnan(part), -1, np.clip(np.nan_to_num(part) * most, 0, most - 1)).astype("i8")


def blocks(values: Floats, low: float, high: float) -> list[list[Text]]:
    """Two lines of values as one of half blocks."""
    found = levels(values, low, high, LEVELS)
    return [_halves(one.tolist(), other.tolist()) for one, other in zip(found[::2], found[1::2], strict=True)]


def _halves(upper: list[int], lower: list[int]) -> list[Text]:
    line: list[Text] = []
    for one, other in zip(upper, lower, strict=True):
        text, style = _half(one, other)
        if line and line[-1][1] == style and line[-1][0][0] == text:
            line[-1] = line[-1][0] + text, style
        else:
            line.append((text, style))
    return line


@cache
def _half(upper: int, lower: int) -> Text:
    colours = table()
    if upper < 0:
        return (" ", "") if lower < 0 else ("▄", colours[lower])
    if lower < 0:
        return "▀", colours[upper]
    ground = f"{colours[upper]} on {colours[lower]}"
    return (" ", ground) if upper == lower else ("▀", ground)


def shades(values: Floats, low: float, high: float) -> list[list[Text]]:
    """Each value as a shade, for terminals whose colours nobody knows; a dot where there is none."""
    found = levels(values, low, high, len(SHADES))
    return [[("".join(SHADES[one] if one >= 0 else "·" for one in row), "")] for row in found.tolist()]


def bar(name: str, low: float, high: float, colours: bool) -> tuple[Text, ...]:
    """The legend: what the colours mean."""
    name, told = plain(name), f"{low:.4g}"
    if not colours:
        return ((f"{name} {told} ", "dim"), (SHADES.strip(), ""), (f" {high:.4g}", "dim"))
    steps = [table()[at] for at in range(0, LEVELS, LEVELS // 8)]
    return ((f"{name} {told} ", "dim"), *(("█", colour) for colour in steps), (f" {high:.4g}", "dim"))

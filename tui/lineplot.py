"""A line in a terminal: braille dots, two by four in a cell, with the ends of both axes. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

BLANK = 0x2800
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # by row and column of a cell
Point = tuple[int, int]


def plot(x: Sequence[float], y: Sequence[float], width: int, height: int, below: str = "") -> list[str]:
    """The lines of a picture of at most so many cells: *height* rows of dots and one for the ends of x.

    Points without a number break the line; one alone is a dot. *below* stands between the ends of x. Empty where
    nothing can be drawn.
    """
    known = [(a, b) for a, b in zip(x, y, strict=True) if math.isfinite(a) and math.isfinite(b)]
    if not known or height < 2:
        return []
    low, high = min(b for _, b in known), max(b for _, b in known)
    labels = (number(high), number(low))
    gutter = max(map(len, labels)) + 1
    wide = width - gutter - 1
    if wide < 8:
        return []
    left, right = min(a for a, _ in known), max(a for a, _ in known)
    across, up = _Scale(left, right, 2 * wide - 1), _Scale(low, high, 4 * height - 1)
    rows = _drawn(x, y, across, up, wide, height)
    margin = [labels[0], *[""] * (height - 2), labels[1]]
    ends = _ends(number(left), below, number(right), wide)
    return [
        *(f"{told:>{gutter - 1}} │{row}" for told, row in zip(margin, rows, strict=True)),
        " " * (gutter + 1) + ends,
    ]


class _Scale:
    """Numbers to dots 0 … most; one number alone is in the middle."""

    def __init__(self, low: float, high: float, most: int) -> None:
        self._half = max(abs(low), abs(high)) > 1e300  # or the span itself is too large a number
        self._low, self._span = (low / 2, high / 2 - low / 2) if self._half else (low, high - low)
        self._most = most

    def __call__(self, value: float) -> int:
        if not self._span:
            return self._most // 2
        part = ((value / 2 if self._half else value) - self._low) / self._span
        return min(self._most, max(0, round(part * self._most))) if math.isfinite(part) else self._most // 2


def _drawn(x: Sequence[float], y: Sequence[float], across: _Scale, up: _Scale, wide: int, height: int) -> list[str]:
    cells = [[0] * wide for _ in range(height)]
    before: Point | None = None
    for a, b in zip(x, y, strict=True):
        if not (math.isfinite(a) and math.isfinite(b)):
            before = None
            continue
        now = (across(a), 4 * height - 1 - up(b))
        for column, row in _between(before or now, now):
            cells[row // 4][column // 2] |= _DOTS[row % 4][column % 2]
        before = now
    return ["".join(chr(BLANK + cell) for cell in row).rstrip(chr(BLANK)) for row in cells]


def _between(one: Point, other: Point) -> Iterator[Point]:
    """The dots from one to the other."""
    steps = max(abs(other[0] - one[0]), abs(other[1] - one[1]), 1)
    for step in range(steps + 1):
        yield (
            one[0] + round((other[0] - one[0]) * step / steps),
            one[1] + round((other[1] - one[1]) * step / steps),
        )


def _ends(left: str, middle: str, right: str, wide: int) -> str:
    room = wide - len(left) - len(right)
    if room < 1:
        return left if len(left) <= wide else ""
    if room < len(middle) + 2:
        middle = ""
    return left + middle.center(room) + right


def number(value: float) -> str:
    """A number for an axis: four figures."""
    return f"{value:.4g}"

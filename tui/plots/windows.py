"""Views moved: pure arithmetic in the coordinates of the axes."""

from __future__ import annotations

import math
import sys

from .model import View

FINEST = 1e-12  # of the numbers at the edges: finer, neighbouring floats are as far apart as the window is wide
ROUNDED = 1e-13  # of the numbers at the edges: by so little equal values differ after some arithmetic
LARGEST = sys.float_info.max
WIDEST = 20.0  # times everything


def zoomed(
    view: View, factor: float, axes: str = "x", at: tuple[float, float] | None = None, home: View | None = None
) -> View:
    """The window *factor* times closer around *at* (else its middle); as it was where that is too near or too far."""
    left, right, low, high = view
    across = _nearer(left, right, factor, at[0] if at else None, home and (home.left, home.right))
    if "x" in axes:
        left, right = across
    if "y" in axes and low is not None and high is not None:
        whole = (home.low, home.high) if home and home.low is not None and home.high is not None else None
        low, high = _nearer(low, high, factor, at[1] if at else None, whole)
    return View(left, right, low, high)


def _nearer(
    one: float, other: float, factor: float, at: float | None, home: tuple[float, float] | None
) -> tuple[float, float]:
    centre = one + (other - one) / 2 if at is None or not one <= at <= other else at
    low, high = centre - (centre - one) / factor, centre + (other - centre) / factor
    size = high - low
    if not math.isfinite(size) or size <= FINEST * max(abs(low), abs(high), 1e-290):
        return one, other
    if home and factor < 1 and size > WIDEST * max(home[1] - home[0], FINEST * max(map(abs, home))):
        return one, other
    return low, high


def panned(view: View, across: float, up: float) -> View:
    """The window moved by parts of itself."""
    dx = across * (view.right - view.left)
    low, high = view.low, view.high
    if up and low is not None and high is not None:
        low, high = low + up * (high - low), high + up * (high - low)
    moved = View(view.left + dx, view.right + dx, low, high)
    return moved if all(math.isfinite(edge) for edge in moved if edge is not None) else view


def widened(low: float, high: float, part: float = 0.0) -> tuple[float, float]:
    """A window for values from *low* to *high* with some air; for one value alone, a window around it.

    Values that differ by what arithmetic rounds are one. As far as numbers go: beyond the largest there is no air.
    """
    one = low == high or high / 2 - low / 2 <= ROUNDED * max(abs(low), abs(high))
    room = (abs(low) / 2 or 1.0) if one else part * high - part * low
    return max(low - room, -LARGEST), min(high + room, LARGEST)

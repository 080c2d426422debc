"""Numbers to places on an axis, linear or logarithmic, and to dots of a canvas."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .sources import Floats

SMALLEST = np.finfo("f8").smallest_normal


def along(values: Floats, log: bool) -> Floats:
    """Places on the axis: the values, or their logarithms to 10; NaN for what has none."""
    if not log:
        return values
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log10(np.where(values > 0, values, np.nan))


def back(place: float, log: bool) -> float:
    """The value at a place of the axis."""
    if not log:
        return place
    return float(10.0 ** min(max(place, -323.0), 308.2))


class Scale(NamedTuple):
    """A window on an axis and the dots that it has. Positions are from 0 to *dots*, beyond it outside."""

    low: float
    high: float
    dots: int

    def at(self, places: Floats) -> Floats:
        """Positions; by halves, since the window may be wider than the largest number."""
        half = self.high * 0.5 - self.low * 0.5
        with np.errstate(all="ignore"):
            part = (np.asarray(places, "f8") * 0.5 - self.low * 0.5) / (half or SMALLEST)
            return np.asarray(part * self.dots, "f8")

    def cell(self, positions: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        """The dots of positions; -1 and *dots* stand for all that is outside."""
        edge = np.where(positions == self.dots, self.dots - 1, positions)
        with np.errstate(invalid="ignore"):
            return np.asarray(np.floor(np.clip(np.nan_to_num(edge, nan=-1.0), -1, self.dots)), "i8")

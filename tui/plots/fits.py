"""Fits of which only the parameters were kept: the curve that they mean, found by trying what labs write.

A file does not say which function it was. Those with as many parameters are tried, and the one nearest to the data is
drawn, if it is near at all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .blocks import PIECE
from .sources import Floats, floats

NEAR = 0.5  # of the spread of the data that a curve must explain
LEAST = 200  # points of a curve

Model = Callable[..., Any]


def cosine(x: Floats, scale: float, frequency: float, phase: float, decay: float, offset: float) -> Any:
    """A decaying cosine, its phase in radians."""
    return scale * np.exp(-x / decay) * np.cos(2 * np.pi * frequency * x + phase) + offset


def decaying_sine(x: Floats, scale: float, frequency: float, degrees: float, decay: float, offset: float) -> Any:
    """A decaying sine, its phase in degrees."""
    return scale * np.exp(-x / decay) * np.sin(2 * np.pi * frequency * x + np.radians(degrees)) + offset


def sine(x: Floats, scale: float, frequency: float, degrees: float, offset: float) -> Any:
    """A sine, its phase in degrees."""
    return scale * np.sin(2 * np.pi * frequency * x + np.radians(degrees)) + offset


def decay(x: Floats, scale: float, time: float, offset: float) -> Any:
    """An exponential decay."""
    return scale * np.exp(-x / time) + offset


def decay_to(x: Floats, offset: float, scale: float, start: float, time: float) -> Any:
    """The same from a start."""
    return offset + scale * np.exp(-(x - start) / time)


def offset_decay(x: Floats, offset: float, scale: float, time: float) -> Any:
    """The same, the offset first."""
    return offset + scale * np.exp(-x / time)


def lorentzian(x: Floats, offset: float, scale: float, centre: float, width: float) -> Any:
    """A resonance."""
    return offset + scale / (1 + (x - centre) ** 2 / width**2)


def gaussian(x: Floats, scale: float, centre: float, width: float, offset: float) -> Any:
    """A bell."""
    return scale * np.exp(-((x - centre) ** 2) / (2 * width**2)) + offset


def line(x: Floats, slope: float, offset: float) -> Any:
    """A straight line."""
    return slope * x + offset


MODELS: dict[int, tuple[Model, ...]] = {
    2: (line,),
    3: (decay, offset_decay),
    4: (sine, decay_to, lorentzian, gaussian),
    5: (cosine, decaying_sine),
}


def curve(x: Any, y: Any, parameters: Any) -> tuple[Floats, Floats] | None:
    """The fit over the range of x: its points; None where no function that is known here fits the data.

    *x* and *y* are the data, *parameters* those of the fit, in their order.
    """
    known = np.asarray(parameters, "f8").ravel() if np.asarray(parameters).dtype.kind in "biuf" else np.empty(0)
    if not np.isfinite(known).all() or known.size not in MODELS or not 3 <= x.shape[0] <= PIECE:
        return None
    at, values = floats(x, slice(None)), floats(y, slice(None))
    there = ~(np.isnan(at) | np.isnan(values))
    at, values = at[there], values[there]
    spread = float(((values - values.mean()) ** 2).sum()) if values.size else 0.0
    if not spread:
        return None
    with np.errstate(all="ignore"):
        misses = [(float(((model(at, *known) - values) ** 2).sum()), model) for model in MODELS[known.size]]
        miss, best = min(misses, key=lambda pair: pair[0] if pair[0] == pair[0] else np.inf)
        if not miss <= (1 - NEAR) * spread:
            return None
        places = np.linspace(at.min(), at.max(), max(LEAST, 4 * min(at.size, 500)))
        return places, best(places, *known)

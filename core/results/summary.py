"""What the values of a dataset are, read piece by piece: 10⁸ points take no more memory than a thousand."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import BadFile
from . import words
from .model import Summary
from .opening import opened, why
from .packing import whole
from .tiles import tiles
from .tree import datasets

FIRST = 6  # values that are shown
ENOUGH = 300_000_000  # values that are looked at, of a larger dataset the first


def summaries(path: Path | str, most: int = 1000) -> list[Summary]:
    """Of every dataset of a file, at most so many, in its order. Raises BadFile."""
    with opened(path) as file:
        return [summary(data, name) for name, data in list(datasets(file).items())[:most]]


def summary(data: Any, name: str = "", enough: int = ENOUGH) -> Summary:
    """What the values of an open dataset are; where it cannot be read, why. Never raises."""
    try:
        return _summary(data, name or data.name, enough)
    except (OSError, RuntimeError, ValueError, TypeError, KeyError, MemoryError, OverflowError) as error:
        return Summary(name, getattr(data, "shape", None), "", 0, trouble=why(error))


def _summary(data: Any, name: str, enough: int) -> Summary:
    kind = words.dtype(data.dtype)
    if data.shape is None:
        return Summary(name, None, kind, 0)
    count = math.prod(data.shape)
    begun = Summary(name, data.shape, kind, count)
    try:
        whole(data)
    except BadFile as error:
        return begun._replace(trouble=error.why)
    begun = begun._replace(first=_first(data, count))
    if data.dtype.kind not in "biufc" or not count:
        return begun._replace(looked=count)
    return _numbers(data, begun, enough)


def _first(data: Any, count: int) -> tuple[str, ...]:
    """The first values in C order."""
    if not count:
        return ()
    if not data.shape:
        return (words.value(data[()]),)
    some = data[(*(0,) * (len(data.shape) - 1), slice(0, FIRST))]
    return tuple(words.value(item) for item in some)


def _numbers(data: Any, begun: Summary, enough: int) -> Summary:
    """Least, most, mean and NaNs."""
    import numpy

    looked, nans, total, least, most = 0, 0, 0.0, math.inf, -math.inf
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for values in pieces(data):
            known = _known(values)
            looked += values.size
            nans += values.size - known.size
            if known.size:
                total += float(known.sum(dtype="f8"))
                least, most = min(least, float(known.min())), max(most, float(known.max()))
            if looked >= enough:
                break
    if looked == nans:
        return begun._replace(nans=nans, looked=looked)
    return begun._replace(least=least, most=most, mean=total / (looked - nans), nans=nans, looked=looked)


def _known(values: Any) -> Any:
    """Those that are numbers. What the sum tells is cheaper to ask than each value."""
    import numpy

    if values.dtype.kind != "f" or not numpy.isnan(values.sum()):
        return values
    return values[~numpy.isnan(values)]


def pieces(data: Any) -> Iterator[Any]:
    """The values of a numeric dataset as flat arrays, complex ones as magnitudes."""
    import numpy

    for piece in tiles(data.shape, whole(data), data.dtype.itemsize):
        values = numpy.asarray(data[piece]).ravel()
        if values.dtype.kind == "c":
            values = numpy.abs(values)
        yield values.view("u1") if values.dtype.kind == "b" else values

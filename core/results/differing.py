"""How two data files differ: the configs that made them, and their datasets, value by value."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import BadFile
from . import words
from .config import read_config
from .model import DataChange, DataDifferences
from .opening import opened, why
from .packing import whole
from .tiles import tiles
from .tree import datasets

_TROUBLE = (OSError, RuntimeError, ValueError, TypeError, KeyError, MemoryError)


def differences(one: Path | str, other: Path | str) -> DataDifferences:
    """What is in the one and not, or otherwise, in the other. Raises BadFile."""
    from ..configs import structural

    with opened(one) as first, opened(other) as second:
        config = tuple(structural.changes(read_config(first), read_config(second)))
        changes = tuple(_changes(datasets(first), datasets(second)))
    return DataDifferences(str(one), str(other), config, changes)


def _changes(first: dict[str, Any], second: dict[str, Any]) -> Iterator[DataChange]:
    for name in dict.fromkeys([*first, *second]):
        if name not in second:
            yield DataChange(name, "missing", before=words.shape(first[name].shape))
        elif name not in first:
            yield DataChange(name, "new", after=words.shape(second[name].shape))
        elif change := _change(name, first[name], second[name]):
            yield change


def _change(name: str, one: Any, other: Any) -> DataChange | None:
    if one.shape != other.shape:
        return DataChange(name, "shape", words.shape(one.shape), words.shape(other.shape))
    if one.dtype != other.dtype:
        return DataChange(name, "dtype", words.dtype(one.dtype), words.dtype(other.dtype))
    if one.shape is None:
        return None
    try:
        return _values(name, one, other)
    except _TROUBLE as error:
        return DataChange(name, "unreadable", why(error))
    except BadFile as error:
        return DataChange(name, "unreadable", error.why)


def _values(name: str, one: Any, other: Any) -> DataChange | None:
    """NaN is like NaN; how far apart numbers are is told by the largest |Δ|."""
    count, most, first = 0, -math.inf, ("", "")
    numbers = one.dtype.kind in "biufc"
    whole(other)
    for piece in tiles(one.shape, whole(one), one.dtype.itemsize):
        left, right = one[piece], other[piece]
        unequal = _unequal(left, right)
        if not unequal.any():
            continue
        if not count:
            first = (words.value(_at(left, unequal)), words.value(_at(right, unequal)))
        count += int(unequal.sum())
        if numbers:
            most = max(most, _apart(left, right, unequal))
    if not count:
        return None
    return DataChange(name, "values", *first, most=most if numbers and most > -math.inf else None, differing=count)


def _unequal(left: Any, right: Any) -> Any:
    import numpy

    left, right = numpy.asarray(left), numpy.asarray(right)
    unequal = numpy.asarray(left != right)
    if left.dtype.kind in "fc":
        unequal &= ~(numpy.isnan(left) & numpy.isnan(right))
    return unequal


def _at(values: Any, where: Any) -> Any:
    import numpy

    return numpy.asarray(values)[where].ravel()[0]


def _apart(left: Any, right: Any, where: Any) -> float:
    """The largest distance there; -inf where there is only NaN."""
    import numpy

    kind = "c16" if numpy.asarray(left).dtype.kind == "c" else "f8"
    with numpy.errstate(all="ignore"):
        apart = numpy.abs(numpy.asarray(left, kind)[where] - numpy.asarray(right, kind)[where])
        known = apart[~numpy.isnan(apart)]
    return float(known.max()) if known.size else -math.inf

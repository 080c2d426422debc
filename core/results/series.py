"""What of a file can be drawn as a line: a dataset of one direction over its axis, thinned to so many points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import BadInput
from ..text import quoted
from ..words import nearest
from .config import text_of
from .opening import opened
from .tiles import PIECE
from .tree import datasets

POINTS = 2000  # of a line: more than a terminal shows
PREFERRED = ("avgi", "amps", "I", "avgq", "phases", "Q")


class Line(NamedTuple):
    """A dataset over its axis. ``x`` and ``y`` are as long as each other; NaN where there is no value."""

    name: str
    over: str  # the name of its axis; "" = what ``_axes`` gives, else the number of the value
    x: tuple[float, ...]
    y: tuple[float, ...]
    total: int  # values of the dataset; more than there are points: each point is the least or the most of a stretch
    x_label: str = ""
    y_label: str = ""


def line(path: Path | str, name: str = "", points: int = POINTS) -> Line | None:
    """The line that says most: *name*, else avgi and its like, else the first that fits; None where nothing does.

    Raises BadFile; BadInput if *name* is none or no line.
    """
    with opened(path) as file:
        known = datasets(file)
        chosen = _named(known, name) if name else _telling(known)
        return None if chosen is None else _line(known, chosen, points)


def axes_of(data: Any) -> list[str]:
    """What its attribute ``_axes`` says: names of the datasets that it is measured over, or the ends of its axis."""
    return _words(data, "_axes")


def labels_of(data: Any) -> list[str]:
    """What people call them (``_axes_labels``)."""
    return _words(data, "_axes_labels")


def _words(data: Any, attribute: str) -> list[str]:
    try:
        found = data.attrs.get(attribute)
    except (OSError, RuntimeError, TypeError, ValueError):
        return []
    return [word.strip() for word in text_of(found).splitlines()] if found is not None else []


def _fits(data: Any) -> bool:
    return data.shape is not None and len(data.shape) == 1 and data.shape[0] > 1 and data.dtype.kind in "biufc"


def _named(known: dict[str, Any], name: str) -> str:
    wanted = name.strip("/")
    if wanted not in known:
        near = nearest(name, known)
        raise BadInput(f"There is no dataset {quoted(name)}", f"the nearest is {near}" if near else "", "")
    if not _fits(known[wanted]):
        raise BadInput(f"{name} cannot be drawn as a line", "it has not one direction of numbers", "")
    return wanted


def _telling(known: dict[str, Any]) -> str | None:
    fit = [name for name, data in known.items() if _fits(data)]
    over = {axis for name in fit for axis in axes_of(known[name])} | {"xpts"}
    order = [*(name for name in PREFERRED if name in fit), *(name for name in fit if name not in over), *fit]
    return order[0] if order else None


def _axis(known: dict[str, Any], name: str) -> str:
    """The dataset that it is drawn over: what it says itself, else xpts, if that is as long."""
    for axis in [*axes_of(known[name])[:1], "xpts"]:
        if axis != name and axis in known and _fits(known[axis]) and known[axis].shape == known[name].shape:
            return axis if known[axis].dtype.kind != "c" else ""
    return ""


def _line(known: dict[str, Any], name: str, points: int) -> Line:
    data, axis = known[name], _axis(known, name)
    count = data.shape[0]
    at, y = _thinned(data, points)
    x = _at(known[axis], at) if axis else _even(data, at)
    labels = labels_of(data)
    return Line(name, axis, tuple(x), tuple(y), count, labels[0] if labels else "", labels[1] if labels[1:] else "")


def _even(data: Any, at: list[int]) -> list[float]:
    """Evenly between the two ends that ``_axes`` gives, as slab's files have them; else the numbers of the values."""
    try:
        low, high = (float(word) for word in axes_of(data))
    except ValueError:
        return [float(number) for number in at]
    last = data.shape[0] - 1
    return [low + (high - low) * number / last for number in at]


def _thinned(data: Any, points: int) -> tuple[list[int], list[float]]:
    """Which values, and they: all, or of each stretch the least and the most, so that no peak is lost."""
    import numpy

    count = data.shape[0]
    stretch = max(1, math.ceil(2 * count / max(2, points))) if count > points else 1
    block = max(1, PIECE // max(1, data.dtype.itemsize) // stretch) * stretch
    at: list[int] = []
    y: list[float] = []
    for start in range(0, count, block):
        values = numpy.asarray(data[start : start + block])
        values = (numpy.abs(values) if values.dtype.kind == "c" else values).astype("f8")
        for some in _peaks(values, stretch) if stretch > 1 else [range(len(values))]:
            at.extend(start + int(number) for number in some)
            y.extend(float(values[number]) for number in some)
    return at, y


def _peaks(values: Any, stretch: int) -> list[Sequence[int]]:
    import numpy

    found: list[Sequence[int]] = []
    for start in range(0, len(values), stretch):
        some = values[start : start + stretch]
        known = numpy.flatnonzero(~numpy.isnan(some))
        if known.size:
            ends = {start + int(known[some[known].argmin()]), start + int(known[some[known].argmax()])}
            found.append(sorted(ends))
        else:
            found.append([start])
    return found


def _at(axis: Any, numbers: list[int]) -> list[float]:
    """The values of the axis there, read a stretch at a time."""
    import numpy

    found: list[float] = []
    block, wanted = max(1, PIECE // max(1, axis.dtype.itemsize)), numpy.asarray(numbers)
    for start in range(0, axis.shape[0], block):
        some = wanted[(wanted >= start) & (wanted < start + block)] - start
        if some.size:
            found.extend(numpy.asarray(axis[start : start + block]).astype("f8")[some].tolist())
    return found

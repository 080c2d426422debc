"""What of a dataset is drawn over what: pure questions about names, shapes and attributes. Nothing is read here.

Directions are numbered as HDF5 does it; x runs along the last one, y of an image along the one before.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .sources import Cut, Even, Part

PARTS = ("magnitude", "phase", "real", "imaginary", "both")  # in the order in which people turn through them
USUAL = ("xpts", "ypts", "zpts")  # axes by their names: of the last direction, of the one before …
FIT, ERRORS = "fit_", "fit_err_"


def parts(source: Any, how: str = "both") -> tuple[tuple[str, Any], ...]:
    """Sides of complex numbers, each with what its name gets appended; real numbers as they are.

    *how* is real, imaginary, magnitude, phase (radians), or both: real and imaginary.
    """
    if source.dtype.kind != "c":
        return (("", source),)
    sides = ("real", "imaginary") if how == "both" else (how,)
    return tuple((f" {side}", Part(source, side)) for side in sides)


class Over(NamedTuple):
    """The axis of a direction: a dataset, or the two ends between which it is even, or neither: numbers from 0."""

    dataset: str = ""
    ends: tuple[float, float] | None = None
    label: str = ""

    def even(self, count: int) -> Even:
        """The axis where it is no dataset."""
        low, high = self.ends or (0.0, float(count - 1))
        return Even(count, low, (high - low) / (count - 1) if count > 1 else 0.0)


def axis_of(
    name: str, shapes: Mapping[str, Sequence[int]], direction: int = -1, axes: Any = None, labels: Sequence[str] = ()
) -> Over:
    """What a direction of dataset *name* is drawn over.

    First what its own attribute ``_axes`` says: names of datasets, or ends, x before y. Then xpts (ypts for the
    direction before the last), then another that is called ``…pts``, if it is as long. *shapes* are those of all
    datasets of real numbers; *labels* is its ``_axes_labels``.
    """
    shape = shapes[name]
    number = -1 - direction if direction < 0 else len(shape) - 1 - direction  # 0: x, 1: y …
    count = shape[len(shape) - 1 - number]
    label = labels[number] if number < len(labels) else ""
    names, ends = said(axes)
    usual = USUAL[number : number + 1] + USUAL[:number]
    wanted = [*names[number : number + 1], *names, *usual, *(one for one in shapes if one.endswith("pts"))]
    if number < len(ends) and not any(one in shapes for one in names):
        return Over("", ends[number], label)
    found = next((one for one in wanted if one != name and tuple(shapes.get(one, ())) == (count,)), "")
    return Over(found, None, label or found)


def said(axes: Any) -> tuple[tuple[str, ...], tuple[tuple[float, float], ...]]:
    """What an attribute ``_axes`` says: names, or the two ends of each axis, as numbers or as they are written."""
    values: Any = axes.tolist() if hasattr(axes, "tolist") else axes
    listed: list[Any] = list(values) if isinstance(values, (list, tuple)) else [] if values is None else [values]
    words: list[Any] = [one.decode("utf-8", "replace") if isinstance(one, bytes) else one for one in listed]
    flat = [inner for one in words for inner in (one if isinstance(one, (list, tuple)) else (one,))]
    try:
        numbers = [float(one) for one in flat]
    except (TypeError, ValueError):
        return tuple(one.strip() for one in words if isinstance(one, str)), ()
    if len(numbers) % 2 or not all(math.isfinite(one) for one in numbers):
        return (), ()
    return (), tuple(zip(numbers[::2], numbers[1::2], strict=True))


def value_label(shape: Sequence[int], labels: Sequence[str]) -> str:
    """What ``_axes_labels`` says of the values themselves: it comes after those of the axes."""
    return labels[len(shape)] if len(shape) < len(labels) else ""


def slice_of(shape: Sequence[int], keep: int, at: Sequence[int] = ()) -> Cut:
    """The last *keep* directions of a dataset, the others at these numbers, as near as there are."""
    fixed = len(shape) - keep
    wanted = [*at[:fixed], *[0] * (fixed - len(at))]
    kept: list[int | None] = [min(max(0, one), size - 1) for one, size in zip(wanted, shape, strict=False)]
    return Cut((*kept, *[None] * keep))


def fit_of(name: str, shapes: Mapping[str, Sequence[int]]) -> tuple[str, bool]:
    """The dataset that a fit to *name* is in, and whether that is the curve itself, not the parameters; "" for none."""
    fit = FIT + name
    if name.startswith(FIT) or fit not in shapes or len(shapes[fit]) != 1:
        return "", False
    return fit, tuple(shapes[fit]) == tuple(shapes[name])

"""A drawing as a figure: which datasets of which files, over which. Only the parameters of a fit are read here."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from jobyard.core.errors import BadInput, JobyardError
from jobyard.core.results.packing import Kind, look

from ..plots import choosing
from ..plots.fits import curve
from ..plots.model import Figure, Image, Series
from ..plots.sources import Cut, Stored, pair_of
from . import slices
from .drawing import Drawing

MOST = 1_000_000_000  # values that are drawn
LONGEST = 60  # characters of a name


class Contents(NamedTuple):
    """The datasets of a file, and what the one that is drawn says of its axes."""

    path: str
    kinds: dict[str, Kind]
    axes: Any = ()
    labels: Any = ()

    def stored(self, name: str, cut: Cut | None = None) -> Stored:
        """The values of one."""
        kind = self.kinds[name]
        return Stored(self.path, name, kind.shape or (), kind.dtype, cut, kind.packed)

    def shapes(self, name: str) -> dict[str, tuple[int, ...]]:
        """Of all that may be an axis, and of this one."""
        return {
            one: kind.shape or () for one, kind in self.kinds.items() if kind.dtype.kind in "biuf" or one == name
        }  # fmt: skip


def together(drawing: Drawing, contents: Callable[[str, str], Contents]) -> Figure:
    """The files of a drawing over each other; one that lacks the dataset is left out and told. Raises BadInput."""
    (path, label), *others = drawing.files
    first = _figure(contents(path, drawing.y), label, drawing)
    if first.image is not None:
        return first
    series, missing = list(first.series), 0
    for path, label in others:
        try:
            series += _figure(contents(path, drawing.y), label, drawing).series
        except JobyardError:
            missing += 1
    title = f"{first.title} · {missing} without {short(drawing.y)}" if missing else first.title
    return first._replace(series=tuple(series), title=title)


def short(name: str) -> str:
    """A name of any length."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _figure(found: Contents, label: str, drawing: Drawing) -> Figure:
    name, kind = drawing.y, found.kinds[drawing.y]
    shape = kind.shape or ()
    image = len(shape) > 1 and drawing.heat and not drawing.x
    keep = slices.kept(shape, drawing)
    title = "  ".join(part for part in (label, slices.told(shape, drawing)) if part)
    _look(kind, short(name), math.prod(shape[-keep:]))
    values = found.stored(name, choosing.slice_of(shape, keep, drawing.at))
    x, xlabel = _axis(found, drawing, -1)
    parts = choosing.parts(values, drawing.part)
    said = short(choosing.value_label(shape, found.labels) or name)
    logs = {"logx": drawing.logx, "logy": drawing.logy}
    if image:
        y, ylabel = _axis(found, drawing, -2)
        return Figure((), Image(short(name) + parts[0][0], x, y, parts[0][1]), xlabel, ylabel, title, **logs)
    tail = f" {label}" if len(drawing.files) > 1 else ""
    series = [Series(short(name) + part + tail, x, side, drawing.style) for part, side in parts]
    if drawing.fits and (fit := _fit(found, name, x, values, tail)) is not None:
        series.append(fit)
    return Figure(tuple(series), None, xlabel, said, title, **logs)


def _look(kind: Kind, name: str, count: int) -> None:
    """Raise BadInput for what cannot be drawn."""
    if not kind.shape or (kind.dtype.kind not in "biufcmM" and not pair_of(kind.dtype)):
        raise BadInput(f"{name} cannot be drawn", "its values are no numbers in a row", "Choose another")
    if count > MOST:
        raise BadInput(f"{name} cannot be drawn", f"it has {count:,} values, more than {MOST:,}", "Choose another")
    look(kind, name)


def _axis(found: Contents, drawing: Drawing, way: int) -> tuple[Any, str]:
    shapes = found.shapes(drawing.y)
    shape = shapes[drawing.y]
    over = drawing.x if way == -1 else ""
    if over and tuple(shapes.get(over, ())) == (shape[-1],):
        return found.stored(over), short(over)
    if over:
        raise BadInput(f"{short(over)} does not fit {short(drawing.y)}", f"that needs {shape[-1]} numbers",
                       "Choose another x")  # fmt: skip
    axis = choosing.axis_of(drawing.y, shapes, way, found.axes, found.labels)
    return found.stored(axis.dataset) if axis.dataset else axis.even(shape[way]), short(axis.label)


def _fit(found: Contents, name: str, x: Any, values: Any, tail: str) -> Series | None:
    """The curve that the file keeps, or the one that its parameters mean."""
    fit, whole = choosing.fit_of(name, found.shapes(name))
    if not fit:
        return None
    kept = found.stored(fit)
    if whole:
        return Series(f"fit{tail}", x, kept, fit=True)
    curved = curve(x, values, kept[:])
    return Series(f"fit{tail}", *curved, fit=True) if curved else None

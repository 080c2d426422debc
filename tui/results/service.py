"""What the process that reads files is asked. Called there; it imports numpy and h5py."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from jobyard.core.errors import BadFile, BadInput
from jobyard.core.results import DataDifferences, Summary, Tree, differences, export_csv, export_npz, summary
from jobyard.core.results.config import read_config
from jobyard.core.results.opening import opened
from jobyard.core.results.series import axes_of, labels_of
from jobyard.core.results.tree import Kind, member, told

from ..plots import choosing
from ..plots.export import write
from ..plots.fits import curve
from ..plots.model import Ask, Figure, Image, Picture, Series, View
from ..plots.plotter import Plotter
from ..plots.sources import Stored
from .drawing import Drawing, stamp_of
from .shortening import shortened

MOST = 10_000_000  # values that a summary looks at
NODES = 20_000  # of a file that are told
FILES = 8  # whose datasets are kept in mind
_kept: dict[Drawing, Plotter] = {}  # the last one
_known: dict[str, tuple[object, dict[str, Kind]]] = {}  # of the last files: their stamp, their datasets


class Looked(NamedTuple):
    """What is in a file."""

    tree: Tree
    config: dict[str, Any]
    trouble: str = ""  # why there is no config


def looked(path: str) -> Looked:
    """The tree of a file, and its config. Raises BadFile."""
    with opened(path) as file:
        found, _ = _contents(path, file)
        try:
            return Looked(found, shortened(read_config(file)))
        except BadFile as error:
            return Looked(found, {}, error.line())


def _contents(path: str, file: Any) -> tuple[Tree, dict[str, Kind]]:
    stamp = stamp_of(path)
    tree, kinds = told(file, path, NODES)
    _known.pop(path, None)
    _known[path] = stamp, kinds
    while len(_known) > FILES:
        del _known[next(iter(_known))]
    return tree, kinds


def _kinds(path: str, file: Any) -> dict[str, Kind]:
    """What its datasets are: as they were seen when somebody looked at the file, unless it was written since."""
    stamp, kinds = _known.get(path, (None, {}))
    return kinds if stamp is not None and stamp == stamp_of(path) else _contents(path, file)[1]


def summed(path: str, name: str) -> Summary:
    """What the values of a dataset are. Raises BadFile."""
    with opened(path) as file:
        return summary(member(file, name), name, MOST)


def figure(drawing: Drawing) -> Figure:
    """What is drawn, without its values. Raises BadFile, BadInput."""
    full = _plotter(drawing).figure
    image = full.image and full.image._replace(x=None, y=None, z=None)
    return full._replace(image=image, series=tuple(one._replace(x=None, y=None) for one in full.series))


def picture(drawing: Drawing, ask: Ask) -> Picture:
    """A window of it."""
    return _plotter(drawing).picture(ask)


def save_picture(drawing: Drawing, path: str, view: View | None, force: bool) -> str:
    """Write it as SVG or PNG; where it is. Raises BadInput, BadFile."""
    return str(write(_plotter(drawing).figure, path, view, force=force))


def differing(one: str, other: str) -> DataDifferences:
    """How two files differ. Raises BadFile."""
    return differences(one, other)


def export(path: str, target: str, names: tuple[str, ...], force: bool) -> str:
    """Write datasets as CSV or npz, as the ending says; whole or not at all. Raises BadInput, BadFile."""
    full = os.path.abspath(os.path.expanduser(target))
    if not full.endswith((".csv", ".npz")):
        raise BadInput(f"{target} is no export", "it ends in neither .csv nor .npz", "Give it one of these endings")
    if os.path.lexists(full) and not force:
        raise BadInput(f"{full} is there already", "", "Choose another name, or put ! before it")
    beside = f"{full}.{os.getpid()}.part"
    try:
        if full.endswith(".npz"):
            with open(beside, "wb") as file:
                done = export_npz(path, file, names)
        else:
            with open(beside, "w", encoding="utf-8", newline="") as text:
                done = export_csv(path, text, names)
        os.replace(beside, full)
    except OSError as error:
        raise BadFile(f"{full} cannot be written", (error.strerror or str(error)).lower(), "") from None
    finally:
        if os.path.exists(beside):
            os.unlink(beside)
    return f"{full}: {', '.join(done.names)}" + (
        f"; left out: {', '.join(n for n, _ in done.left)}" if done.left else ""
    )


def _plotter(drawing: Drawing) -> Plotter:
    if drawing not in _kept:
        _kept.clear()
        _kept[drawing] = Plotter(_figure(drawing))
    return _kept[drawing]


def _figure(drawing: Drawing) -> Figure:
    figures = [_of_file(path, label, drawing) for path, label in drawing.files]
    one = figures[0]
    if one.image is not None or len(figures) == 1:
        return one
    return one._replace(series=tuple(series for each in figures for series in each.series))


def _of_file(path: str, label: str, drawing: Drawing) -> Figure:
    with opened(path) as file:
        known = {name: kind for name, kind in _kinds(path, file).items() if kind[0] is not None}
        shape, dtype = known.get(drawing.y, (None, None))
        if shape is None or dtype is None:
            raise BadFile(f"There is no dataset {drawing.y}", path, "Choose another")
        if dtype.kind not in "biufcmM" or not shape:
            raise BadInput(f"{drawing.y} cannot be drawn", "its values are no numbers in a row", "Choose another")
        data = member(file, drawing.y)
        shapes = {name: one for name, (one, kind) in known.items() if kind.kind in "biuf"}
        shapes[drawing.y] = shape
        kinds = {name: kind for name, (_, kind) in known.items()}
        return _drawn(path, label, drawing, shapes, kinds, axes_of(data), labels_of(data))


def _drawn(path: str, label: str, drawing: Drawing, shapes: Any, kinds: Any, axes: Any, labels: Any) -> Figure:
    name, shape = drawing.y, shapes[drawing.y]
    image = len(shape) > 1 and drawing.heat and not drawing.x
    keep = 2 if image else 1
    values = Stored(path, name, shape, kinds[name], choosing.slice_of(shape, keep, drawing.at))
    x, xlabel = _axis(path, drawing, shapes, kinds, axes, labels, -1)
    parts = choosing.parts(values, drawing.part)
    said = choosing.value_label(shape, labels) or name
    logs = {"logx": drawing.logx, "logy": drawing.logy}
    if image:
        y, ylabel = _axis(path, drawing, shapes, kinds, axes, labels, -2)
        return Figure((), Image(name + parts[0][0], x, y, parts[0][1]), xlabel, ylabel, label, **logs)
    tail = f" {label}" if len(drawing.files) > 1 else ""
    series = [Series(name + part + tail, x, side, drawing.style) for part, side in parts]
    if drawing.fits and (fit := _fit(path, name, shapes, kinds, x, values, tail)) is not None:
        series.append(fit)
    return Figure(tuple(series), None, xlabel, said, label, **logs)


def _axis(path: str, drawing: Drawing, shapes: Any, kinds: Any, axes: Any, labels: Any, way: int) -> tuple[Any, str]:
    shape = shapes[drawing.y]
    over = drawing.x if way == -1 else ""
    if over and tuple(shapes.get(over, ())) == (shape[-1],):
        return Stored(path, over, shapes[over], kinds[over]), over
    if over:
        raise BadInput(f"{over} does not fit {drawing.y}", f"that needs {shape[-1]} numbers", "Choose another x")
    found = choosing.axis_of(drawing.y, shapes, way, axes, labels)
    if found.dataset:
        return Stored(path, found.dataset, shapes[found.dataset], kinds[found.dataset]), found.label
    return found.even(shape[way]), found.label


def _fit(path: str, name: str, shapes: Any, kinds: Any, x: Any, values: Any, tail: str) -> Series | None:
    """The curve that the file keeps, or the one that its parameters mean."""
    fit, whole = choosing.fit_of(name, shapes)
    if not fit:
        return None
    kept = Stored(path, fit, shapes[fit], kinds[fit])
    if whole:
        return Series(f"fit{tail}", x, kept, fit=True)
    found = curve(x, values, kept[:])
    return Series(f"fit{tail}", *found, fit=True) if found else None

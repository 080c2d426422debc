"""What the process that reads files is asked. Called there; it imports numpy and h5py.

Answers are made of classes of other modules: whoever is answered imports those.
"""

from __future__ import annotations

import os
from typing import Any

from jobyard.core import replacing
from jobyard.core.errors import BadFile, BadInput
from jobyard.core.results import DataDifferences, Summary, Tree, differences, export_csv, export_npz, summary
from jobyard.core.results.config import read_config
from jobyard.core.results.few import few
from jobyard.core.results.opening import opened
from jobyard.core.results.packing import Kind
from jobyard.core.results.series import axes_of, labels_of
from jobyard.core.results.tree import member, told

from ..plots.export import write
from ..plots.model import Ask, Figure, Picture, View
from ..plots.plotter import Plotter
from .drawing import Drawing, drawable, first, stamp_of
from .figures import Contents, short, together
from .filetree import Looked, rows_of
from .shortening import shortened

MOST = 10_000_000  # values that a summary looks at
NODES = 20_000  # of a file that are told
FILES = 8  # whose datasets are kept in mind
_kept: dict[Drawing, Plotter] = {}  # the last one
_known: dict[str, tuple[object, dict[str, Kind]]] = {}  # of the last files: their stamp, their datasets


def looked(path: str) -> Looked:
    """The tree of a file, and its config. Raises BadFile."""
    with opened(path) as file:
        found, _ = _contents(path, file)
        config, trouble = {}, ""
        try:
            config = shortened(read_config(file))
        except BadFile as error:
            trouble = f"cannot be read: {error.why}"
        values = few(file, found)
    names = frozenset(node.path.lstrip("/") for node in found.nodes if drawable(node))
    return Looked(found, config, tuple(rows_of(found, config, trouble, values)), names, first(found.nodes), trouble)


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


def export(path: str, target: str, names: tuple[str, ...], force: bool, beside: str = "") -> str:
    """Write datasets as CSV or npz, as the ending says; whole or not at all. Raises BadInput, BadFile.

    *beside* is written first and becomes the target: whoever stops this process takes it away.
    """
    full = os.path.abspath(os.path.expanduser(target))
    if not full.endswith((".csv", ".npz")):
        raise BadInput(f"{target} is no export", "it ends in neither .csv nor .npz", "Give it one of these endings")
    if os.path.lexists(full) and not force:
        raise BadInput(f"{full} is there already", "", "Choose another name")
    replacing.check(full)
    beside = beside or f"{full}.{os.getpid()}.part"
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
        _kept[drawing] = Plotter(together(drawing, _of_file))
    return _kept[drawing]


def _of_file(path: str, name: str) -> Contents:
    """What the datasets of a file are, and what one of them says of its axes."""
    with opened(path) as file:
        kinds = {one: kind for one, kind in _kinds(path, file).items() if kind.shape is not None}
        if name not in kinds:
            why = "it holds nothing" if name in _kinds(path, file) else f"it is not in {path}"
            raise BadInput(f"{short(name)} cannot be drawn", why, "Choose another")
        data = member(file, name)
        return Contents(path, kinds, axes_of(data), labels_of(data))

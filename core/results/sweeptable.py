"""The data of a sweep in one file: CSV with a line for each point, or npz with arrays over all of them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any

from ..errors import BadFile, BadInput
from ..text import quoted
from .exporting import parts_of, unfit_type
from .loading import NOTES, values
from .model import Exported
from .opening import opened
from .tree import datasets
from .words import shape

if TYPE_CHECKING:
    from .together import SweepData

Left = tuple[str, str]  # a dataset, and why it was left out
Column = tuple[str, str, Callable[[Any], Any]]  # the title, the dataset, its part
NEITHER = "its values are neither numbers nor texts"


def export_csv(sweep: SweepData, out: IO[str], names: Sequence[str] = ()) -> Exported:
    """Write a line for each job that left data: its index, its id, its point, and what its file has single values of.

    Which these are the first file tells, unless *names* do; a file without one has nothing there. Raises BadFile, and
    BadInput for a name of more values than one.
    """
    columns, left = _columns(_first(sweep), names)
    axes = list(sweep.axes)
    titles = ["index", "job", *axes, *(title for title, _, _ in columns)]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(titles)
    there = [one for one in sweep.elements if one.file]
    for one in there:
        point = [_plain(one.point.get(key)) for key in axes]
        writer.writerow([one.number, one.job, *point, *_cells(one.file, columns)])
    return Exported(len(there), tuple(titles), tuple(left))


def _first(sweep: SweepData) -> str:
    if not sweep.files:
        raise BadInput("There is nothing to export", "No job of the sweep has left data", "Wait for them")
    return sweep.files[0]


def _columns(path: str, names: Sequence[str]) -> tuple[list[Column], list[Left]]:
    """The single values of a file, and why the others are no columns."""
    with opened(path) as file:
        known = datasets(file)
        reasons = {name: _unfit(data) for name, data in known.items() if name != NOTES or name in names}
        for name in names:
            if why := reasons.get(name, "The first file has none of that name"):
                raise BadInput(f"{quoted(name)} is no column", why, "Use --format npz")
        fit = names or [name for name, why in reasons.items() if not why]
        found = [(title, name, part) for name in fit for title, part in parts_of(name, known[name])]
    return found, [] if names else [(name, why) for name, why in reasons.items() if why]


def _unfit(data: Any) -> str:
    if data.shape is None or data.size != 1:
        return f"its shape is {shape(data.shape)}"
    return unfit_type(data)


def _cells(path: str, columns: Sequence[Column]) -> Iterator[Any]:
    import numpy

    with opened(path) as file:
        known = datasets(file)
        for _, name, part in columns:
            there = name in known and not _unfit(known[name])
            yield part(numpy.asarray(values(known[name]))).ravel().tolist()[0] if there else ""


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float)) and not isinstance(value, bool) else json.dumps(value)


def export_npz(sweep: SweepData, out: IO[bytes], names: Sequence[str] = ()) -> Exported:
    """Write arrays of shape (points, …): ``index``, ``job``, each swept key, each dataset that all jobs have alike.

    One of them is in memory at a time. Raises BadFile, and BadInput for a name that makes no array.
    """
    with opened(_first(sweep)) as file:
        known = [name for name in datasets(file) if name != NOTES]
    head = ["index", "job", *sweep.axes]
    saved, left = list(head), []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in head:
            _save(archive, name, _head(sweep, name))
        for name in names or [name for name in known if name not in head]:
            try:
                _save(archive, name, sweep[name])
                saved.append(name)
            except BadFile:
                raise
            except BadInput as error:
                if names:
                    raise
                left.append((name, error.why or error.what))
    return Exported(len(saved), tuple(saved), tuple(left))


def _head(sweep: SweepData, name: str) -> Any:
    import numpy

    if name == "job":
        return numpy.array(sweep.jobs, dtype=str)
    if name == "index":
        return numpy.array([one.number for one in sweep.elements if one.file])
    column = [point.get(name) for point in sweep.points]
    kinds = {type(value) for value in column}
    plain = kinds <= {int, float} or kinds in ({str}, {bool})
    return numpy.array(column if plain else [json.dumps(value) for value in column])


def _save(archive: zipfile.ZipFile, name: str, array: Any) -> None:
    import numpy

    if array.dtype.hasobject:
        if not all(isinstance(value, str) for value in array.flat):
            raise BadInput(f"{quoted(name)} makes no array", NEITHER, "Leave it out")
        array = array.astype(str)
    member = io.BytesIO()
    numpy.save(member, array, allow_pickle=False)
    archive.writestr(f"{name}.npy", member.getbuffer())

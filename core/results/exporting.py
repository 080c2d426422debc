"""Datasets as CSV or npz, written piece by piece: what does not fit the memory fits the disk."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from ..errors import BadInput
from ..text import quoted
from ..words import nearest
from .config import text_of
from .loading import NOTES
from .model import Exported
from .opening import opened
from .series import axes_of
from .tiles import PIECE, in_order
from .tree import datasets
from .words import shape

CSV_ROWS = 65_536  # of a piece
Column = tuple[str, Callable[[Any], Any]]  # its title, and its values out of those of the dataset


def export_csv(path: Path | str, out: IO[str], names: Sequence[str] = ()) -> Exported:
    """Write datasets as columns: those of *names*, else all with one direction that are as long as most of them.

    A complex one takes two columns, ``.real`` and ``.imag``. A single one of two directions is written as it is, a row
    a line. Raises BadFile, and BadInput for what does not fit together.
    """
    with opened(path) as file:
        known = datasets(file)
        chosen, left = _chosen(known, names)
        if len(chosen) == 1 and len(next(iter(chosen.values())).shape) == 2:
            return _matrix(out, *next(iter(chosen.items())))
        return _columns(out, chosen, left)


def _chosen(known: dict[str, Any], names: Sequence[str]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The datasets that are columns, and why the others are none."""
    if names:
        return _fitting({name: _known(known, name) for name in names}), []
    left = [(name, _unfit(data)) for name, data in known.items() if name != NOTES and _unfit(data)]
    fit = {name: data for name, data in known.items() if name != NOTES and not _unfit(data)}
    if not fit:
        why = "; ".join(f"{name}: {said}" for name, said in left[:3]) or "the file has no data"
        raise BadInput("Nothing in it fits a table", why, "Name one of two directions by --dataset, or use npz")
    counts = Counter(data.shape[0] for data in fit.values())
    length = max(counts, key=lambda size: (counts[size], size))
    left += [(name, f"it has {data.shape[0]:,} values") for name, data in fit.items() if data.shape[0] != length]
    some = {name: data for name, data in fit.items() if data.shape[0] == length}
    return {name: some[name] for name in _axes_first(some)}, left


def _axes_first(some: dict[str, Any]) -> list[str]:
    """What others are measured over comes before them."""
    over = ["xpts", *(axis for data in some.values() for axis in axes_of(data))]
    return sorted(some, key=lambda name: name not in over)


def _known(known: dict[str, Any], name: str) -> Any:
    """Raises BadInput with the nearest."""
    found = known.get(name.strip("/"))
    if found is None:
        near = nearest(name, known)
        raise BadInput(f"There is no dataset {quoted(name)}", f"the nearest is {near}" if near else "", "")
    return found


def _fitting(chosen: dict[str, Any]) -> dict[str, Any]:
    if len(chosen) == 1:
        ((name, data),) = chosen.items()
        if data.shape is None or len(data.shape) not in (1, 2) or unfit_type(data):
            why = unfit_type(data) or f"its shape is {shape(data.shape)}"
            raise BadInput(f"{name} does not fit a table", why, "Use --format npz")
        return chosen
    for name, data in chosen.items():
        if reason := _unfit(data):
            raise BadInput(f"{name} is no column beside others", reason, "Export it alone, or use --format npz")
    if len({data.shape for data in chosen.values()}) > 1:
        sizes = ", ".join(f"{name} {data.shape[0]:,}" for name, data in chosen.items())
        raise BadInput("These datasets are of different lengths", sizes, "Export them one by one, or use --format npz")
    return chosen


def _unfit(data: Any) -> str:
    """Why a dataset is no column; "" if it is one."""
    if data.shape is None or len(data.shape) != 1:
        return f"its shape is {shape(data.shape)}"
    return unfit_type(data)


def unfit_type(data: Any) -> str:
    """Why values of that type are in no cell; "" if they may be."""
    import h5py

    kind = data.dtype
    if h5py.check_string_dtype(kind) is not None:
        return ""
    if kind.names or kind.subdtype or h5py.check_ref_dtype(kind) is not None or h5py.check_vlen_dtype(kind) is not None:
        return "its values are neither numbers nor texts"
    return ""


def parts_of(name: str, data: Any) -> list[Column]:
    """The columns that a dataset becomes: of complex numbers two."""
    if data.dtype.kind == "c":
        return [(f"{name}.real", lambda values: values.real), (f"{name}.imag", lambda values: values.imag)]
    return [(name, lambda values: values)]


def _columns(out: IO[str], chosen: dict[str, Any], left: list[tuple[str, str]]) -> Exported:
    parts = [(_readable(data), parts_of(name, data)) for name, data in chosen.items()]
    titles = [title for _, columns in parts for title, _ in columns]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(titles)
    count = next(iter(chosen.values())).shape[0]
    for start in range(0, count, CSV_ROWS):
        some = [(data[start : start + CSV_ROWS], columns) for data, columns in parts]
        writer.writerows(zip(*(_cells(of(values)) for values, columns in some for _, of in columns), strict=True))
    return Exported(count, tuple(titles), tuple(left))


def _matrix(out: IO[str], name: str, data: Any) -> Exported:
    """A row of the dataset a line."""
    columns = parts_of(name, data)
    titles = [f"{title}[{at}]" for title, _ in columns for at in range(data.shape[1])]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(titles)
    step = max(1, PIECE // max(1, data.dtype.itemsize * data.shape[1]))
    readable = _readable(data)
    for start in range(0, data.shape[0], step):
        values = readable[start : start + step]
        writer.writerows([cell for _, of in columns for cell in _cells(of(row))] for row in values)
    return Exported(data.shape[0], tuple(titles))


def _readable(data: Any) -> Any:
    import h5py

    return data.asstr(errors="replace") if h5py.check_string_dtype(data.dtype) is not None else data


def _cells(values: Any) -> list[Any]:
    """Numbers as Python writes them: as short as they can be read back."""
    if values.dtype.kind == "f" and values.dtype.itemsize < 8:
        return [str(value) for value in values]
    return values.tolist()  # type: ignore[no-any-return]


# -- npz -----------------------------------------------------------------------------------------------


def export_npz(path: Path | str, out: IO[bytes], names: Sequence[str] = ()) -> Exported:
    """Write datasets as arrays of npz, and the config as JSON text under ``config``. Raises BadFile, BadInput."""
    with opened(path) as file, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        known = datasets(file)
        chosen = {name.strip("/"): _known(known, name) for name in names} if names else known
        left = [(name, _unsaved(data)) for name, data in chosen.items() if _unsaved(data)]
        told = {name for name, _ in left}
        saved = [name for name in chosen if name not in told]
        for name in saved:
            _save(archive, name, chosen[name])
        if "config" in file.attrs and "config" not in chosen:
            _save_text(archive, "config", [text_of(file.attrs["config"])], ())
            saved.append("config")
    return Exported(len(saved), tuple(saved), tuple(left))


def _unsaved(data: Any) -> str:
    """Why numpy cannot have it without pickles; "" if it can."""
    import h5py

    if data.shape is None:
        return "it is empty"
    if h5py.check_string_dtype(data.dtype) is not None:
        return ""
    return "its values are neither numbers nor texts" if data.dtype.hasobject else ""


def _save(archive: zipfile.ZipFile, name: str, data: Any) -> None:
    """One array: its head, then its values in C order."""
    from numpy.lib import format as npy

    if (readable := _readable(data)) is not data:
        values = readable[()]
        return _save_text(archive, name, values.ravel().tolist() if data.shape else [values], data.shape)
    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
        head = {
            "descr": npy.dtype_to_descr(npy.drop_metadata(data.dtype)),
            "fortran_order": False,
            "shape": tuple(data.shape),
        }
        npy.write_array_header_2_0(member, head)
        for block in _blocks(data):
            member.write(block)
    return None


def _blocks(data: Any) -> Iterator[bytes]:
    import numpy

    for piece in in_order(data.shape, data.dtype.itemsize):
        yield numpy.ascontiguousarray(data[piece]).tobytes()


def _save_text(archive: zipfile.ZipFile, name: str, texts: list[str], size: tuple[int, ...]) -> None:
    import numpy

    member = io.BytesIO()
    numpy.save(member, numpy.array(texts, dtype=str).reshape(size), allow_pickle=False)
    archive.writestr(f"{name}.npy", member.getvalue())

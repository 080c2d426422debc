"""Types, shapes and values of HDF5 in words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from types import SimpleNamespace
from typing import Any

from ..text import one_line

VALUE = 60  # cells of a value
FEW = 8  # values of an attribute that are shown
MOST = 1 << 16  # bytes of an attribute that is read at all
ATTRIBUTES = 500  # of a group or dataset that are told


def dtype(kind: Any) -> str:
    """``float64``, ``string``, ``{x: float32, y: int16}``, ``enum of int8``, ``reference``."""
    import h5py

    if h5py.check_string_dtype(kind) is not None:
        return "string"
    if h5py.check_ref_dtype(kind) is not None:
        return "reference"
    if (inner := h5py.check_vlen_dtype(kind)) is not None:
        return f"lists of {dtype(inner)}"
    if h5py.check_enum_dtype(kind) is not None:
        return f"enum of {kind}"
    if kind.names:
        fields = ", ".join(f"{name}: {dtype(kind.fields[name][0])}" for name in kind.names)
        return one_line(f"{{{fields}}}", VALUE)
    return f"{shape(kind.shape)} of {dtype(kind.base)}" if kind.subdtype else str(kind)


def shape(size: Sequence[int] | None) -> str:
    """``101``, ``3 × 101``, ``one value``, ``nothing``."""
    if size is None:
        return "nothing"
    return " × ".join(f"{length:,}" for length in size) or "one value"


def value(item: Any) -> str:
    """A value of a dataset or an attribute, short."""
    if isinstance(item, bytes):
        item = item.decode("utf-8", "backslashreplace")
    if isinstance(item, str):
        return one_line(item, VALUE)
    if hasattr(item, "tolist"):
        plain = item.tolist()
        return str(item) if type(plain) is type(item) else value(plain)  # no number of Python's is as exact
    if isinstance(item, float):
        return f"{item:.9g}"
    if isinstance(item, complex):
        return f"{item.real:.6g}{item.imag:+.6g}j"
    if isinstance(item, (list, tuple)):
        more = ", …" if len(item) > FEW else ""
        return one_line(f"[{', '.join(value(each) for each in item[:FEW])}{more}]", 2 * VALUE)
    return one_line(str(item), VALUE)


def attributes(thing: Any, most: int = ATTRIBUTES) -> tuple[tuple[str, str], ...]:
    """The attributes of a group or dataset (its identifier) in words; large ones by their size only, broken ones by
    what is wrong, *most* of them."""
    import h5py

    attrs = h5py.AttributeManager(SimpleNamespace(id=thing))
    more = max(0, len(attrs) - most)
    told = tuple((_name(name), _attribute(attrs, name)) for name in islice(attrs, most))
    return (*told, ("…", f"{more:,} more")) if more else told


def _name(name: str | bytes) -> str:
    return name.decode("utf-8", "backslashreplace") if isinstance(name, bytes) else name


def _attribute(attrs: Any, name: str | bytes) -> str:
    try:
        size = attrs.get_id(name).get_storage_size()
        return f"({size:,} bytes)" if size > MOST else value(attrs[name])
    except (OSError, RuntimeError, KeyError, TypeError, ValueError) as error:
        return f"(unreadable: {one_line(str(error), VALUE)})"

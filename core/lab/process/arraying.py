"""A value as an array that HDF5 can hold, without a change of what it says."""

from __future__ import annotations

from typing import Any, List, Tuple

_EXACT = 2**53  # integers up to here are floats without a change


class CannotHoldError(Exception):
    """HDF5 has no place for it, in words."""


def array(value: Any) -> Any:
    """*value* as an array that HDF5 can hold; None for none. Raises CannotHoldError."""
    import numpy as np

    if value is None:
        return None
    if isinstance(value, (bytes, bytearray, memoryview)):
        return np.frombuffer(bytes(value), dtype=np.uint8)
    if isinstance(value, str):
        return _texts(np.array(value, dtype=object))
    if isinstance(value, (set, frozenset)):
        value = _in_order(value)
    if isinstance(value, (list, tuple, range)):
        return _of_list(value)
    if hasattr(value, "isoformat"):
        return _texts(np.array(value.isoformat(), dtype=object))
    return _of_array(_asarray(value))


def _in_order(values: Any) -> List[Any]:
    try:
        return sorted(values)
    except TypeError:
        raise CannotHoldError("its items have no order") from None


def _asarray(value: Any) -> Any:
    import numpy as np

    try:
        return np.asarray(value)
    except Exception as error:
        raise CannotHoldError(f"it is no array: {error}") from error


def _of_array(found: Any) -> Any:
    import h5py

    kind = found.dtype.kind
    if kind in "Mm":
        return found.astype(h5py.opaque_dtype(found.dtype))
    if kind in "UTO":
        return _of_objects(found.astype(object))
    if kind in "biufcSV" and not found.dtype.hasobject:
        return found
    raise CannotHoldError("HDF5 has no such type")


def _of_objects(found: Any) -> Any:
    """An array of Python objects: text, numbers that share a type, or rows of numbers."""
    import numpy as np

    items = list(found.flat)
    if items and all(isinstance(one, str) for one in items):
        return _texts(found)
    if not items:
        return np.empty(found.shape, dtype=float)
    if all(isinstance(one, (bool, int, float, complex, np.generic)) for one in items):
        return _exactly(np.array(items), items).reshape(found.shape)
    if found.ndim == 1:
        return _rows(items)
    raise CannotHoldError(f"it is an array of Python objects, such as {type_name(items[0])}")


def _of_list(value: Any) -> Any:
    """A list as an array, if it is one: of one kind of thing, of one shape."""
    import numpy as np

    value = list(value)
    try:
        with np.errstate(all="ignore"):
            found = np.array(value)
    except (ValueError, TypeError, OverflowError):
        return _rows(value)
    kind = found.dtype.kind
    if kind in "US":
        return _texts(_all_text(value, found.shape))
    if kind == "O":
        return _of_objects(found)
    if kind in "fc":
        return _exactly(found, _flat(value, found.ndim))
    return _of_array(found)


def _exactly(found: Any, items: List[Any]) -> Any:
    """*found* unless an integer of *items* would have to change: beyond 2**53 a float is not every integer."""
    import numpy as np

    if found.dtype.kind == "O" or found.dtype.kind in "USV":
        raise CannotHoldError("its items have no type in common")
    if found.dtype.kind in "fc" and found.size and bool(np.any(np.abs(found) >= _EXACT)):
        for one in items:
            if isinstance(one, int) and int(float(one)) != one:
                raise CannotHoldError(f"the integer {one} has no place beside the other numbers")
    return found


def _flat(value: Any, depth: int) -> List[Any]:
    """The items of a list of lists; what is an array among them is left out: its type was its own choice."""
    if depth <= 1:
        return list(value)
    return [one for row in value if isinstance(row, (list, tuple)) for one in _flat(row, depth - 1)]


def _all_text(value: Any, shape: Tuple[int, ...]) -> Any:
    import numpy as np

    found = np.empty(shape, dtype=object)
    items = _flat(value, len(shape))
    if len(items) != found.size or not all(isinstance(one, str) for one in items):
        raise CannotHoldError("it mixes text with what is no text")
    found[...] = np.array(items, dtype=object).reshape(shape)
    return found


def _texts(found: Any) -> Any:
    """An array of text objects with the type that says so."""
    import h5py

    for one in found.flat:
        if "\0" in one:
            raise CannotHoldError("a text in it contains NUL, which text in an HDF5 file ends with")
        try:
            one.encode("utf-8")
        except UnicodeEncodeError:
            raise CannotHoldError("a text in it is not valid UTF-8") from None
    return found.astype(h5py.string_dtype())


def _rows(rows: Any) -> Any:
    """Rows of numbers of differing lengths."""
    import h5py
    import numpy as np

    arrays = [np.asarray(row) if isinstance(row, np.ndarray) else _plain_row(row) for row in rows]
    if not arrays or any(one.ndim != 1 or one.dtype.kind not in "biuf" for one in arrays):
        raise CannotHoldError("its rows are not of numbers alone")
    common = np.result_type(*[one.dtype for one in arrays if one.size] or [np.dtype(float)])
    found = np.empty(len(arrays), dtype=h5py.vlen_dtype(common))
    for number, one in enumerate(arrays):
        found[number] = _exactly(one.astype(common), list(one))
    return found


def _plain_row(row: Any) -> Any:
    if not isinstance(row, (list, tuple)):
        raise CannotHoldError("its items have no type in common")
    return _of_list(row)


def type_name(value: Any) -> str:
    """What *value* is, for people: its class, and of an array its dtype."""
    kind = type(value)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    try:
        dtype = getattr(value, "dtype", None)
    except Exception:  # of what is closed
        dtype = None
    return name if dtype is None else f"{name} of {dtype}"

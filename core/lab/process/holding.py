"""What HDF5 can hold of an experiment's data, and what it cannot: decided before anything is written.

| value                                   | in the file                                                               |
|-----------------------------------------|---------------------------------------------------------------------------|
| numbers, bools, complex, arrays of them | a dataset of that shape and type                                          |
| text, lists and arrays of text          | a dataset of UTF-8 text of any length                                     |
| bytes                                   | a dataset of unsigned 8-bit numbers                                       |
| dates of numpy                          | a dataset that h5py reads as dates                                        |
| None                                    | a dataset without a value (``h5py.Empty``)                                |
| a dict, a table with columns            | a group, a member for each key                                            |
| rows of numbers of differing lengths    | a dataset of rows of any length                                           |
| another list (mixed, nested)            | a group of its items ``0``, ``1``, …, at most 1,000                       |
| a set                                   | as the list of its items in order                                         |
| a masked array                          | a group of its ``data`` and ``mask``                                      |

Everything else is a complaint, and so is a number that would have to change its value.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

_DEEPEST = 32  # groups; what is deeper is a circle
_LONGEST = 1000  # items of a list that becomes a group
_EXACT = 2**53  # integers up to here are floats without a change


class Leaf(NamedTuple):
    """One dataset. ``value`` is an array, or None for a dataset without a value."""

    path: Tuple[str, ...]
    value: Any


class Plan(NamedTuple):
    """What will be in the file. ``groups`` come before what they hold; ``complaints`` are for people."""

    leaves: List[Leaf]
    groups: List[Tuple[str, ...]]
    complaints: List[str]


class _CannotError(Exception):
    """HDF5 has no place for it, in words."""


def planned(data: Mapping[Any, Any]) -> Plan:
    """How *data* will be held: a member of the root for each key."""
    plan = Plan([], [], [])
    _add_members(data, (), plan)
    return plan


def _add_members(members: Mapping[Any, Any], path: Tuple[str, ...], plan: Plan) -> None:
    names: Dict[str, Any] = {}
    for key, value in members.items():
        name = str(key)
        why = _unnameable(name) or (f"another key is {name!r} too" if name in names else "")
        if why:
            _complain(plan, (*path, name), value, why)
        else:
            names[name] = key
            _add(value, (*path, *name.split("/")), plan)  # I/Q is Q in the group I, as h5py reads it


def _unnameable(name: str) -> str:
    if "\0" in name or any(part in ("", ".", "..") for part in name.split("/")):
        return "no name in an HDF5 file may be empty, a dot, or contain NUL"
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return "its name is not valid UTF-8"
    return ""


def _complain(plan: Plan, path: Tuple[str, ...], value: Any, why: str) -> None:
    plan.complaints.append("{} ({}): {}".format("/".join(path), _type_name(value), why))


def _type_name(value: Any) -> str:
    kind = type(value)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    dtype = getattr(value, "dtype", None)
    return name if dtype is None else f"{name} of {dtype}"


def _add(value: Any, path: Tuple[str, ...], plan: Plan) -> None:
    if len(path) > _DEEPEST:
        return _complain(plan, path, value, f"it is more than {_DEEPEST} levels deep, or holds itself")
    members = _members(value)
    try:
        if members is None:
            plan.leaves.append(Leaf(path, _array(value)))
            return
    except _CannotError as error:
        members = _numbered(value)
        if members is None:
            return _complain(plan, path, value, str(error))
    plan.groups.append(path)
    _add_members(members, path, plan)


def _members(value: Any) -> Optional[Mapping[Any, Any]]:
    """The members of what becomes a group, or None."""
    import numpy as np

    if isinstance(value, np.ma.MaskedArray):
        return {"data": value.data, "mask": np.ma.getmaskarray(value)} if np.ma.is_masked(value) else None
    if isinstance(value, Mapping):
        return value
    if hasattr(value, "columns") and callable(getattr(value, "items", None)):  # a table, as pandas has it
        return dict(value.items())
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return dict(zip(value._fields, value))
    return None


def _numbered(value: Any) -> Optional[Mapping[str, Any]]:
    """The items of a list that is no array, by their number; None if it is no list, or too long for that."""
    if isinstance(value, (set, frozenset)):
        value = sorted(value, key=repr)
    if not isinstance(value, (list, tuple)) or len(value) > _LONGEST:
        return None
    return {str(number): one for number, one in enumerate(value)}


def _array(value: Any) -> Any:
    """*value* as an array that HDF5 can hold; None for none. Raises _CannotError."""
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
        raise _CannotError("its items have no order") from None


def _asarray(value: Any) -> Any:
    import numpy as np

    try:
        return np.asarray(value)
    except Exception as error:
        raise _CannotError(f"it is no array: {error}") from error


def _of_array(found: Any) -> Any:
    import h5py

    kind = found.dtype.kind
    if kind in "Mm":
        return found.astype(h5py.opaque_dtype(found.dtype))
    if kind in "UTO":
        return _of_objects(found.astype(object))
    if kind in "biufcSV" and not found.dtype.hasobject:
        return found
    raise _CannotError("HDF5 has no such type")


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
    raise _CannotError(f"it is an array of Python objects, such as {_type_name(items[0])}")


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
        raise _CannotError("its items have no type in common")
    if found.dtype.kind in "fc" and found.size and bool(np.any(np.abs(found) >= _EXACT)):
        for one in items:
            if isinstance(one, int) and int(float(one)) != one:
                raise _CannotError(f"the integer {one} has no place beside the other numbers")
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
        raise _CannotError("it mixes text with what is no text")
    found[...] = np.array(items, dtype=object).reshape(shape)
    return found


def _texts(found: Any) -> Any:
    """An array of text objects with the type that says so."""
    import h5py

    for one in found.flat:
        if "\0" in one:
            raise _CannotError("a text in it contains NUL, which text in an HDF5 file ends with")
        try:
            one.encode("utf-8")
        except UnicodeEncodeError:
            raise _CannotError("a text in it is not valid UTF-8") from None
    return found.astype(h5py.string_dtype())


def _rows(rows: Any) -> Any:
    """Rows of numbers of differing lengths."""
    import h5py
    import numpy as np

    arrays = [np.asarray(row) if isinstance(row, np.ndarray) else _plain_row(row) for row in rows]
    if not arrays or any(one.ndim != 1 or one.dtype.kind not in "biuf" for one in arrays):
        raise _CannotError("its rows are not of numbers alone")
    common = np.result_type(*[one.dtype for one in arrays if one.size] or [np.dtype(float)])
    found = np.empty(len(arrays), dtype=h5py.vlen_dtype(common))
    for number, one in enumerate(arrays):
        found[number] = _exactly(one.astype(common), list(one))
    return found


def _plain_row(row: Any) -> Any:
    if not isinstance(row, (list, tuple)):
        raise _CannotError("its items have no type in common")
    return _of_list(row)

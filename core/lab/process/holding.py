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

from .arraying import CannotHoldError, array, type_name

_DEEPEST = 32  # groups; what is deeper is a circle
_LONGEST = 1000  # items of a list that becomes a group


class Leaf(NamedTuple):
    """One dataset. ``value`` is an array, or None for a dataset without a value."""

    path: Tuple[str, ...]
    value: Any


class Plan(NamedTuple):
    """What will be in the file. ``groups`` come before what they hold; ``complaints`` are for people."""

    leaves: List[Leaf]
    groups: List[Tuple[str, ...]]
    complaints: List[str]


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
            _try(value, (*path, *name.split("/")), plan)  # I/Q is Q in the group I, as h5py reads it


def _unnameable(name: str) -> str:
    if "\0" in name or any(part in ("", ".", "..") for part in name.split("/")):
        return "no name in an HDF5 file may be empty, a dot, or contain NUL"
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return "its name is not valid UTF-8"
    return ""


def _complain(plan: Plan, path: Tuple[str, ...], value: Any, why: str) -> None:
    plan.complaints.append("{} ({}): {}".format("/".join(path), type_name(value), why))


def _try(value: Any, path: Tuple[str, ...], plan: Plan) -> None:
    """One value that cannot even be looked at (a dataset of a closed file) does not cost the others."""
    try:
        _add(value, path, plan)
    except Exception as error:
        _complain(plan, path, value, f"it cannot be read: {type(error).__name__}: {error}")


def _add(value: Any, path: Tuple[str, ...], plan: Plan) -> None:
    if len(path) > _DEEPEST:
        return _complain(plan, path, value, f"it is more than {_DEEPEST} levels deep, or holds itself")
    members = _members(value)
    try:
        if members is None:
            plan.leaves.append(Leaf(path, array(value)))
            return
    except CannotHoldError as error:
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

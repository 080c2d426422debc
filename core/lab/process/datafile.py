"""The data file: a root attribute ``config``, a dataset for each key of the data, and who made it, when, with what.

A dataset can be made larger by whoever opens it later, as those of slab's ``SlabFile``. Its attributes ``_axes``
((xmin, xmax), or a pair of them) and ``_axes_labels`` (x, y[, z]) are what that writes too. ``notes`` is a list of
text, empty if there are none.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Tuple

from . import jsonplain
from .errors import Refused
from .holding import Leaf, Plan, planned
from .room import Room, give_back, needed

NOTES = "notes"
AXES = ("_axes", "_axes_labels")


class Content(NamedTuple):
    """What a data file will say. ``axes`` are the attributes of datasets, by key, then by name."""

    plan: Plan
    config: str  # JSON
    marks: Dict[str, Any]  # the other attributes of the root
    axes: Dict[str, Dict[str, Any]]


def content(data: Mapping[Any, Any], config: Any, notes: Any, axes: Any, marks: Dict[str, Any]) -> Content:
    """What the file of *data* will hold. What cannot be held is in ``plan.complaints``."""
    plan = planned(data)
    if NOTES not in {leaf.path[0] for leaf in plan.leaves} | {group[0] for group in plan.groups}:
        plan.leaves.append(Leaf((NOTES,), _notes(notes)))
    return Content(plan, jsonplain.dumps(config), marks, axes)


def _notes(notes: Any) -> Any:
    """Notes as text: one, several, or none."""
    import h5py
    import numpy as np

    texts = [notes] if isinstance(notes, str) else list(notes) if isinstance(notes, (list, tuple)) else []
    clean = [_text(one) for one in texts if one]
    return np.array(clean, dtype=object).astype(h5py.string_dtype())


def _text(value: Any) -> str:
    return str(value).replace("\0", "\\0").encode("utf-8", "backslashreplace").decode("utf-8")


def write(path: str, what: Content) -> None:
    """Write the new file *path*. What h5py refuses of it is added to ``what.plan.complaints``, and left out.

    Raises OSError, also where the disk has no room for it.
    """
    import h5py

    with h5py.File(path, "x") as file:
        room = Room(file)
        room.take(len(what.config))
        file.attrs["config"] = what.config
        for name, value in what.marks.items():
            file.attrs[name] = value
        for group in what.plan.groups:
            room.take(0)
            file.require_group("/".join(group))
        what.plan.leaves[:] = [leaf for leaf in what.plan.leaves if _written(file, leaf, what, room)]
    give_back(path)


def _written(file: Any, leaf: Leaf, what: Content, room: Room) -> bool:
    name = _name(leaf)
    room.take(needed(leaf.value))
    if name in file:
        what.plan.complaints.append(f"{name}: another key has that name in the file")
        return False
    try:
        dataset = _dataset(file, name, leaf.value)
        for key, value in what.axes.get(name, {}).items():
            dataset.attrs[key] = value
    except (TypeError, ValueError, NotImplementedError) as error:
        what.plan.complaints.append(f"{name}: {error}")
        if name in file:
            del file[name]
        return False
    return True


def _dataset(file: Any, name: str, value: Any) -> Any:
    """A dataset that can grow in every direction; one number or text has no direction."""
    import h5py

    if value is None:
        return file.create_dataset(name, data=h5py.Empty("f8"))
    if not value.ndim:
        return file.create_dataset(name, data=value)
    return file.create_dataset(name, data=value, maxshape=(None,) * value.ndim, chunks=True)


def check(path: str, what: Content) -> None:
    """Read the closed file again. Raises Refused if it does not hold what was written."""
    import h5py

    with h5py.File(path, "r") as file:
        wrong = [_name(leaf) for leaf in what.plan.leaves if not _is_there(file, leaf)]
        wrong += [
            "/".join(group) for group in what.plan.groups if not isinstance(file.get("/".join(group)), h5py.Group)
        ]
        if file.attrs["config"] != what.config:
            wrong.append("config")
        jsonplain.loads(file.attrs["config"])
    if wrong:
        raise Refused("The data file {} does not hold what was written: {}".format(path, ", ".join(wrong[:8])))


def _name(leaf: Leaf) -> str:
    return "/".join(leaf.path)


def _is_there(file: Any, leaf: Leaf) -> bool:
    found = file.get(_name(leaf))
    return found is not None and found.shape == (None if leaf.value is None else leaf.value.shape)


def keys(what: Content) -> List[str]:
    """The names in the root, in the order of the data."""
    paths: List[Tuple[str, ...]] = [leaf.path for leaf in what.plan.leaves] + what.plan.groups
    return list(dict.fromkeys(path[0] for path in paths))

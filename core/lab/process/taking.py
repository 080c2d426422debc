"""What an experiment leaves: its data, its notes, and what it says of its axes.

It says of axes what slab's ``SlabFile`` says with ``set_range`` and ``set_labels``: in its attributes ``axes`` and
``axes_labels``, dicts by the key of the data (``{"avgi": (0.0, 1.0)}``, ``{"avgi": ("t (us)", "I")}``), or in the file
that it saves itself (``fname``), whose ``notes`` are taken too.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping, NamedTuple

from . import guards
from .datafile import AXES, NOTES
from .errors import Refused


class Left(NamedTuple):
    """What an experiment left. ``axes`` are attributes of datasets, by key, then by name."""

    data: Mapping[Any, Any]
    config: Any
    notes: Any
    axes: Dict[str, Dict[str, Any]]


def left_by(expt: Any, returned: Any, config: Any) -> Left:
    """What *expt* left after its ``go()`` *returned* that. Raises Refused if that is no data."""
    data = getattr(expt, "data", None)
    data = returned if data is None and isinstance(returned, Mapping) else data
    if data is None:
        raise Refused("The experiment left no data: neither its attribute data, nor a dict that go() returned")
    if not isinstance(data, Mapping):
        raise Refused(f"The experiment's data is no dict of arrays but {type(data).__name__}")
    own = _own_file(expt)
    axes = {**own.axes, **_said_axes(expt)}
    return Left(data, _config(expt, config), getattr(expt, "notes", None) or own.notes, axes)


def _config(expt: Any, given: Any) -> Any:
    """The config as it is at the end: experiments change what they were given."""
    found = getattr(expt, "cfg", None)
    return found if isinstance(found, Mapping) else given


def _said_axes(expt: Any) -> Dict[str, Dict[str, Any]]:
    found: Dict[str, Dict[str, Any]] = {}
    for name, clean in ((AXES[0], _numbers), (AXES[1], _words)):
        said = getattr(expt, name.lstrip("_"), None)
        for key, value in said.items() if isinstance(said, Mapping) else ():
            _add(found, str(key), name, value, clean)
    return found


def _add(found: Dict[str, Dict[str, Any]], key: str, name: str, value: Any, clean: Callable[[Any], Any]) -> None:
    try:
        found.setdefault(key, {})[name] = clean(value)
    except (TypeError, ValueError) as error:
        guards.say(f"The experiment's {name.lstrip('_')} of {key} cannot be written: {error}")


def _numbers(value: Any) -> Any:
    import numpy as np

    return np.array(value, dtype=float)


def _words(value: Any) -> Any:
    return [str(one).replace("\0", "") for one in value]


def _own_file(expt: Any) -> Left:
    """What the file that the experiment saved itself says of axes and notes; nothing if there is none."""
    import h5py

    found = Left({}, None, [], {})
    try:
        with h5py.File(getattr(expt, "fname", None) or "", "r") as file:
            for key, one in file.items():
                marks = {name: one.attrs[name] for name in AXES if name in one.attrs}
                if marks:
                    found.axes[key] = marks
            if NOTES in file:
                found.notes.extend(_decoded(one) for one in file[NOTES][()])
    except Exception:  # none, or not one that can be read: it is the experiment's own
        pass
    return found


def _decoded(note: Any) -> str:
    return note.decode("utf-8", "replace") if isinstance(note, bytes) else str(note)

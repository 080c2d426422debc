"""What the jobs of a sweep left, as arrays over its points."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, NamedTuple

from ..errors import BadInput
from ..text import quoted
from ..words import nearest
from . import sweeptable
from .loading import Expt, load, values
from .model import Exported
from .opening import opened
from .tree import datasets


class Element(NamedTuple):
    """A job of a sweep, with its point; ``file`` is the data that it left, "" = none so far."""

    job: str
    number: int  # its index
    point: Mapping[str, Any]
    file: str


class SweepData:
    """The jobs of a sweep, by index; their data is read when it is asked for, each time anew.

    ``elements`` are all that the yard still knows; ``points``, ``jobs`` (ids) and ``files`` are those of the ones that
    left data, ``missing`` the ids of the others. ``sweep["avgi"]`` is a numpy array of shape (points, …), whose rows
    belong to ``points``.
    """

    def __init__(self, elements: Sequence[Element]) -> None:
        self.elements = tuple(elements)
        self._there = tuple(one for one in self.elements if one.file)
        self.points = [dict(one.point) for one in self._there]
        self.jobs = [one.job for one in self._there]
        self.files = [one.file for one in self._there]
        self.missing = [one.job for one in self.elements if not one.file]

    @property
    def axes(self) -> dict[str, list[Any]]:
        """The values of each swept key, each once, in the order of the jobs."""
        found: dict[str, dict[str, Any]] = {}
        for one in self.elements:
            for key, value in one.point.items():
                found.setdefault(key, {}).setdefault(_told(value), value)
        return {key: list(each.values()) for key, each in found.items()}

    def __len__(self) -> int:
        return len(self._there)

    def __iter__(self) -> Iterator[tuple[dict[str, Any], Expt]]:
        """Each point with what its job left: ``for point, expt in sweep``. Raises BadFile."""
        for point, one in zip(self.points, self._there, strict=True):
            yield point, load(one.file)

    def __getitem__(self, name: str) -> Any:
        """A dataset of every job, or a swept key, as a numpy array of shape (points, …).

        Raises BadInput where there is none, or where jobs left different shapes; BadFile.
        """
        import numpy as np

        if name in self.axes:
            return np.array([point.get(name) for point in self.points])
        if not self._there:
            raise BadInput(f"There is no {quoted(name)}", "No job of the sweep has left data", "Wait for them")
        return np.stack(self._alike(name))

    def grid(self, name: str) -> Any:
        """The same with a dimension for each axis, in the order of ``axes``; NaN where a job has left nothing.

        Raises BadInput for a sweep whose points are not each with each, and as ``sweep[name]``.
        """
        import numpy as np

        places, shape = self._places()
        flat = self[name]
        if len(flat) == len(self.elements):
            kind = flat.dtype
        elif flat.dtype.kind in "biufc":
            kind = np.result_type(flat.dtype, np.float16)
        else:
            raise BadInput(f"{quoted(name)} makes no grid", "It is no number, and some jobs left none", "Wait for them")
        whole = np.full((math.prod(shape), *flat.shape[1:]), 0 if kind == flat.dtype else np.nan, kind)
        whole[[places[at] for at, one in enumerate(self.elements) if one.file]] = flat
        return whole.reshape(*shape, *flat.shape[1:])

    def export_csv(self, out: IO[str], names: Sequence[str] = ()) -> Exported:
        """A line for each point: see `sweeptable`."""
        return sweeptable.export_csv(self, out, names)

    def export_npz(self, out: IO[bytes], names: Sequence[str] = ()) -> Exported:
        """Arrays over all points: see `sweeptable`."""
        return sweeptable.export_npz(self, out, names)

    def __repr__(self) -> str:
        axes = ", ".join(f"{key} ({len(values)})" for key, values in self.axes.items())
        return f"<SweepData {axes}: {len(self)} of {len(self.elements)} left data>"

    def _alike(self, name: str) -> list[Any]:
        """The dataset of each file; they have one shape."""
        found = [_dataset(one.file, name) for one in self._there]
        for one, value in zip(self._there, found, strict=True):
            if value.shape != found[0].shape:
                why = f"{self.jobs[0]} has the shape {found[0].shape}, {one.job} has {value.shape}"
                raise BadInput(f"The {quoted(name)} of these jobs make no array", why, "for point, expt in sweep: …")
        return found

    def _places(self) -> tuple[list[int], list[int]]:
        """Where each element stands among the points of the axes, and how many these are in each direction."""
        axes = {key: {_told(value): at for at, value in enumerate(values)} for key, values in self.axes.items()}
        shape = [len(each) for each in axes.values()]
        places = []
        for one in self.elements:
            place = 0
            for key, each in axes.items():
                place = place * len(each) + each.get(_told(one.point.get(key)), 0)
            places.append(place)
        if not axes or sorted(places) != list(range(math.prod(shape))):
            why = f"There are {len(places):,} jobs, which are not each value with each once"
            raise BadInput("The sweep makes no grid", why, "Use sweep[name] with sweep.points")
        return places, shape


def _told(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _dataset(path: str, name: str) -> Any:
    """A dataset of a file as an array. Raises BadFile, and BadInput where there is none of that name."""
    import numpy as np

    with opened(path) as file:
        known = datasets(file)
        if name in known:
            return np.asarray(values(known[name]))
    near = nearest(name, known)
    raise BadInput(f"There is no dataset {quoted(name)} in {path}", "", f"Did you mean {near}?" if near else "")

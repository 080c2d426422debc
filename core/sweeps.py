"""Sweeps: the points that the values of several parameters make together. Pure.

Axes are combined each with each, the first changing slowest, or *zipped*: first with first, second with second. How
axes are written is a matter of `axes`.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

from . import dotted
from .errors import BadInput
from .indexes import MOST_ELEMENTS, ArraySpec, parse_array
from .text import one_line, quoted, visible

Axis = tuple[str, Sequence[Any]]  # a dotted key, and its values
Point = dict[str, Any]  # a value by dotted key

VALUE_WIDTH = 30  # cells of a value in a line
EXAMPLES = "Write it like amp=0:1:11 (from, to, how many), freq=log:1e3:1e6:7 or gain=1,2,5"


class Sweep(NamedTuple):
    """Axes that have been checked."""

    axes: tuple[Axis, ...]
    zipped: bool = False

    @property
    def size(self) -> int:
        """How many points it has."""
        lengths = [len(values) for _, values in self.axes]
        return lengths[0] if self.zipped else math.prod(lengths)

    def point(self, number: int) -> Point:
        """The values of its point *number*, from 0 on."""
        if self.zipped:
            return {key: values[number] for key, values in self.axes}
        found = []
        for key, values in reversed(self.axes):
            number, at = divmod(number, len(values))
            found.append((key, values[at]))
        return dict(reversed(found))


def checked(axes: Iterable[Axis], zipped: bool = False) -> Sweep:
    """The sweep of these axes. Raises BadInput; nothing is expanded for it."""
    sweep = Sweep(tuple(axes), zipped)
    if not sweep.axes:
        raise BadInput("The sweep cannot be used", "It has no axis", EXAMPLES)
    for key, values in sweep.axes:
        if not dotted.parts_of(key):
            refuse(key, "It is no key", "Write keys like amp or pulse.gain")
        if not values:
            refuse(key, "It has no values", EXAMPLES)
    _check_keys([key for key, _ in sweep.axes])
    if zipped:
        _check_lengths(sweep.axes)
    if sweep.size > MOST_ELEMENTS:
        told = " × ".join(f"{len(values):,}" for _, values in sweep.axes) if not zipped else f"{sweep.size:,}"
        why = f"It has {told} points, and {MOST_ELEMENTS:,} are the limit"
        raise BadInput("The sweep cannot be used", why, "Take fewer values, or submit several sweeps")
    return sweep


def chosen(size: int, array: str = "") -> ArraySpec:
    """Which points of a sweep of this *size* become jobs, from index 1 on: all, unless *array* says it otherwise.

    ``%10`` is all of them, at most 10 at a time; ``3-7%2`` are some. Raises BadInput.
    """
    listed, percent, most = array.partition("%")
    spec = parse_array(f"{listed.strip() or f'1-{size}'}{percent}{most}")
    if not all(1 <= index <= size for index in spec.indexes):
        why = f"The sweep has {size:,} points, from index 1 on"
        raise BadInput(f"The array {quoted(array)} cannot be used", why, "Leave it out, or write it like %10")
    return spec


def points(axes: Iterable[Axis], zipped: bool = False) -> list[Point]:
    """Every point, in the order of the jobs: of the first axis slowest, or one by one. Raises BadInput."""
    sweep = checked(axes, zipped)
    return [sweep.point(number) for number in range(sweep.size)]


def _check_keys(keys: Sequence[str]) -> None:
    for one, other in itertools.permutations(keys, 2):
        if one == other:
            refuse(one, "Two axes have it", "Leave one of them out")
        if other.startswith(f"{one}."):
            refuse(other, f"It lies in {quoted(one)}, which is swept too", "Leave one of them out")


def _check_lengths(axes: Sequence[Axis]) -> None:
    if len({len(values) for _, values in axes}) > 1:
        told = "There are " + ", ".join(f"{len(values):,} values of {visible(key)}" for key, values in axes)
        todo = "Give as many of each; or combine each with each: leave zip out"
        raise BadInput("The sweep cannot be zipped", told, todo)


# -- for people ---------------------------------------------------------------------------------------


def plain(value: float) -> str:
    """A number as one writes it: 0 for 0.0."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)


def shown(value: Any) -> str:
    """A value for people: a text as it is, the rest as JSON, but 0.0 as 0."""
    if isinstance(value, str) and value:
        text = value
    else:
        text = plain(value) if isinstance(value, float) else json.dumps(value, separators=(",", ":"))
    return one_line(visible(text), VALUE_WIDTH)


def told(point: Mapping[str, Any]) -> str:
    """A point on one line: ``amp=0.3 freq=4.8``."""
    return " ".join(f"{visible(key)}={shown(value)}" for key, value in point.items())


def refuse(text: str, why: str, todo: str) -> NoReturn:
    """Raise BadInput for an axis."""
    raise BadInput(f"The axis {quoted(text)} cannot be used", why, todo)

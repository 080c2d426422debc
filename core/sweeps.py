"""Sweeps: the values that parameters are to take, and the points that they make together. Pure.

An axis is written ``amp=0:1:11`` (from, to, how many: both ends included), ``freq=log:1e3:1e6:7`` (each the same times
the one before), ``gain=1,2,5``, ``mode=fast,slow`` or ``shots=[100, 1000]``; several stretches stand side by side:
``amp=0:0.1:11,0.2:1:9``. Values are as near to what is meant as a float can be: 0.3, never 0.30000000000000004.

Axes are combined each with each, the first changing slowest, or *zipped*: first with first, second with second.
"""

from __future__ import annotations

import decimal
import itertools
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple, NoReturn

from . import dotted
from .errors import BadInput
from .indexes import MOST_ELEMENTS, ArraySpec, parse_array
from .text import one_line, quoted, visible

Axis = tuple[str, Sequence[Any]]  # a dotted key, and its values
Point = dict[str, Any]  # a value by dotted key

LOG = "log"
LISTED = 4  # values that a line shows one by one
VALUE_WIDTH = 30  # cells of a value in a line

_EXAMPLES = "Write it like amp=0:1:11 (from, to, how many), freq=log:1e3:1e6:7 or gain=1,2,5"
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_LONGEST = 40  # characters of a number
_LARGEST = 330  # digits before or behind the point: more than any float has
_PRECISE = decimal.Context(prec=60)


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
        raise BadInput("The sweep cannot be used", "It has no axis", _EXAMPLES)
    for key, values in sweep.axes:
        if not dotted.parts_of(key):
            _refuse(key, "It is no key", "Write keys like amp or pulse.gain")
        if not values:
            _refuse(key, "It has no values", _EXAMPLES)
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
            _refuse(one, "Two axes have it", "Leave one of them out")
        if other.startswith(f"{one}."):
            _refuse(other, f"It lies in {quoted(one)}, which is swept too", "Leave one of them out")


def _check_lengths(axes: Sequence[Axis]) -> None:
    if len({len(values) for _, values in axes}) > 1:
        told = "There are " + ", ".join(f"{len(values):,} values of {visible(key)}" for key, values in axes)
        todo = "Give as many of each; or combine each with each: leave zip out"
        raise BadInput("The sweep cannot be zipped", told, todo)


# -- as people write an axis --------------------------------------------------------------------------


def parse_axis(text: str) -> tuple[str, list[Any]]:
    """``(key, values)`` of ``amp=0:1:11``, ``freq=log:1e3:1e6:7``, ``gain=1,2,5``, ``on=[true, false]``.

    Raises BadInput.
    """
    key, equals, said = text.partition("=")
    if not equals:
        _refuse(text, "It does not say KEY=VALUES", _EXAMPLES)
    if not dotted.parts_of(key):
        _refuse(text, "There is no key before the =", _EXAMPLES)
    values = parse_values(said, text)
    return key, values


def parse_values(said: str, text: str = "") -> list[Any]:
    """The values of what stands behind ``KEY=``; *text* is what a mistake is told of. Raises BadInput."""
    text = text or said
    found = _json(said)
    values = _parts(said, text) if found is None else found
    if not values:
        _refuse(text, "It has no values", _EXAMPLES)
    if len(values) > MOST_ELEMENTS:
        _too_many(text)
    if not _sayable(values):
        _refuse(text, "It holds a number that JSON does not have: NaN, or an infinite one", "Use others")
    return values


def _json(said: str) -> list[Any] | None:
    """The values of a list in brackets, or of one without them."""
    for candidate in (said, f"[{said}]"):
        try:
            found = json.loads(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, list):
            return found
    return None


def _parts(said: str, text: str) -> list[Any]:
    """Words, numbers and stretches, separated by commas."""
    values: list[Any] = []
    for part in said.split(","):
        word = part.strip()
        if not word:
            _refuse(text, "There is nothing between two commas" if "," in said else "It has no values", _EXAMPLES)
        stretch = _stretch(word, text)
        values += [_value(word)] if stretch is None else stretch
        if len(values) > MOST_ELEMENTS:
            _too_many(text)
    return values


def _value(word: str) -> Any:
    try:
        return json.loads(word)
    except (ValueError, RecursionError):
        return word


def _sayable(values: Sequence[Any]) -> bool:
    try:
        json.dumps(values, allow_nan=False)
    except ValueError:
        return False
    return True


# -- stretches of numbers -----------------------------------------------------------------------------


def _stretch(word: str, text: str) -> list[Any] | None:
    """The values of ``0:1:11`` and ``log:1:100:3``; None for what is no stretch. Raises BadInput."""
    parts = word.split(":")
    steps = parts[0] == LOG
    numbers = parts[1:] if steps else parts
    if len(parts) == 1 or not (steps or _NUMBER.fullmatch(parts[0])):
        return None
    if len(numbers) != 3 or not all(map(_NUMBER.fullmatch, numbers)):
        todo = f'Write it like 0:1:11; a text with colons in double quotes: "{visible(word)}"'
        _refuse(text, f"{quoted(word)} does not say from:to:how many", todo)
    start, stop, count = numbers
    whole = bool(_INTEGER.fullmatch(start) and _INTEGER.fullmatch(stop))  # then so are values, if all can be
    ends = _number(start, text), _number(stop, text)
    if steps and (0 in ends or (ends[0] < 0) != (ends[1] < 0)):
        todo = "Use ends of one sign, or from:to:how many without log"
        _refuse(text, "From 0, or through 0, no factor leads", todo)
    return (geometric if steps else linear)(*ends, _count(count, text), whole)


def _number(word: str, text: str) -> Decimal:
    found = Decimal(word)
    if len(word) > _LONGEST or abs(found.adjusted()) > _LARGEST or not math.isfinite(float(found)):
        _refuse(text, f"{quoted(word)} is no number that a computer reckons with", "Use another")
    return found


def _count(word: str, text: str) -> int:
    count = int(word) if _INTEGER.fullmatch(word) and len(word) < _LONGEST else 0
    if count < 2:
        why = f"{quoted(word)} is no number of values: both ends are among them, so that there are 2 at least"
        _refuse(text, why, "Write it like 0:1:11; a single value like amp=0.5")
    if count > MOST_ELEMENTS:
        _too_many(text)
    return count


def linear(start: Decimal, stop: Decimal, count: int, whole: bool = False) -> list[Any]:
    """*count* values at equal distances, both ends included: each the float nearest to the exact value.

    *whole*: integers, if all of them are.
    """
    first, last = Fraction(start), Fraction(stop)
    scale = first.denominator * last.denominator * (count - 1)
    least, step = int(first * scale), int((last - first) * scale) // (count - 1)
    found = [least + step * number for number in range(count)]
    if whole and all(value % scale == 0 for value in found):
        return [value // scale for value in found]
    return [value / scale for value in found]  # integers are divided exactly, and rounded once


def geometric(start: Decimal, stop: Decimal, count: int, whole: bool = False) -> list[Any]:
    """*count* values, each the same times the one before, both ends included: these are not 0 and of one sign.

    *whole*: integers, if all of them are.
    """
    with decimal.localcontext(_PRECISE):
        factor = (stop / start) ** (Decimal(1) / (count - 1))
        between = [float(value) for value in itertools.islice(_times(start, factor), count - 1)]
    found = [*between, float(stop)]
    if whole and all(value.is_integer() for value in found):
        return [int(value) for value in found]
    return found


def _times(value: Decimal, factor: Decimal) -> Iterator[Decimal]:
    while True:
        yield value
        value *= factor


# -- for people ---------------------------------------------------------------------------------------


def spelled(axis: Axis) -> str:
    """An axis on one line, as short as it can be written: ``amp=0:1:11``, ``gain=1,2,5``, ``mode=fast…slow (40)``."""
    key, values = axis
    if len(values) <= LISTED:
        return f"{visible(key)}={','.join(map(shown, values))}"
    stretch = _as_stretch(values)
    return f"{visible(key)}={stretch or f'{shown(values[0])}…{shown(values[-1])} ({len(values):,})'}"


def _as_stretch(values: Sequence[Any]) -> str:
    """The stretch that these values are, or ""."""
    if not all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        return ""
    ends = f"{_plain(values[0])}:{_plain(values[-1])}:{len(values)}"
    for word in (ends, f"{LOG}:{ends}"):
        try:
            if _stretch(word, word) == list(values):
                return word
        except BadInput:
            continue
    return ""


def _plain(value: float) -> str:
    """A number as one writes it: 0 for 0.0."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)


def shown(value: Any) -> str:
    """A value for people: a text as it is, the rest as JSON, but 0.0 as 0."""
    if isinstance(value, str) and value:
        text = value
    else:
        text = _plain(value) if isinstance(value, float) else json.dumps(value, separators=(",", ":"))
    return one_line(visible(text), VALUE_WIDTH)


def told(point: Mapping[str, Any]) -> str:
    """A point on one line: ``amp=0.3 freq=4.8``."""
    return " ".join(f"{visible(key)}={shown(value)}" for key, value in point.items())


def _too_many(text: str) -> NoReturn:
    _refuse(text, f"It has more than {MOST_ELEMENTS:,} values", "Take fewer, or submit several sweeps")


def _refuse(text: str, why: str, todo: str) -> NoReturn:
    raise BadInput(f"The axis {quoted(text)} cannot be used", why, todo)

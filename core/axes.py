"""Axes of a sweep as people write them: a key, and the values that it is to take. Pure.

``amp=0:1:11`` (from, to, how many: both ends included), ``freq=log:1e3:1e6:7`` (each the same times the one before),
``gain=1,2,5``, ``mode=fast,slow`` or ``shots=[100, 1000]``; several stretches stand side by side:
``amp=0:0.1:11,0.2:1:9``. Values are as near to what is meant as a float can be: 0.3, never 0.30000000000000004.
"""

from __future__ import annotations

import decimal
import itertools
import json
import math
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

from . import dotted
from .errors import BadInput
from .indexes import MOST_ELEMENTS
from .sweeps import EXAMPLES, Axis, plain, refuse, shown
from .text import quoted, visible

LOG = "log"
LISTED = 4  # values that a line shows one by one

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_LONGEST = 40  # characters of a number
_LARGEST = 330  # digits before or behind the point: more than any float has
_PRECISE = decimal.Context(prec=60)


def parse_axis(text: str) -> tuple[str, list[Any]]:
    """``(key, values)`` of ``amp=0:1:11``, ``freq=log:1e3:1e6:7``, ``gain=1,2,5``, ``on=[true, false]``.

    Raises BadInput.
    """
    key, equals, said = text.partition("=")
    if not equals:
        refuse(text, "It does not say KEY=VALUES", EXAMPLES)
    if not dotted.parts_of(key):
        refuse(text, "There is no key before the =", EXAMPLES)
    values = parse_values(said, text)
    return key, values


def parse_values(said: str, text: str = "") -> list[Any]:
    """The values of what stands behind ``KEY=``; *text* is what a mistake is told of. Raises BadInput."""
    text = text or said
    found = _json(said)
    values = _parts(said, text) if found is None else found
    if not values:
        refuse(text, "It has no values", EXAMPLES)
    if len(values) > MOST_ELEMENTS:
        _too_many(text)
    if not _sayable(values):
        refuse(text, "It holds a number that JSON does not have: NaN, or an infinite one", "Use others")
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
            refuse(text, "There is nothing between two commas" if "," in said else "It has no values", EXAMPLES)
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
        refuse(text, f"{quoted(word)} does not say from:to:how many", todo)
    start, stop, count = numbers
    whole = bool(_INTEGER.fullmatch(start) and _INTEGER.fullmatch(stop))  # then so are values, if all can be
    ends = _number(start, text), _number(stop, text)
    if steps and (0 in ends or (ends[0] < 0) != (ends[1] < 0)):
        todo = "Use ends of one sign, or from:to:how many without log"
        refuse(text, "From 0, or through 0, no factor leads", todo)
    return (geometric if steps else linear)(*ends, _count(count, text), whole)


def _number(word: str, text: str) -> Decimal:
    found = Decimal(word)
    if len(word) > _LONGEST or abs(found.adjusted()) > _LARGEST or not math.isfinite(float(found)):
        refuse(text, f"{quoted(word)} is no number that a computer reckons with", "Use another")
    return found


def _count(word: str, text: str) -> int:
    count = int(word) if _INTEGER.fullmatch(word) and len(word) < _LONGEST else 0
    if count < 2:
        why = f"{quoted(word)} is no number of values: both ends are among them, so that there are 2 at least"
        refuse(text, why, "Write it like 0:1:11; a single value like amp=0.5")
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
    ends = f"{plain(values[0])}:{plain(values[-1])}:{len(values)}"
    for word in (ends, f"{LOG}:{ends}"):
        try:
            if _stretch(word, word) == list(values):
                return word
        except BadInput:
            continue
    return ""


def _too_many(text: str) -> NoReturn:
    refuse(text, f"It has more than {MOST_ELEMENTS:,} values", "Take fewer, or submit several sweeps")

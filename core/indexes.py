"""The indexes of a job array: ``1-100``, ``1,5,9-20``, ``0-100:10``, each with ``%10`` for at most 10 at a time.

Also what an index does to a text: ``{i}`` and ``{i:03}`` become it; ``${i}`` is the shell's, ``{{i}}`` a plain ``{i}``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

from .errors import BadInput
from .text import quoted

MOST_ELEMENTS = 100_000
LARGEST = 999_999_999  # an index
SHOWN_PARTS = 8  # stretches of a list of indexes that a label shows

_PART = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9})(?::([0-9]{1,9}))?)?", re.ASCII)
_LIST = re.compile(r"[0-9]+(?:-[0-9]+(?::[0-9]+)?)?(?:,[0-9]+(?:-[0-9]+(?::[0-9]+)?)?)*", re.ASCII)
_HOLE = re.compile(r"\{(\{i(?::0[1-9])?\})\}|(?<!\$)\{i(?::0([1-9]))?\}")


class ArraySpec(NamedTuple):
    """An array as somebody asks for it: its indexes, in their order, and how many may run at a time (None: any)."""

    indexes: Sequence[int]
    most: int | None
    text: str  # its indexes in their shortest form: "1-100"


def parse_array(text: object, what: str = "array") -> ArraySpec:
    """``1-100%10``, ``1,5,9-20``, ``0-100:10``. Raises BadInput."""
    if isinstance(text, int) and not isinstance(text, bool):
        text = str(text)
    if not isinstance(text, str):
        _refuse(text, what, "It is not text", "Write it like 1-100")
    listed, percent, most = "".join(text.split()).partition("%")
    if percent and not (most.isascii() and most.isdigit() and len(most) < 10 and int(most)):
        _refuse(text, what, "After % comes how many may run at a time, at least 1", "Write it like 1-100%10")
    indexes = parse_indexes(listed, what)
    return ArraySpec(indexes, int(most) if most else None, compact(indexes))


def parse_indexes(text: str, what: str = "array") -> Sequence[int]:
    """The indexes of ``1,5,9-20``, each once, in the order given; a range where it is one. Raises BadInput."""
    found: dict[int, None] = {}
    parts = text.split(",")
    for part in parts:
        stretch = _stretch(part, text, what)
        if len(parts) == 1:
            return stretch
        found.update(dict.fromkeys(stretch))
        if len(found) > MOST_ELEMENTS:
            _too_many(text, what)
    return tuple(found)


def is_list(text: str) -> bool:
    """Whether the text has the form of a list of indexes."""
    return _LIST.fullmatch(text) is not None


def compact(indexes: Sequence[int]) -> str:
    """The shortest text that means these indexes: ``1-3,7``, ``0-100:10``."""
    if isinstance(indexes, range):
        return _span(indexes)
    return ",".join(_span(stretch) for stretch in _stretches(indexes))


def label(text: str) -> str:
    """The same where it is short, else nothing: what stands between the brackets behind an array's id."""
    return text if text.count(",") < SHOWN_PARTS else ""


def fill(text: str, index: int) -> str:
    """The text with its index for each ``{i}`` and ``{i:03}``."""
    if "{i" not in text:
        return text
    return _HOLE.sub(lambda hole: hole[1] or f"{index:0{hole[2] or 1}d}", text)


def _stretch(part: str, text: str, what: str) -> range:
    found = _PART.fullmatch(part)
    if not found:
        why = "Indexes are numbers from 0 to 999,999,999, ranges of them, or ranges with a step"
        _refuse(text, what, why, "Write it like 1-100, 1,5,9-20 or 0-100:10")
    first = int(found[1])
    last = int(found[2]) if found[2] else first
    step = int(found[3]) if found[3] else 1
    if last < first:
        _refuse(text, what, f"{part} runs backwards", f"Write {last}-{first}")
    if step < 1:
        _refuse(text, what, f"{part} has a step of 0", "It would never end")
    if (last - first) // step >= MOST_ELEMENTS:
        _too_many(text, what)
    return range(first, last + 1, step)


def _stretches(indexes: Sequence[int]) -> list[range]:
    """Runs of neighbours."""
    found: list[range] = []
    for index in indexes:
        if found and index == found[-1].stop:
            found[-1] = range(found[-1].start, index + 1)
        else:
            found.append(range(index, index + 1))
    return found


def _span(stretch: range) -> str:
    if len(stretch) == 1:
        return str(stretch[0])
    step = f":{stretch.step}" if stretch.step != 1 else ""
    return f"{stretch[0]}-{stretch[-1]}{step}"


def _too_many(text: str, what: str) -> NoReturn:
    _refuse(text, what, f"It has more than {MOST_ELEMENTS:,} elements", "Submit several arrays")


def _refuse(value: object, what: str, why: str, todo: str) -> NoReturn:
    raise BadInput(f"The {what} {quoted(value)} cannot be used", why, todo)

"""What a job wants of resources: ``qick=1``, ``qick``, ``mem=2G``. Whether there is such a resource the yard knows.

Units are plain numbers; of ``mem`` they are bytes. Nothing wanted (0) is the same as not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn

from .errors import BadInput
from .text import quoted
from .units import parse_count, parse_memory

MEMORY = "mem"
MOST_UNITS = 1_000_000


def parse_need(text: object, what: str = "need") -> tuple[str, int]:
    """(resource, units) of ``NAME=UNITS`` or ``NAME``, which is one. Raises BadInput."""
    if not isinstance(text, str):
        _refuse(text, what, "It is not text")
    name, equals, units = text.partition("=")
    if not name.strip() or (equals and not units.strip()):
        _refuse(text, what, "It names no resource or no number")
    return named(name), parse_units(named(name), units if equals else 1)


def parse_units(name: str, value: object) -> int:
    """How many units of a resource: a size for memory, a number for all others. Raises BadInput."""
    if name == MEMORY:
        return parse_memory(value)
    return parse_count(value, f"number of {name}", most=MOST_UNITS)


def parse_needs(value: object) -> dict[str, int]:
    """The needs of a job file: ``{"qick": 1}``, ``["qick", "laser=2"]`` or ``"qick"``. Raises BadInput."""
    if isinstance(value, Mapping):
        return {named(name): parse_units(named(name), units) for name, units in value.items()}
    if isinstance(value, str):
        return merged([parse_need(value)])
    if isinstance(value, Sequence):
        return merged([parse_need(each) for each in value])
    _refuse(value, "needs", "They are neither an object nor a list")


def merged(needs: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Several needs as one. Raises BadInput for a resource that is named twice."""
    found: dict[str, int] = {}
    for name, units in needs:
        if name in found:
            raise BadInput(f"The resource {quoted(name)} is wanted twice", "", f"Write {name}={found[name] + units}")
        found[name] = units
    return found


def wanted(needs: Mapping[str, int]) -> dict[str, int]:
    """Without those of which nothing is wanted."""
    return {name: units for name, units in needs.items() if units}


def named(name: object) -> str:
    """A resource's name, as it may be written. Raises BadInput."""
    if not isinstance(name, str) or not name.strip():
        _refuse(name, "name of a resource", "It is not text")
    return name.strip()


def _refuse(value: object, what: str, why: str) -> NoReturn:
    raise BadInput(f"The {what} {quoted(value)} cannot be used", why, "Write it like qick=1 or mem=2G")

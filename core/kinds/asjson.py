"""Values as plain JSON: what a job's config may hold, and what becomes of the rest.

A notebook's numpy numbers and arrays become numbers and lists by their ``tolist``; numpy itself is not needed for
that. What JSON cannot say (NaN, Infinity, complex numbers, objects) is refused with its place.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..errors import BadInput
from ..text import quoted

DEEPEST = 32  # levels
LONGEST_INTEGER = 1024  # bits: more is no number that hardware or HDF5 takes
TODO = "Give numbers, texts, true, false, null, and lists and objects of them"


def plain_object(value: Any, what: str) -> dict[str, Any]:
    """*value* as a JSON object of its own. Raises BadInput with the path of what is none."""
    if not isinstance(value, Mapping):
        raise BadInput(f"The {what} cannot be used", f"It is {_kind_of(value)}, not a JSON object", TODO)
    return {_key(key, what): _plain(one, f"{what}.{key}", 1) for key, one in value.items()}


def _plain(value: Any, path: str, depth: int) -> Any:
    if value is None or isinstance(value, (bool, str)):
        return _text(value, path) if isinstance(value, str) else value
    if isinstance(value, int):
        return _integer(int(value), path)
    if isinstance(value, float):
        return _number(float(value), path)
    if depth > DEEPEST:
        raise BadInput(f"{path} cannot be used", f"It lies deeper than {DEEPEST} levels", "Make it flatter")
    if isinstance(value, Mapping):
        return {_key(key, path): _plain(one, f"{path}.{key}", depth + 1) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one, f"{path}[{at}]", depth + 1) for at, one in enumerate(value)]
    if hasattr(value, "tolist") and not isinstance(value, type):
        return _plain(_listed(value, path), path, depth)
    raise BadInput(f"{path} cannot be used", f"It is {_kind_of(value)}, which JSON cannot say", TODO)


def _listed(value: Any, path: str) -> Any:
    """A numpy number or array as Python's own; what stays as it was is none."""
    found = value.tolist()
    if hasattr(found, "tolist"):
        raise BadInput(f"{path} cannot be used", f"It is {_kind_of(value)}, which JSON cannot say", TODO)
    return found


def _key(key: Any, path: str) -> str:
    if isinstance(key, str):
        return str(_text(key, f"a key of {path}"))
    raise BadInput(f"{path} cannot be used", f"Its key {quoted(key)} is not text", 'Write keys like "gain"')


def _text(text: str, path: str) -> str:
    if text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text):
        return str(text)
    raise BadInput(f"{path} cannot be used", "It is not valid UTF-8", "Use text")


def _integer(number: int, path: str) -> int:
    if number.bit_length() <= LONGEST_INTEGER:
        return number
    raise BadInput(f"{path} cannot be used", f"It is an integer of {number.bit_length():,} bits", "Use a smaller one")


def _number(number: float, path: str) -> float:
    if math.isfinite(number):
        return number
    raise BadInput(f"{path} is {_named(number)}", "JSON has no such number", "Use null, or a number")


def _named(number: float) -> str:
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _kind_of(value: Any) -> str:
    name = type(value).__name__
    return f"an {name}" if name[:1].lower() in "aeiou" else f"a {name}"

"""Configs as JSON, and back: what JSON has no words for, but experiments put into their configs.

| Python                    | JSON                                                                          |
|---------------------------|-------------------------------------------------------------------------------|
| complex number            | ``{"__complex__": true, "real": 1.0, "imag": 2.0}``                           |
| NaN, infinities           | ``{"__float__": "NaN"}``, ``"Infinity"``, ``"-Infinity"``: JSON has none      |
| numpy scalar, array       | a number, nested lists                                                        |
| set                       | a list                                                                        |
| a key that is no text     | its ``str()``                                                                 |
| anything else             | ``{"__repr__": "<what Python says of it>"}``: a config is never left unsaid   |
"""

from __future__ import annotations

import json
import math
from typing import Any, Dict, Iterable, List

_DEEPEST = 200  # levels; what is deeper is a circle
_FLOATS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def dumps(value: Any) -> str:
    """*value* as JSON that every reader takes."""
    return json.dumps(plain(value), allow_nan=False)


def loads(text: str) -> Any:
    """What :func:`dumps` was given, with complex numbers and NaN; arrays and tuples are lists."""
    return restored(json.loads(text))


def plain(value: Any, depth: int = 0) -> Any:
    """*value* as what JSON holds: dicts of text, lists, text, finite numbers, true, false, null."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (int, float, complex)):
        return _number(value)
    if depth > _DEEPEST:
        return {"__repr__": "…"}
    if isinstance(value, dict):
        return _mapping(value, depth)
    if isinstance(value, (list, tuple)):
        return _items(value, depth)
    if isinstance(value, (set, frozenset)):
        return _items(_ordered(value), depth)
    return _foreign(value, depth)


def _number(value: Any) -> Any:
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return _real(float(value))
    return {"__complex__": True, "real": _real(value.real), "imag": _real(value.imag)}


def _real(value: float) -> Any:
    if math.isfinite(value):
        return value
    return {"__float__": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}


def _mapping(value: Dict[Any, Any], depth: int) -> Dict[str, Any]:
    found: Dict[str, Any] = {}
    for key, one in value.items():
        name = str(key)
        found[name if name not in found else repr(key)] = plain(one, depth + 1)
    return found


def _items(values: Iterable[Any], depth: int) -> List[Any]:
    return [plain(one, depth + 1) for one in values]


def _ordered(values: Iterable[Any]) -> List[Any]:
    try:
        return sorted(values)
    except TypeError:
        return sorted(values, key=repr)


def _foreign(value: Any, depth: int) -> Any:
    """Numpy's scalars and arrays, seen by what they can do: this module knows no numpy."""
    if callable(getattr(value, "tolist", None)):
        try:
            return plain(_listed(value), depth + 1)
        except Exception:
            pass
    if hasattr(value, "__fspath__"):
        return str(value)
    return {"__repr__": _said(value)}


def _listed(value: Any) -> Any:
    """Its ``tolist()``; a number that is wider than Python's (longdouble) is itself there, and becomes Python's."""
    found = value.tolist()
    if type(found) is not type(value):
        return found
    return complex(value) if hasattr(value, "imag") and value.imag else float(value)


def _said(value: Any) -> str:
    try:
        return repr(value)
    except Exception as error:
        return f"<{type(value).__name__} whose repr() raises {type(error).__name__}>"


def restored(value: Any) -> Any:
    """The Python of parsed JSON."""
    if isinstance(value, list):
        return [restored(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("__complex__") is True and set(value) == {"__complex__", "real", "imag"}:
        return complex(restored(value["real"]), restored(value["imag"]))
    if set(value) == {"__float__"} and value["__float__"] in _FLOATS:
        return _FLOATS[value["__float__"]]
    return {key: restored(one) for key, one in value.items()}

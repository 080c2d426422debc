"""A job as a Python caller gives it, with values of the very types that a JobSpec names.

Nothing checks a notebook's arguments: a priority that is a text would be stored, and then be everybody's trouble.
"""

from __future__ import annotations

import math
import operator
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .errors import BadInput
from .models import Dependency, JobSpec
from .text import one_line, quoted

LATEST = 253_402_300_799.0  # seconds since the epoch: the year 9999; no number of a job means more

Form = Callable[[Any], Any]  # raises TypeError, ValueError


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    if not isinstance(value, (str, os.PathLike)):
        raise TypeError("it is no text")
    return str(os.fspath(value))


def _whole(value: Any) -> int:
    try:
        return operator.index(int(value) if isinstance(value, float) and value.is_integer() else value)
    except TypeError:
        raise TypeError("it is no whole number") from None


def _number(value: Any) -> float:
    if type(value) is float and -LATEST <= value <= LATEST:
        return value
    if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
        raise TypeError("it is no number")
    found = float(value)
    if not math.isfinite(found) or abs(found) > LATEST:
        raise ValueError("it is no number that can be meant")
    return found


def _flag(value: Any) -> bool:
    if value not in (False, True):
        raise TypeError("it is neither true nor false")
    return bool(value)


def _texts(value: Any) -> dict[str, str]:
    return {_key(key): _text(one) for key, one in _mapping(value).items()}


def _counts(value: Any) -> dict[str, int]:
    return {_key(key): _whole(one) for key, one in _mapping(value).items()}


def _mapping(value: Any) -> Mapping[Any, Any]:
    if type(value) is not dict and not isinstance(value, Mapping):
        raise TypeError("it is no dict")
    return value


def _key(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("its keys are no texts")
    return value


def _edges(value: Any) -> tuple[Dependency, ...]:
    if not isinstance(value, Sequence) or not all(isinstance(one, Dependency) for one in value):
        raise TypeError("they are no Dependency objects; after=, after_any= and after_fail= take ids")
    return tuple(value)


_TEXTS = ("kind", "name", "session", "queue", "key", "cwd", "stdin", "unique", "array", "on_end", "user")
_NUMBERS = ("time_limit", "estimate", "not_before", "retry_delay", "retry_factor", "retry_most")
_FORMS: dict[str, Form] = {
    **dict.fromkeys(_TEXTS, _text),
    **dict.fromkeys(("priority", "retries", "umask"), _whole),
    **dict.fromkeys(_NUMBERS, _number),
    **dict.fromkeys(("idempotent", "held", "clean_env"), _flag),
    "env": _texts, "configs": _texts, "needs": _counts, "dependencies": _edges,
}  # fmt: skip
_PLAIN: dict[Form, type] = {_text: str, _whole: int, _flag: bool}  # what needs no second look
_FIELDS = tuple(
    (JobSpec._fields.index(name), name, _PLAIN.get(form), JobSpec._field_defaults[name])
    for name, form in _FORMS.items()
)


def typed(spec: JobSpec) -> JobSpec:
    """The same, where numpy's numbers and paths are Python's own. Raises BadInput for what has another type."""
    changed = {}
    for at, name, plain, default in _FIELDS:
        value = spec[at]
        if value is not default and type(value) is not plain:
            changed[name] = _as(name, value)
    return spec._replace(**changed) if changed else spec


def whole(name: str, value: Any) -> int:
    """A whole number that somebody gives for that field. Raises BadInput."""
    return int(_as(name, value)) if type(value) is not int else value


def _as(name: str, value: Any) -> Any:
    try:
        return _FORMS[name](value)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadInput(f"The {name} {quoted(value)} cannot be used", one_line(str(error), 200)) from None

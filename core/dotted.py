"""Values at dotted keys: ``pulse.gain`` is ``gain`` in the object ``pulse``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .errors import BadInput
from .text import quoted

Config = dict[str, Any]

_NONE = object()


def parts_of(key: str) -> list[str]:
    """The keys from the outside in; none where it is no such key."""
    parts = key.split(".")
    return parts if all(part.strip() for part in parts) else []


def put(config: Config, parts: Sequence[str], value: Any, said: str) -> None:
    """Set one value, in objects that are copied on the way: those of *config* are somebody else's.

    *said* is how it was written. Raises BadInput where something on the way is no object.
    """
    *above, last = parts
    for part in above:
        inside = config.get(part, {})
        if not isinstance(inside, Mapping):
            why = f"The key {part} is {quoted(inside)} already, and has nothing in it"
            raise BadInput(f"{quoted(said)} cannot be used", why, "Leave one of them out")
        config[part] = dict(inside)
        config = config[part]
    config[last] = value


def has(config: Mapping[str, Any], key: str) -> bool:
    """Whether there is a value."""
    return _at(config, key) is not _NONE


def get(config: Mapping[str, Any], key: str) -> Any:
    """The value at a dotted key, None where there is none."""
    found = _at(config, key)
    return None if found is _NONE else found


def _at(config: Mapping[str, Any], key: str) -> Any:
    found: Any = config
    for part in key.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return _NONE
        found = found[part]
    return found


def flat(config: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """The values of a config by dotted keys; an object is one where it is empty or its keys cannot be dotted."""
    for key, value in config.items():
        if isinstance(value, Mapping) and value and all(inner.strip() and "." not in inner for inner in value):
            yield from flat(value, f"{above}{key}.")
        else:
            yield above + key, value

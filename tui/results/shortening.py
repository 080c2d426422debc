"""A config cut to what can be looked at: one of megabytes is not carried from process to process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FIRST = "expt"  # what is kept rather than all else
VALUES = 5000  # that are kept
TEXT = 2000  # characters of a text
DEEP = 100  # in each other
MORE = "…"


def shortened(config: Mapping[str, Any], values: int = VALUES) -> dict[str, Any]:
    """The same with so many values at most; where some are left out, ``…`` says how many."""
    before = {FIRST: config[FIRST]} if FIRST in config else {}
    made = _of_mapping({**before, **config}, [values], 0)
    return {key: made[key] for key in [*config, MORE] if key in made}


def _short(value: Any, room: list[int], depth: int) -> Any:
    room[0] -= 1
    if isinstance(value, str):
        return value if len(value) <= TEXT else value[:TEXT] + MORE
    if not isinstance(value, (Mapping, list)):
        return value
    if depth >= DEEP:
        return MORE
    return _of_mapping(value, room, depth) if isinstance(value, Mapping) else _of_list(value, room, depth)


def _of_mapping(value: Mapping[str, Any], room: list[int], depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, inner in value.items():
        if room[0] <= 0:
            found[MORE] = f"{len(value) - len(found):,} more"
            break
        found[key[:TEXT]] = _short(inner, room, depth + 1)
    return found


def _of_list(value: list[Any], room: list[int], depth: int) -> list[Any]:
    found: list[Any] = []
    for inner in value:
        if room[0] <= 0:
            found.append(f"{MORE} {len(value) - len(found):,} more")
            break
        found.append(_short(inner, room, depth + 1))
    return found

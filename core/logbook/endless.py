"""Regular expressions that may take for ever: a repeat right inside a repeat, such as ``(a+)+`` or ``(a.*)+``.

A search cannot be left off in the middle of a line, and nothing else of the process runs meanwhile. So they are known
by their looks: an outer repeat without bounds whose body, but for parts that may be empty, is one repeat without
bounds. What has to stand between two turns (``(a+,)+``) makes it harmless, unless a dot may stand for that as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

try:
    from re import _parser  # type: ignore[attr-defined]
except ImportError:  # another Python may keep it elsewhere: nothing is refused then
    _parser = None

_MANY = 64  # turns that count as without bounds
Items = Sequence[tuple[Any, Any]]


def endless(text: bytes) -> bool:
    """Whether this expression, which compiles, has a repeat right inside a repeat."""
    return _parser is not None and _within(_parser.parse(text))


def _within(items: Items) -> bool:
    for name, argument in items:
        if _repeats(name, argument) and (_is_repeat(argument[2]) or _has_dots(argument[2])):
            return True
        if any(_within(body) for body in _bodies(str(name), argument)):
            return True
    return False


def _repeats(name: Any, argument: Any) -> bool:
    """Whether an item is a repeat without bounds that gives back what it took."""
    return str(name) in ("MAX_REPEAT", "MIN_REPEAT") and int(argument[1]) >= _MANY


def _is_repeat(items: Items) -> bool:
    """Whether these, one after the other, can all be one repeat without bounds."""
    needed = [(name, argument) for name, argument in items if not _may_be_empty(name, argument)]
    if len(needed) > 1:
        return False
    candidates = needed or list(items)
    return any(
        _repeats(name, argument) or any(_is_repeat(body) for body in _bodies(str(name), argument))
        for name, argument in candidates
    )


def _has_dots(items: Items) -> bool:
    """Whether among these is a repeat without bounds of anything at all."""
    for name, argument in items:
        if _repeats(name, argument) and [str(inner) for inner, _ in argument[2]] == ["ANY"]:
            return True
        if any(_has_dots(body) for body in _bodies(str(name), argument)):
            return True
    return False


def _may_be_empty(name: Any, argument: Any) -> bool:
    match str(name):
        case "MAX_REPEAT" | "MIN_REPEAT":
            return argument[0] == 0 or all(_may_be_empty(*item) for item in argument[2])
        case "SUBPATTERN":
            return all(_may_be_empty(*item) for item in argument[-1])
        case "BRANCH":
            return any(all(_may_be_empty(*item) for item in branch) for branch in argument[1])
        case kind:
            return kind in ("AT", "ASSERT", "ASSERT_NOT")


def _bodies(name: str, argument: Any) -> list[Items]:
    """The sequences inside an item, but for those that give nothing back (atomic groups)."""
    match name:
        case "MAX_REPEAT" | "MIN_REPEAT":
            return [argument[2]]
        case "SUBPATTERN" | "ASSERT" | "ASSERT_NOT":
            return [argument[-1]]
        case "BRANCH":
            return list(argument[1])
    return []

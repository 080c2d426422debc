"""The values that differ between two trees: ``device.qubit.f_ge  4.8 → 4.85``.

Mappings are compared by key, their order does not count. Lists are compared by index; rows (mappings that all have a
``name``, or that all begin with the same column) by that, so that one more row is one more row, and their order is
a value of its own. 1 and 1.0 and true are three values; 4.80 and 4.8 are one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple

from ..labmodels import ConfigChange
from .yamltree import AsWritten, Cell


class Absent:
    """There is no value on this side."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


class Row(NamedTuple):
    """A row of a list, by the value of one of its keys."""

    key: Any
    value: Any


class Order(NamedTuple):
    """The order of a list's rows: of the values of that key."""

    key: Any


Hop = Any  # a key of a mapping, an index (int) of a list, a Row, an Order
Path = tuple[tuple[str, Hop], ...]  # each hop with its kind: key, index, row, order


class Step(NamedTuple):
    """A value, or all below that path, that differs."""

    path: Path
    before: Any
    after: Any


def changes(one: Any, other: Any) -> list[ConfigChange]:
    """What differs, as people read it; all that came or went is told value by value."""
    return [change for step in steps(one, other) for change in _shown_step(step)]


def steps(one: Any, other: Any, path: Path = ()) -> Iterator[Step]:
    """What differs, in the order of *one*, then what *other* has more."""
    if isinstance(one, dict) and isinstance(other, dict):
        yield from _mappings(one, other, path)
    elif isinstance(one, list) and isinstance(other, list):
        key = row_key(one, other)
        yield from _rows(one, other, key, path) if key is not ABSENT else _lists(one, other, path)
    elif not _alike(one, other):
        yield Step(path, one, other)


def _alike(one: Any, other: Any) -> bool:
    """Whether two values are one: NaN is NaN, and 1 is not true."""
    return _sort(one) is _sort(other) and bool(one == other or (one != one and other != other))


def _sort(value: Any) -> type:
    return float if isinstance(value, float) else str if isinstance(value, str) else type(value)


def _mappings(one: dict[Any, Any], other: dict[Any, Any], path: Path) -> Iterator[Step]:
    mine, yours = {_exact(key): key for key in one}, {_exact(key): key for key in other}
    for exact in {**mine, **yours}:
        key = mine.get(exact, yours.get(exact))
        before = one[key] if exact in mine else ABSENT
        yield from steps(before, other[key] if exact in yours else ABSENT, (*path, ("key", key)))


def _exact(key: Any) -> Hashable:
    """Keys 1 and true are two."""
    return _sort(key), key


def _lists(one: list[Any], other: list[Any], path: Path) -> Iterator[Step]:
    for at in range(max(len(one), len(other))):
        before = one[at] if at < len(one) else ABSENT
        yield from steps(before, other[at] if at < len(other) else ABSENT, (*path, ("index", at)))


# -- rows -------------------------------------------------------------------------------------------------


def row_key(one: list[Any], other: list[Any]) -> Any:
    """The key that tells the rows of both lists from each other, or ABSENT: they are told by their index."""
    if not one or not other or not all(isinstance(row, dict) and row for row in (*one, *other)):
        return ABSENT
    first = next(iter(one[0]))
    tables = all(row.keys() == one[0].keys() for row in (*one, *other))
    for key in ("name", *([first] if tables else [])):
        if _tells(one, key) and _tells(other, key):
            return key
    return ABSENT


def _tells(rows: list[dict[Any, Any]], key: Any) -> bool:
    """Whether each row has a word or a number of its own there."""
    values = {row[key] for row in rows if key in row and _sort(row[key]) in (str, int)}
    return len(values) == len(rows)


def _rows(one: list[Any], other: list[Any], key: Any, path: Path) -> Iterator[Step]:
    mine, yours = {row[key]: row for row in one}, {row[key]: row for row in other}
    for value in {**mine, **yours}:
        hop = ("row", Row(key, value))
        yield from steps(mine.get(value, ABSENT), yours.get(value, ABSENT), (*path, hop))
    left = [value for value in mine if value in yours] + [value for value in yours if value not in mine]
    if left != list(yours):
        yield Step((*path, ("order", Order(key))), list(mine), list(yours))


# -- as people read it --------------------------------------------------------------------------------------

_PLAIN_KEY = re.compile(r"[^\s.\[\]=\"'\x00-\x1f\x7f]+")
_NO_TEXT = re.compile(
    r"(?i:true|false|yes|no|on|off|null|absent|~)?|[-+.]?\d[\d_.:exEX+-]*|[-+]?\.(?i:inf|nan)|[{\[\"].*", re.DOTALL
)


def _shown_step(step: Step) -> Iterator[ConfigChange]:
    if step.before is not ABSENT and step.after is not ABSENT and not _deep(step.before) and not _deep(step.after):
        yield ConfigChange(where(step.path), shown(step.before), shown(step.after))
    elif step.path and step.path[-1][0] == "order":
        yield ConfigChange(where(step.path), *(", ".join(map(shown, side)) for side in (step.before, step.after)))
    else:
        for path, value in _leaves(step.before, step.path):
            yield ConfigChange(where(path), shown(value), None)
        for path, value in _leaves(step.after, step.path):
            yield ConfigChange(where(path), None, shown(value))


def _deep(value: Any) -> bool:
    return isinstance(value, (dict, list)) and bool(value)


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if value is ABSENT:
        return
    if not _deep(value):
        yield path, value
    elif isinstance(value, dict):
        for key, inside in value.items():
            yield from _leaves(inside, (*path, ("key", key)))
    else:
        for at, inside in enumerate(value):
            yield from _leaves(inside, (*path, ("index", at)))


def where(path: Path) -> str:
    """``device.qubits[2].f_ge``, ``pulses[name=pi].sigma``; "" is the whole, shown as a dot."""
    return "".join(_hop(kind, hop) for kind, hop in path).removeprefix(".") or "."


def _hop(kind: str, hop: Hop) -> str:
    match kind:
        case "index":
            return f"[{hop}]"
        case "row":
            return f"[{_word(hop.key)}={_word(hop.value)}]"
        case "order":
            return f"[order by {_word(hop.key)}]"
    return f".{_word(hop)}"


def _word(key: Any) -> str:
    """A key or a row's name, in quotes where it would be misread."""
    text = shown(key)
    return text if text[:1] == '"' or _PLAIN_KEY.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def shown(value: Any) -> str:
    """A value as it is written; a text in quotes where it would be taken for something else."""
    if isinstance(value, AsWritten):
        return value.text
    if isinstance(value, str):
        odd = _odd(value) if type(value) is not Cell else not value.isprintable()
        return json.dumps(value, ensure_ascii=False) if odd else str(value)
    if value is None or isinstance(value, (bool, dict, list)):
        return json.dumps(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _odd(text: str) -> bool:
    return text != text.strip() or not text.isprintable() or _NO_TEXT.fullmatch(text) is not None

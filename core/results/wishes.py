"""``KEY=VALUE``: what a value in the config of a run must be; read, and judged in Python.

The store judges the same in SQL over the experiments' own configs (`store.results`); a test holds the two together.

A number is meant as a number, also of a text that is written just so; true, false and null as themselves; anything in
double quotes as a text. ``~`` is contains, whatever the case of A to Z. A value that is not there fulfils nothing, not
even ``!=``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from ..errors import BadInput
from ..labmodels import ConfigTest
from ..text import quoted

EXPT = "expt"
OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "~", "!~")
SPELLED = {"==": "=", "=~": "~", "<>": "!=", "=<": "<=", "=>": ">="}
_TEST = re.compile(r'((?:"[^"]*"|[^"=!<>~])+?)\s*(==|=~|<>|=<|=>|!=|!~|<=|>=|=|<|>|~)\s*(.*)', re.DOTALL)
_HOP = re.compile(r'\.?(?:"([^"]+)"|\[(-?\d{1,9})\]|([^.\[\]"]+))')
_ABSENT = object()
_MOST_HOPS = 50


def parse(text: str, types: Collection[str] = ()) -> ConfigTest:
    """A wish; *types* are the types of configs that a key may begin with. Raises BadInput."""
    found = _TEST.fullmatch(text.strip())
    if found is None:
        todo = "Write it like expt.reps=100 or 'hardware_config.device.qubit.f_ge>4.8'"
        raise BadInput(f"{quoted(text)} cannot be read", "it has no KEY, or no =, !=, <, > or ~", todo)
    key, operator, word = found.groups()
    if word[:1] in tuple("=<>~"):
        why = f"there is no {operator}{word[:1]}; there are {', '.join(OPERATORS)}"
        raise BadInput(f"{quoted(text)} cannot be read", why, f'A value that begins so stands in quotes: "{word}"')
    path = _path(key.strip())
    scope = str(path[0]) if len(path) > 1 and (path[0] == EXPT or path[0] in types) else ""
    return _test(text.strip(), scope, path[1:] if scope else path, SPELLED.get(operator, operator), word.strip())


def _test(text: str, scope: str, path: tuple[str | int, ...], operator: str, word: str) -> ConfigTest:
    if len(word) > 1 and word[0] == word[-1] == '"':
        return ConfigTest(text, scope, path, operator, word[1:-1])
    constant = word.lower() if word.lower() in ("true", "false", "null") else "null" if word == "None" else ""
    return ConfigTest(text, scope, path, operator, word, _number(word), constant)


def _path(key: str) -> tuple[str | int, ...]:
    hops: list[str | int] = []
    at = 0
    while at < len(key) and (hop := _HOP.match(key, at)):
        name, index, word = hop.groups()
        hops.append(int(index) if index is not None else (name if name is not None else word.strip()))
        at = hop.end()
    if at < len(key) or not hops or "" in hops or len(hops) > _MOST_HOPS:
        raise BadInput(f"The key {quoted(key)} cannot be read", "", "Write it like device.qubit.f_ge[0]")
    return tuple(hops)


def _number(word: str) -> float | None:
    try:
        number = float(word) if not re.fullmatch(r"[-+]?\d{1,15}", word) else int(word)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in word else None


# -- judging ---------------------------------------------------------------------------------------------


def holds(test: ConfigTest, document: Any) -> bool | None:
    """Whether a document has such a value; None where it has none at that path."""
    value = _at(document, test.path)
    return None if value is _ABSENT else _JUDGES[test.operator](test, value)


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    """What is there: a key of digits may also be an index."""
    for hop in path:
        if isinstance(value, dict) and isinstance(hop, str):
            value = value.get(hop, _ABSENT)
        elif isinstance(value, list) and (isinstance(hop, int) or hop.isdecimal()):
            value = next(iter(value[int(hop) :][:1]), _ABSENT) if -len(value) <= int(hop) else _ABSENT
        else:
            return _ABSENT
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _same(test: ConfigTest, value: Any) -> bool:
    if value is None or isinstance(value, bool):
        return test.constant == ("null" if value is None else str(value).lower())
    if _is_number(value):
        return test.number is not None and bool(value == test.number)
    return isinstance(value, str) and value == test.word


def _contains(test: ConfigTest, value: Any) -> bool:
    return isinstance(value, str) and _lower(test.word) in _lower(value)


def _lower(text: str) -> str:
    """As SQLite does it: A to Z only."""
    return "".join(chr(ord(one) + 32) if "A" <= one <= "Z" else one for one in text)


def _compared(than: Callable[[Any, Any], bool]) -> Callable[[ConfigTest, Any], bool]:
    def judge(test: ConfigTest, value: Any) -> bool:
        if test.number is not None:
            return _is_number(value) and than(value, test.number)
        return isinstance(value, str) and than(value.encode("utf-8", "surrogatepass"), test.word.encode())

    return judge


_JUDGES: dict[str, Callable[[ConfigTest, Any], bool]] = {
    "=": _same,
    "!=": lambda test, value: not _same(test, value),
    "~": _contains,
    "!~": lambda test, value: not _contains(test, value),
    "<": _compared(lambda one, other: bool(one < other)),
    "<=": _compared(lambda one, other: bool(one <= other)),
    ">": _compared(lambda one, other: bool(one > other)),
    ">=": _compared(lambda one, other: bool(one >= other)),
}


# -- what may be written ------------------------------------------------------------------------------------


def at(document: Any, key: str) -> Any:
    """What stands at a key of a document; something that is no plain value where there is none."""
    try:
        return _at(document, _path(key))
    except BadInput:
        return _ABSENT


def keys(document: Any, most: int = 500) -> Iterator[str]:
    """The paths of a document's values, as a wish writes them: for completion."""
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting and most > 0:
        path, value = waiting.pop()
        if isinstance(value, dict):
            inner = [(f"{path}.{key}" if path else str(key), each) for key, each in value.items()]
            waiting.extend(reversed(inner))
        elif path:
            most -= 1
            yield path

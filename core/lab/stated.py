"""Parameters that a class states: a dict of defaults, or a JSON Schema.

A default may say more of itself: ``"reps": {"default": 10, "type": "integer", "help": "averages", "unit": ""}``.
Objects within are parameters with dotted keys.
"""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..labmodels import Parameter
from . import spoken
from .spoken import NOTHING

# How constants of defaults are called, in a class or beside it; case and a first _ do not count.
DEFAULTS = frozenset(
    {"defaults", "default_config", "default_cfg", "default_expt", "default_params", "expt_defaults", "default_expt_cfg"}
)
SCHEMAS = frozenset({"schema", "expt_schema", "config_schema"})
TYPES = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
WORDS = {
    "int": "integer", "float": "number", "str": "string", "bool": "boolean", "list": "array", "dict": "object",
    **{name: name for name in ("integer", "number", "string", "boolean", "array", "object")},
}  # fmt: skip
SPEC = frozenset(
    {"default", "type", "help", "description", "title", "doc", "unit", "units", "min", "max", "minimum", "maximum",
     "choices", "enum", "required"}
)  # fmt: skip
DEEPEST = 4  # keys of a parameter
MOST = 1000  # parameters
LARGEST_SCHEMA = 1 << 20  # bytes
LONGEST_INTEGER = 1024  # bits
LONGEST_SAID = 60
_COMMENT = re.compile(r"\s*[,)}]*\s*#\s*(.*)")

Pairs = Iterator[tuple[str, ast.expr]]


def is_called(name: str, names: frozenset[str]) -> bool:
    """Whether a constant is of those."""
    return name.lower().lstrip("_") in names


# -- a dict of defaults ---------------------------------------------------------------------------


def of_dict(node: ast.expr, lines: list[bytes]) -> list[Parameter]:
    """The parameters of ``{…}`` or ``dict(…)``; *lines* are those of the module, for the comments behind values."""
    return list(_flat(node, lines, ""))[:MOST]


def _flat(node: ast.expr, lines: list[bytes], above: str) -> Iterator[Parameter]:
    for key, value in _pairs(node):
        name = f"{above}{key}"
        inner = dict(_pairs(value))
        if inner and inner.keys() <= SPEC and inner.keys() & {"default", "type"}:
            yield _spec(name, value, lines)
        elif inner and name.count(".") < DEEPEST - 1:
            yield from _flat(value, lines, name + ".")
        else:
            yield _default(name, value, lines)


def _pairs(node: ast.expr) -> Pairs:
    """Names and values of a dict that has texts as keys."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and usable(key.value):
                yield key.value, value
    elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in (
        "dict",
        "AttrDict",
    ):
        for word in node.keywords:
            if word.arg is not None:
                yield word.arg, word.value
        if len(node.args) == 1:
            yield from _pairs(node.args[0])


def usable(key: str) -> bool:
    """Whether a key can be written on the command line as it is."""
    return bool(key) and key.isprintable() and not any(char in key for char in ".= \t'\"")


def _default(key: str, node: ast.expr, lines: list[bytes]) -> Parameter:
    told = spoken.of_words(_comment(node, lines))
    return described(with_default(Parameter(key), node), told)


def _spec(key: str, node: ast.expr, lines: list[bytes]) -> Parameter:
    """A default that says more of itself."""
    inner = dict(_pairs(node))
    values = {name: found for name, one in inner.items() if (found := plain(one)) is not NOTHING}
    found = of_schema_entry(Parameter(key), values)
    default = inner.get("default")
    return with_default(found, default) if default is not None and not found.known else found


def with_default(found: Parameter, node: ast.expr) -> Parameter:
    """The same with the default that an expression is."""
    value = plain(node)
    if value is NOTHING:
        return found._replace(said=_said(node))
    type = found.type or TYPES.get(value.__class__, "")
    return found._replace(default=value, known=True, type=type)


def described(found: Parameter, told: spoken.Told) -> Parameter:
    """The same with what words say of it, where it says nothing itself."""
    found = found._replace(help=found.help or told.help, unit=found.unit or told.unit)
    value = made_plain(told.default) if told.default is not NOTHING and not found.known else NOTHING
    if value is NOTHING or found.said:
        return found
    return found._replace(default=value, known=True, type=found.type or TYPES.get(value.__class__, ""))


def _comment(node: ast.expr, lines: list[bytes]) -> str:
    """What stands behind a value in its line."""
    line, at = node.end_lineno or 0, node.end_col_offset or 0
    if not 0 < line <= len(lines):
        return ""
    found = _COMMENT.match(lines[line - 1][at : at + 1000].decode("utf-8", "replace"))
    return found[1] if found is not None else ""


def _said(node: ast.expr) -> str:
    try:
        return " ".join(ast.unparse(node).split())[:LONGEST_SAID]
    except (RecursionError, ValueError, MemoryError):
        return ""


# -- plain values ---------------------------------------------------------------------------------


def plain(node: ast.expr) -> Any:
    """The value of a literal as JSON has it, or NOTHING."""
    try:
        return made_plain(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return NOTHING


def made_plain(value: Any, depth: int = 0) -> Any:
    """A value as JSON has it, tuples as lists; NOTHING for what JSON cannot say."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if value.bit_length() <= LONGEST_INTEGER else NOTHING
    if isinstance(value, float):
        return value if math.isfinite(value) else NOTHING
    if depth > 16:
        return NOTHING
    if isinstance(value, (list, tuple)):
        inner = [made_plain(one, depth + 1) for one in value]
        return NOTHING if any(one is NOTHING for one in inner) else inner
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        found = {key: made_plain(one, depth + 1) for key, one in value.items()}
        return NOTHING if any(one is NOTHING for one in found.values()) else found
    return NOTHING


# -- a JSON Schema ----------------------------------------------------------------------------------


def read_schema(data: bytes) -> list[Parameter]:
    """The parameters of a schema's file; none where it is no JSON."""
    try:
        return of_schema(json.loads(data[: LARGEST_SCHEMA + 1].decode("utf-8-sig")))
    except (ValueError, RecursionError):
        return []


def of_schema(schema: Any, above: str = "") -> list[Parameter]:
    """The parameters of an object's schema."""
    properties = _object(_object(schema).get("properties"))
    needed = _object(schema).get("required")
    required = {key for key in needed if isinstance(key, str)} if isinstance(needed, list) else set[str]()
    found: list[Parameter] = []
    for key, entry in properties.items():
        if not isinstance(key, str) or not usable(key) or len(found) >= MOST:
            continue
        if _object(_object(entry).get("properties")) and above.count(".") < DEEPEST - 1:
            found += of_schema(entry, f"{above}{key}.")
        else:
            found.append(of_schema_entry(Parameter(above + key, required=key in required), _object(entry)))
    return found[:MOST]


def of_schema_entry(found: Parameter, entry: Mapping[str, Any]) -> Parameter:
    """What a schema, or a default that says more of itself, says of a parameter."""
    type = _type(entry.get("type"))
    choices = entry.get("enum", entry.get("choices"))
    found = found._replace(
        type=type, stated=bool(type),
        help=_first_text(entry, "help", "description", "doc", "title"),
        unit=_first_text(entry, "unit", "units", "x-unit"),
        choices=tuple(made for one in choices if (made := made_plain(one)) is not NOTHING)
        if isinstance(choices, list) else (),
        least=_number(entry.get("minimum", entry.get("min"))), most=_number(entry.get("maximum", entry.get("max"))),
        required=found.required or entry.get("required") is True,
    )  # fmt: skip
    default = made_plain(entry["default"]) if "default" in entry else NOTHING
    return found if default is NOTHING else found._replace(default=default, known=True)


def _object(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}


def _type(value: Any) -> str:
    names = value if isinstance(value, list) else [value]
    return next((WORDS[name] for name in names if isinstance(name, str) and name in WORDS), "")


def _first_text(entry: Mapping[str, Any], *keys: str) -> str:
    texts = (entry.get(key) for key in keys)
    return next((" ".join(text.split())[: spoken.LONGEST_HELP] for text in texts if isinstance(text, str) and text), "")


def _number(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) else None

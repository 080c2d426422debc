"""What parameters an experiment has, read from the text of its class and its bases: nothing of it is imported.

They are told by a JSON Schema, by a dict of defaults, by the docstring, and by what its methods take out of
``cfg.expt``. Of each parameter the class comes before its bases, and the schema before the rest.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from ..labmodels import Parameter
from . import spoken, stated, uses
from .sources import Find, Modules, Place, Source, assigned, helpers, lineage

MOST = 300  # parameters of an experiment
MOST_READS = 200
MAKES = ("start", "stop", "step", "expts")  # where nobody says it otherwise, in this order


Asked = dict[uses.Path, list[uses.Use]]  # what is taken out of cfg, by its path


class Fields(NamedTuple):
    """What an experiment is asked with, and what it takes out of its hardware config."""

    about: str  # the first line of its docstring
    file: str
    parameters: tuple[Parameter, ...]
    reads: tuple[uses.Path, ...]


def read(module: str, name: str, find: Find) -> Fields | None:
    """The parameters of a class; None where no text of it was found. Never raises, whatever the texts are."""
    modules = Modules(find)
    first = modules.definition(module, name)
    if first is None:
        return None
    line = lineage(modules, first)
    every = [*line, *helpers(modules, line)]
    asked: Asked = {}
    for place in every:
        for use in uses.uses(place.node):
            asked.setdefault(use.path, []).append(use)
    found: dict[str, Parameter] = {}
    for place in line:
        _lay(found, _stated(place, every, find))
    spoken_of = [one for place in line for one in _spoken(place)]
    _lay(found, [Parameter(one.key) for one in spoken_of])  # its order; what the code does counts more than words
    _lay(found, _used(asked))
    _lay(found, spoken_of)
    reads = [path for path in asked if path[0] != uses.EXPT]
    doc = _doc(first).strip().splitlines()
    parameters = tuple(_settled(one, asked) for one in islice(found.values(), MOST))
    return Fields(doc[0] if doc else "", first.module.source.file, parameters, tuple(reads)[:MOST_READS])


def _lay(found: dict[str, Parameter], others: Iterable[Parameter]) -> None:
    """Under what is known what is said elsewhere; new ones come behind."""
    for other in others:
        known = found.get(other.key)
        found[other.key] = other if known is None else _both(known, other)


def _both(one: Parameter, other: Parameter) -> Parameter:
    """One with what only the other says."""
    default = other if other.known and not one.known and not one.said else one
    return one._replace(
        default=default.default, known=default.known, filled=one.filled or (other.filled and not one.known),
        required=one.required or other.required, type=one.type or other.type,
        stated=one.stated or (other.stated and not one.type), unit=one.unit or other.unit, help=one.help or other.help,
        said=one.said or ("" if one.known else other.said), choices=one.choices or other.choices,
        least=one.least if one.least is not None else other.least,
        most=one.most if one.most is not None else other.most,
    )  # fmt: skip


def _settled(found: Parameter, asked: Asked) -> Parameter:
    """Whether it has to be given: it is asked for, and nobody says what holds where it is not."""
    lacks = any(not use.may_lack for use in asked.get((uses.EXPT, *found.key.split(".")), ()))
    return found._replace(required=(found.required or lacks) and not found.filled and not found.said)


# -- what is stated -------------------------------------------------------------------------------


def _stated(place: Place, every: list[Place], find: Find) -> list[Parameter]:
    """Of a class' schema, its dict of defaults, and those of its module; *every* may fill in what is not given."""
    found: dict[str, Parameter] = {}
    own = list(_constants(place.node))
    beside = list(place.module.constants.items())
    for name, value in (*own, *beside):
        if stated.is_called(name, stated.SCHEMAS) and (schema := stated.plain(value)) is not spoken.NOTHING:
            _lay(found, stated.of_schema(schema))
    _lay(found, _schema_file(place, find))
    lines = place.module.source.text.split(b"\n")
    for name, value in (*own, *beside):
        if stated.is_called(name, stated.DEFAULTS):
            filled = any(_names(one.node, name) for one in every)
            _lay(found, [one._replace(filled=filled) for one in stated.of_dict(value, lines)])
    return list(found.values())


def _constants(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    for one in getattr(node, "body", ()):
        yield from assigned(one)


def _schema_file(place: Place, find: Find) -> list[Parameter]:
    """Of ``Rabi.schema.json`` or ``rabi.schema.json`` beside the module."""
    for name in (place.node.name, place.module.name.rpartition(".")[2]):
        source: Source | None = find(f"{place.module.name}/{name}.schema.json")
        if source is not None:
            return stated.read_schema(source.text)
    return []


def _names(node: ast.AST, name: str) -> bool:
    """Whether that constant is used there: then what is not given is filled in."""
    used = (one for one in ast.walk(node) if isinstance(one, (ast.Name, ast.Attribute)))
    return any(
        isinstance(one.ctx, ast.Load) and (one.id if isinstance(one, ast.Name) else one.attr) == name for one in used
    )


# -- what is said, what is used ---------------------------------------------------------------------


def _doc(place: Place) -> str:
    return ast.get_docstring(place.node) or ""


def _spoken(place: Place) -> Iterator[Parameter]:
    told = spoken.of_docstring(_doc(place))
    return (stated.described(Parameter(key), what) for key, what in told.items())


def _used(asked: Asked) -> Iterator[Parameter]:
    """What is taken out of ``cfg.expt``; start, step and expts first."""
    paths = [path[1:] for path in asked if path[0] == uses.EXPT and len(path) > 1]
    deeper = {path[:end] for path in paths for end in range(1, len(path))}
    keys = [path for path in paths if path not in deeper and all(map(stated.usable, path))]
    for path in sorted(keys, key=_order):
        mine = asked[(uses.EXPT, *path)]
        default = next((use.default for use in mine if use.default is not None), None)
        found = Parameter(".".join(path), filled=all(use.may_lack for use in mine))
        yield found if default is None else stated.with_default(found, default)


def _order(path: uses.Path) -> int:
    return MAKES.index(path[0]) if path[0] in MAKES else len(MAKES)


# -- values -----------------------------------------------------------------------------------------


def complaint(of: Parameter, value: Any) -> str:
    """What is wrong with a value, "" for nothing. Of a type that nobody stated see `Parameter.stated`."""
    if of.choices and value not in of.choices:
        return f"It is none of {', '.join(map(str, of.choices))}."
    if of.type and value is not None and not _is(value, of.type):
        return f"It is no {of.type}." if of.type[0] not in "aio" else f"It is not an {of.type}."
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if number and of.least is not None and value < of.least:
        return f"It is below {of.least:g}."
    if number and of.most is not None and value > of.most:
        return f"It is above {of.most:g}."
    return ""


def _is(value: Any, type: str) -> bool:
    if type in ("number", "integer"):
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        return (
            isinstance(value, (int, float))
            and not isinstance(value, bool)
            and (whole if type == "integer" else math.isfinite(value))
        )
    return isinstance(value, {"string": str, "boolean": bool, "array": list, "object": dict}[type])

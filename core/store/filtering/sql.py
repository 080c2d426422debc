"""Pieces of SQL with what is bound to their question marks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ...filters.asked import Contains, Like, Missing, Present, Same, Test, Within


class Sql(NamedTuple):
    """A condition or a value, and its parameters."""

    text: str
    values: tuple[Any, ...] = ()


FALSE = Sql("0")


def either(parts: Sequence[Sql]) -> Sql:
    """At least one of these holds."""
    return _together([part for part in parts if part != FALSE], " OR ") or FALSE


def both(parts: Sequence[Sql]) -> Sql:
    """All of these hold."""
    return _together(parts, " AND ") or Sql("1")


def _together(parts: Sequence[Sql], between: str) -> Sql | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    text = between.join(part.text for part in parts)
    return Sql(f"({text})", tuple(value for part in parts for value in part.values))


def opposite(part: Sql) -> Sql:
    """It does not hold; what is not known does not."""
    return Sql(f"NOT ifnull({part.text}, 0)", part.values)


def among(column: str, rows: Iterable[int]) -> Sql:
    """The column is one of any number of rows; one parameter for all of them."""
    return Sql(f"{column} IN (SELECT value FROM json_each(?))", (json.dumps(sorted(rows)),))


def contains(value: Sql, text: str) -> Sql:
    """The text occurs in a value, whatever the case."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return Sql(f"{value.text} LIKE ? ESCAPE '\\'", (*value.values, f"%{escaped}%"))


def asked(value: Sql, test: Test) -> Sql:
    """What a test asks of a value."""
    match test:
        case Same(text=text):
            return Sql(f"{value.text} = ?", (*value.values, text))
        case Contains(text=text):
            return contains(value, text)
        case Like(parts=parts):
            return Sql(f"{value.text} GLOB ?", (*value.values, "*".join(map(_literally, parts))))
        case Within():
            return _within(value, test)
        case Missing():
            return Sql(f"{value.text} IS NULL", value.values)
        case Present():
            return Sql(f"{value.text} IS NOT NULL", value.values)
    raise TypeError(f"{test} cannot be asked of a value")


def _literally(text: str) -> str:
    """For GLOB: what it would take for patterns between brackets."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in text)


def _within(value: Sql, span: Within) -> Sql:
    if span.low == span.high and span.low is not None:
        return Sql(f"{value.text} = ?", (*value.values, span.low))
    bounds = []
    if span.low is not None:
        bounds.append(Sql(f"{value.text} {'>' if span.open_low else '>='} ?", (*value.values, span.low)))
    if span.high is not None:
        bounds.append(Sql(f"{value.text} {'<' if span.open_high else '<='} ?", (*value.values, span.high)))
    return both(bounds)

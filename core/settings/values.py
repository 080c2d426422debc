"""One value: from the text that people write to what the program uses, and back.

Values are read from the text as it is written, never from what YAML makes of it: YAML 1.1 takes ``1:30`` for 90
and ``010`` for 8, and a note that says ``no`` for false.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import BadInput
from ..names import check_class, check_program
from ..text import quoted
from ..units import (
    FOREVER,
    LARGEST,
    NEVER,
    format_duration,
    format_size,
    format_span,
    parse_count,
    parse_duration,
    parse_size,
)
from .table import Key

YES, NO = ("true", "yes", "on"), ("false", "no", "off")


def parse(key: Key, text: str) -> Any:
    """The value of *key* that *text* says. Raises BadInput with the reason."""
    return _PARSERS[key.kind](key, text)


def show(key: Key, value: Any) -> str:
    """The value as people write it."""
    return _SHOWN[key.kind](value)


def _duration(key: Key, text: str) -> float:
    if key.name == "retention" and text.strip().lower() == NEVER:
        return FOREVER
    if _sexagesimal(text):
        raise BadInput(
            f"The {key.name} {quoted(text)} cannot be used", "YAML takes it for a number to the base of 60",
            "Write it like 90s or 1h30m",
        )  # fmt: skip
    return _within(key, text, parse_duration(text, key.name))


def _sexagesimal(text: str) -> bool:
    return ":" in text and text.replace(":", "").replace(".", "").isdigit()


def _size(key: Key, text: str) -> int:
    return int(_within(key, text, parse_size(text, key.name), LARGEST))


def _count(key: Key, text: str) -> int:
    _refuse_octal(key, text)
    return parse_count(text, key.name, int(key.least), int(key.most))


def _refuse_octal(key: Key, text: str) -> None:
    if len(text) > 1 and text[0] == "0" and text.isdigit():
        raise BadInput(
            f"The {key.name} {quoted(text)} cannot be used", "YAML takes it for a number to the base of 8",
            "Leave the 0 at its beginning out",
        )  # fmt: skip


def _factor(key: Key, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not key.least <= number <= key.most:
        raise BadInput(
            f"The {key.name} {quoted(text)} cannot be used", f"It is a number from {key.least:g} to {key.most:,.0f}"
        )
    return number


def _factor_or_flag(key: Key, text: str) -> float | bool:
    return _flag(key, text) if text.lower() in (*YES, *NO) else _factor(key, text)


def _flag(key: Key, text: str) -> bool:
    word = text.strip().lower()
    if word not in (*YES, *NO):
        raise BadInput(f"The {key.name} {quoted(text)} cannot be used", "It is either true or false")
    return word in YES


def _choice(key: Key, text: str) -> str:
    for known in key.choices:
        if text.strip().lower() == known.lower():
            return known
    raise BadInput(f"The {key.name} {quoted(text)} cannot be used", f"It is one of {', '.join(key.choices)}")


def _text(key: Key, text: str) -> str:
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise BadInput(f"The {key.name} {quoted(text)} cannot be used", "It is not plain text")
    if len(text) > 10_000:
        raise BadInput(f"The {key.name} cannot be used", "It has more than 10,000 characters")
    return text


def _path(key: Key, text: str) -> str:
    return check_program(_text(key, text), key.name)


def _class(key: Key, text: str) -> str:
    return check_class(_text(key, text), key.name)


def _words(key: Key, text: str) -> tuple[str, ...]:
    """From a variable of the environment; a file has a list."""
    return tuple(_text(key, word) for word in text.replace(",", " ").split())


def _within(key: Key, text: str, value: float, most: float | None = None) -> float:
    limit = most or (key.most if key.most < 1e7 else FOREVER)
    if not key.least <= value <= limit:
        shown = format_duration(key.least), format_duration(limit)
        raise BadInput(f"The {key.name} {quoted(text)} cannot be used", f"It is from {shown[0]} to {shown[1]}")
    return value


def _show_duration(value: float | None) -> str:
    return "" if value is None else format_span(value)


def _show_flag(value: bool) -> str:
    return "true" if value else "false"


def _show_factor(value: float | bool | None) -> str:
    return "" if value is None else _show_flag(value) if isinstance(value, bool) else format(value, ".15g")


def _show_plain(value: object) -> str:
    return "" if value is None else str(value)


_PARSERS: dict[str, Callable[[Key, str], Any]] = {
    "duration": _duration, "size": _size, "count": _count, "factor": _factor,
    "factor or flag": _factor_or_flag, "flag": _flag, "choice": _choice, "text": _text, "words": _words,
    "path": _path, "class": _class,
}  # fmt: skip
_SHOWN: dict[str, Callable[[Any], str]] = {
    "duration": _show_duration, "size": lambda value: "" if value is None else format_size(value), "count": _show_plain,
    "factor": _show_factor, "factor or flag": _show_factor, "flag": _show_flag, "choice": _show_plain,
    "text": _show_plain, "words": " ".join, "path": _show_plain, "class": _show_plain,
}  # fmt: skip
KINDS = frozenset(_PARSERS)

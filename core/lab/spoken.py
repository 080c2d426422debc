"""Parameters as people write of them: in a class' docstring, and in the comment behind a value.

Two ways are understood, the second with as much or as little after the colon as one likes::

    expt = {start, step, expts (DAC units), reps}

    expt = dict(
        start: where the sweep begins [us],
        pulse_type: 'gauss' or 'const' (default: 'gauss'),
    )
"""

from __future__ import annotations

import ast
import re
from typing import Any, NamedTuple

LONGEST = 20_000  # characters of a docstring
LONGEST_HELP = 400
MOST = 500  # parameters of a docstring
NOTHING: Any = object()

_BEGINS = re.compile(r"\bexpt\b\s*[:=]\s*(?:dict\s*\(|\{)")
_ITEM = re.compile(r"(?:[-*]\s+)?['\"]?([A-Za-z_]\w*(?:\.\w+)*)['\"]?\s*[:=]\s*(.*)", re.DOTALL)
_BARE = re.compile(r"['\"]?([A-Za-z_]\w*)['\"]?\s*([\[(].*[\])])?", re.DOTALL)
_DEFAULT = re.compile(r"[\[(]?\bdefault(?:s to|s| is)?\b\s*[:=]?\s*([^)\];]{1,80})[)\]]?", re.IGNORECASE)
_UNIT = re.compile(r"[\[(]([^\[\]()=,;]{1,16})[\])]\s*$")
_OPEN, _CLOSE = "([{", ")]}"


class Told(NamedTuple):
    """What is said of a parameter. ``default`` is NOTHING where none is told."""

    help: str = ""
    unit: str = ""
    default: Any = NOTHING


def of_docstring(text: str) -> dict[str, Told]:
    """The parameters that a docstring names, in its order."""
    begins = _BEGINS.search(text[:LONGEST])
    if begins is None:
        return {}
    chunks = _chunks(text[begins.end() : LONGEST])
    return _items(chunks) or _bare(chunks)


def of_words(text: str) -> Told:
    """What words say of one parameter: help, a unit at the end in brackets, a default."""
    words = " ".join(text.split())[:LONGEST_HELP].strip().rstrip(",")
    value = literal(words)
    if value is not NOTHING:
        return Told(default=value)
    default: Any = NOTHING
    if told := _DEFAULT.search(words):
        default = literal(told[1].strip().rstrip(",."))
        if default is not NOTHING:
            words = f"{words[: told.start()]} {words[told.end() :]}".strip().rstrip(",")
    unit = _UNIT.search(words)
    if unit is not None and len(unit[1].split()) <= 2:
        return Told(words[: unit.start()].strip(), unit[1].strip(), default)
    return Told(" ".join(words.split()), "", default)


def literal(text: str) -> Any:
    """The value that a text is as Python, or NOTHING."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return NOTHING


def _chunks(text: str) -> list[str]:
    """What stands between the commas and in the lines, as far as the bracket that closes."""
    found, depth, start = list[str](), 0, 0
    for at, char in enumerate(text):
        if char in _OPEN:
            depth += 1
        elif char in _CLOSE:
            depth -= 1
            if depth < 0:
                return [*found, text[start:at]]
        elif (char == "," and depth == 0) or char == "\n":
            found.append(text[start : at + (char == ",")])
            start = at + 1
            depth = 0 if char == "\n" else depth  # a bracket that was never closed ends with its line
    return [*found, text[start:]]


def _items(chunks: list[str]) -> dict[str, Told]:
    """``name: words``; a chunk without a name goes on with the one before."""
    texts: dict[str, str] = {}
    name = ""
    for chunk in chunks:
        if item := _ITEM.fullmatch(chunk.strip()):
            name = item[1]
            texts.setdefault(name, item[2])
        elif name:
            texts[name] += " " + chunk
        if len(texts) >= MOST:
            break
    return {name: of_words(words) for name, words in texts.items()}


def _bare(chunks: list[str]) -> dict[str, Told]:
    """``name`` or ``name (unit)``."""
    found = [_BARE.fullmatch(chunk.strip().rstrip(",").rstrip()) for chunk in chunks if chunk.strip()][:MOST]
    return {one[1]: of_words(one[2] or "") for one in found if one is not None}

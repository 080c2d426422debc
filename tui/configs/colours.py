"""A line of YAML, JSON or CSV in colours. A light look at one line alone: what is above it does not count."""

from __future__ import annotations

import re

from ..text import plain
from ..widgets.lines import Line

LONGEST = 1000  # characters of a line that is coloured
_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<comment>(?<!\S)\#.*)|(?P<quoted>"(?:[^"\\]|\\.)*"|'[^']*')|(?P<mark>[\[\]{},:|>]|-(?=\s|$))"""
    r"""|(?P<word>[^\s\[\]{},:]+(?:[ ]+[^\s\#\[\]{},:]+)*)|(?P<other>.)""",
    re.DOTALL,
)
_NUMBER = re.compile(r"[-+]?(?:0[xob][0-9a-fA-F_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|\.(?:inf|nan|NaN|Inf))")
_CONSTANTS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "none", "~"))
_STYLES = {"comment": "dim", "quoted": "completed", "mark": "faint"}


def coloured(text: str, form: str, first: bool = False) -> Line:
    """A line of a file of a form (YAML, JSON, CSV, or "": none) as parts with styles; *first*: a table's header."""
    if not form or len(text) > LONGEST:
        return [(plain(text), "")]
    if form == "CSV":
        return [(plain(text), "bold")] if first else _cells(text)
    found = _TOKEN.finditer(text)
    return [(plain(match.group()), _style(match, text, form)) for match in found]


def _style(match: re.Match[str], text: str, form: str) -> str:
    kind, end = match.lastgroup or "", match.end()
    if kind in ("word", "quoted") and text[end : end + 1] == ":" and _ends_key(text, end, kind, form):
        return "title"
    if kind != "word":
        return _STYLES.get(kind, "")
    word = match.group()
    if word[0] in "&*!":
        return "skipped"
    return "accent" if _NUMBER.fullmatch(word) or word.lower() in _CONSTANTS else ""


def _ends_key(text: str, at: int, kind: str, form: str) -> bool:
    """Whether the colon there makes a key of what is before it: in YAML only with a space behind it."""
    return form == "JSON" or not text[at + 1 : at + 2].strip() or kind == "quoted"


def _cells(text: str) -> Line:
    line: Line = []
    for part in re.split(r"([,\t;])", text):
        style = "faint" if part in (",", "\t", ";") else "accent" if _NUMBER.fullmatch(part.strip()) else ""
        line.append((plain(part), style))
    return line


def seen(text: str, form: str, left: int, width: int, first: bool = False) -> Line:
    """What is in sight of a line from character *left* on; of a long one no more is looked at."""
    if len(text) > LONGEST:
        return [(plain(text[left : left + width]), "")]
    return cut(coloured(text, form, first), left)


def cut(line: Line, left: int) -> Line:
    """What is right of so many characters."""
    if left <= 0:
        return line
    out: Line = []
    for text, style in line:
        if left < len(text):
            out.append((text[left:], style))
        left = max(0, left - len(text))
    return out


def begin(line: Line, count: int) -> Line:
    """Its first characters."""
    out: Line = []
    for text, style in line:
        if count > 0:
            out.append((text[:count], style))
        count -= len(text)
    return out

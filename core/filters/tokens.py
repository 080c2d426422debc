"""A filter's text as tokens: brackets, and, or, not, words and terms, each with where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..errors import BadFilter
from ..text import quoted

QUOTES = "\"'"
KEYWORDS = ("and", "or", "not")

_TERM = re.compile(r"([A-Za-z][A-Za-z_-]*)([:=!~<>]+)")
_SIGN = re.compile(r"[:=<>]|!(?=[=~\s]|$)|~(?=\s|$)")
_MINUS = re.compile(r"-(?=[A-Za-z(\"'])")


class Token(NamedTuple):
    """A piece of a filter. ``kind``: ( ) and or not word term end."""

    kind: str
    at: int
    end: int
    text: str = ""  # a word without its quotes; of a term its value as it was written
    quoted: bool = False
    field: str = ""
    operator: str = ""

    @property
    def value_at(self) -> int:
        """Where a term's value begins."""
        return self.end - len(self.text)


class Item(NamedTuple):
    """A value, or one of a list of them. ``at`` and ``length`` are where it stands in the whole filter."""

    text: str
    quoted: bool
    at: int
    length: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a filter, an end at last. Raises BadFilter for a quote that is not closed."""
    at = 0
    while (at := _skip(text, at)) < len(text):
        token = _token(text, at)
        yield token
        at = token.end
    yield Token("end", len(text), len(text))


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _token(text: str, at: int) -> Token:
    char = text[at]
    if char in "()":
        return Token(char, at, at + 1, char)
    if char in QUOTES:
        inside, end = _quoted(text, at)
        return Token("word", at, end, inside, quoted=True)
    if _MINUS.match(text, at):
        return Token("not", at, at + 1, char)
    found = _TERM.match(text, at)
    return _term(text, found) if found else _word(text, at)


def _term(text: str, found: re.Match[str]) -> Token:
    end = _value_end(text, found.end())
    return Token("term", found.start(), end, text[found.end() : end], field=found[1], operator=found[2])


def _word(text: str, at: int) -> Token:
    end = _bare_end(text, at)
    word = text[at:end]
    if _SIGN.match(text, at):
        raise BadFilter(
            f"The word {quoted(word)} begins with an operator",
            "Field, operator and value are written without spaces",
            "Write it like age<2d, or in quotes if it is a word to look for",
            at=at, length=end - at,
        )  # fmt: skip
    return Token(word.lower() if word.lower() in KEYWORDS else "word", at, end, word)


def _bare_end(text: str, at: int, stop: str = "") -> int:
    """Where a word without quotes ends: brackets within it are its own as long as they are paired."""
    depth = 0
    while at < len(text) and not text[at].isspace() and text[at] not in stop:
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth < 0:
            break
        at += 1
    return at


def _value_end(text: str, at: int) -> int:
    """Where a list of values ends; each may be in quotes."""
    while True:
        if at < len(text) and text[at] in QUOTES:
            at = _quoted(text, at)[1]
        else:
            at = _bare_end(text, at, ",")
        if at >= len(text) or text[at] != ",":
            return at
        at += 1


def _quoted(text: str, at: int) -> tuple[str, int]:
    """What stands in quotes, and where it ends. In double quotes a backslash takes the next character as it is."""
    quote, start, inside = text[at], at, list[str]()
    at += 1
    while at < len(text) and text[at] != quote:
        if text[at] == "\\" and quote == '"' and at + 1 < len(text):
            at += 1
        inside.append(text[at])
        at += 1
    if at >= len(text):
        raise BadFilter(
            "The quote is not closed", "", f"Put a {quote} behind the words", at=start, length=len(text) - start
        )
    return "".join(inside), at + 1


def items(value: str, at: int = 0) -> list[Item]:
    """The values of a list as it was written; *at* is where it stands. A comma between brackets separates nothing."""
    found, start = list[Item](), 0
    while True:
        if start < len(value) and value[start] in QUOTES:
            text, end = _quoted(value, start)
        else:
            end = _comma(value, start)
            text = value[start:end]
        found.append(Item(text, value[start : start + 1] in ("'", '"'), at + start, end - start))
        if end >= len(value):
            return found
        start = end + 1


def _comma(value: str, at: int) -> int:
    depth = 0
    while at < len(value) and (value[at] != "," or depth > 0):
        depth = max(0, depth + {"[": 1, "]": -1}.get(value[at], 0))
        at += 1
    return at


def in_quotes(text: str) -> str:
    """*text* as it is written to be read as it is."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

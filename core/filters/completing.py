"""What may stand at the cursor of a filter: fields, operators, values, each with a word of explanation.

What the yard knows (users, queues, names, …) the caller gives by kind and beginning; only what may stand there is
asked for. Never raises: whatever is wrong before the cursor, the mistake is `reading`'s to tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ..errors import BadFilter
from ..states import State
from .fields import KINDS, OPERATORS, REASONS, TABLE, Field, field_named
from .tokens import Item, Token, in_quotes, items, tokens

MOST = 50  # suggestions
_BARE = re.compile(r"[^\s\"'(),*]+")
_HEAD = re.compile(r"(?<![^\s(-])([A-Za-z][A-Za-z_-]*)([:=!~<>]+)[^\s\"']*$")
_REST_OF_FIELD = re.compile(r"[A-Za-z_-]*[:=!~<>]*")
_REST_OF_VALUE = re.compile(r"[^\s\"'(),]*")

SAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "duration": (("10m", "ten minutes"), ("1h", "an hour"), ("1d", "a day"), ("7d", "a week"), ("1h..2h", "a range")),
    "time": (
        ("today", "since midnight"), ("yesterday", "the day before"), ("-2h", "two hours ago"),
        ("10:00", "the last time a clock showed it"),
    ),
    "size": (("512M", "512 MiB"), ("4G", "4 GiB"), ("1G..8G", "a range")),
    "flag": (("yes", "it is"), ("no", "it is not")),
    "priority": (("high", "10"), ("medium", "0"), ("low", "-10")),
    "signal": (("KILL", "9"), ("TERM", "15"), ("INT", "2"), ("SEGV", "11")),
}  # fmt: skip
NONE_OR_ANY = (("none", "it has none"), ("any", "it has one"))

Offer = tuple[str, str]  # what may be written, and a word about it
Names = Callable[[str, str], Iterable[Offer]]


class Suggestion(NamedTuple):
    """``text`` in the place of what stands from *start* to *end*."""

    start: int
    end: int
    text: str
    help: str

    def put_into(self, text: str) -> tuple[str, int]:
        """The filter with it, and where the cursor is then."""
        return text[: self.start] + self.text + text[self.end :], self.start + len(self.text)


def suggestions(text: str, cursor: int, names: Names) -> list[Suggestion]:
    """What may stand at the cursor, the likeliest first."""
    before = text[:cursor]
    found = _open_value(before) or _at(before)
    if found is None:
        return []
    if isinstance(found, Token):
        end = cursor + _length(_REST_OF_FIELD, text, cursor)
        return [Suggestion(found.at, end, *offer) for offer in _words(found, before)][:MOST]
    field, operator, item = found
    end = cursor + _length(_REST_OF_VALUE, text, cursor)
    return [Suggestion(item.at, end, *offer) for offer in _values(field, operator, item.text, names)][:MOST]


def _length(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return len(found[0]) if found else 0


Value = tuple[Field, str, Item]


def _at(before: str) -> Token | Value | None:
    """What the cursor stands at the end of: a word, or a value of a term."""
    last = Token("word", len(before), len(before))
    try:
        for token in tokens(before):
            if token.kind != "end" and token.end == len(before) and token.text not in ("(", "-"):
                last = token
    except BadFilter:
        return None
    if last.kind == ")":
        return None  # a finished part
    if last.kind != "term":
        return None if last.quoted else last
    return _value(last.field, last.operator, items(last.text, last.value_at)[-1])


def _open_value(before: str) -> Value | None:
    """A value in a quote that is not closed yet."""
    try:
        list(tokens(before))
    except BadFilter as error:
        found = _HEAD.search(before[: error.at])
        if found and before[error.at : error.at + 1] in ("'", '"'):
            item = Item(before[error.at + 1 :], True, error.at, len(before) - error.at)
            return _value(found[1], found[2], item)
    return None


def _value(field: str, operator: str, item: Item) -> Value | None:
    known = field_named(field)
    return (known, operator, item) if known is not None else None


def _words(token: Token, before: str) -> Iterator[Offer]:
    """Fields, or the operators of one; states, not and or."""
    word = token.text.lower()
    exact = field_named(word)
    if exact is not None:
        usual = exact.usual
        yield f"{exact.name}{usual}", _explained(exact)
        for operator in exact.operators:
            if operator not in ("=", usual):
                yield f"{exact.name}{operator}", OPERATORS[operator].format(name=exact.name)
    for field in _beginning(word):
        if field is not exact:
            yield f"{field.name}{field.usual}", _explained(field)
    if word:
        yield from ((state.value, "the state") for state in State if state.value.startswith(word))
    yield from _keywords(word, before[: token.at])


def _explained(field: Field) -> str:
    return f"{field.help}, as in {field.example}"


def _beginning(word: str) -> Iterator[Field]:
    """Fields by their names first, then by their aliases."""
    named = [field for field in TABLE if field.name.startswith(word)]
    yield from named
    yield from (f for f in TABLE if f not in named and any(alias.startswith(word) for alias in f.aliases))


def _keywords(word: str, before: str) -> Iterator[Offer]:
    if "not".startswith(word):
        yield "not ", "what does not match"
    if before.strip() and "or".startswith(word):
        yield "or ", "what matches either side"


def _values(field: Field, operator: str, typed: str, names: Names) -> Iterator[Offer]:
    """What is typed if it is a value itself, those that begin so, then those in which it occurs."""
    offers = dict(_known(field, typed, names))
    if field.optional and operator in KINDS["choice"]:
        offers |= dict(NONE_OR_ANY)
    lower = typed.lower()
    if typed in offers:
        yield as_value(typed), offers.pop(typed)
    for value, help in offers.items():
        if value.lower().startswith(lower):
            yield as_value(value), help
    for value, help in offers.items():
        if lower in value.lower()[1:] and not value.lower().startswith(lower):
            yield as_value(value), help


def as_value(value: str) -> str:
    """As it is written after an operator."""
    return value if _BARE.fullmatch(value) else in_quotes(value)


def _known(field: Field, typed: str, names: Names) -> Iterable[Offer]:
    if field.name == "state":
        return names("states", typed)
    if field.name == "reason":
        return REASONS.items()
    if field.choices:
        return ((choice, "") for choice in field.choices)
    if field.offers:
        return names(field.offers, typed)
    return SAMPLES.get(field.name) or SAMPLES.get(field.kind) or ()

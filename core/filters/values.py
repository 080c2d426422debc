"""The value of a term, read by the kind of its field: what is asked, or where the mistake is."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..errors import BadFilter, BadInput
from ..names import check_text, parse_reference
from ..needs import MEMORY, named
from ..states import parse_state
from ..text import quoted
from ..words import nearest
from . import spans
from .asked import Contains, Like, Missing, Present, Reading, Refers, Same, Test, Wants, Within
from .fields import FIELDS, Field
from .tokens import Item, items
from .tree import Term

MOST_VALUES = 100  # in a list
YES, NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0")
_COMPARISONS = ("<", "<=", ">", ">=")
_NEED = re.compile(r"(.+?)(<=|>=|=|<|>)(.+)", re.DOTALL)


def read(term: Term, now: float) -> Reading:
    """What a term asks at that time. Raises BadFilter."""
    field, found = FIELDS[term.field], items(term.value, term.at)
    if len(found) > MOST_VALUES:
        raise _bad(found[MOST_VALUES], f"{term.field} has more than {MOST_VALUES} values", "", "Give fewer")
    if term.operator in _COMPARISONS and len(found) > 1:
        raise _bad(found[1], f"{term.operator} compares with one value", "", "Use : for a list")
    return Reading(tuple(_test(field, term.operator, item, now) for item in found), term.operator.startswith("!"))


def _test(field: Field, operator: str, item: Item, now: float) -> Test:
    if not item.text and not item.quoted:
        raise _bad(item, f"A value is missing for {field.name}", "", f"Write it like {field.example}")
    if field.optional and not item.quoted and operator not in _COMPARISONS and item.text.lower() in ("none", "any"):
        return Missing() if item.text.lower() == "none" else Present()
    try:
        check_text(item.text, field.name)
        return _KINDS[field.kind](field, operator, item, now)
    except BadFilter:
        raise
    except BadInput as error:
        raise _bad(item, error.what, error.why, error.todo) from None


def _bad(item: Item, what: str, why: str = "", todo: str = "") -> BadFilter:
    return BadFilter(what, why, todo, at=item.at, length=item.length)


def _choice(field: Field, operator: str, item: Item, now: float) -> Test:
    word = item.text.strip().lower()
    if field.name == "state" and (state := parse_state(word)) is not None:
        return Same(state.value)
    same = {_squeezed(choice): choice for choice in field.choices}
    if _squeezed(word) in same:
        return Same(same[_squeezed(word)])
    raise _bad(item, *_not_among(field, item.text))


def _squeezed(word: str) -> str:
    return re.sub(r"[\s_-]", "", word)


def _not_among(field: Field, word: str) -> tuple[str, str, str]:
    near = nearest(word.lower(), field.choices)
    why = f"The nearest is {near}" if near else f"There are {', '.join(field.choices)}"
    if field.name == "state" and word.lower() in ("held", "stopping"):
        why = "a held job is pending" if word.lower() == "held" else "a job that is stopping still runs"
        return f"{quoted(word)} is no state", why, f"Write {word.lower()}:yes"
    return f"{quoted(word)} is no {field.name}", why, ""


def _name(field: Field, operator: str, item: Item, now: float) -> Test:
    if operator.endswith("~"):
        return Contains(item.text)
    if "*" in item.text and not item.quoted:
        return Like(tuple(item.text.split("*")))
    return Same(item.text)


def _prose(field: Field, operator: str, item: Item, now: float) -> Test:
    if operator == ":" and not ("*" in item.text and not item.quoted):
        return Contains(item.text)
    return _name(field, operator, item, now)


def _measure(field: Field, operator: str, item: Item, now: float) -> Test:
    def read_one(text: str) -> spans.Span:
        return spans.read(text, field.kind, field.name, now)

    first, dots, last = item.text.partition("..")
    if not dots or operator in _COMPARISONS:
        return spans.compared(read_one(item.text), operator)
    low, high = (read_one(text) if text else None for text in (first, last))
    if low is None and high is None:
        raise _bad(item, "The range has no end", "", f"Write it like {field.name}:1..2, 1.. or ..2")
    if low is not None and high is not None and high.low < low.low:
        raise _bad(item, f"The range {quoted(item.text)} runs backwards", "", f"Write {last}..{first}")
    return spans.between(low, high)


def _needs(field: Field, operator: str, item: Item, now: float) -> Test:
    found = None if item.quoted else _NEED.fullmatch(item.text)
    if not found:
        return Wants(named(item.text), Within(low=1))
    kind = "size" if found[1] == MEMORY else "number"
    return Wants(named(found[1]), spans.compared(spans.read(found[3], kind, found[1], now), found[2]))


def _job(field: Field, operator: str, item: Item, now: float) -> Test:
    parse_reference(item.text)
    return Refers(item.text)


def _flag(field: Field, operator: str, item: Item, now: float) -> Test:
    word = item.text.lower()
    if word not in YES + NO:
        raise _bad(
            item, f"{quoted(item.text)} says neither yes nor no", "", f"Write {field.name}:yes or {field.name}:no"
        )
    return Within(int(word in YES), int(word in YES))


_KINDS: dict[str, Callable[[Field, str, Item, float], Test]] = {
    "choice": _choice,
    "name": _name,
    "prose": _prose,
    "number": _measure,
    "duration": _measure,
    "size": _measure,
    "time": _measure,
    "needs": _needs,
    "job": _job,
    "flag": _flag,
}

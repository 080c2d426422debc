"""The parameters of an experiment as fields of a form: their texts, what is wrong with them, and what they sweep.

A text is what stands behind ``KEY=`` on the command line: JSON where it is JSON, else text. One of several values
(``1,2,5``, ``0:1:11``, ``log:1:1e6:7``) is an axis of a sweep; a text with commas goes in double quotes.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from jobyard.core.errors import BadInput
from jobyard.core.labmodels import MainValue, Parameter, Sheet
from jobyard.core.yard import clip_start, experimenting, one_line, shell_join

from ..text import plain
from .fields import LONGEST, As, Field, Note, Texts
from .reading import variables

EXPT = "expt."  # before a parameter's key, in the key of its field
OTHERS = "others"
MOST = 40  # parameters that have fields; the others are given as KEY=VALUE
LEFT_OUT = "-"  # the text of a parameter that the class asks for and that is not given all the same
LABEL, BESIDE, WORD = 26, 54, 24  # cells of a label, of what stands beside a field, of a value in a word
_STRETCH = re.compile(r"\s*(?:log|[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)\s*:")

Axis = tuple[str, list[Any]]


class Given(NamedTuple):
    """What the texts of parameters say. ``words`` are those of the command line."""

    config: dict[str, Any]
    axes: tuple[Axis, ...]
    words: tuple[str, ...]
    swept: tuple[str, ...]  # the words of --sweep
    notes: dict[str, Note]
    fields: tuple[str, ...] = ()  # the key of the field of each axis

    def size(self, zipped: bool) -> int:
        """How many jobs it makes."""
        lengths = [len(values) for _, values in self.axes]
        return min(lengths, default=1) if zipped else math.prod(lengths)


# -- fields -----------------------------------------------------------------------------------------


def fields(
    some: Sequence[Parameter], beside: Mapping[str, Sequence[MainValue]], last: Mapping[str, Any]
) -> tuple[Field, ...]:
    """A field for each parameter; *beside* are values of main, *last* is what each was the last time, by its key."""
    return tuple(_field(one, beside.get(one.key, ()), last) for one in some)


def shown(every: Sequence[Parameter]) -> tuple[Parameter, ...]:
    """Those that have fields: all, or of very many those that have to be given and the first of the rest."""
    left = max(0, MOST - sum(one.required for one in every))
    some = {one.key for one, _ in zip((one for one in every if not one.required), range(left), strict=False)}
    return tuple(one for one in every if one.required or one.key in some)[:MOST]


def _field(of: Parameter, beside: Sequence[MainValue], last: Mapping[str, Any]) -> Field:
    label = f"{of.key} ({of.unit})" if of.unit and len(of.key) + len(of.unit) + 3 <= LABEL else of.key
    return Field(
        EXPT + of.key, plain(label), " · ".join(_told(of, last)), kind=As.TEXT, placeholder=plain(_empty(of)),
        choices=tuple(text_of(one) for one in of.choices) or _offered(of), beside=_beside(beside),
    )  # fmt: skip


def _told(of: Parameter, last: Mapping[str, Any]) -> Iterator[str]:
    """What is said under its field."""
    if of.help:
        yield plain(of.help)
    if of.choices:
        yield f"one of {', '.join(_word(one) for one in of.choices[:8])}"
    elif of.type and of.stated:
        yield of.type
    if of.least is not None or of.most is not None:
        yield " ".join(
            f"{word} {limit:g}" for word, limit in (("from", of.least), ("to", of.most)) if limit is not None
        )
    if of.key in last:
        yield f"last time {_word(last[of.key])}"
    yield "1,2,5 or 0:1:11 sweeps it"


def _empty(of: Parameter) -> str:
    """What holds while its field is empty."""
    if of.required:
        return "has to be given"
    if of.known and of.filled:
        return one_line(text_of(of.default), LABEL)
    return of.said or "not given"


def _offered(of: Parameter) -> tuple[str, ...]:
    return ("true", "false") if of.type == "boolean" else ()


def _beside(values: Sequence[MainValue]) -> str:
    """``main: device.qubit.f_ge [4885.312]``; the beginning of its path goes where there is no room for all of it."""
    if not values:
        return ""
    first, more = values[0], f" +{len(values) - 1}" if len(values) > 1 else ""
    value = f" {one_line(plain(first.value), WORD)}{more}"
    return f"main: {clip_start(plain(first.path), BESIDE - 6 - len(value))}{value}"


def _word(value: Any) -> str:
    return plain(one_line(text_of(value), WORD))


def at_first(sheet: Sheet) -> dict[str, str]:
    """Defaults that nobody fills in when the experiment runs: they stand in their fields."""
    return {EXPT + one.key: text_of(one.default) for one in shown(sheet.parameters) if one.known and not one.filled}


# -- from texts to values, and back -------------------------------------------------------------------


def text_of(value: Any) -> str:
    """A value as it is typed: the same value comes of it again."""
    if isinstance(value, str) and value.isprintable() and _is_plain(value):
        return value
    return "".join(char if char.isprintable() else _escaped(char) for char in json.dumps(value, ensure_ascii=False))


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if char < "\x80" else json.dumps(char)[1:-1]


def _is_plain(text: str) -> bool:
    """Whether a text means itself."""
    return text == text.strip() and text not in ("", LEFT_OUT) and _json(text) is _NONE and not _is_axis(text)


_NONE = object()


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NONE


def _is_axis(text: str) -> bool:
    """Whether a text that is no JSON is of several values."""
    return "," in text or _STRETCH.match(text) is not None


def given(texts: Texts, parameters: Sequence[Parameter]) -> Given:
    """What the fields of parameters, and that of others, say together."""
    found = Given({}, (), (), (), {})
    for one in parameters:
        text = texts.get(EXPT + one.key, "").strip()
        found = _with(found, EXPT + one.key, one, text)
        if one.required and not text and EXPT + one.key not in found.notes:
            found.notes[EXPT + one.key] = Note(f"The class asks for it. {LEFT_OUT} leaves it out all the same.")
    others = texts.get(OTHERS, "").strip()
    try:
        more = variables(others) if others else {}
    except BadInput as error:
        found.notes[OTHERS] = Note(plain(error.line()))
        more = {}
    known = {one.key for one in parameters if texts.get(EXPT + one.key, "").strip()}
    for key, text in more.items():
        if key in known:
            found.notes[OTHERS] = Note(f"{plain(key)} has a field of its own, and that says something.")
        else:
            found = _with(found, OTHERS, Parameter(key), text)
    return found


def _with(found: Given, field: str, of: Parameter, text: str) -> Given:
    """The same with one parameter more."""
    if text in ("", LEFT_OUT):
        return found
    try:
        value = _json(text)
        if value is _NONE and text[:1] in '[{"' and _json(f"[{text}]") is _NONE:
            raise BadInput("It is no JSON", "a bracket or a quote does not end", "")
        if value is _NONE and _is_axis(text):
            return _swept(found, field, of, text)
        config = experimenting.with_values(found.config, [f"{of.key}={text}"])
    except BadInput as error:
        found.notes[field] = Note(plain(error.line()))
        return found
    if wrong := experimenting.complaint(of, text if value is _NONE else value):
        found.notes[field] = _odd(wrong, of, text, value is _NONE)
    return found._replace(config=config, words=(*found.words, f"{of.key}={text}"))


def _odd(wrong: str, of: Parameter, text: str, word: bool) -> Note:
    """What is no value of the type. Where only the default tells it, a *word* is refused, other values are not."""
    sure = of.stated or bool(of.choices)
    quoted = (word and not sure) or wrong == "It is no string."
    in_quotes = f' In double quotes it is text: "{plain(text)}".' if quoted else ""
    return Note(f"{plain(wrong)}{in_quotes}", wrong=sure or word)


def _swept(found: Given, field: str, of: Parameter, text: str) -> Given:
    key, values = experimenting.parse_axis(f"{of.key}={text}")
    for value in values:
        if wrong := experimenting.complaint(of, value):
            found.notes[field] = Note(f"{_word(value)}: {plain(wrong)}", wrong=of.stated or bool(of.choices))
            break
    return found._replace(
        axes=(*found.axes, (key, values)), swept=(*found.swept, f"{of.key}={text}"), fields=(*found.fields, field)
    )


def spread(texts: Texts, parameters: Sequence[Parameter]) -> dict[str, str]:
    """Where values of *others* are parameters that have fields, they go there, if these are empty."""
    try:
        words = variables(texts.get(OTHERS, ""))
    except BadInput:
        return dict(texts)
    moved = {
        EXPT + one.key: words.pop(one.key)
        for one in parameters
        if one.key in words and not texts.get(EXPT + one.key, "").strip()
    }
    if not moved:
        return dict(texts)
    return {**texts, **moved, OTHERS: shell_join([f"{key}={text}" for key, text in words.items()])}


def words_of(config: Mapping[str, Any]) -> str:
    """A whole config as the text of *others*: what is nested has dotted keys. "" where it is too long for a field."""
    text = shell_join([f"{key}={text_of(value)}" for key, value in experimenting.flat(config)])
    return text if len(text) <= LONGEST else ""

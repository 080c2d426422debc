"""What the filter line is told about a text: the jobs that it means, or its mistake; and what may be written next."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from jobyard.core.errors import BadFilter
from jobyard.core.filters.completing import Suggestion
from jobyard.core.models import JobFilter
from jobyard.core.yard import Yard, cells

SIGN = 3  # cells before the text in the filter line
MOST_PAST = 50  # filters that are remembered


class Answer(NamedTuple):
    """What *text* means on top of *base*, a filter of jobs or of runs; with a mistake in it, no filter.

    ``before`` is what stands before the part with the mistake, as far as that is a filter.
    """

    text: str
    base: Any
    where: Any  # None: it has a mistake
    mistake: BadFilter | None
    offers: tuple[Suggestion, ...]
    before: Any = None


def answer(yard: Yard, text: str, base: JobFilter, cursor: int | None) -> Answer:
    """Read a filter of jobs; *cursor* is where somebody writes it, None: nobody does. In a thread."""
    return answered(text, base, cursor, lambda words: yard.filter(words, base), yard.complete_filter)


def answered(
    text: str, base: Any, cursor: int | None, read: Callable[[str], Any],
    offer: Callable[[str, int], Sequence[Suggestion]],
) -> Answer:  # fmt: skip
    """Have *read* say what a text means, and *offer* what may be written at the cursor."""
    offers = () if cursor is None else tuple(offer(text, cursor))
    offers = () if len(offers) == 1 and offers[0].put_into(text)[0] == text else offers
    try:
        return Answer(text, base, read(text), None, offers)
    except BadFilter as mistake:
        found = Answer(text, base, None, mistake, offers)
    try:
        return found._replace(before=read(text[: part_at(found)]))
    except BadFilter:
        return found


def part_at(found: Answer) -> int:
    """Where the part with the mistake begins."""
    at = len(found.text) if found.mistake is None else found.mistake.at
    return max(found.text.rfind(" ", 0, at), found.text.rfind("(", 0, at)) + 1


def unfinished(found: Answer) -> bool:
    """Whether the mistake is only that the last part is still being written."""
    mistake = found.mistake
    return mistake is not None and bool(found.offers) and mistake.at + mistake.length >= len(found.text.rstrip())


def was_a_word(applied: str, found: Answer) -> bool:
    """Whether what was looked for as a word turns out to be the beginning of a field: ``sta`` before ``state:``."""
    word = applied[part_at(found) :]
    return bool(word) and found.text.startswith(applied) and not any(sign in word for sign in ":=<>~!")


def mistake_lines(mistake: BadFilter, text: str, width: int, most: int) -> list[str]:
    """The sentence, and a mark below what it is about wherever there is room."""
    told = f"✗ {mistake.line()}"
    at, length = SIGN + cells(text[: mistake.at]), max(1, cells(text[mistake.at : mistake.at + mistake.length]))
    mark = f"{' ' * at}{'^' * length}"
    if len(mark) + 1 + cells(told) <= width:
        return [f"{mark} {told}"]
    sentence = textwrap.wrap(told, max(10, width - 2))
    if len(mark) <= width and most > len(sentence):
        return [mark, *(f" {line}" for line in sentence)]
    return [f" {line}" for line in sentence[:most]]


def remembered(past: object) -> list[str]:
    """The filters of last time, oldest first; whatever else is in the file is left out."""
    return [text for text in past if isinstance(text, str)][-MOST_PAST:] if isinstance(past, list) else []


def with_newest(past: list[str], text: str) -> list[str]:
    """*text* as the newest, once."""
    return [*(each for each in past if each != text), text][-MOST_PAST:]

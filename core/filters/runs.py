"""A filter of runs: one of jobs, and beside it when their data were made and what values their configs must have.

    user:ann class:Rabi since:yesterday expt.reps>=100 hardware_config.device.qubit.f_ge=4.8

What is the runs' own is taken out; the rest is a filter of jobs, each part at the place where it was written. A part
is a wish for a value if it has no colon and what stands before its sign is no field of jobs: a key that has the name
of one is written with its scope, ``expt.duration>5``. Wishes must all hold, so they stand beside the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .. import units
from ..errors import BadFilter, BadInput
from . import spans
from .fields import field_named
from .tokens import QUOTES

SINCE, UNTIL = "since", "until"
OWN: dict[str, tuple[str, str]] = {  # name: what it is, an example
    SINCE: ("when their data were made: from then on", "since:yesterday"),
    UNTIL: ("when their data were made: up to then", "until:2026-11-22"),
}
_HEAD = re.compile(r"""((?:"[^"]*"|[^"'\s:=!<>~()])+)([:=!<>~]+)""")
_AGE = re.compile(r"[0-9.]+\s*(ms|[wdhms])([0-9.]+[dhms])*", re.IGNORECASE)


class Part(NamedTuple):
    """A piece of the text without spaces outside of quotes. ``deep``: it stands between brackets."""

    at: int
    text: str
    deep: bool = False

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.at + len(self.text)


class Written(NamedTuple):
    """What was written: a filter of ``jobs``, ``wishes`` for values, and times in seconds since the epoch."""

    jobs: str  # the runs' own parts are spaces
    wishes: tuple[Part, ...] = ()
    since: float | None = None
    until: float | None = None


def read(text: str, now: float) -> Written:
    """Take it apart. Raises BadFilter where a part of the runs' own cannot be meant so."""
    wishes: list[Part] = []
    times: dict[str, float] = {}
    found = list(parts(text))
    for number, part in enumerate(found):
        head = own(part.text)
        if not head:
            continue
        _alone(part, [one.text.lower() for one in found[max(0, number - 1) : number + 2]])
        if head in OWN:
            times[head] = _time(part, head, now)
        else:
            wishes.append(part)
    return Written(of_jobs(text), tuple(wishes), times.get(SINCE), times.get(UNTIL))


def of_jobs(text: str) -> str:
    """What is a filter of jobs, the rest spaces; of whatever is written."""
    for part in parts(text):
        if own(part.text):
            text = text[: part.at] + " " * len(part.text) + text[part.end :]
    return text


def parts(text: str) -> Iterator[Part]:
    """The pieces, each with where it stands; a quote that is not closed goes to the end."""
    at, deep = 0, 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        end = _end(text, at)
        piece = text[at:end]
        deep += len(piece) - len(piece.lstrip("(-"))
        yield Part(at, piece, deep > 0)
        deep = max(0, deep - (len(piece) - len(piece.rstrip(")"))))
        at = end


def _end(text: str, at: int) -> int:
    quote = ""
    while at < len(text) and (quote or not text[at].isspace()):
        if quote:
            quote = "" if text[at] == quote else quote
        elif text[at] in QUOTES:
            quote = text[at]
        at += 1
    return at


def own(piece: str) -> str:
    """What a piece that is the runs' own begins with: since, until, or the key of a value; "" of a piece of jobs."""
    found = _HEAD.match(piece.lstrip("(-"))
    if found is None:
        return ""
    head, sign = found.groups()
    if head.lower() in OWN:
        return head.lower()
    return "" if sign.startswith(":") or field_named(head) is not None else head


def is_word(piece: str) -> bool:
    """Whether a piece with a sign is no wish for a value: a field of jobs, or a time."""
    return bool(_HEAD.match(piece.lstrip("(-"))) and (own(piece) in OWN or not own(piece))


def _alone(part: Part, around: list[str]) -> None:
    """Raises BadFilter in brackets, after not, and beside or."""
    if part.deep or part.text.startswith(("(", "-")) or "or" in around or around[0] == "not":
        raise BadFilter(
            "This cannot be one of several, nor be denied", "values of configs and times of data must all hold",
            "Write it outside of brackets, without or and not; != is not", at=part.at, length=len(part.text),
        )  # fmt: skip


def _time(part: Part, head: str, now: float) -> float:
    """Of since the beginning of what is written, of until its end; an age is so long ago."""
    value = part.text[len(head) :].lstrip(":=").strip("\"'")
    try:
        if _AGE.fullmatch(value):
            return now - units.parse_duration(value, head)
        span = spans.read(value, "time", head, now)
    except BadInput as error:
        at = part.end - len(value)
        raise BadFilter(error.what, error.why, error.todo, at=min(at, part.end - 1), length=len(value)) from None
    return span.low if head == SINCE or span.high is None else span.high

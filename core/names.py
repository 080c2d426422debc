"""Names and references: what may be a name, and what a word that points to jobs means.

A reference is a full id, a bare number (that counter of today), a range ``12..20`` of today, ``last``, or a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import BadInput
from .text import quoted

LONGEST = 255  # characters
WIDEST = 100_000  # numbers in a range

_ID = re.compile(r"[A-Z]{2,8}(?:-[A-Z][A-Z0-9]*)?-[0-9]{8}-[0-9]{5,}", re.IGNORECASE)
_JOB = re.compile(r"JOB-[0-9]{8}-[0-9]{5,}", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]+")
_RANGE = re.compile(r"([0-9]+)\.\.([0-9]+)")
_MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class FullId:
    """``JOB-20261122-00017``, in capitals."""

    id: str


@dataclass(frozen=True, slots=True)
class Number:
    """A counter of today."""

    number: int


@dataclass(frozen=True, slots=True)
class Range:
    """Counters of today, both ends included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Last:
    """The job that was submitted last."""


@dataclass(frozen=True, slots=True)
class Name:
    """A job's name."""

    name: str


Reference = FullId | Number | Range | Last | Name


def parse_reference(text: str) -> Reference:
    """What *text* points to. Raises BadInput for a range that runs backwards or is too wide, and for nothing."""
    if _JOB.fullmatch(text):
        return FullId(text.upper())
    if _NUMBER.fullmatch(text):
        return Number(_number(text))
    span = _RANGE.fullmatch(text)
    if span:
        return _range(text, _number(span[1]), _number(span[2]))
    if text.lower() == "last":
        return Last()
    if not text.strip():
        raise BadInput(
            "A job's id or name is empty", "Nothing was given", "Give an id, a number of today, a name or last"
        )
    return Name(text)


def check_name(name: str, what: str = "name") -> str:
    """*name*, if a job may bear it: no id, number, range or ``last``, not blank, no NUL, at most 255 characters."""
    if name[:1].isalpha() and name.isprintable() and not name[-5:].isdigit() and 4 < len(name) <= LONGEST:
        return name  # almost all: neither an id nor a number, and nothing odd in it
    if len(name) > LONGEST:
        raise _bad(name, what, f"It has {len(name):,} characters", f"Use at most {LONGEST}")
    why = _misread(name)
    if why:
        raise _bad(name, what, why, "Choose another one")
    return name


def check_text(text: str, what: str) -> str:
    """*text*, if the store can hold it: no NUL and no half of a character."""
    if "\0" in text:
        raise _bad(text, what, "It contains a NUL character", "Leave that out")
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise _bad(text, what, "It is not valid UTF-8", "Use text")
    return text


def check_lane(name: str, what: str = "queue") -> str:
    """*name*, if a queue or session may bear it: as a job's, without a slash and without control characters."""
    if "/" in name or not name.isprintable():
        raise _bad(name, f"{what}'s name", "It contains a slash or a control character", "Leave that out")
    return check_name(name, f"{what}'s name")


def split_queue(text: str, session: str = "default") -> tuple[str, str]:
    """``(session, queue)`` of ``[SESSION/]QUEUE``; *session* is the one that is meant when none is given."""
    before, slash, after = text.partition("/")
    parts = (before, after) if slash else (session, before)
    if not all(part.strip() for part in parts) or "/" in parts[1]:
        raise _bad(text, "queue", "It should name a queue, or SESSION/QUEUE", "See: jobyard queue list")
    return parts


def _misread(name: str) -> str:
    """Why *name* would be taken for something else, or cannot be kept; empty if it is fine."""
    if not name.strip():
        return "It is blank"
    if _ID.fullmatch(name):
        return "It looks like an id"
    if _NUMBER.fullmatch(name) or _RANGE.fullmatch(name):
        return "It looks like the number of a job"
    if name.lower() == "last":
        return "That word stands for the job submitted last"
    if "\0" in name:
        return "It contains a NUL character"
    if any("\ud800" <= char <= "\udfff" for char in name):
        return "It is not valid UTF-8"
    return ""


def _number(digits: str) -> int:
    digits = digits.lstrip("0") or "0"
    if len(digits) > _MOST_DIGITS:
        raise _bad(digits, "number", "No job has a number that long", "See: jobyard list")
    return int(digits)


def _range(text: str, first: int, last: int) -> Range:
    if last < first:
        raise _bad(text, "range", "It runs backwards", f"Write {last}..{first}")
    if last - first >= WIDEST:
        raise _bad(text, "range", f"It spans more than {WIDEST:,} jobs", "Give a narrower one")
    return Range(first, last)


def _bad(value: str, what: str, why: str, todo: str) -> BadInput:
    return BadInput(f"The {what} {quoted(value)} cannot be used", why, todo)

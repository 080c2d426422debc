"""Names and references: what may be a name, and what a word that points to jobs means.

A reference is a full id, a bare number (that counter of today), a range ``12..20`` of today, ``last``, or a name.
``ID[]`` is the whole array that the job belongs to, ``ID[5]`` or ``ID[1-10,20]`` elements by their index,
``ID[failed]`` those in a state.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Sequence
from typing import NamedTuple

from .errors import BadInput
from .text import quoted

LONGEST = 255  # characters
WIDEST = 100_000  # numbers in a range

_ID = re.compile(r"[A-Z]{2,8}(?:-[A-Z][A-Z0-9]*)?-[0-9]{8}-[0-9]{5,}", re.IGNORECASE)
_JOB = re.compile(r"JOB-[0-9]{8}-[0-9]{5,}", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]+")
_RANGE = re.compile(r"([0-9]+)\.\.([0-9]+)")
_MOST_DIGITS = 12


class FullId(NamedTuple):
    """``JOB-20261122-00017``, in capitals."""

    id: str


class Number(NamedTuple):
    """A counter of today."""

    number: int


class Range(NamedTuple):
    """Counters of today, both ends included."""

    first: int
    last: int


class Last(NamedTuple):
    """The job that was submitted last."""


class Name(NamedTuple):
    """A job's name."""

    name: str


class Elements(NamedTuple):
    """Elements of the array that *of* names: all, those with these *indexes*, or those in a *state*."""

    of: FullId | Number | Last | Name
    indexes: Sequence[int] | None = None
    state: str = ""


Reference = FullId | Number | Range | Last | Name | Elements


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
    if text.endswith("]"):
        return _bracketed(text)
    if not text.strip():
        raise BadInput(
            "A job's id or name is empty", "Nothing was given", "Give an id, a number of today, a name or last"
        )
    return Name(text)


def parse_elements(text: str) -> Elements | None:
    """What ``HEAD[…]`` means where no job is called so; None for anything else."""
    head, bracket, inside = text[:-1].partition("[")
    if not text.endswith("]") or not bracket or not head.strip():
        return None
    from . import indexes  # of those who name arrays alone
    from .states import parse_state

    of = parse_reference(head)
    if isinstance(of, (Range, Elements)):
        return None
    state = parse_state(inside) if inside else None
    if state is not None:
        return Elements(of, None, state.value)
    if inside and not indexes.is_list(inside):
        return None
    return Elements(of, indexes.parse_indexes(inside, "elements") if inside else None)


def _bracketed(text: str) -> Elements | Name:
    """Elements by the array's id; after a name the brackets may belong to the name, which only the yard knows."""
    found = parse_elements(text)
    return Name(text) if found is None or isinstance(found.of, Name) else found


def check_name(name: str, what: str = "name") -> str:
    """*name*, if a job may bear it: no id, number, range or ``last``, not blank, no NUL, at most 255 characters."""
    if (
        name[:1].isalpha()
        and name.isprintable()
        and not name[-5:].isdigit()
        and 4 < len(name) <= LONGEST
        and (name[-1] != "]")
    ):
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


def check_unique(key: str, what: str = "unique key") -> str:
    """*key*, if a job may be the only one that bears it: not blank, at most 255 characters."""
    if not key.strip() or len(key) > LONGEST:
        raise _bad(key, what, f"It has to be text of at most {LONGEST} characters", "Choose another one")
    return check_text(key, what)


def check_program(path: str, what: str = "program") -> str:
    """*path*, if it can be that of a program whatever the folder: absolute, or of somebody's home; "" stays."""
    found = os.path.expanduser(check_text(path.strip(), what))
    if found and not (os.path.isabs(found) and found.isprintable()):
        raise _bad(path, what, "It is no absolute path", "Write it like /opt/lab/bin/python")
    return found


def check_class(text: str, what: str = "class") -> str:
    """*text*, if it names a class and its module: ``lab.station:Station``; "" stays."""
    found = text.strip()
    module, colon, name = found.partition(":")
    if found and not (colon and all(part.isidentifier() for part in (*module.split("."), *name.split(".")))):
        raise _bad(text, what, "It does not say MODULE:CLASS", "Write it like lab.station:Station")
    return found


def check_user(user: str, what: str = "user") -> str:
    """*user*, if jobs may bear it as whose they are: printable, not blank, at most 255 characters."""
    if not user.strip() or len(user) > LONGEST or not user.isprintable():
        raise _bad(user, what, f"It has to be printable text of at most {LONGEST} characters", "Choose another one")
    return check_text(user, what)


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
    if name.endswith("]") and _looks_like_elements(name):
        return "It looks like elements of an array"
    if "\0" in name:
        return "It contains a NUL character"
    if any("\ud800" <= char <= "\udfff" for char in name):
        return "It is not valid UTF-8"
    return ""


def _looks_like_elements(name: str) -> bool:
    try:
        return isinstance(_bracketed(name), Elements)
    except BadInput:
        return True  # of an array that cannot be: still no name


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

"""What a filter means, as a tree. Hashable, so that what was found for one can be kept under it."""

from __future__ import annotations

from typing import NamedTuple


class Word(NamedTuple):
    """A plain word: it occurs in the id, name, command, queue, user or state, or names a resource that is wanted."""

    text: str


class Term(NamedTuple):
    """A field against a value: ``age<2d``. ``value`` is as it was written; `at` is where, for a mistake in it."""

    field: str  # its name in the table of fields, not an alias
    operator: str  # : = != ~ < <= > >=
    value: str
    at: int = 0


class Not(NamedTuple):
    """What does not match."""

    part: Expression


class All(NamedTuple):
    """What matches every part."""

    parts: tuple[Expression, ...]


class Some(NamedTuple):
    """What matches at least one part."""

    parts: tuple[Expression, ...]


Expression = Word | Term | Not | All | Some

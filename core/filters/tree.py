"""What a filter means, as a tree. Hashable, so that what was found for one can be kept under it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple


class Word(NamedTuple):
    """A plain word: it occurs in the id, name, command, queue, user or state, or names a resource that is wanted."""

    text: str
    at: int = 0  # where it was written, for a mistake in it


class Term(NamedTuple):
    """A field against a value: ``age<2d``. ``value`` is as it was written; `at` is where it begins."""

    field: str  # its name in the table of fields, not an alias
    operator: str  # : = != ~ !~ < <= > >=
    value: str
    at: int = 0


class Jobs(NamedTuple):
    """A field against jobs that the yard has found: ``after:rabi`` once it is known which job that is."""

    field: str  # id, after, before, chain, graph: rows of jobs; array: those of arrays
    rows: frozenset[int]


class Not(NamedTuple):
    """What does not match."""

    part: Expression


class All(NamedTuple):
    """What matches every part."""

    parts: tuple[Expression, ...]
    sign: str = "and"  # a tuple of the same parts is equal otherwise


class Some(NamedTuple):
    """What matches at least one part."""

    parts: tuple[Expression, ...]
    sign: str = "or"


Leaf = Word | Term | Jobs
Expression = Word | Term | Jobs | Not | All | Some


def every(parts: Iterable[Expression]) -> Expression | None:
    """All of these as one, None for none of them; what was in brackets for nothing is not."""
    flat = [part for each in parts for part in (each.parts if isinstance(each, All) else (each,))]
    return All(tuple(flat)) if len(flat) > 1 else flat[0] if flat else None


def some(parts: Iterable[Expression]) -> Expression:
    """One of these, of which there is one at least."""
    flat = [part for each in parts for part in (each.parts if isinstance(each, Some) else (each,))]
    return Some(tuple(flat)) if len(flat) > 1 else flat[0]


def leaves(expression: Expression) -> Iterator[Leaf]:
    """Its words and terms, as they were written."""
    if isinstance(expression, Not):
        yield from leaves(expression.part)
    elif isinstance(expression, (All, Some)):
        for part in expression.parts:
            yield from leaves(part)
    else:
        yield expression


def replaced(expression: Expression, change: Callable[[Leaf], Expression]) -> Expression:
    """The same with another expression in the place of each word and term."""
    if isinstance(expression, Not):
        return Not(replaced(expression.part, change))
    if isinstance(expression, All):
        return All(tuple(replaced(part, change) for part in expression.parts))
    if isinstance(expression, Some):
        return Some(tuple(replaced(part, change) for part in expression.parts))
    return change(expression)


def unplaced(expression: Expression) -> Expression:
    """The same without where things were written: two ways to write the same filter are equal then."""
    return replaced(expression, lambda leaf: leaf if isinstance(leaf, Jobs) else leaf._replace(at=0))

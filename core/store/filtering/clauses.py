"""A whole filter, and the tree of its expression."""

from __future__ import annotations

from typing import Any

from ...filters.tree import All, Expression, Jobs, Not, Some, Term, Word
from ...models import JobFilter
from ..store import Store
from . import terms, words
from .sql import Sql, among, both, either, opposite


def conditions(store: Store, where: JobFilter) -> tuple[str, list[Any]]:
    """The whole of a filter that says anything which must be looked for; it begins with AND."""
    parts = [words.word_or_state(store, text) for text in where.words]
    if where.rows is not None:
        parts.append(among("j.id", where.rows))
    if where.expression is not None:
        parts.append(condition(store, where.expression))
    whole = both(parts)
    return f" AND {whole.text}", list(whole.values)


def condition(store: Store, expression: Expression) -> Sql:
    """An expression, as of now."""
    match expression:
        case Word(text=text):
            return words.word(store, text)
        case Term():
            return terms.term(store, expression)
        case Jobs(field=field, rows=rows):
            return terms.related(field, rows)
        case Not(part=part):
            return opposite(condition(store, part))
        case All(parts=parts):
            return both([condition(store, part) for part in parts])
        case Some(parts=parts):
            return either([condition(store, part) for part in parts])

"""A filter as text that reads as the same filter."""

from __future__ import annotations

import re

from ..states import parse_state
from .tokens import KEYWORDS, in_quotes
from .tree import All, Expression, Jobs, Not, Some, Term, Word

_BARE = re.compile(r"[\w./@%+][\w./@%+-]*")


def text(expression: Expression) -> str:
    """As somebody would write it. Of jobs that were found only how many there are can be said."""
    match expression:
        case Word(text=word):
            return word if _is_bare(word) else in_quotes(word)
        case Term(field=field, operator=operator, value=value):
            return f"{field}{operator}{value}"
        case Jobs(field=field, rows=rows):
            return f"{field}:({len(rows)})"
        case Not(part=part):
            return f"not {_bracketed(part, (All, Some))}"
        case All(parts=parts):
            return " ".join(_bracketed(part, (All, Some)) for part in parts)
        case Some(parts=parts):
            return " or ".join(_bracketed(part, (Some,)) for part in parts)


def _bracketed(part: Expression, kinds: tuple[type, ...]) -> str:
    return f"({text(part)})" if isinstance(part, kinds) else text(part)


def _is_bare(word: str) -> bool:
    return bool(_BARE.fullmatch(word)) and word.lower() not in KEYWORDS and parse_state(word) is None

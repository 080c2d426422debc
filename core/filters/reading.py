"""A filter's text as a tree.

    filter := side ("or" side)*        what matches one of them
    side   := part (["and"] part)*     what matches all of them: a space is "and", which binds closer than "or"
    part   := ("not" | "-") part | "(" filter ")" | FIELD OPERATOR VALUE[,VALUE…] | WORD | "WORDS"

A bare word that is a state's name means the state. Several of these beside each other mean any of them, and so do
several elements of arrays (``scan[1-5] scan[9]``): no job is two of them at once.
"""

from __future__ import annotations

from ..errors import BadFilter, BadInput
from ..names import check_text, parse_elements
from ..states import parse_state
from ..text import quoted
from ..words import nearest
from . import values
from .fields import MISTAKEN, NAMES, OPERATORS, Field, field_named
from .tokens import Token, tokens
from .tree import Expression, Not, Term, Word, every, some

LONGEST = 4000  # characters
DEEPEST = 50  # brackets and negations within each other
MOST_PARTS = 200  # words and terms
ANY_TIME = 1_000_000_000.0  # whether a value can be read does not depend on when


def parse(text: str) -> Expression | None:
    """What *text* means; None for no filter at all. Raises BadFilter, and nothing else."""
    if len(text) > LONGEST:
        raise BadFilter(f"The filter has more than {LONGEST:,} characters", "", "Write a shorter one", at=LONGEST)
    reader = _Reader(text)
    if reader.token.kind == "end":
        return None
    found = reader.either(0)
    if reader.token.kind == ")":
        raise reader.wrong("This bracket closes nothing", "", "Leave it out, or put it in quotes")
    return found


Part = tuple[Expression, str]


class _Reader:
    """Goes through the tokens once."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._last: Token | None = None
        self._parts = 0
        self.token = next(self._tokens)

    def wrong(self, what: str, why: str = "", todo: str = "", token: Token | None = None) -> BadFilter:
        """A mistake at a token, by default the present one; at the end it is what came last that lacks something."""
        where = token or self.token
        if where.kind == "end" and self._last is not None:
            where = self._last
        return BadFilter(what, why, todo, at=where.at, length=where.end - where.at)

    def _take(self) -> Token:
        taken = self._last = self.token
        self.token = next(self._tokens)
        return taken

    def either(self, depth: int) -> Expression:
        """Sides with ``or`` between them."""
        sides = [self._side(depth)]
        while self.token.kind == "or":
            self._take()
            sides.append(self._side(depth))
        return some(sides)

    def _side(self, depth: int) -> Expression:
        """Parts that must all match."""
        parts = [self._part(depth)]
        while self.token.kind not in ("or", ")", "end"):
            told = self.token.kind == "and"
            if told:
                self._take()
            _join(parts, self._part(depth), told)
        found = every(part for part, _ in parts)
        assert found is not None
        return found

    def _part(self, depth: int) -> Part:
        """A part, and what kind of bare word it is, if it is one of those that mean any of them."""
        if depth > DEEPEST:
            raise self.wrong(f"The filter is nested deeper than {DEEPEST} levels", "", "Write a simpler one")
        match self.token.kind:
            case "not":
                self._take()
                return Not(self._part(depth + 1)[0]), ""
            case "(":
                return self._group(depth), ""
            case "term":
                return self._term(), ""
            case "word":
                return self._word()
        raise self._nothing()

    def _nothing(self) -> BadFilter:
        """Something should stand here."""
        if self._last is not None and self._last.kind in ("or", "and", "not"):
            return self.wrong(
                f"Something is missing after {self._last.text}",
                "",
                f'Write "{self._last.text}" in quotes if it is a word to look for',
                self._last,
            )
        if self.token.kind in ("or", "and"):
            word = self.token.text
            return self.wrong(f"Something is missing before {word}", "", f'Write "{word}" in quotes to look for it')
        return self.wrong("There is nothing between the brackets" if self._last else "This bracket closes nothing")

    def _group(self, depth: int) -> Expression:
        opened = self._take()
        inside = self.either(depth + 1)
        if self.token.kind != ")":
            raise self.wrong("The bracket is not closed", "", "Put a ) behind it", opened)
        self._take()
        return inside

    def _word(self) -> Part:
        self._count()
        word = self._take()
        try:
            check_text(word.text, "word")
        except BadInput as error:
            raise self.wrong(error.what, error.why, error.todo, word) from None
        state = None if word.quoted else parse_state(word.text)
        if state is not None:
            return Term("state", ":", word.text.lower(), word.at), "state"
        return Word(word.text, word.at), "" if word.quoted else _as_elements(word.text)

    def _term(self) -> Expression:
        self._count()
        token = self._take()
        field = _field(token)
        operator = _operator(token, field)
        if not token.text:
            what = f"A value is missing after {field.name}{operator}"
            raise self.wrong(what, "", f"Write it like {field.example}", token)
        term = Term(field.name, operator, token.text, token.value_at)
        values.read(term, ANY_TIME)
        return term

    def _count(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise self.wrong(f"The filter has more than {MOST_PARTS} parts", "", "Write a shorter one")


def _as_elements(word: str) -> str:
    """Whether a word is written as elements of an array are."""
    try:
        return "elements" if word.endswith("]") and parse_elements(word) is not None else ""
    except BadInput:
        return ""


def _join(parts: list[Part], part: Part, told: bool) -> None:
    """Add a part; a bare word joins another one of its kind, unless ``and`` tells otherwise."""
    added, kind = part
    for number, (other, its) in enumerate(parts):
        if kind and kind == its and not told:
            parts[number] = (_any(other, added), kind)
            return
    parts.append((added, "" if told else kind))


def _any(one: Expression, other: Expression) -> Expression:
    if isinstance(one, Term) and isinstance(other, Term):
        return one._replace(value=f"{one.value},{other.value}")
    return some((one, other))


def _field(token: Token) -> Field:
    found = field_named(token.field)
    if found is not None:
        return found
    near = nearest(token.field.lower(), NAMES, alike=0.6)
    raise BadFilter(
        f"There is no field {quoted(token.field)}",
        f"The nearest is {NAMES[near]}" if near else "",
        "Put the word in quotes to look for it as it is",
        at=token.at,
        length=len(token.field),
    )


def _operator(token: Token, field: Field) -> str:
    """The operator; ``:>`` is ``>``, as some write it."""
    written, at = token.operator, token.at + len(token.field)
    operator = written[1:] if written not in OPERATORS and written[:1] == ":" else written
    if operator not in OPERATORS:
        near = MISTAKEN.get(written, "")
        why = f"The nearest is {near}" if near else f"The operators are {' '.join(OPERATORS)}"
        raise BadFilter(f"There is no operator {written}", why, "", at=at, length=len(written))
    if operator not in field.operators:
        what, why = f"{field.name} cannot be asked with {operator}", f"It takes {' '.join(field.operators)}"
        raise BadFilter(what, why, f"Write it like {field.example}", at=at, length=len(written))
    return operator

"""What of a filter an index serves: states, queues, a user and jobs that must hold whatever else does."""

from __future__ import annotations

from typing import NamedTuple

from . import values
from .asked import Reading, Same
from .reading import ANY_TIME
from .tree import All, Expression, Jobs, Some, Term, every


class Lifted(NamedTuple):
    """The parts, and what is left as an expression; None and "" are no demand."""

    states: frozenset[str] | None = None
    queues: tuple[str, ...] | None = None  # names, as they were written
    user: str = ""
    rows: frozenset[int] | None = None
    rest: Expression | None = None


def lift(expression: Expression | None) -> Lifted:
    """Take out of the outermost "and" what an index serves; what would leave nothing stays in the rest."""
    parts = expression.parts if isinstance(expression, All) else () if expression is None else (expression,)
    found, rest = Lifted(), list[Expression]()
    for part in parts:
        taken = _taken(found, part)
        if taken is None:
            rest.append(part)
        else:
            found = taken
    return found._replace(rest=every(rest))


def _taken(found: Lifted, part: Expression) -> Lifted | None:
    """With this part, or None if no index serves it."""
    rows = _rows(part)
    if rows is not None:
        return found._replace(rows=rows if found.rows is None else found.rows & rows)
    names = _plain(part) if isinstance(part, Term) else ()
    if not names or not isinstance(part, Term):
        return None
    if part.field == "state":
        states = frozenset(names) if found.states is None else found.states & frozenset(names)
        return found._replace(states=states) if states else None
    if part.field == "queue" and found.queues is None:
        return found._replace(queues=names)
    if part.field == "user" and len(names) == 1 and found.user in ("", names[0]):
        return found._replace(user=names[0])
    return None


def _rows(part: Expression) -> frozenset[int] | None:
    """Those of one of which it speaks, if of nothing else."""
    jobs = part.parts if isinstance(part, Some) else (part,)
    found = [job.rows for job in jobs if isinstance(job, Jobs) and job.field == "id"]
    return frozenset().union(*found) if len(found) == len(jobs) else None


def _plain(term: Term) -> tuple[str, ...]:
    """The texts one of which it asks for exactly, () for anything else."""
    if term.field not in ("state", "queue", "user"):
        return ()
    reading: Reading = values.read(term, ANY_TIME)
    if reading.negated or not all(isinstance(test, Same) and test.text for test in reading.tests):
        return ()
    return tuple(test.text for test in reading.tests if isinstance(test, Same))

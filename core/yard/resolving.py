"""A filter of this yard: its queues, resources and jobs are looked up, and what indexes serve is taken out of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn

from ..errors import BadFilter, BadInput
from ..filters import lifting, reading, tokens, tree, values
from ..filters.asked import Missing, Present, Refers, Same, Test, Wants
from ..filters.fields import FIELDS
from ..filters.tokens import Item
from ..filters.tree import Expression, Jobs, Leaf, Not, Term, Word
from ..models import JobFilter, QueueInfo
from ..states import State
from ..store import Store, graphs, ids, queues, views
from ..store.filtering.terms import known_resources, named
from ..text import quoted
from ..words import nearest
from . import finding

LOOK_BACK = ("age", "submitted", "started", "ended")  # who asks for a time means that time
MOST_CONNECTED = 100_000  # jobs
NOTHING: frozenset[int] = frozenset()


def applied(store: Store, text: str, base: JobFilter) -> JobFilter:
    """*base* with what a text says. Raises BadFilter, with the text."""
    try:
        return _applied(store, text, base)
    except BadFilter as error:
        error.text = text
        raise


def _applied(store: Store, text: str, base: JobFilter) -> JobFilter:
    written = reading.parse(text)
    if written is None:
        return base
    found = tree.replaced(written, lambda leaf: _resolved(store, leaf))
    lifted = lifting.lift(tree.unplaced(found))
    since = None if _looks_back(found) else base.ended_since
    return _narrowed(base._replace(ended_since=since, expression=lifted.rest), lifted, queues.every(store))


def _looks_back(found: Expression) -> bool:
    return any(
        (ids.parse(leaf.text) is not None)
        if isinstance(leaf, Word)
        else isinstance(leaf, Jobs) or leaf.field in LOOK_BACK
        for leaf in tree.leaves(found)
    )


def _narrowed(base: JobFilter, lifted: lifting.Lifted, lanes: Sequence[QueueInfo]) -> JobFilter:
    """What must hold by both; nothing matches where they exclude each other."""
    states = frozenset(map(State, lifted.states)) if lifted.states is not None else base.states
    wanted = base.queues if lifted.queues is None else _ids(lifted.queues, lanes)
    both_states = states & base.states if base.states else states
    both_queues = wanted & base.queues if base.queues else wanted
    rows = base.rows if lifted.rows is None else lifted.rows if base.rows is None else lifted.rows & base.rows
    no_state, no_queue = bool(states) and not both_states, lifted.queues is not None and not both_queues
    if no_state or no_queue or (base.user and lifted.user and base.user != lifted.user):
        rows = NOTHING
    return base._replace(states=both_states, queues=both_queues, user=lifted.user or base.user, rows=rows)


def _ids(names: Sequence[str], lanes: Sequence[QueueInfo]) -> frozenset[int]:
    return frozenset(lane.id for lane in lanes if any(named(lane, Same(name)) for name in names))


def _resolved(store: Store, leaf: Leaf) -> Expression:
    """With the jobs that it names; queues, sessions and resources are there. Raises BadFilter."""
    if isinstance(leaf, Word):
        return _elements(store, leaf)
    if not isinstance(leaf, Term):
        return leaf
    if FIELDS[leaf.field].kind == "job":
        return _jobs(store, leaf)
    if leaf.field in _CHECKS:
        _check(store, leaf, *_CHECKS[leaf.field])
    return leaf


def _each(term: Term) -> list[tuple[Item, Test]]:
    return list(zip(tokens.items(term.value, term.at), values.read(term, reading.ANY_TIME).tests, strict=True))


def _elements(store: Store, word: Word) -> Expression:
    """``ID[1-5]`` and ``NAME[failed]`` are elements of an array."""
    try:
        rows = finding.bracketed(store, word.text)
    except BadInput as error:
        _pointed(error, Item(word.text, False, word.at, len(word.text)))
    return word if rows is None else Jobs("id", frozenset(rows))


def _jobs(store: Store, term: Term) -> Expression:
    """The jobs that a term names, and whether none or any will do."""
    parts: list[Expression] = []
    rows: set[int] = set()
    for item, test in _each(term):
        if isinstance(test, Refers):
            rows.update(_named(store, term.field, item))
        elif isinstance(test, (Missing, Present)):
            parts.append(Term(term.field, ":", "none" if isinstance(test, Missing) else "any"))
    found = tree.some([*parts, Jobs(term.field, frozenset(rows))] if rows else parts)
    if term.operator != "!=":
        return found
    there = [Term(term.field, ":", "any")] if FIELDS[term.field].optional else []
    return tree.every([*there, Not(found)]) or found


def _named(store: Store, field: str, item: Item) -> Sequence[int]:
    try:
        if field == "chain":
            return [one for row in finding.rows(store, [item.text]) for one in views.behind(store, row)]
        if field == "graph":
            return graphs.related(store, finding.rows(store, [item.text]), whole=True, most=MOST_CONNECTED)[0]
        if field != "array":
            return finding.rows(store, [item.text])
        array = finding.whole(store, item.text if item.text.endswith("]") else f"{item.text}[]")
    except BadInput as error:
        _pointed(error, item)
    if array is None:
        raise BadFilter(
            f"{item.text} means some elements", "here it must be an array", "", at=item.at, length=item.length
        )
    return [array]


def _pointed(error: BadInput, item: Item) -> NoReturn:
    raise BadFilter(error.what, error.why, error.todo, at=item.at, length=item.length) from None


# -- what has to be there ---------------------------------------------------------------------------------------


def _queue_names(store: Store) -> list[str]:
    return [name for lane in queues.every(store) for name in (lane.name, f"{lane.session}/{lane.name}")]


def _session_names(store: Store) -> list[str]:
    return [session.name for session in queues.sessions(store)]


_CHECKS: dict[str, tuple[Callable[[Store], Sequence[str]], str]] = {
    "queue": (_queue_names, "jobyard queue list"),
    "session": (_session_names, "jobyard session list"),
    "needs": (known_resources, "jobyard resource list"),
}


def _check(store: Store, term: Term, known: Callable[[Store], Sequence[str]], see: str) -> None:
    """Whatever is named exactly has to be there. Raises BadFilter with the nearest."""
    names = known(store)
    for item, test in _each(term):
        name = test.resource if isinstance(test, Wants) else test.text if isinstance(test, Same) else None
        if name is not None and name not in names:
            near = nearest(name, names)
            what = "resource" if term.field == "needs" else term.field
            why = f"The nearest is {near}" if near else ""
            raise BadFilter(f"There is no {what} {quoted(name)}", why, f"See: {see}", at=item.at, length=item.length)

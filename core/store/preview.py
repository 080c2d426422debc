"""What a command would do, counted before anybody is asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence, Set

from ..models import CancelPreview, Change
from ..states import CANCELLED, ENDED, PENDING, SKIPPED, After, EdgeState, State, judge
from . import edits, unique
from .database import marks
from .store import Store

MOST = 100_000  # jobs that are followed


def cancel(store: Store, rows: Sequence[int]) -> CancelPreview:
    """How many of these jobs run, wait or have ended, and how many others a cancel would have skipped."""
    states: dict[int, State] = {}
    for some in _portions(rows):
        states |= {job.row: job.state for job in edits.targets(store.db.connection, some)}
    handed = _handed(store, [row for row, state in states.items() if state is State.RUNNING])
    running = sum(state is State.RUNNING for state in states.values()) - len(handed)
    pending = sum(state is State.PENDING for state in states.values()) + len(handed)
    ended = sum(state in ENDED for state in states.values())
    going = [row for row, state in states.items() if state not in ENDED]
    return CancelPreview(running, pending, ended, len(_skipped(store, going)))


def requeue(store: Store, rows: Sequence[int]) -> Change:
    """What a requeue of these would do: who would be pending again, who would be left, and who would be revived."""
    connection = store.db.connection
    found = [job for some in _portions(rows) for job in edits.targets(connection, some)]
    why = {job.row: edits.unfit(job) or unique.holder(connection, job.row) for job in found}
    edges = _parents(store, [row for row in why if not why[row]])
    going = _again(edges)
    left = [(job.id, why[job.row] or edits.DEAD_PARENT) for job in found if job.row not in going]
    also = tuple(job.id for some in _portions(_revived(store, going)) for job in edits.targets(connection, some))
    return Change("requeue", tuple(job.id for job in found if job.row in going), tuple(left), also)


_Edges = dict[int, list[tuple[int, After, State]]]  # of each child its parents


def _parents(store: Store, rows: Sequence[int]) -> _Edges:
    """What these depend on, with the states as they are now."""
    found: _Edges = {row: [] for row in rows}
    sql = (
        "SELECT e.child_id, e.parent_id, e.type, p.state FROM edge e JOIN job p ON p.id = e.parent_id "
        "WHERE e.child_id IN ({})"
    )
    for some in _portions(rows):
        for child, parent, after, state in store.db.rows(sql.format(marks(len(some))), some):
            found[child].append((parent, After(after), State(state)))
    return found


def _alive(parents: Iterable[tuple[int, After, State]], going: Set[int]) -> bool:
    """Whether none of these edges would be dead, once those that are *going* are pending."""
    return all(judge(after, PENDING if row in going else state) is not EdgeState.DEAD for row, after, state in parents)


def _again(edges: _Edges) -> set[int]:
    """Of several ended jobs those that can be pending again, given that the others are."""
    going: set[int] = set()
    while more := {row for row, parents in edges.items() if row not in going and _alive(parents, going)}:
        going |= more
    return going


def _revived(store: Store, going: Set[int]) -> list[int]:
    """Skipped jobs with no dead edge left once these are pending, transitively."""
    sql = (
        "SELECT DISTINCT e.child_id FROM edge e JOIN job c ON c.id = e.child_id WHERE e.parent_id IN ({}) "
        "AND c.state = 'skipped' AND c.tried = c.base AND c.batch IS NULL"
    )
    found: dict[int, None] = {}
    frontier = list(going)
    while frontier and len(found) < MOST:
        below = [row for some in _portions(frontier) for (row,) in store.db.rows(sql.format(marks(len(some))), some)]
        edges = _parents(store, [row for row in dict.fromkeys(below) if row not in going and row not in found])
        pending = {*going, *found}
        frontier = [
            row
            for row, parents in edges.items()
            if _alive(parents, pending) and not unique.holder(store.db.connection, row)
        ]
        found.update(dict.fromkeys(frontier))
    return list(found)


def cascade(store: Store, rows: Sequence[int]) -> tuple[list[int], list[int], int]:
    """What depends on these, transitively, nearest first: what has ended, what runs, and how many wait already."""
    start = set(rows)
    found = store.db.rows(
        edits.DOWN + "SELECT j.id, j.state, j.started_at FROM down CROSS JOIN job j ON j.id = down.id "
        "WHERE j.batch IS NULL",
        (json.dumps(list(start)), MOST + len(start)),
    )
    others = [(row, state, began) for row, state, began in found if row not in start]
    running = [row for row, state, began in others if state == State.RUNNING and began is not None]
    ended = [row for row, state, _ in others if state in ENDED]
    return ended, running, len(others) - len(ended) - len(running)


def _handed(store: Store, rows: Sequence[int]) -> set[int]:
    """Those that the keeper has not started yet: people see them as pending."""
    sql = "SELECT id FROM job WHERE id IN ({}) AND started_at IS NULL"
    return {row for some in _portions(rows) for (row,) in store.db.rows(sql.format(marks(len(some))), some)}


def _skipped(store: Store, rows: Sequence[int]) -> set[int]:
    """Pending jobs that would be skipped if these were cancelled, transitively."""
    going, skipped = set(rows), set[int]()
    frontier, parent = list(rows), CANCELLED
    while frontier and len(skipped) < MOST:
        found = [row for row in _dead_children(store, frontier, parent) if row not in going and row not in skipped]
        skipped.update(found)
        frontier, parent = found, SKIPPED
    return skipped


def _dead_children(store: Store, rows: Sequence[int], end: State) -> Iterable[int]:
    """Pending jobs with an open edge that dies when these end so."""
    types = [after.value for after in After if judge(after, end) is EdgeState.DEAD]
    sql = (
        "SELECT DISTINCT e.child_id FROM edge e JOIN job c ON c.id = e.child_id WHERE e.parent_id IN ({}) "
        f"AND e.state = 'open' AND e.type IN ({marks(len(types))}) AND c.state = 'pending' AND c.batch IS NULL"
    )
    found = (store.db.rows(sql.format(marks(len(some))), (*some, *types)) for some in _portions(rows))
    return dict.fromkeys(row for part in found for (row,) in part)


def _portions(rows: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(rows), edits.STEP):
        yield rows[start : start + edits.STEP]

"""What a command would do, counted before anybody is asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from ..models import CancelPreview
from ..states import CANCELLED, ENDED, SKIPPED, After, EdgeState, State, judge
from . import edits
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

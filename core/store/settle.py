"""Bringing dependants in line with their parent's state, in steps that a crash can resume.

A job that ends, and one that is requeued, leaves a `settle` row in the same transaction: its edges
must be brought in line with its state. A step does so for at most `STEP` edges a transaction. An ended
parent's open edges are judged; a child with a dead edge is skipped. A requeued parent's edges to
children that did not start are opened again; a child that was skipped through it is pending again.
Either way the child gets a settle row in turn, so chains of any length need no recursion.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence

from .. import crash
from ..states import ENDED, After, EdgeState, State, Transition, judge, sources
from . import refolding, weights
from .database import many, marks
from .store import Store

STEP = 1000  # edges a transaction
CHILDREN = 500  # ids a statement
PARENT = 6  # edges' worth of work that each parent costs, so that a long chain makes no long transaction

crash.register(
    settle_begin="a parent has ended, none of its edges is judged",
    settle_step="some edges of an ended parent are judged, others are not",
)

_TO_JUDGE = "SELECT child_id, type, state FROM edge WHERE parent_id = ? AND state = 'open' LIMIT ?"
_CHILD_WAITS = "c.state IN ('pending','skipped') AND c.tried = c.base"  # has not run since it was (re)queued
_TO_JUDGE_AGAIN = (
    "SELECT e.child_id, e.type, e.state FROM edge e JOIN job c ON c.id = e.child_id WHERE e.parent_id = ? "
    f"AND (e.state = 'open' OR ({_CHILD_WAITS} AND e.state <> CASE e.type {{cases}} END)) LIMIT ?"
)
_TO_REOPEN = (
    "SELECT e.child_id, e.type, e.state FROM edge e JOIN job c ON c.id = e.child_id "
    f"WHERE e.parent_id = ? AND e.state IN ('satisfied','dead') AND {_CHILD_WAITS} LIMIT ?"
)


def note(connection: sqlite3.Connection, rows: Sequence[int], *, again: bool = False) -> None:
    """Remember that these jobs have changed sides, where anything depends on them; in the same transaction.

    *again*: their edges may have been judged by an earlier end. That is kept until every edge has been brought
    in line, so that a job that ends once more before then leaves none as its earlier end had it.
    """
    many(
        connection,
        "INSERT INTO settle (parent_id, again) SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM edge WHERE parent_id = ?1) "
        "ON CONFLICT (parent_id) DO UPDATE SET again = max(again, excluded.again)",
        [(row, int(again)) for row in rows],
    )
    (weights.back if again else weights.gone)(connection, rows)


def pending(store: Store) -> bool:
    """Whether anything is left to settle, or to be weighed anew or folded after it."""
    return unsettled(store) or weights.pending(store) or refolding.pending(store)


def unsettled(store: Store) -> bool:
    """Whether any edge is out of line with its parent."""
    return store.db.value("SELECT 1 FROM settle LIMIT 1") is not None


def settle_all(store: Store) -> None:
    """Step until nothing is left."""
    crash.point("settle.begin")
    while unsettled(store):
        with store.db.transaction() as connection:
            step(store, connection)
        crash.point("settle.step")
    weights.finish(store, weights.IN_PASSING)
    refolding.finish(store, refolding.IN_PASSING)


def step(store: Store, connection: sqlite3.Connection, budget: int = STEP) -> None:
    """Bring up to *budget* edges in line inside the caller's transaction."""
    while budget > 0:
        found = connection.execute(
            "SELECT s.parent_id, p.state, s.again FROM settle s JOIN job p ON p.id = s.parent_id LIMIT ?", (budget,)
        ).fetchall()
        if not found:
            weights.step(store, connection)
            return refolding.step(connection)
        for parent, state, again in found:
            budget -= _settle_one(store, connection, parent, _to_settle(State(state), again), State(state), budget)
            if budget <= 0:
                return


def _to_settle(state: State, again: int) -> str:
    """The query for the edges that are out of line with a parent in this state."""
    if state not in ENDED:
        return _TO_REOPEN
    if not again:
        return _TO_JUDGE
    return _TO_JUDGE_AGAIN.format(cases=" ".join(f"WHEN '{after}' THEN '{judge(after, state)}'" for after in After))


def _settle_one(
    store: Store, connection: sqlite3.Connection, parent: int, query: str, state: State, budget: int
) -> int:
    """Bring edges of one parent in line; what that costs in edges (a parent's own rows cost about six)."""
    edges = connection.execute(query, (parent, budget)).fetchall()
    if len(edges) < budget:
        connection.execute("DELETE FROM settle WHERE parent_id = ?", (parent,))
    judged: dict[EdgeState, list[int]] = defaultdict(list)
    for child, after, _ in edges:
        judged[judge(After(after), state)].append(child)
    for edge_state, children in judged.items():
        _set(connection, parent, children, edge_state)
    if judged[EdgeState.OPEN]:
        weights.mark(connection, [parent])
    skip(store, connection, judged[EdgeState.DEAD])
    revive(store, connection, [child for child, _, before in edges if before == EdgeState.DEAD])
    return PARENT + len(edges)


def rejudge(store: Store, connection: sqlite3.Connection, child: int) -> None:
    """Bring a job's own edges in line with its parents: while it was handed to the keeper nobody touched them."""
    edges = connection.execute(
        "SELECT e.parent_id, e.type, e.state, p.state FROM edge e JOIN job p ON p.id = e.parent_id "
        "WHERE e.child_id = ?",
        (child,),
    ).fetchall()
    judged = [(judge(After(after), State(state)), parent, before) for parent, after, before, state in edges]
    for edge_state, parent, before in judged:
        if edge_state != before:
            _set(connection, parent, [child], edge_state)
    weights.mark(connection, [parent for edge_state, parent, _ in judged if edge_state is EdgeState.OPEN])
    if any(edge_state is EdgeState.DEAD for edge_state, _, _ in judged):
        skip(store, connection, [child])


def _set(connection: sqlite3.Connection, parent: int, children: list[int], state: EdgeState) -> None:
    many(
        connection,
        "UPDATE edge SET state = ? WHERE child_id = ? AND parent_id = ?",
        [(state, child, parent) for child in children],
    )


def revive(store: Store, connection: sqlite3.Connection, children: Sequence[int]) -> None:
    """Return to pending those that were skipped and have no dead edge left; not one whose unique key is taken."""
    revived: list[tuple[int, int]] = []
    for start in range(0, len(children), CHILDREN):
        some = children[start : start + CHILDREN]
        revived += connection.execute(
            "UPDATE OR IGNORE job SET state = 'pending', ended_at = NULL, message = '' WHERE state = 'skipped' "
            f"AND id IN ({marks(len(some))}) AND NOT EXISTS "
            "(SELECT 1 FROM edge WHERE child_id = job.id AND state = 'dead') RETURNING id, queue_id",
            some,
        ).fetchall()
    if revived:
        note(connection, [row for row, _ in revived], again=True)
        store.record_many("revive", ((row, queue, None, None) for row, queue in revived))


def skip(store: Store, connection: sqlite3.Connection, children: Sequence[int]) -> None:
    """Skip the pending among *children*, held or not, and remember to settle those that wait for them."""
    skipped: list[tuple[int, int]] = []
    states = sources(State.SKIPPED, Transition.SKIP)
    for start in range(0, len(children), CHILDREN):
        some = children[start : start + CHILDREN]
        skipped += connection.execute(
            f"UPDATE job SET state = 'skipped', ended_at = ?, message = 'a dependency did not end as needed' "
            f"WHERE id IN ({marks(len(some))}) AND state IN ({marks(len(states))}) RETURNING id, queue_id",
            (store.clock(), *some, *states),
        ).fetchall()
    if skipped:
        note(connection, [row for row, _ in skipped])
        store.record_many("skip", ((row, queue, None, None) for row, queue in skipped))

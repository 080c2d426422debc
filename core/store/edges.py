"""Dependencies edited later: a pending job waits for more, or for less (DESIGN section 4).

An edge to a parent that has ended is judged at once; a dead one skips the job. Cutting a dead edge does not revive,
a requeue does. The check that nothing ends up waiting for itself and the insert are one transaction, so of two that
together would close a circle one is refused. A job that is handed to the keeper is asked back; if it has started
meanwhile, the new edge comes too late and is moot.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence

from .. import crash
from ..errors import BadInput, Cycle, Unknown, WrongState
from ..graph import name_cycle
from ..models import Change
from ..states import ENDED, After, EdgeState, State, judge
from . import edits, jobs, settle, weights
from .database import marks
from .edits import Target
from .store import Store

STEP = 300  # edges a transaction
NEAR = 64  # jobs on either side that are looked at first for a circle; then eight times as many, and so on

crash.register(after_step="some of a job's dependencies are edited, nothing is settled")

_Left = list[tuple[str, str]]
_Edit = Callable[[Store, sqlite3.Connection, Target, list[Target], _Left], list[str]]


class _Circle(Exception):
    """These parents wait for the child already, over however many jobs."""


def add(store: Store, child: int, parents: Sequence[int], after: After = After.OK) -> Change:
    """Have a job that has not started wait for others too, or for another end of theirs; *done* and *left* are they.

    Raises Cycle, naming it, BadInput for a wait for itself, WrongState when the job runs or has ended.
    """

    def edit(store: Store, connection: sqlite3.Connection, job: Target, some: list[Target], left: _Left) -> list[str]:
        return _add(store, connection, job, some, after, left)

    if child in parents:
        raise BadInput(f"{jobs.id_of(store, child)} cannot wait for itself", "", "Name another job to wait for")
    try:
        return _edit(store, "after add", child, parents, edit)
    except _Circle:
        raise _named(store, child, parents) from None


def check(store: Store, child: int, parents: Sequence[int]) -> None:
    """Whether `add` would take these. Raises what it would raise; nothing is changed."""
    if child in parents:
        raise BadInput(f"{jobs.id_of(store, child)} cannot wait for itself", "", "Name another job to wait for")
    _editable(store.db.connection, child, skipped=False)
    if parents and closes_circle(store.db.connection, child, parents):
        raise _named(store, child, parents)


def cut(store: Store, child: int, parents: Sequence[int]) -> Change:
    """Have a job that has not started wait for these no more. Raises WrongState when it runs or has ended."""
    return _edit(store, "after cut", child, parents, _cut)


def _edit(store: Store, verb: str, child: int, parents: Sequence[int], edit: _Edit) -> Change:
    """The edges of one job, some a transaction, and what follows from them."""
    since = int(store.db.value("SELECT max(id) FROM event") or 0)
    wanted, done, left = list(dict.fromkeys(parents)), list[str](), _Left()
    with store.changing(verb):
        for start in range(0, len(wanted), STEP):
            with store.db.transaction() as connection:
                job = _editable(connection, child, skipped=verb == "after cut" or start > 0)
                some = list(edits.targets(connection, wanted[start : start + STEP]))
                done += edit(store, connection, job, some, left)
            crash.point("after.step")
        settle.settle_all(store)
    return Change(verb, tuple(done), tuple(left), edits.followers(store, since, set(done)))


def _editable(connection: sqlite3.Connection, row: int, skipped: bool) -> Target:
    """The job whose dependencies are edited. Raises WrongState if it has started, or ended otherwise than skipped."""
    job = next(edits.targets(connection, [row]), None)
    if job is None:
        raise Unknown("There is no such job")
    if job.state is State.PENDING or job.handed or (skipped and job.state is State.SKIPPED):
        return job
    if job.state in ENDED:
        raise WrongState(f"{job.id} is {job.state.value}", "what has ended waits for nothing", "Requeue it first")
    raise WrongState(f"{job.id} is running", "it waits for nothing any more", "Cancel and requeue it, or let it end")


# -- more -------------------------------------------------------------------------------------------------


_PUT = (
    "INSERT INTO edge (child_id, parent_id, type, state) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT (child_id, parent_id) DO UPDATE SET type = ?3, state = ?4"
)


def _add(
    store: Store, connection: sqlite3.Connection, job: Target, parents: list[Target], after: After, left: _Left
) -> list[str]:
    known = _types(connection, job, parents)
    same = [parent for parent in parents if known.get(parent.row) == after]
    left += [(parent.id, f"it is waited for already [{after}]") for parent in same]
    new = [parent for parent in parents if parent not in same]
    if new and closes_circle(connection, job.row, [parent.row for parent in new if parent.row not in known]):
        raise _Circle
    states = [judge(after, parent.state) for parent in new]
    for parent, state in zip(new, states, strict=True):
        connection.execute(_PUT, (job.row, parent.row, after.value, state.value))
        was = {"before": {"parent": parent.row, "type": known[parent.row]}} if parent.row in known else {}
        now = {"parent": parent.row, "type": after.value}
        store.record("after add", job=job.row, queue=job.queue, **was, after=now)
    if EdgeState.DEAD in states:
        settle.skip(store, connection, [job.row])
    if any(state is not EdgeState.SATISFIED for state in states):
        edits.recall(connection, job.row)
    weights.mark(connection, [parent.row for parent in new])
    return [parent.id for parent in new]


def _types(connection: sqlite3.Connection, job: Target, parents: Sequence[Target]) -> dict[int, str]:
    """Which of these the job waits for already, and how."""
    sql = f"SELECT parent_id, type FROM edge WHERE child_id = ? AND parent_id IN ({marks(len(parents))})"
    return dict(connection.execute(sql, (job.row, *(parent.row for parent in parents))).fetchall())


# -- less -------------------------------------------------------------------------------------------------


def _cut(store: Store, connection: sqlite3.Connection, job: Target, parents: list[Target], left: _Left) -> list[str]:
    known, done = _types(connection, job, parents), list[str]()
    for parent in parents:
        if parent.row not in known:
            left.append((parent.id, f"{job.id} does not wait for it"))
            continue
        connection.execute("DELETE FROM edge WHERE child_id = ? AND parent_id = ?", (job.row, parent.row))
        before = {"parent": parent.row, "type": known[parent.row]}
        store.record("after cut", job=job.row, queue=job.queue, before=before)
        done.append(parent.id)
    weights.mark(connection, list(known))
    return done


# -- circles ----------------------------------------------------------------------------------------------

_UP = (
    "WITH RECURSIVE up (id) AS (SELECT value FROM json_each(?1) UNION "
    "SELECT e.parent_id FROM edge e JOIN up ON e.child_id = up.id LIMIT ?2) "
)
_DOWN = (
    "WITH RECURSIVE down (id) AS (SELECT ?1 UNION "
    "SELECT e.child_id FROM edge e JOIN down ON e.parent_id = down.id LIMIT ?2) "
)


def closes_circle(connection: sqlite3.Connection, child: int, parents: Sequence[int]) -> bool:
    """Whether one of *parents* waits, over however many jobs, for *child*; what has ended counts, it may be requeued.

    Looks at both sides in turn, ever further, and is done as soon as either is known whole: mostly one is short.
    """
    ends, limit = json.dumps(list(parents)), NEAR + len(parents)
    while True:
        sql = _UP + "SELECT count(*), max(id = ?3) FROM up"
        seen, met = connection.execute(sql, (ends, limit, child)).fetchone()
        if not met and seen == limit:
            sql = _DOWN + "SELECT count(*), max(id IN (SELECT value FROM json_each(?3))) FROM down"
            seen, met = connection.execute(sql, (child, limit, ends)).fetchone()
        if met or seen < limit:
            return bool(met)
        limit *= 8


def _named(store: Store, child: int, parents: Sequence[int]) -> Cycle:
    """The error that shows a shortest circle, as far as it is still there."""
    circle = [child, *_way(store, child, parents)]
    shown = {row: jobs.id_of(store, row) for row in {*circle[:10], circle[-1]}}
    return Cycle(
        f"{shown[child]} cannot wait for {shown.get(circle[1], '')}" if len(circle) > 1 else None,
        f"they would wait for each other: {name_cycle([shown.get(row, row) for row in circle])}",
        "Cut one of these first: jobyard after cut ID PARENT",
    )


def _way(store: Store, child: int, parents: Sequence[int]) -> list[int]:
    """From one of *parents* to *child*, each waiting for the next; a shortest one."""
    sql = _UP + "SELECT e.child_id, e.parent_id FROM up JOIN edge e ON e.child_id = up.id"
    waits: dict[int, list[int]] = {}
    for row, parent in store.db.rows(sql, (json.dumps(list(parents)), -1)):
        waits.setdefault(row, []).append(parent)
    came: dict[int, int | None] = dict.fromkeys(parents)
    queue = list(parents)
    for row in queue:  # grows while it is walked
        for parent in waits.get(row, ()):
            if parent not in came:
                came[parent] = row
                queue.append(parent)
    return _back(came, child)


def _back(came: dict[int, int | None], row: int | None) -> list[int]:
    way: list[int] = []
    while row is not None and row in came:
        way.append(row)
        row = came[row]
    return way[::-1]

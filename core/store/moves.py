"""Where pending jobs stand in their queue: before or after another, first or last, one place up or down.

Several move as a block. A job that crosses a priority takes its new neighbour's; under policy shortest or chain it
takes the neighbour's weight too. What policies compute later leaves a moved job where it was put (`job.moved`),
until its queue's policy is set anew; its neighbours may still go elsewhere by themselves.

Ranks have gaps, and a move halves one. Where a gap is used up, those behind it go up a little, as few as make room
(their events are called *shift*). Jobs that are handed to the keeper have a place as well; those that move, and
those that come after them from now on, are asked back.
"""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterator, Sequence, Set
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import Any, Literal, NamedTuple

from .. import crash
from ..errors import BadInput, Unknown, WrongState
from ..models import Change
from ..states import State
from . import edits, ids
from .edits import Target
from .ranks import SPACINGS, Place, between, window
from .store import Store
from .submit import RANK_GAP

Where = Literal["before", "after", "top", "bottom", "up", "down"]
STEP = 300  # jobs a transaction, and as many neighbours
FIRST, LAST = "it is the first of its queue already", "it is the last of its queue already"
THERE = "it stands there already"

crash.register(move_step="some jobs of a block have moved, or room is made for them")


@dataclass(slots=True)
class _Tally:
    """What a move did so far."""

    done: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    priorities: list[tuple[str, int, int]] = field(default_factory=list)  # (id, before, now) of those done


class _Gap(NamedTuple):
    """The neighbours of a place, by row; None: there is none on that side."""

    low: int | None
    high: int | None


def move(store: Store, rows: Sequence[int], where: Where, anchor: int | None = None) -> Change:
    """Move jobs within their queues, as a block: up and down in the order that they have, else in the order given.

    Raises WrongState if the anchor does not wait, BadInput if it is one of those that move.
    """
    wanted, tally = list(dict.fromkeys(rows)), _Tally()
    with store.changing("move"):
        for queue, some in _by_queue(store, wanted, anchor, tally).items():
            _move_block(store, queue, some, where, anchor, tally)
    return Change("move", tuple(tally.done), tuple(tally.left), priorities=tuple(tally.priorities))


def _by_queue(store: Store, rows: Sequence[int], anchor: int | None, tally: _Tally) -> dict[int, list[int]]:
    """The rows of each queue that wait; with an anchor those of its queue only."""
    beside = None if anchor is None else _anchor(store, anchor, rows)
    found: dict[int, list[int]] = {}
    for target in _targets(store.db.connection, rows):
        if not _waits(target):
            tally.left.append((target.id, f"it is {target.state.value}"))
        elif beside is not None and target.queue != beside.queue:
            tally.left.append((target.id, f"it stands in another queue than {beside.id}"))
        else:
            found.setdefault(target.queue, []).append(target.row)
    return found


def _anchor(store: Store, row: int, rows: Sequence[int]) -> Target:
    """The job beside which the others shall stand."""
    found = next(_targets(store.db.connection, [row]), None)
    if found is None:
        raise Unknown("There is no such job to stand beside")
    if row in rows:
        raise BadInput(f"{found.id} cannot stand beside itself", "it is one of those that move", "Name another job")
    if not _waits(found):
        raise WrongState(
            f"{found.id} is {found.state.value}", "only jobs that wait have a place in the queue", "Name a pending job"
        )
    return found


def _targets(connection: sqlite3.Connection, rows: Sequence[int]) -> Iterator[Target]:
    for start in range(0, len(rows), STEP):
        yield from edits.targets(connection, rows[start : start + STEP])


def _waits(job: Target) -> bool:
    return job.state is State.PENDING or job.handed


def _move_block(store: Store, queue: int, rows: list[int], where: Where, anchor: int | None, tally: _Tally) -> None:
    """The jobs of one queue, some a transaction; each time behind those before."""
    if where in ("up", "down"):
        rows = [place.row for place in sorted(_read(store.db.connection, rows), key=lambda place: place.order)]
    gap: _Gap | None = None
    shifted = False
    while rows:
        if gap is None:
            gap = _find(store, queue, rows, where, anchor)
        if gap is None:
            tally.left += [
                (target.id, FIRST if where == "up" else LAST) for target in _targets(store.db.connection, rows)
            ]
            return
        with store.db.transaction() as connection:
            step = _Step(store, connection, queue, tally)
            put = step.put(rows[:STEP], gap, max(0, len(rows) - STEP), shifted)
        crash.point("move.step")
        shifted = put is False
        if put is None:  # somebody has moved the neighbours meanwhile
            gap = None
        elif put:
            gap, rows = _Gap(step.last or gap.low, gap.high), rows[STEP:]
            where, anchor = ("after", step.last) if step.last else (where, anchor)


# -- looking ------------------------------------------------------------------------------------------------

_FROM = (
    "SELECT id, priority, weight, rank FROM job INDEXED BY job_queue_pending WHERE queue_id = :queue "
    "AND state = 'pending' AND batch IS NULL AND "
)
_ORDER = {
    True: " ORDER BY priority DESC, weight, rank, id",
    False: " ORDER BY priority, weight DESC, rank DESC, id DESC",
}
_BEYOND = {  # each of these is one stretch of the index
    True: (
        "priority = :priority AND weight = :weight AND rank >= :rank AND (rank > :rank OR id > :row)",
        "priority = :priority AND weight > :weight",
        "priority < :priority",
    ),
    False: (
        "priority = :priority AND weight = :weight AND rank <= :rank AND (rank < :rank OR id < :row)",
        "priority = :priority AND weight < :weight",
        "priority > :priority",
    ),
}
_HANDED = (
    "SELECT id, priority, weight, rank FROM job INDEXED BY job_running WHERE state = 'running' AND queue_id = ? "
    "AND started_at IS NULL"
)


def _read(connection: sqlite3.Connection, rows: Sequence[int]) -> list[Place]:
    """The places of these rows, in no order."""
    found: list[Place] = []
    for start in range(0, len(rows), STEP):
        some = rows[start : start + STEP]
        sql = f"SELECT id, priority, weight, rank FROM job WHERE id IN ({','.join('?' * len(some))})"
        found += [Place(*row) for row in connection.execute(sql, some)]
    return found


def _along(connection: sqlite3.Connection, queue: int, start: Place | None, forward: bool) -> Iterator[Place]:
    """The waiting jobs of a queue from a place on (None: from its end), nearest first."""
    handed = [Place(*row) for row in connection.execute(_HANDED, (queue,))]
    if start is not None:
        handed = [place for place in handed if place.order != start.order and (place.order > start.order) is forward]
    handed.sort(key=lambda place: place.order, reverse=not forward)
    pending = _pending_along(connection, queue, start, forward)
    return heapq.merge(pending, handed, key=lambda place: place.order, reverse=not forward)


def _pending_along(connection: sqlite3.Connection, queue: int, start: Place | None, forward: bool) -> Iterator[Place]:
    values: dict[str, Any] = {"queue": queue} | ({} if start is None else start._asdict())
    for beyond in ("1",) if start is None else _BEYOND[forward]:
        with closing(connection.execute(_FROM + beyond + _ORDER[forward], values)) as cursor:
            for row in cursor:
                yield Place(*row)


def _neighbour(
    connection: sqlite3.Connection, queue: int, start: Place | None, forward: bool, without: Set[int]
) -> Place | None:
    return next((place for place in _along(connection, queue, start, forward) if place.row not in without), None)


def _find(store: Store, queue: int, rows: Sequence[int], where: Where, anchor: int | None) -> _Gap | None:
    """Between which two a block shall stand; None: nothing to pass. A read, since it may walk over all that moves."""
    connection, without = store.db.connection, frozenset(rows)

    def beyond(start: Place | None, forward: bool) -> Place | None:
        return _neighbour(connection, queue, start, forward, without)

    places = _read(connection, [anchor] if anchor is not None else rows)
    match where:
        case "before":
            return _gap(beyond(places[0], False), places[0])
        case "after":
            return _gap(places[0], beyond(places[0], True))
        case "top":
            return _gap(None, beyond(None, True))
        case "bottom":
            return _gap(beyond(None, False), None)
        case "up":
            passed = beyond(min(places, key=lambda place: place.order), False)
            return None if passed is None else _gap(beyond(passed, False), passed)
        case "down":
            passed = beyond(max(places, key=lambda place: place.order), True)
            return None if passed is None else _gap(passed, beyond(passed, True))


def _gap(low: Place | None, high: Place | None) -> _Gap:
    return _Gap(None if low is None else low.row, None if high is None else high.row)


# -- a transaction -----------------------------------------------------------------------------------------


class _Step:
    """A transaction of a move. ``last`` is the last job that it put, or None."""

    def __init__(self, store: Store, connection: sqlite3.Connection, queue: int, tally: _Tally) -> None:
        self.store, self.connection, self.queue, self.tally = store, connection, queue, tally
        self.last: int | None = None

    def put(self, rows: Sequence[int], gap: _Gap, more: int, shifted: bool = False) -> bool | None:
        """Put these jobs between two neighbours, *more* will follow them.

        *shifted*: room has been made, which may have brought them there already; that is a move all the same.
        False: not yet, room is being made; None: the neighbours are none any more.
        """
        waiting = [target for target in _targets(self.connection, rows) if _waits(target)]
        neighbours = [row for row in gap if row is not None]
        known = {place.row: place for place in _read(self.connection, [*rows, *neighbours])}
        low, high = (None if row is None else known.get(row) for row in gap)
        if any(row not in known for row in neighbours) or (low and high and low.order >= high.order):
            return None
        block = [known[target.row] for target in waiting]
        new = between(block, low, high, more)
        if new is None and low is not None:
            self._make_room(low, frozenset(rows), len(block) + more)
            return False
        self._tell_left(rows, waiting)
        if not shifted and _stands(block, low, high):
            self.tally.left += [(target.id, THERE) for target in waiting]
        else:
            self._write(waiting, block, new or [])
        self.last = waiting[-1].row if waiting else None
        return True

    def _tell_left(self, rows: Sequence[int], waiting: Sequence[Target]) -> None:
        """Those that began or ended since they were looked at."""
        still = {target.row for target in waiting}
        gone = [row for row in rows if row not in still]
        self.tally.left += [(target.id, f"it is {target.state.value}") for target in _targets(self.connection, gone)]

    def _write(self, jobs: Sequence[Target], block: Sequence[Place], new: Sequence[Place]) -> None:
        for job, old, place in zip(jobs, block, new, strict=True):
            values = {"priority": place.priority, "weight": place.weight, "rank": place.rank, "moved": 1}
            before = edits.rewrite(self.connection, job.row, values)
            edits.recall(self.connection, job.row)
            self.store.record("move", job=job.row, queue=job.queue, before=before, after=values)
            self.tally.done.append(job.id)
            self.tally.priorities.append((job.id, old.priority, place.priority))
        self._go_behind(max(place.rank for place in new))
        first = min(place.order for place in new)
        for handed in self.connection.execute(_HANDED, (self.queue,)).fetchall():
            if Place(*handed).order > first:
                edits.recall(self.connection, handed[0])

    def _go_behind(self, rank: int) -> None:
        """Jobs that are submitted from now on come behind this rank: a job's rank is its row, times the gap."""
        ids.skip_to(self.connection, rank // RANK_GAP)

    def _make_room(self, low: Place, without: Set[int], count: int) -> None:
        """Move those that follow *low* up, so far that *count* more fit before them; the last of them first."""
        following = (place for place in _along(self.connection, self.queue, low, True) if place.row not in without)
        tier = list(islice(_same_tier(following, low), STEP + 1))
        for spacing in SPACINGS:
            shifted = window(low.rank, [place.rank for place in tier], count, spacing, len(tier) <= STEP)
            if shifted is not None and shifted <= STEP:
                break
        else:
            tier += _same_tier(following, low)
            shifted = window(low.rank, [place.rank for place in tier], count, spacing, True) or 0
        self._shift(tier[:shifted][-STEP:], low.rank + (max(0, shifted - STEP) + 1 + count) * spacing, spacing)

    def _shift(self, places: Sequence[Place], rank: int, spacing: int) -> None:
        """Give these jobs ranks from *rank* on; none passes another, since all go up and the last goes first."""
        for number, place in reversed(list(enumerate(places))):
            values = {"rank": rank + number * spacing}
            before = edits.rewrite(self.connection, place.row, values)
            self.store.record("shift", job=place.row, queue=self.queue, before=before, after=values)
        if places:
            self._go_behind(rank + (len(places) - 1) * spacing)


def _same_tier(places: Iterator[Place], low: Place) -> Iterator[Place]:
    for place in places:
        if place.tier != low.tier:
            return
        yield place


def _stands(block: Sequence[Place], low: Place | None, high: Place | None) -> bool:
    """Whether these already stand one after another between the two."""
    places = [place for place in (low, *block, high) if place is not None]
    return all(one.order < other.order for one, other in pairwise(places))

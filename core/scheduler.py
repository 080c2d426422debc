"""Which pending jobs start now: a pure decision over a few candidates; no store, no clock, no process.

Within a queue jobs have one order: priority (higher first), then weight (the queue's policy as a number), then
rank, then row. Over the whole yard, which matters for resources alone, the heads of the queues are compared by
priority, rank, row; the weights of two queues say nothing about each other. In that order each candidate of an
open queue is asked three things:

1. *A slot of its queue?* ``slots - running - handed`` are free. Beyond them a job that wants no resource may
   be handed ahead (:func:`hand_ahead`); a job that wants one may not, and then nothing behind it is either,
   because the keeper would start it first.
2. *Its resources?* If some are short, it reserves, and no later job of the yard takes what it has reserved; jobs
   that want other things pass. It reserves what is short and what comes before that in :func:`in_turn`: whoever
   waits for two things keeps the first while he waits for the second, or those that want only one of them could
   take turns for ever. The first ``slots`` waiting jobs of a queue also reserve while the queue is full;
   otherwise those that pass would fill it again and again. One that is only short of a slot reserves where a
   later job of its queue has passed it, for the same reason; else an instrument would idle for a busy queue.
   A job that wants a locked resource starts and reserves nothing: nobody knows when it is unlocked.
3. *Room in the worker?* Where ``room`` is short, queues are served by turns: the smallest share of slots in
   use first, then the earliest job, so that neither a queue nor a job starves.

What is handed ahead is about to start or it is taken back (:func:`taken_back`): it never stands in the way of a
better job, and never waits behind jobs that turn out to be long.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple

SHORT = 0.25  # seconds; below it a hand-over costs enough of a job's time to be worth saving
ROUND = 0.02  # seconds; what a worker needs at most to hear of ends, commit them and claim the next
MOST_AHEAD = 48  # jobs
LONG = 2 * SHORT  # seconds; one that has run for as long says nothing of when its slot is free
LATE = 1.0  # seconds; what was handed ahead and has not started by then is not about to
LAST = ("gpus", "mem", "cpus")  # reserved after all others: waiting for an instrument shall not idle cores

Order = tuple[int, float, float, int]  # within a queue: minus the priority, weight, rank, row
_NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class QueueView:
    """A queue as the decision sees it.

    ``running`` have started, ``handed`` wait in the keeper; ``open`` means neither paused nor ended;
    ``recent`` is the median duration of its recently ended jobs in seconds, None when there are none;
    ``latest`` is the place of the last of its running jobs in its order, None where that does not matter;
    ``long`` are those of its running jobs that have run for :data:`LONG`.
    """

    id: int
    slots: int
    running: int = 0
    handed: int = 0
    open: bool = True
    policy: str = "fifo"
    recent: float | None = None
    latest: Order | None = None
    long: int = 0

    @property
    def surplus(self) -> int:
        """How many of its handed jobs wait for another one's end."""
        return min(self.handed, max(0, self.running + self.handed - self.slots))


class Candidate(NamedTuple):
    """An eligible job: pending, nothing unmet, not held, due. ``demand`` is in units of each resource."""

    row: int
    queue_id: int
    demand: Mapping[str, int] = _NOTHING
    priority: int = 0
    rank: float = 0
    weight: float = 0.0

    def order(self) -> Order:
        """Its place in its queue; smaller is earlier."""
        return (-self.priority, self.weight, self.rank, self.row)

    def in_yard(self) -> tuple[int, float, int]:
        """Its place among the heads of all queues."""
        return (-self.priority, self.rank, self.row)


class Ahead(NamedTuple):
    """A job that was handed ahead and waits for its start, for ``waited`` seconds; ``order`` is its place."""

    queue_id: int
    order: Order
    waited: float


_ROW, _PRIORITY, _RANK, _WEIGHT = itemgetter(0), itemgetter(3), itemgetter(4), itemgetter(5)


@dataclass(frozen=True, slots=True)
class World:
    """All that a decision depends on.

    ``candidates`` are the first few of each (queue, demand): as many as the queue could start, and at least
    the first one, even where its resource is taken, because it reserves. ``free`` are the units of each
    resource that no running or handed job has. ``room`` is how many more jobs the worker may have (None: any
    number); ``may_start`` is false when it drains, is retired or the disk is below its floor. ``locked`` are
    resources that nobody may have now, for a time that nobody knows. ``ahead`` are the last of each queue's handed
    jobs, as many as are its surplus.
    """

    queues: Sequence[QueueView]
    candidates: Sequence[Candidate]
    free: Mapping[str, int] = field(default_factory=dict)
    room: int | None = None
    may_start: bool = True
    locked: AbstractSet[str] = frozenset()
    ahead: Sequence[Ahead] = ()


def decide(world: World) -> list[int]:
    """The rows of the jobs to hand to the keeper now, in the order in which they should start."""
    if not world.may_start or world.room == 0:
        return []
    lanes, _ = _considered(world)
    return _by_turns([lane for lane in lanes if lane.admitted], world.room)


def taken_back(world: World) -> list[int]:
    """The rows of the handed jobs to take back from the keeper, which starts first what came first.

    Those behind which a better job waits that could have their slot; all of a queue whose every slot has a long
    job; and whatever has waited for too long.
    """
    if not world.ahead:
        return []
    lanes = {lane.queue.id: lane for lane in _considered(world)[0]}
    return [one.order[-1] for one in world.ahead if one.queue_id in lanes and lanes[one.queue_id].regrets(one)]


def reserved(world: World) -> dict[str, int]:
    """Which row reserves each resource that somebody waits for: the reason why one behind it gets none."""
    return _considered(world)[1].by


@lru_cache(1024)
def in_turn(names: tuple[str, ...]) -> tuple[str, ...]:
    """Resources in the order in which a job that waits for several reserves them: those of the host last."""
    return tuple(sorted(names, key=lambda name: (LAST.index(name) if name in LAST else -1, name)))


def in_order(candidates: Sequence[Candidate]) -> list[Candidate]:
    """All candidates in the order in which they are asked: each queue's own, their heads compared in the yard's.

    One stable sort for each part of the order, the least first: three times as fast as one by tuples.
    """
    found = sorted(candidates, key=_ROW)
    found.sort(key=_RANK)
    policies = any(map(_WEIGHT, found))
    if policies:
        found.sort(key=_WEIGHT)
    found.sort(key=_PRIORITY, reverse=True)
    return _merged(found) if policies else found


def _merged(ordered: Sequence[Candidate]) -> list[Candidate]:
    """Queues that are each in their order, merged by their heads, one priority after another."""
    found: list[Candidate] = []
    for _, band in groupby(ordered, key=_PRIORITY):
        found += _merged_equals(list(band))
    return found


def _merged_equals(ordered: Sequence[Candidate]) -> list[Candidate]:
    """The same for jobs of one priority: a job is as late as the latest one before it in its queue."""
    latest: dict[int, tuple[float, int]] = {}
    keys = []
    for row, queue, _, _, rank, _ in ordered:
        key = (rank, row)
        before = latest.get(queue, key)
        if key >= before:
            latest[queue] = key
        else:
            key = before
        keys.append(key)
    return [ordered[place] for place in sorted(range(len(keys)), key=keys.__getitem__)]


def hand_ahead(queue: QueueView) -> int:
    """How many jobs that want no resource may wait in the keeper beyond the slots, so that a freed slot never idles.

    As many as the slots work off in a :data:`ROUND` of the worker, at least one a slot and at most
    :data:`MOST_AHEAD`, while the queue's recent jobs were :data:`SHORT`; a slot whose job is long works nothing off.
    None otherwise, and none for exclusive queues, where order matters more than the fraction of a millisecond.
    """
    if queue.slots <= 1 or queue.recent is None or queue.recent >= SHORT:
        return 0
    quick = max(0, queue.slots - queue.long)
    return min(MOST_AHEAD, quick * math.ceil(ROUND / max(queue.recent, 0.001)))


def _considered(world: World) -> tuple[list[_Lane], _Units]:
    """Every candidate asked, but those whose answer can change nothing."""
    lanes = {queue.id: _Lane(queue) for queue in world.queues if queue.open}
    units = _Units(world.free)
    locked = world.locked
    for candidate in in_order(world.candidates):
        lane = lanes.get(candidate.queue_id)
        if lane is None or lane.over or (locked and not locked.isdisjoint(candidate.demand)):
            continue
        if candidate.demand:
            lane.consider_demand(candidate, units)
        else:
            lane.consider(candidate)
    return list(lanes.values()), units


class _Units:
    """What is left of each resource while a decision is made, and who has reserved it."""

    __slots__ = ("by", "left")

    def __init__(self, free: Mapping[str, int]) -> None:
        self.left = dict(free)
        self.by: dict[str, int] = {}

    def short(self, demand: Mapping[str, int]) -> list[str]:
        """Of which resources there is not enough."""
        left, found = self.left, []
        for name, units in demand.items():
            if units > left.get(name, 0):
                found.append(name)
        return found

    def take(self, demand: Mapping[str, int]) -> None:
        """For a job that starts."""
        for name, units in demand.items():
            self.left[name] -= units

    def reserve(self, candidate: Candidate, short: Sequence[str]) -> None:
        """All there is and that comes back of what is *short*, and what it wants of the others before that."""
        enough = False
        for name in in_turn(tuple(candidate.demand)):
            if name in short:
                enough, self.left[name] = True, 0
            elif not enough:
                self.left[name] -= candidate.demand[name]
            else:
                continue
            self.by.setdefault(name, candidate.row)


class _Lane:
    """A queue while a decision is made."""

    __slots__ = ("admitted", "ahead", "first", "over", "queue", "slots", "waiting")

    def __init__(self, queue: QueueView) -> None:
        room = queue.slots - queue.running - queue.handed
        self.queue = queue
        self.slots = max(0, room)
        self.ahead = max(0, hand_ahead(queue) + min(0, room))
        self.waiting = 0  # how many stand in line for its slots and may reserve
        self.over = False  # whether nobody behind can start or reserve
        self.first: Order | None = None  # the place of the first that lacks a slot at most
        self.admitted: list[Candidate] = []

    def consider(self, candidate: Candidate) -> None:
        """A job that wants a slot alone."""
        self._able(candidate)
        if self.slots:
            self.slots -= 1
            self.admitted.append(candidate)
        elif self.ahead:
            self.ahead -= 1
            self.admitted.append(candidate)
        else:
            self._wait()

    def consider_demand(self, candidate: Candidate, units: _Units) -> None:
        """A job that wants resources too."""
        short = units.short(candidate.demand)
        if not short:
            self._able(candidate)
        if self.slots and not short:
            self.slots -= 1
            units.take(candidate.demand)
            self.admitted.append(candidate)
            return
        if not short:
            self.ahead = 0  # what is handed past it would start before it
        if self.slots or (self.waiting < self.queue.slots and (short or self._passed(candidate))):
            units.reserve(candidate, short)
        self._wait()

    def regrets(self, handed: Ahead) -> bool:
        """Whether this one should not have been handed ahead, as things are now."""
        better = self.first is not None and self.first < handed.order
        return better or self.queue.long >= self.queue.slots or handed.waited >= LATE

    def _able(self, candidate: Candidate) -> None:
        if self.first is None:
            self.first = candidate.order()

    def _passed(self, candidate: Candidate) -> bool:
        """Whether a later job of the queue runs."""
        return self.queue.latest is not None and candidate.order() < self.queue.latest

    def _wait(self) -> None:
        self.waiting += 1
        self.over = not (self.slots or self.ahead) and self.waiting >= self.queue.slots

    def share(self, started: int) -> float:
        """The part of its slots that is in use once *started* of the admitted have been handed over."""
        return (self.queue.running + self.queue.handed + started) / max(1, self.queue.slots)


def _by_turns(lanes: list[_Lane], room: int | None) -> list[int]:
    """The admitted jobs of all lanes, at most *room*: smallest share first, then the earliest job."""
    heap = [(lane.share(0), lane.admitted[0].in_yard(), index, 0) for index, lane in enumerate(lanes)]
    heapq.heapify(heap)
    rows: list[int] = []
    while heap and (room is None or len(rows) < room):
        _, _, index, position = heap[0]
        lane = lanes[index]
        rows.append(lane.admitted[position].row)
        position += 1
        if position < len(lane.admitted):
            turn = (lane.share(position), lane.admitted[position].in_yard(), index, position)
            heapq.heapreplace(heap, turn)
        else:
            heapq.heappop(heap)
    return rows

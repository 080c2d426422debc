"""Which pending jobs start now: a pure decision over a few candidates; no store, no clock, no process.

Jobs have one order in the whole yard: priority (higher first), then rank, then row. In that order each
candidate of an open queue is asked three things:

1. *A slot of its queue?* ``slots - running - handed`` are free. Beyond them a job that wants no resource may
   be handed ahead (:func:`hand_ahead`); a job that wants one may not, and then nothing behind it is either,
   because the keeper would start it first.
2. *Its resources?* If some are short, it reserves its wish of exactly those: no later job of the yard takes
   them, jobs that want other things pass. The first ``slots`` waiting jobs of a queue also reserve while the
   queue is full; otherwise those that pass would fill it again and again, and it would wait for ever.
3. *Room in the worker?* Where ``room`` is short, queues are served by turns: the smallest share of slots in
   use first, then the earliest job, so that neither a queue nor a job starves.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SHORT = 0.25  # seconds; below it a hand-over costs enough of a job's time to be worth saving
ROUND = 0.02  # seconds; what a worker needs at most to hear of ends, commit them and claim the next
MOST_AHEAD = 48  # jobs; so that a priority is true to within this many very short jobs


@dataclass(frozen=True, slots=True)
class QueueView:
    """A queue as the decision sees it.

    ``running`` have started, ``handed`` wait in the keeper; ``open`` means neither paused nor ended;
    ``recent`` is the median duration of its recently ended jobs in seconds, None when there are none.
    """

    id: int
    slots: int
    running: int = 0
    handed: int = 0
    open: bool = True
    policy: str = "fifo"
    recent: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An eligible job: pending, nothing unmet, not held, due. ``demand`` is in units of each resource."""

    row: int
    queue_id: int
    demand: Mapping[str, int] = field(default_factory=dict)
    priority: int = 0
    rank: float = 0

    def order(self) -> tuple[int, float, int]:
        """Its place in the yard; smaller is earlier."""
        return (-self.priority, self.rank, self.row)


@dataclass(frozen=True, slots=True)
class World:
    """All that a decision depends on.

    ``candidates`` are the first few of each (queue, demand): as many as the queue could start, and at least
    the first one, even where its resource is taken, because it reserves. ``free`` are the units of each
    resource that no running or handed job has. ``room`` is how many more jobs the worker may have (None: any
    number); ``may_start`` is false when it drains, is retired or the disk is below its floor.
    """

    queues: Sequence[QueueView]
    candidates: Sequence[Candidate]
    free: Mapping[str, int] = field(default_factory=dict)
    room: int | None = None
    may_start: bool = True


def decide(world: World) -> list[int]:
    """The rows of the jobs to hand to the keeper now, in the order in which they should start."""
    if not world.may_start or world.room == 0:
        return []
    lanes = {queue.id: _Lane(queue) for queue in world.queues if queue.open}
    free = dict(world.free)
    for candidate in sorted(world.candidates, key=Candidate.order):
        lane = lanes.get(candidate.queue_id)
        if lane is not None:
            lane.consider(candidate, free)
    return _by_turns([lane for lane in lanes.values() if lane.admitted], world.room)


def hand_ahead(queue: QueueView) -> int:
    """How many jobs that want no resource may wait in the keeper beyond the slots, so that a freed slot never idles.

    As many as the slots work off in a :data:`ROUND` of the worker, at least one a slot and at most
    :data:`MOST_AHEAD`, while the queue's recent jobs were :data:`SHORT`. None otherwise, and none for exclusive
    queues, where order matters more than the fraction of a millisecond.
    """
    if queue.slots <= 1 or queue.recent is None or queue.recent >= SHORT:
        return 0
    return min(MOST_AHEAD, queue.slots * math.ceil(ROUND / max(queue.recent, 0.001)))


class _Lane:
    """A queue while a decision is made."""

    __slots__ = ("admitted", "ahead", "queue", "slots", "waiting")

    def __init__(self, queue: QueueView) -> None:
        room = queue.slots - queue.running - queue.handed
        self.queue = queue
        self.slots = max(0, room)
        self.ahead = max(0, hand_ahead(queue) + min(0, room))
        self.waiting = 0  # how many stand in line for its slots and may reserve
        self.admitted: list[Candidate] = []

    def consider(self, candidate: Candidate, free: dict[str, int]) -> None:
        if candidate.demand:
            self._consider_demand(candidate, free)
        elif self.slots:
            self.slots -= 1
            self.admitted.append(candidate)
        elif self.ahead:
            self.ahead -= 1
            self.admitted.append(candidate)
        else:
            self.waiting += 1

    def _consider_demand(self, candidate: Candidate, free: dict[str, int]) -> None:
        short = [name for name, units in candidate.demand.items() if units > free.get(name, 0)]
        if short:
            if self.slots or self.waiting < self.queue.slots:
                free.update(dict.fromkeys(short, 0))  # what is left and what comes back is its own
            self.waiting += 1
        elif self.slots:
            self.slots -= 1
            for name, units in candidate.demand.items():
                free[name] -= units
            self.admitted.append(candidate)
        else:
            self.ahead = 0  # what is handed past it would start before it
            self.waiting += 1

    def share(self, started: int) -> float:
        """The part of its slots that is in use once *started* of the admitted have been handed over."""
        return (self.queue.running + self.queue.handed + started) / max(1, self.queue.slots)


def _by_turns(lanes: list[_Lane], room: int | None) -> list[int]:
    """The admitted jobs of all lanes, at most *room*: smallest share first, then the earliest job."""
    heap = [(lane.share(0), lane.admitted[0].order(), index, 0) for index, lane in enumerate(lanes)]
    heapq.heapify(heap)
    rows: list[int] = []
    while heap and (room is None or len(rows) < room):
        _, _, index, position = heap[0]
        lane = lanes[index]
        rows.append(lane.admitted[position].row)
        position += 1
        if position < len(lane.admitted):
            turn = (lane.share(position), lane.admitted[position].order(), index, position)
            heapq.heapreplace(heap, turn)
        else:
            heapq.heappop(heap)
    return rows

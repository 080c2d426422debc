"""What a decision is shown: as much of what `store.world` shows a worker as can change the answer.

Who reserves does not matter where nothing that anybody wants is free. A queue whose jobs want no resource depends on no
other one, unless the workers' room is short. In a full queue jobs only reserve; what somebody before them has
reserved whole they need not be asked about.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest

from ..scheduler import Candidate, World, in_turn
from .facts import Lane
from .line import FEW, Line, Place, Standing

WORK = 200_000  # candidates that are shown at most: what is not known by then is too far ahead
_LAST: Place = (math.inf, math.inf, math.inf)  # behind everybody's

Wants = Mapping[int, Mapping[str, int]]


class Showing:
    """The queues, the resources and the workers' room as they stand while a forecast is made."""

    def __init__(self, lanes: Sequence[Lane], wants: Wants, capacity: Mapping[str, int], room: int | None) -> None:
        self.queues = {lane.id: Line(lane) for lane in lanes}
        self.wants = wants
        self.free = dict(capacity)
        self.room = room
        self.work = WORK
        self.touched: set[Line] = set()  # since the last decision
        self.freed = False  # whether units of a resource have come back since
        self._first_of = {demand: in_turn(tuple(names))[0] for demand, names in wants.items() if names}

    def take(self, demand: int, sign: int) -> None:
        """Somebody gets what he wants (1) or gives it back (-1)."""
        if demand:
            self.freed = self.freed or sign < 0
            for name, units in self.wants[demand].items():
                self.free[name] = self.free.get(name, 0) - sign * units

    def decided(self) -> None:
        """Nothing more starts until something changes."""
        self.touched.clear()
        self.freed = False

    def _affected(self) -> Iterable[Line]:
        """The queues in which something may start that could not before, and all that share something with them."""
        if self.room is not None:
            return self._in_turn(self.room)
        if self.freed or any(queue.wanting for queue in self.touched):
            return self.touched.union(queue for queue in self.queues.values() if queue.wanting)
        return self.touched

    def _in_turn(self, room: int) -> Iterable[Line]:
        """Of the queues whose jobs want nothing those whose turn it may be: no more than there is room for."""
        if room <= 0:
            return ()
        queues = [queue for queue in self.queues.values() if queue.able()]
        plain = [queue for queue in queues if not queue.wanting]
        if len(plain) <= room:
            return queues
        self.work -= len(plain) // 8
        return [queue for queue in queues if queue.wanting] + nsmallest(room, plain, key=Line.turn)

    def world(self) -> World:
        """What `decide` is shown."""
        queues = [queue for queue in self._affected() if queue.able()]
        fit = self._fitting(queues)
        if fit:
            return self._wanted(queues, fit)
        some = [queue for queue in queues if queue.running < queue.slots and 0 in queue.lists]
        return World([one.view() for one in some], [job for one in some for job in self._plain(one)], {}, self.room)

    def _plain(self, queue: Line) -> list[Candidate]:
        """Of a queue those that want nothing and may start."""
        free = queue.slots - queue.running
        return queue.first(0, min(FEW, free if self.room is None else min(free, self.room)))

    def _wanted(self, queues: Sequence[Line], fit: Mapping[int, int]) -> World:
        """Where some may get what they want: those, and who reserves it before them."""
        full = [queue for queue in queues if queue.running >= queue.slots]
        alone = len([queue for queue in queues if queue.wanting]) == 1
        candidates = self._reserving(full)
        for queue in queues:
            if queue.running < queue.slots:
                candidates += self._wanting(queue, fit, alone) if queue.wanting else self._plain(queue)
        shown = {one.queue_id for one in candidates}
        views = [queue.view() for queue in queues if queue.id in shown]
        return World(views, candidates, self.free, self.room)

    def _reserving(self, full: Iterable[Line]) -> list[Candidate]:
        """Of the full queues those that may reserve something that nobody before them has reserved whole.

        (Where a policy orders a queue all of its jobs are needed, to say where each stands among others.)
        """
        lines = [(queue, queue.standing()) for queue in full]
        whole = self._reserved(line for queue, line in lines if not queue.ordered)
        found: list[Candidate] = []
        for queue, line in lines:
            for demand, some in line.items():
                found += some.jobs if queue.ordered else some.up_to(self._until(demand, whole))
        return found

    def _until(self, demand: int, whole: Mapping[str, Place]) -> Place:
        """From which place on it changes nothing to want this: everything is reserved whole.

        Or what comes first in turn is, which is all that is kept then, but for what is short; of a unit nothing is
        left to keep.
        """
        first = whole.get(self._first_of[demand], _LAST)
        return max(
            min(whole.get(name, _LAST), first) if units == 1 else whole.get(name, _LAST)
            for name, units in self.wants[demand].items()
        )

    def _reserved(self, lines: Iterable[Mapping[int, Standing]]) -> dict[str, Place]:
        """From whose place on nothing is left of a resource: the first that wants more than is free takes it all."""
        found: dict[str, Place] = {}
        for line in lines:
            for demand, some in line.items():
                for name, units in self.wants[demand].items():
                    if units > self.free[name]:
                        found[name] = min(found.get(name, _LAST), some.places[0])
        return found

    def _fitting(self, queues: Iterable[Line]) -> dict[int, int]:
        """Of the demands of queues with a free slot those for which there is enough, and for how many."""
        found: dict[int, int] = {}
        looked: set[int] = set()
        for queue in queues:
            if queue.wanting and queue.running < queue.slots and not queue.wanting <= looked:
                self.work -= len(queue.wanting) // 8
                for demand in queue.wanting - looked:
                    if (many := self._fits(demand)) > 0:
                        found[demand] = many
                looked |= queue.wanting
        return found

    def _fits(self, demand: int) -> int:
        least = FEW
        for name, units in self.wants[demand].items():
            least = min(least, self.free[name] // units if units > 0 else FEW)
        return least

    def _wanting(self, queue: Line, fit: Mapping[int, int], alone: bool) -> list[Candidate]:
        """Of a queue in which some want something: of each demand the first, and as many as may start."""
        free = queue.slots - queue.running
        found = queue.first(0, min(FEW, max(free, queue.slots)))
        for demand in queue.wanting:
            most = min(FEW, free) if demand in fit else 1
            if most > 1 and alone and len(self.wants[demand]) == 1:
                most = min(most, fit[demand] + 1)  # the next one reserves: for those behind it nothing is left
            found += queue.first(demand, most)
        return found

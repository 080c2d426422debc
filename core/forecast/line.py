"""A queue while it is played: who runs, and who could start, by what they want."""

from __future__ import annotations

from bisect import bisect_right, insort
from heapq import nlargest
from operator import itemgetter
from typing import NamedTuple

from ..scheduler import Candidate, Order, QueueView
from .facts import Lane

FEW = 64  # candidates of a demand that are shown at a time

Key = tuple[float, float, float, int]  # an order turned round, so that the first of a list is its last
Place = tuple[float, float, float]  # among all queues


class Standing(NamedTuple):
    """Jobs of a full queue that want the same, the first one first, with their places."""

    places: list[Place]
    jobs: list[Candidate]

    def add(self, job: Candidate) -> None:
        """The next one."""
        self.places.append(job.in_yard())
        self.jobs.append(job)

    def up_to(self, place: Place) -> list[Candidate]:
        """Those that stand no later than there."""
        return self.jobs[: bisect_right(self.places, place)]


class Line:
    """A queue while it is played: who runs, and who could start, by demand, the first one last."""

    __slots__ = (
        "heads",
        "id",
        "latest",
        "line",
        "lists",
        "open",
        "ordered",
        "running",
        "seen",
        "slots",
        "views",
        "wanting",
    )

    def __init__(self, lane: Lane) -> None:
        self.id, self.slots = lane.id, lane.slots
        self.open = lane.opens is None and not lane.shut
        self.running = 0
        self.lists: dict[int, list[tuple[Key, Candidate]]] = {}
        self.wanting: set[int] = set()  # demands of its eligible jobs
        self.latest: dict[int, Order] = {}  # the places of those that run
        self.views: dict[int, QueueView] = {}
        self.seen: QueueView | None = None
        self.line: dict[int, Standing] | None = None
        self.ordered = False  # by a policy

    def add(self, demand: int, key: Key, candidate: Candidate) -> None:
        self.line = None
        insort(self.lists.setdefault(demand, []), (key, candidate), key=itemgetter(0))
        if demand:
            self.wanting.add(demand)

    def able(self) -> bool:
        """Whether a decision need look at it: something may start, or reserve."""
        return self.open and bool(self.wanting or (self.running < self.slots and self.lists))

    def take(self, demand: int, row: int) -> None:
        """One of its first candidates starts."""
        self.line, some = None, self.lists[demand]
        place = len(some) - 1
        while some[place][1][0] != row:
            place -= 1
        del some[place]
        if not some:
            del self.lists[demand]
            self.wanting.discard(demand)

    def begin(self, row: int, place: Order) -> None:
        """One more runs."""
        self.running += 1
        self.latest[row] = place
        self.seen = None

    def end(self, row: int) -> None:
        """One has ended."""
        self.running -= 1
        del self.latest[row]
        self.seen = None

    def view(self) -> QueueView:
        """As a decision sees it; where only their number matters, made once for each number of jobs that run."""
        if self.wanting and self.running >= self.slots and self.latest:
            if self.seen is None:
                self.seen = QueueView(self.id, self.slots, self.running, latest=max(self.latest.values()))
            return self.seen
        found = self.views.get(self.running)
        if found is None:
            found = self.views[self.running] = QueueView(self.id, self.slots, self.running)
        return found

    def standing(self) -> dict[int, Standing]:
        """Of a full queue those that stand in line for its slots, as many as it has slots, by what they want.

        They reserve meanwhile, if they want something; the others only count where a policy orders them.
        """
        if self.line is None:
            some = ((key, demand, one) for demand, part in self.lists.items() for key, one in part[-self.slots :])
            line = nlargest(min(FEW, self.slots), some, key=itemgetter(0))
            self.ordered = any(one.weight for _, _, one in line)
            self.line = {}
            for _, demand, one in line:
                if demand or self.ordered:
                    self.line.setdefault(demand, Standing([], [])).add(one)
        return self.line

    def turn(self) -> tuple[float, tuple[int, float, int]]:
        """Whose turn it is where the workers' room is short, as the scheduler has it; of a queue that wants nothing."""
        return self.running / max(1, self.slots), self.lists[0][-1][1].in_yard()

    def first(self, demand: int, most: int) -> list[Candidate]:
        some = self.lists.get(demand)
        return [one for _, one in some[-most:]] if some and most > 0 else []

"""The scheduler played forward: jobs end, others start, and who does is what :func:`.scheduler.decide` says.

Nothing here decides. At every end, every start time that comes and every queue that opens, `decide` is shown what
:mod:`.store.world` would show it, but only the queues for which something has changed: a queue whose jobs want no
resource depends on no other one, unless the workers' room is short.

The 90th percentiles go along: what follows from an end is as uncertain as that end, and durations that have nothing to
do with each other add up by their squares.
"""

from __future__ import annotations

import math
from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from heapq import heapify, heappop, heappush, nlargest, nsmallest
from operator import itemgetter

from ..scheduler import Candidate, Order, QueueView, World, decide, in_turn
from ..states import After
from .facts import Duration, Expected, Facts, Lane, Run, Task

FEW = 64  # candidates of a demand that are shown at a time
WORK = 150_000  # candidates that are shown at most: what is not known by then is too far ahead
_AT_ONCE = -(2**40)  # before every order: what the keeper has comes first

_Key = tuple[float, float, float, int]  # an order turned round, so that the first of a list is its last
_Place = tuple[float, float, float]
_LAST: _Place = (math.inf, math.inf, math.inf)  # behind everybody's
_END, _DUE, _OPENS = range(3)


class _Queue:
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
        self.lists: dict[int, list[tuple[_Key, Candidate]]] = {}
        self.wanting: set[int] = set()  # demands of its eligible jobs
        self.latest: dict[int, Order] = {}  # the places of those that run
        self.views: dict[int, QueueView] = {}
        self.seen: QueueView | None = None
        self.line: list[Candidate] | None = None
        self.heads: list[Candidate] = []  # the first of each demand in it
        self.ordered = False  # by a policy

    def add(self, demand: int, key: _Key, candidate: Candidate) -> None:
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

    def standing(self) -> list[Candidate]:
        """Of a full queue those that stand in line for its slots: as many as it has slots.

        They reserve meanwhile, if they want something; the others only count where a policy orders them.
        """
        if self.line is None:
            most = min(FEW, self.slots)
            line = nlargest(most, (one for some in self.lists.values() for one in some[-most:]), key=itemgetter(0))
            self.ordered = any(one.weight for _, one in line)
            self.line = [one for _, one in line if one.demand or self.ordered]
            self.heads = list({id(one.demand): one for one in reversed(self.line)}.values())
        return self.line

    def turn(self) -> tuple[float, tuple[int, float, int]]:
        """Whose turn it is where the workers' room is short, as the scheduler has it; of a queue that wants nothing."""
        return self.running / max(1, self.slots), self.lists[0][-1][1].in_yard()

    def first(self, demand: int, most: int) -> list[Candidate]:
        some = self.lists.get(demand)
        return [one for _, one in some[-most:]] if some and most > 0 else []


class Play:
    """One forecast in the making."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.tasks = {task.row: task for task in facts.tasks}
        self.queues = {lane.id: _Queue(lane) for lane in facts.lanes}
        self.free = dict(facts.capacity)
        self.room = facts.room
        self.work = WORK
        self.known: dict[int, Expected] = {}
        self.order: list[int] = []
        self.unmet: dict[int, int] = defaultdict(int)
        self.children: dict[int, list[tuple[int, After]]] = defaultdict(list)
        self.after: dict[int, tuple[float, bool]] = {}  # of whom it waited for: the latest late end, whether a guess
        self.skipped: dict[int, int] = {}  # rows that will be, and because of whom
        self.due: set[int] = set()  # rows whose start time has not come
        self.never = frozenset(demand for demand, wants in facts.wants.items() if self._lack(wants))
        self.chief = {demand: in_turn(tuple(wants))[0] for demand, wants in facts.wants.items() if wants}
        self.touched: set[_Queue] = set()
        self.freed = False  # whether units of a resource have come back
        self.events: list[tuple[float, int, int, float, bool]] = []  # when, what, of which, spread, a guess

    def _lack(self, wants: Mapping[str, int]) -> str:
        """Why nobody who wants this can start until a person does something, or ""."""
        for name, units in wants.items():
            if name in self.facts.locked:
                return self.facts.locked[name]
            if units > self.facts.capacity.get(name, 0):
                return f"wants more {name} than there is"
        return ""

    def lack(self, task: Task) -> str:
        """Why a task cannot start until a person does something, or ""."""
        return self._lack(self.facts.wants.get(task.demand, {}))

    def play(self) -> None:
        """From now on until nothing more happens, or the work is done that may be."""
        self._begin()
        self._decide(self.facts.now, 0.0, False)
        while self.events and self.work > 0:
            moment = self.events[0][0]
            spread, guess = 0.0, False
            while self.events and self.events[0][0] <= moment:
                _, kind, of, wide, guessed = heappop(self.events)
                spread, guess = max(spread, wide), guess or guessed
                _HAPPENS[kind](self, of)
            self._decide(moment, spread, guess)

    # -- the beginning ----------------------------------------------------------------------------------

    def _begin(self) -> None:
        for child, parent, after in self.facts.waits:
            if child in self.tasks:
                self.unmet[child] += 1
                self.children[parent].append((child, after))
        for run in self.facts.runs:
            self._runs(run)
        for lane in self.facts.lanes:
            if lane.opens is not None and not lane.shut:
                self.events.append((max(lane.opens, self.facts.now), _OPENS, lane.id, 0.0, False))
        heapify(self.events)
        self._stand_in_line()

    def _runs(self, run: Run) -> None:
        self.queues[run.queue].begin(run.row, (-run.priority, run.weight, run.rank, run.row))
        self._take(run.demand, -1)
        end = max(run.end, self.facts.now)
        late = max(run.late, end)
        self.known[run.row] = Expected(end=end, late_end=late, guess=run.guess)
        self.tasks[run.row] = Task(run.row, run.queue, _NO_TIME, run.demand)
        self.events.append((end, _END, run.row, late - end, run.guess))

    def _stand_in_line(self) -> None:
        for task in self.facts.tasks:
            if task.not_before is not None and task.not_before > self.facts.now:
                self.due.add(task.row)
                heappush(self.events, (task.not_before, _DUE, task.row, 0.0, False))
            self._admit(task)

    def _admit(self, task: Task) -> None:
        """It may be a candidate now."""
        if task.stuck or self.unmet.get(task.row) or task.row in self.due or task.demand in self.never:
            return
        priority = -_AT_ONCE if task.handed else task.priority
        wants = self.facts.wants[task.demand] if task.demand else {}
        candidate = Candidate(task.row, task.queue, wants, priority, task.rank, task.weight)
        queue = self.queues[task.queue]
        queue.add(task.demand, (priority, -task.weight, -task.rank, -task.row), candidate)
        self.touched.add(queue)

    # -- what happens -----------------------------------------------------------------------------------

    def _ends(self, row: int) -> None:
        task, known = self.tasks[row], self.known[row]
        queue = self.queues[task.queue]
        queue.end(row)
        self._take(task.demand, 1)
        if self.room is not None:
            self.room += 1
        self.touched.add(queue)
        for child, after in self.children.pop(row, ()):
            if after is After.FAIL:
                self._skip(child, row)
            else:
                self._met(child, known.late_end or 0.0, known.guess)

    def _met(self, child: int, late: float, guess: bool) -> None:
        before = self.after.get(child)
        self.after[child] = (late, guess) if before is None else (max(late, before[0]), guess or before[1])
        self.unmet[child] -= 1
        if not self.unmet[child] and child not in self.skipped:
            self._admit(self.tasks[child])

    def _skip(self, first: int, because: int) -> None:
        """Its parent is expected to end so that it cannot run; nor can those that wait for it, but with after-any."""
        line = [(first, because)]
        while line:
            row, because = line.pop()
            if row in self.skipped:
                continue
            self.skipped[row] = because
            for child, after in self.children.pop(row, ()):
                if after is After.ANY:
                    self._met(child, 0.0, False)
                else:
                    line.append((child, row))

    def _falls_due(self, row: int) -> None:
        self.due.discard(row)
        if row not in self.skipped:
            self._admit(self.tasks[row])

    def _opens(self, id: int) -> None:
        self.queues[id].open = True
        self.touched.add(self.queues[id])

    def _take(self, demand: int, sign: int) -> None:
        if demand:
            self.freed = self.freed or sign > 0
            for name, units in self.facts.wants[demand].items():
                self.free[name] = self.free.get(name, 0) + sign * units

    # -- what is decided --------------------------------------------------------------------------------

    def _decide(self, moment: float, spread: float, guess: bool) -> None:
        """Start what starts now."""
        again = True
        while again and self.work > 0:
            world = self._world([queue for queue in self._affected() if queue.able()])
            self.work -= 1 + len(world.candidates)
            rows = decide(world) if world.candidates else []
            for row in rows:
                self._start(row, moment, spread, guess)
            again = bool(rows) and (len(rows) >= FEW or any(one.demand for one in world.candidates))
        self.touched.clear()
        self.freed = False

    def _affected(self) -> Iterable[_Queue]:
        """The queues in which something may start that could not before, and all that share something with them."""
        if self.room is not None:
            return self._in_turn(self.room)
        if self.freed or any(queue.wanting for queue in self.touched):
            return self.touched.union(queue for queue in self.queues.values() if queue.wanting)
        return self.touched

    def _in_turn(self, room: int) -> Iterable[_Queue]:
        """Of the queues whose jobs want nothing those whose turn it may be: no more than there is room for."""
        if room <= 0:
            return ()
        queues = [queue for queue in self.queues.values() if queue.able()]
        plain = [queue for queue in queues if not queue.wanting]
        if len(plain) <= room:
            return queues
        self.work -= len(plain) // 8
        return [queue for queue in queues if queue.wanting] + nsmallest(room, plain, key=_Queue.turn)

    def _world(self, queues: Sequence[_Queue]) -> World:
        """What `decide` is shown. Where nothing that anybody wants is free, who reserves it does not matter."""
        fit = self._fitting(queues)
        some = queues if fit else [queue for queue in queues if queue.lists.get(0) and queue.running < queue.slots]
        full = [queue for queue in some if queue.running >= queue.slots]
        alone = len([queue for queue in some if queue.wanting]) == 1
        candidates = self._reserving(full) if fit else []
        for queue in some:
            free = queue.slots - queue.running
            if free > 0 and fit and queue.wanting:
                candidates += self._wanting(queue, free, fit, alone)
            elif free > 0:
                candidates += queue.first(0, min(FEW, free if self.room is None else min(free, self.room)))
        shown = {one.queue_id for one in candidates}
        views = [queue.view() for queue in some if queue.id in shown]
        return World(views, candidates, self.free, self.room)

    def _reserving(self, full: Iterable[_Queue]) -> list[Candidate]:
        """Of the full queues those that may reserve something that nobody before them has reserved whole.

        (Where a policy orders a queue all of its jobs are needed, to say where each stands among others.)
        """
        lines = [(queue, queue.standing()) for queue in full]
        whole = self._reserved(queue for queue, _ in lines)
        return [one for queue, line in lines for one in line if queue.ordered or self._may_reserve(one, whole)]

    def _may_reserve(self, one: Candidate, whole: Mapping[str, _Place]) -> bool:
        place = one.in_yard()
        after = place > whole.get(self.chief[self.tasks[one.row].demand], _LAST)  # then it keeps nothing else in turn
        return any(place <= whole.get(name, _LAST) and not (after and n == 1) for name, n in one.demand.items())

    def _reserved(self, full: Iterable[_Queue]) -> dict[str, _Place]:
        """From whose place on nothing is left of a resource: the first that wants more than is free takes it all."""
        found: dict[str, _Place] = {}
        for queue in full:
            for one in () if queue.ordered else queue.heads:
                for name, units in one.demand.items():
                    if units > self.free[name]:
                        found[name] = min(found.get(name, _LAST), one.in_yard())
        return found

    def _fitting(self, queues: Iterable[_Queue]) -> set[int]:
        """Of the demands of queues with a free slot those for which there is enough."""
        found: set[int] = set()
        for queue in queues:
            if queue.wanting and queue.running < queue.slots:
                self.work -= len(queue.wanting) // 8
                found.update(demand for demand in queue.wanting - found if self._fits(demand) > 0)
        return found

    def _fits(self, demand: int) -> int:
        """How many that want this there is enough for."""
        return min(self.free[name] // max(1, units) for name, units in self.facts.wants[demand].items())

    def _wanting(self, queue: _Queue, free: int, fit: Set[int], alone: bool) -> list[Candidate]:
        """Of a queue in which some want something: of each demand the first, and as many as may start."""
        found = queue.first(0, min(FEW, max(free, queue.slots)))
        for demand in queue.wanting:
            most = min(FEW, free) if demand in fit else 1
            if most > 1 and alone and len(self.facts.wants[demand]) == 1:
                most = min(most, self._fits(demand) + 1)  # the next one reserves: for those behind it nothing is left
            found += queue.first(demand, most)
        return found

    def _start(self, row: int, moment: float, spread: float, guess: bool) -> None:
        task = self.tasks[row]
        queue = self.queues[task.queue]
        queue.take(task.demand, row)
        queue.begin(row, (-task.priority, task.weight, task.rank, row))
        self._take(task.demand, -1)
        if self.room is not None:
            self.room -= 1
        self._foresee(task, moment, spread, guess)

    def _foresee(self, task: Task, start: float, spread: float, guess: bool) -> None:
        """Its start, its end and how late they may be."""
        median, late, guessed = task.duration
        late_start = start + spread
        before = self.after.get(task.row)
        if before is not None:
            late_start, guess = max(late_start, before[0]), guess or before[1]
        spread, end = late_start - start, start + median
        wide = math.hypot(spread, late - median) if spread else late - median
        late_end = max(end + wide, late_start + median)
        guess = guess or guessed
        self.known[task.row] = Expected(start, end, late_start, late_end, guess)
        self.order.append(task.row)
        heappush(self.events, (end, _END, task.row, late_end - end, guess))


_NO_TIME = Duration(0.0, 0.0)
_HAPPENS = {_END: Play._ends, _DUE: Play._falls_due, _OPENS: Play._opens}

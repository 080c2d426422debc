"""The scheduler played forward: jobs end, others start, and who does is what :func:`.scheduler.decide` says.

Nothing here decides. At every end, every start time that comes and every queue that opens, `decide` is shown what a
worker would be shown (`showing`).

The 90th percentiles go along: what follows from an end is as uncertain as that end, and durations that have nothing to
do with each other add up by their squares.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from heapq import heapify, heappop, heappush

from ..scheduler import Candidate, decide
from ..states import After
from .facts import Duration, Expected, Facts, Run, Task
from .line import FEW
from .showing import Showing

_AT_ONCE = -(2**40)  # before every order: what the keeper has comes first

_END, _DUE, _OPENS = range(3)


class Play:
    """One forecast in the making."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.tasks = {task.row: task for task in facts.tasks}
        self.yard = Showing(facts.lanes, facts.wants, facts.capacity, facts.room)
        self.queues = self.yard.queues
        self.known: dict[int, Expected] = {}
        self.order: list[int] = []
        self.unmet: dict[int, int] = defaultdict(int)
        self.children: dict[int, list[tuple[int, After]]] = defaultdict(list)
        self.after: dict[int, tuple[float, bool]] = {}  # of whom it waited for: the latest late end, whether a guess
        self.skipped: dict[int, int] = {}  # rows that will be, and because of whom
        self.due: set[int] = set()  # rows whose start time has not come
        self.never = frozenset(demand for demand, wants in facts.wants.items() if self._lack(wants))
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
        while self.events and self.yard.work > 0:
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
        self.yard.take(run.demand, 1)
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
        self.yard.touched.add(queue)

    # -- what happens -----------------------------------------------------------------------------------

    def _ends(self, row: int) -> None:
        task, known = self.tasks[row], self.known[row]
        queue = self.queues[task.queue]
        queue.end(row)
        self.yard.take(task.demand, -1)
        if self.yard.room is not None:
            self.yard.room += 1
        self.yard.touched.add(queue)
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
        self.yard.touched.add(self.queues[id])

    # -- what is decided --------------------------------------------------------------------------------

    def _decide(self, moment: float, spread: float, guess: bool) -> None:
        """Start what starts now."""
        yard, again = self.yard, True
        while again and yard.work > 0:
            world = yard.world()
            yard.work -= 1 + len(world.candidates)
            rows = decide(world) if world.candidates else []
            for row in rows:
                self._start(row, moment, spread, guess)
            again = bool(rows) and (len(rows) >= FEW or any(one.demand for one in world.candidates))
        yard.decided()

    def _start(self, row: int, moment: float, spread: float, guess: bool) -> None:
        task = self.tasks[row]
        queue = self.queues[task.queue]
        queue.take(task.demand, row)
        queue.begin(row, (-task.priority, task.weight, task.rank, row))
        self.yard.take(task.demand, 1)
        if self.yard.room is not None:
            self.yard.room -= 1
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

"""When jobs will start and end: as a worker would start them, and no sooner told than known."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from jobyard.core.forecast import Duration, Facts, Lane, Run, Task, Wait, forecast
from jobyard.core.scheduler import Candidate, QueueView, World, decide
from jobyard.core.states import After

NAMES = ("qick", "fridge", "cpus")


# -- a worker with a clock ------------------------------------------------------------------------


@dataclass
class Worker:
    """A yard that is run step by step by the real decision, shown what the store would show; all jobs succeed."""

    facts: Facts
    now: float = 0.0
    ends: dict[int, float] = field(default_factory=dict)  # of those that run
    queue_of: dict[int, int] = field(default_factory=dict)
    started: dict[int, float] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)
    skipped: set[int] = field(default_factory=set)

    def run(self) -> dict[int, float]:
        """When each job started."""
        self.now = self.facts.now
        self.tasks = {task.row: task for task in self.facts.tasks}
        self.orders = {run.row: (-run.priority, run.weight, run.rank, run.row) for run in self.facts.runs}
        self.demands = {one.row: one.demand for one in (*self.facts.runs, *self.facts.tasks)}
        self.queue_of = {one.row: one.queue for one in (*self.facts.runs, *self.facts.tasks)}
        self.orders |= {task.row: (-task.priority, task.weight, task.rank, task.row) for task in self.facts.tasks}
        self.ends = {run.row: max(run.end, self.now) for run in self.facts.runs}
        self.claim()
        while (moment := self.next()) is not None:
            self.now = moment
            self.ended |= {row for row, end in self.ends.items() if end <= moment}
            self.ends = {row: end for row, end in self.ends.items() if end > moment}
            self.claim()
        return self.started

    def next(self) -> float | None:
        moments = set(self.ends.values())
        moments |= {task.not_before for task in self.facts.tasks if task.not_before is not None}
        moments |= {lane.opens for lane in self.facts.lanes if lane.opens is not None}
        zero = {end for end in moments if end == self.now and end in self.ends.values()}
        return min(zero or {moment for moment in moments if moment > self.now}, default=None)

    def claim(self) -> None:
        while rows := decide(self.world()):
            for row in rows:
                self.started[row] = self.now
                self.ends[row] = self.now + self.tasks[row].duration.median

    def world(self) -> World:
        """What `store.world.look` shows: of each queue the first few of each demand."""
        views, candidates = [], []
        free = self.free()
        for lane in self.facts.lanes:
            eligible = self.eligible(lane)
            running = sum(self.queue_of[row] == lane.id for row in self.ends)
            if lane.shut or (lane.opens is not None and lane.opens > self.now) or not eligible:
                continue
            latest = max((self.orders[row] for row in self.ends if self.queue_of[row] == lane.id), default=None)
            slots = lane.slots - running
            wanting = any(one.demand for one in eligible)
            views.append(QueueView(lane.id, lane.slots, running, latest=latest if wanting and slots <= 0 else None))
            candidates += self.few(eligible, lane.slots, slots, free)
        room = None if self.facts.room is None else self.facts.room + len(self.facts.runs) - len(self.ends)
        return World(views, candidates, free, room)

    def few(self, eligible: Sequence[Task], all: int, slots: int, free: dict[str, int]) -> Iterable[Candidate]:
        wanting = any(task.demand for task in eligible)
        for demand in {task.demand for task in eligible}:
            wants = self.facts.wants.get(demand, {})
            some = [task for task in eligible if task.demand == demand]
            short = any(units > free[name] for name, units in wants.items())
            if not demand:
                most = max(slots, all if wanting else 0, 0)
            else:
                most = all if slots <= 0 else 1 if short else slots
            yield from (Candidate(t.row, t.queue, wants, t.priority, t.rank, t.weight) for t in some[:most])

    def eligible(self, lane: Lane) -> list[Task]:
        some = [task for task in self.facts.tasks if task.queue == lane.id and self.may(task)]
        return sorted(some, key=lambda task: self.orders[task.row])

    def may(self, task: Task) -> bool:
        never = any(
            name in self.facts.locked or units > self.facts.capacity[name]
            for name, units in self.facts.wants.get(task.demand, {}).items()
        )
        parents = [wait for wait in self.facts.waits if wait.child == task.row]
        unmet = any(wait.parent not in self.ended or wait.after is After.FAIL for wait in parents)
        waits = task.not_before is not None and task.not_before > self.now
        return not (task.row in self.started or task.stuck or never or unmet or waits)

    def free(self) -> dict[str, int]:
        found = dict(self.facts.capacity)
        for row in self.ends:
            for name, units in self.facts.wants.get(self.demands[row], {}).items():
                found[name] -= units
        return found


# -- yards ----------------------------------------------------------------------------------------


def yard(seed: int, jobs: int) -> Facts:
    """A small yard at an instant: queues with policies, pauses and slots, resources, locks, dependencies, times."""
    die = random.Random(seed)
    lanes = [
        Lane(
            number,
            die.choice([1, 1, 2, 3, 4]),
            die.choice([None, None, None, 3.0, 8.0]),
            die.choice(["", "", "", "", "", "paused"]),
        )
        for number in range(die.randint(1, 4))
    ]
    wants = {
        number: {name: die.randint(1, 3) for name in die.sample(NAMES, die.randint(1, 2))}
        for number in range(1, die.randint(0, 5) + 1)
    }
    runs = [_run(die, row, lanes, [0, *wants]) for row in range(die.randint(0, 5))]
    weights = die.choice([[0.0], [0.0, 1.0, 2.0]])
    tasks = [_task(die, row, lanes, [0, 0, *wants], weights) for row in range(len(runs), len(runs) + jobs)]
    capacity = {name: die.randint(1, 6) for name in NAMES}
    locked = {name: f"{name} is locked" for name in NAMES if die.random() < 0.1}
    waits = _waits(die, [task.row for task in tasks]) if die.random() < 0.4 else []
    return Facts(0.0, lanes, tasks, runs, waits, wants, capacity, locked, die.choice([None, None, 0, 1, 2, 5]))


def _run(die: random.Random, row: int, lanes: Sequence[Lane], demands: Sequence[int]) -> Run:
    end = float(die.randint(0, 6))
    place = die.randint(-1, 1), die.choice([row, die.randint(0, 40)]), float(die.choice([0, 0, 1]))
    return Run(row, die.choice(lanes).id, end, end, die.choice(demands), *place)


def _task(
    die: random.Random, row: int, lanes: Sequence[Lane], demands: Sequence[int], weights: Sequence[float]
) -> Task:
    lasts = float(die.randint(0, 6))
    place = die.choice([0, 0, -1, 1]), die.choice([row, row, die.randint(0, 40)]), die.choice(weights)
    later, stuck = die.choice([None] * 9 + [2.0, 9.0]), die.choice([""] * 9 + ["held"])
    return Task(row, die.choice(lanes).id, Duration(lasts, lasts), die.choice(demands), *place, later, stuck)


def _waits(die: random.Random, rows: Sequence[int]) -> list[Wait]:
    return [
        Wait(row, parent, die.choice([After.OK, After.OK, After.ANY]))
        for row in rows
        for parent in die.sample(range(row), min(row, die.choice([0, 0, 1, 2])))
    ]


@settings(max_examples=300)
@given(st.integers(0, 2**32), st.integers(0, 30))
def test_every_start_is_the_one_that_a_worker_makes(seed: int, jobs: int) -> None:
    """With exact durations the forecast and a worker that asks the same decision step by step agree on every job."""
    facts = yard(seed, jobs)
    found = forecast(facts)
    said = {row: one.start for row, one in found.by_row.items() if one.start is not None}
    assert said == Worker(facts).run()

"""When jobs will start and end: as a worker would start them, and no sooner told than known."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobyard.core.forecast import Duration, Expected, Facts, Forecast, Lane, Run, Task, Wait, forecast
from jobyard.core.forecast.durations import ASSUMED, Known, Summary, duration, ends, keys_of, summary
from jobyard.core.forecast.facts import TOO_FAR
from jobyard.core.forecast.plans import Rules, chain_lengths, plan
from jobyard.core.forecast.reasons import Root, root, unstaffed
from jobyard.core.scheduler import Candidate, QueueView, World, decide
from jobyard.core.states import After
from jobyard.core.store import weights

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


# -- how sure ---------------------------------------------------------------------------------------


def lasting(median: float, late: float | None = None, guess: bool = False) -> Duration:
    return Duration(median, median if late is None else late, guess)


def line(*durations: Duration, slots: int = 1, **more: object) -> Forecast:
    """Jobs 1, 2, … of one queue."""
    tasks = [Task(row, 1, lasts) for row, lasts in enumerate(durations, 1)]
    return forecast(Facts(100.0, [Lane(1, slots)], tasks, **more))  # type: ignore[arg-type]


def test_what_follows_is_as_late_as_what_goes_before() -> None:
    """Independent durations add up by their squares: the second starts late by the first's spread, and ends by both."""
    found = line(lasting(10, 13), lasting(20, 24))
    assert found.of(1) == Expected(100, 110, 100, 113)
    assert found.of(2) == Expected(110, 130, 113, 135)


def test_a_child_is_no_sooner_than_its_latest_parent() -> None:
    """A parent that was expected to have ended long ago, but may be late, makes the child late."""
    waits = [Wait(3, 1), Wait(3, 2)]
    found = line(lasting(1, 50), lasting(9), lasting(1), slots=3, waits=waits)
    assert (found.of(3).start, found.of(3).late_start) == (109, 150)


def test_a_guess_makes_guesses_of_what_follows() -> None:
    """What starts at the end of a job of unknown duration is a guess too; what came before is not."""
    found = line(lasting(1), lasting(5, guess=True), lasting(1))
    assert [found.of(row).guess for row in (1, 2, 3)] == [False, True, True]


@given(st.integers(0, 2**32), st.integers(0, 30))
def test_late_is_never_sooner(seed: int, jobs: int) -> None:
    """In any yard: now ≤ start ≤ its late start, start ≤ end ≤ its late end; whoever has no times has a reason."""
    die = random.Random(seed)
    facts = yard(seed, jobs)
    facts = facts._replace(
        tasks=[task._replace(duration=lasting(die.random(), 1 + die.random())) for task in facts.tasks]
    )
    found = forecast(facts)
    for task in facts.tasks:
        one = found.of(task.row)
        if one.start is None or one.end is None or one.late_start is None or one.late_end is None:
            assert one.why_not
            assert one[:4] == (None, None, None, None)
        else:
            assert facts.now <= one.start <= one.late_start <= one.late_end
            assert one.start <= one.end <= one.late_end


# -- why not ------------------------------------------------------------------------------------------


def test_whoever_has_no_start_is_told_why() -> None:
    """Held, a queue that is shut, a lock, too large a want, a parent without an end, a wait for a failure."""
    tasks = [
        Task(1, 1, lasting(1), stuck="held"),
        Task(2, 2, lasting(1)),
        Task(3, 1, lasting(1), demand=1),
        Task(4, 1, lasting(1), demand=2),
        Task(5, 1, lasting(1)),
        Task(6, 1, lasting(1)),
        Task(7, 1, lasting(1)),
        Task(8, 1, lasting(1)),
        Task(9, 1, lasting(1)),
    ]
    waits = [Wait(5, 1), Wait(7, 6, After.FAIL), Wait(8, 7), Wait(9, 7, After.ANY)]
    facts = Facts(
        0.0, [Lane(1, 1), Lane(2, 1, shut="queue lab is paused")], tasks, (), waits, {1: {"qick": 1}, 2: {"cpus": 9}},
        {"qick": 1, "cpus": 4}, {"qick": "qick is locked by ada"},
    )  # fmt: skip
    found = forecast(facts)
    said = {row: (found.of(row).why_not, found.of(row).behind) for row in range(1, 9) if row != 6}
    skipped = "will be skipped, if what it waits for ends as expected"
    assert said == {
        1: ("held", None),
        2: ("queue lab is paused", None),
        3: ("qick is locked by ada", None),
        4: ("wants more cpus than there is", None),
        5: ("waits for a job without an expected end", 1),
        7: (skipped, 6),
        8: (skipped, 7),
    }
    assert (found.of(6).start, found.of(9).start) == (0.0, 1.0)
    assert found.of(10).why_not == TOO_FAR


def test_where_nothing_starts_only_ends_are_known() -> None:
    """Without a worker no job has a start, and what runs still ends."""
    found = forecast(Facts(0.0, [Lane(1, 2)], [Task(2, 1, lasting(1))], [Run(1, 1, 5.0, 7.0)], idle="no live worker"))
    assert (found.of(1).end, found.of(1).late_end) == (5.0, 7.0)
    assert (found.of(2).start, found.of(2).why_not) == (None, "no live worker")
    assert found.order == ()


# -- much -----------------------------------------------------------------------------------------------


def test_ten_thousand_jobs_one_after_the_other() -> None:
    """A chain of 10,000 is as good as any, also of jobs that take no time at all."""
    count = 10_000
    waits = [Wait(row + 1, row) for row in range(1, count)]
    found = line(*[lasting(2)] * count, waits=waits)
    assert found.of(count).start == 100 + 2 * (count - 1)
    at_once = line(*[lasting(0)] * count, slots=3)
    assert {at_once.of(row).end for row in range(1, count + 1)} == {100.0}


def test_the_work_is_bounded() -> None:
    """Where every job wants something else, it stops after so much work, and says so of the rest."""
    wants = {number: {"mem": number} for number in range(1, 401)}
    tasks = [Task(row, row % 50, lasting(row % 7 + 1), row % 400 + 1) for row in range(1, 10_001)]
    facts = Facts(0.0, [Lane(number, 8) for number in range(50)], tasks, wants=wants, capacity={"mem": 1000})
    found = forecast(facts)
    starts = [row for row in range(1, 10_001) if found.of(row).start is not None]
    assert 0 < len(starts) < 10_000
    assert {found.of(row).why_not for row in range(1, 10_001)} == {"", TOO_FAR}


# -- how long ---------------------------------------------------------------------------------------------


KEYS = keys_of(1, "exec", "make -j4", "build", None)


def test_the_best_source_says_how_long() -> None:
    """The submitter's estimate; else the same command's runs, else the same name's; its queue's and nothing's guess."""
    command, name, queue = (Summary(10, 12), Summary(20, 22), Summary(30, 33))
    everything = {KEYS[0]: command, KEYS[1]: name, KEYS[2]: queue}
    assert duration(Known(KEYS, estimate=7.0), everything) == Duration(7, 12)
    assert duration(Known(KEYS), everything) == Duration(10, 12)
    assert duration(Known(KEYS), {KEYS[1]: name, KEYS[2]: queue}) == Duration(20, 22)
    assert duration(Known(KEYS), {KEYS[2]: queue}) == Duration(30, 33, guess=True)
    assert duration(Known(KEYS), {}) == ASSUMED
    assert duration(Known(KEYS, estimate=0.0), {}) == Duration(0, 0)


def test_elements_of_an_array_are_alike() -> None:
    """An element goes by those of its array, before others of the same command."""
    keys = keys_of(1, "exec", "scan", "", 17)
    assert duration(Known(keys), {("array", 17): Summary(1, 2), ("command", ("exec", "scan")): Summary(8, 9)})[0] == 1


def test_a_time_limit_ends_everything() -> None:
    """Nobody is expected to run longer than he may."""
    assert duration(Known((), 100.0, 60.0), {}) == Duration(60, 60)
    assert duration(Known((), None, 90.0), {}) == Duration(60, 90, guess=True)


@given(st.lists(st.floats(-5, 1e6), min_size=1, max_size=40))
def test_the_median_and_what_nine_of_ten_keep_to(runs: list[float]) -> None:
    """At least half and nine tenths of the runs are no longer; a clock that went back makes no run negative."""
    found = summary(runs)
    assert found is not None
    clean = [max(0.0, run) for run in runs]
    assert 0 <= found.median <= max(clean)
    assert found.late in clean
    assert sum(run <= found.late for run in clean) >= 0.9 * len(clean) - 1e-9
    assert 2 * sum(run <= found.median for run in clean) >= len(clean)


@given(st.floats(0, 1e9), st.floats(-1e6, 1e6), st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_running_job_ends_from_now_on(now: float, ran: float, median: float, more: float) -> None:
    """Whatever its clock did, and however late it is: now ≤ its end ≤ its late end."""
    end, late = ends(now - ran, now, Duration(median, median + more))
    assert now <= end <= late


# -- plans --------------------------------------------------------------------------------------------------


RULES = Rules(weights.at_first, weights.WITHOUT_ESTIMATE)


def test_shortest_first_makes_jobs_wait_least() -> None:
    """One slot, a long job before short ones: shortest is best; the present order is played too."""
    tasks = [Task(1, 1, lasting(90)), Task(2, 1, lasting(10)), Task(3, 1, lasting(20))]
    estimates = {task.row: task.duration.median for task in tasks}
    found = plan(Facts(0.0, [Lane(1, 1)], tasks), {1: "fifo"}, estimates, RULES)
    (choice,) = found.choices
    assert (choice.present, choice.best) == ("fifo", "shortest")
    assert {one.policy: (one.makespan, one.mean_wait) for one in choice.outcomes} == {
        "fifo": (120.0, 190 / 3), "shortest": (120.0, 40 / 3), "chain": (120.0, 200 / 3),
    }  # fmt: skip
    assert found.forecast.order == (1, 2, 3)


def test_a_long_chain_goes_first_where_it_decides_the_end() -> None:
    """Two slots: a chain of three behind short jobs; chain gets all done soonest, and is told as the best."""
    tasks = [Task(row, 1, lasting(10)) for row in range(1, 7)] + [Task(7, 1, lasting(30)), Task(8, 1, lasting(30))]
    found = plan(
        Facts(0.0, [Lane(1, 2)], tasks, waits=[Wait(8, 7)]),
        {1: "fifo"},
        {t.row: t.duration.median for t in tasks},
        RULES,
    )
    (choice,) = found.choices
    assert choice.best == "chain" == min(choice.outcomes, key=lambda one: one.makespan).policy


def test_no_policy_is_praised_for_nothing() -> None:
    """Where all jobs are alike the present policy stays, whichever it is."""
    tasks = [Task(row, 1, lasting(5)) for row in range(1, 9)]
    for present in ("fifo", "shortest", "chain"):
        (choice,) = plan(Facts(0.0, [Lane(1, 2)], tasks), {1: present}, {}, RULES).choices
        assert choice.best == present


def test_a_cycle_is_named() -> None:
    """Jobs that wait for each other, as no sound yard has them, are told in the order in which they do."""
    tasks = [Task(row, 1, lasting(5)) for row in (1, 2, 3)]
    found = plan(Facts(0.0, [Lane(1, 1)], tasks, waits=[Wait(1, 2), Wait(2, 1)]), {1: "fifo"}, {}, RULES)
    assert found.cycle == (1, 2, 1)
    assert found.forecast.of(1).behind == 2
    assert chain_lengths(tasks, [Wait(1, 2), Wait(2, 1)], {}, 60.0) == {}


@given(st.integers(0, 2**32), st.integers(1, 12))
def test_a_chain_is_as_long_as_its_longest_way(seed: int, count: int) -> None:
    """As a search along every way says."""
    die = random.Random(seed)
    tasks = [Task(row, 1, lasting(0)) for row in range(count)]
    waits = _waits(die, range(count))
    estimates = {row: die.choice([None, 0.0, float(die.randint(1, 9))]) for row in range(count)}

    def longest(row: int) -> float:
        own = estimates[row]
        children = [longest(wait.child) for wait in waits if wait.parent == row]
        return (60.0 if own is None else own) + max(children, default=0.0)

    assert chain_lengths(tasks, waits, estimates, 60.0) == {row: longest(row) for row in range(count)}


def test_what_a_job_tells_of_its_end_is_better_known() -> None:
    """A running job's own word about its end takes the place of what others took; an end in the past is now."""
    run = Run(1, 1, 500.0, 900.0, guess=True)
    assert run.told(100.0, None) == run
    assert run.told(100.0, 200.0) == Run(1, 1, 200.0, 225.0)
    assert run.told(100.0, 50.0) == Run(1, 1, 100.0, 100.0)


@pytest.mark.parametrize(
    ("modes", "words"),
    [
        ([], "no live worker"),
        (["draining"], "its only worker is draining: start one"),
        (["stopping"], "its only worker is leaving: start one"),
        (["stopping", "draining"], "all its 2 workers are draining: start one"),
    ],
)
def test_workers_that_live_and_start_nothing_are_told(modes: list[str], words: str) -> None:
    """A worker that drains or leaves is not called dead: it says why nothing starts, and what to do."""
    assert unstaffed(modes) == words


def test_a_wait_is_followed_to_what_keeps_it() -> None:
    """Two jobs up a resource is locked: that is the root; after some steps it is given up."""
    locked = Task(1, 1, lasting(1), demand=1)
    tasks = [locked, *(Task(row, 1, lasting(1)) for row in range(2, 10))]
    waits = [Wait(row, row - 1) for row in range(2, 10)]
    why = "fridge locked by root"
    facts = Facts(0.0, [Lane(1, 2)], tasks, (), waits, {1: {"fridge": 1}}, {"fridge": 1}, {"fridge": why})
    found = forecast(facts)
    assert root(found, 3) == Root((2, 1), why)
    assert root(found, 1) is None
    assert root(found, 9) == Root((8, 7, 6, 5, 4), "")

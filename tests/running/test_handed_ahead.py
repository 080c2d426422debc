"""Jobs that wait in the keeper: about to start, or taken back; never before a better one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobyard.core.charge import LATELY
from jobyard.core.models import Dependency, Job
from jobyard.core.scheduler import LATE, LONG
from jobyard.core.states import After
from jobyard.core.worker import AHEAD, Worker
from tests.running.crewkit import Crew
from tests.running.promise import until
from tests.running.workerkit import COMPLETED, PENDING, RUNNING, Shift


@pytest.fixture
def shift(yard_home: Path) -> Iterator[Shift]:
    """A yard with a queue of two slots, and nobody at work."""
    found = Shift(yard_home)
    found.yard.queue_set("default", slots=2)
    yield found
    for id in (row.id for row in found.yard.list() if row.state is RUNNING):
        found.finish(id)
    found.turn()
    found.close()


@pytest.fixture
def crew(yard_home: Path) -> Iterator[Crew]:
    """A yard whose workers are processes."""
    found = Crew(yard_home)
    yield found
    found.close()


def hurried(shift: Shift, worker: Worker) -> None:
    """The queue's jobs turn out to be short: what follows is handed ahead."""
    for _ in range(3):
        id = shift.submit()
        shift.turn(worker)
        shift.later(0.01)
        shift.finish(id)
        shift.turn(worker)


def crowded(shift: Shift, worker: Worker, count: int = 6) -> list[str]:
    """Both slots taken, four handed ahead behind them."""
    hurried(shift, worker)
    jobs = [shift.submit() for _ in range(count)]
    shift.turn(worker)
    assert [shift.state(id) for id in jobs[:2]] == [RUNNING, RUNNING]
    assert len(shift.host.waiting) == 4
    return jobs


def begun(shift: Shift) -> str:
    """The job that was started last."""
    sql = "SELECT day, number FROM job WHERE id = (SELECT job_id FROM attempt WHERE token = ?)"
    day, number = shift.yard._store.db.row(sql, (shift.host.starts[-1],))
    return f"JOB-{day}-{number:05}"


def test_nothing_stays_handed_behind_long_jobs(shift: Shift) -> None:
    """Nobody rings: the worker looks by itself, says that there is no slot, and hands nothing ahead meanwhile."""
    worker = shift.worker()
    jobs = crowded(shift, worker)
    worker._rung = False
    assert worker.turn() <= AHEAD
    shift.later(LONG + 0.1)
    for _ in range(3):
        worker.turn()
    assert not shift.host.waiting
    assert all(shift.job(id).reason.startswith("no free slot") for id in jobs[2:])
    shift.later(LATELY)
    shift.finish(jobs[0])
    shift.turn(worker)
    assert (begun(shift), shift.host.waiting) == (jobs[2], {})


def test_nothing_is_handed_ahead_long_after_the_last_short_job(shift: Shift) -> None:
    """That they were short an hour ago says nothing of those that come now."""
    worker = shift.worker()
    hurried(shift, worker)
    shift.later(3600)
    jobs = [shift.submit() for _ in range(6)]
    shift.turn(worker)
    assert [shift.state(id) for id in jobs] == [RUNNING] * 2 + [PENDING] * 4
    assert not shift.host.waiting


def test_what_waits_for_too_long_is_taken_back(shift: Shift) -> None:
    """Also where a slot is worked off all the time, but not by what was handed."""
    worker = shift.worker()
    jobs = crowded(shift, worker)
    shift.later(LATE - 0.1)
    shift.finish(jobs[0])
    shift.later(0.2)
    shift.turn(worker)
    assert shift.state(jobs[2]) is RUNNING
    assert all(shift.now - claimed < LATE for claimed in claims_of(shift))  # those that one slot works off


def claims_of(shift: Shift) -> list[float]:
    """When the jobs were claimed that wait in the keeper."""
    sql = "SELECT claimed_at FROM attempt WHERE token = ?"
    return [shift.yard._store.db.value(sql, (token,)) for token in shift.host.waiting]


def submitted(shift: Shift, parent: str) -> str:
    return shift.submit(priority=5)


def released(shift: Shift, parent: str) -> str:
    id = shift.submit(priority=5, held=True)
    shift.turn()
    shift.yard.release([id])
    return id


def raised(shift: Shift, parent: str) -> str:
    id = shift.submit(priority=-5)
    shift.turn()
    shift.yard.priority([id], 5)
    return id


def due(shift: Shift, parent: str) -> str:
    id = shift.submit(priority=5, not_before=shift.now + 0.1)
    shift.turn()
    shift.later(0.1)
    return id


@pytest.mark.parametrize("comes", [submitted, released, raised, due])
def test_a_better_job_starts_before_what_was_handed(shift: Shift, comes: Callable[[Shift, str], str]) -> None:
    """However it becomes eligible: the next slot is its own, and those that were handed follow in their order."""
    worker = shift.worker()
    jobs = crowded(shift, worker)
    hot = comes(shift, jobs[0])
    shift.turn(worker)
    order = []
    for id in jobs[:4]:
        shift.finish(id)
        shift.turn(worker)
        order.append(begun(shift))
        shift.later(0.01)
    assert order == [hot, *jobs[2:5]]
    assert len(shift.host.starts) == len(set(shift.host.starts))


def test_a_better_child_starts_first_once_its_parent_is_over(shift: Shift) -> None:
    """One of those that were handed takes the slot that the parent leaves; the child has the next one."""
    worker = shift.worker()
    hurried(shift, worker)
    parent = shift.submit()
    hot = shift.submit(priority=5, dependencies=(Dependency(parent, After.OK),))
    others = [shift.submit() for _ in range(5)]
    shift.turn(worker)
    shift.finish(parent)
    shift.turn(worker)
    shift.finish(others[0])
    shift.turn(worker)
    assert begun(shift) == hot


def test_a_better_job_with_a_resource_has_the_next_slot(shift: Shift) -> None:
    """Nothing stays handed before it; while its resource is taken it is in nobody's way."""
    shift.yard.resource_set("qick", capacity=1, new=True)
    shift.yard.queue_create("lab", slots=1)
    worker = shift.worker()
    holder = shift.submit(queue="lab", needs={"qick": 1})
    jobs = crowded(shift, worker)
    hot = shift.submit(priority=5, needs={"qick": 1})
    shift.turn(worker)
    assert len(shift.host.waiting) == 4
    shift.finish(holder)
    shift.turn(worker)
    assert not shift.host.waiting
    shift.finish(jobs[0])
    shift.turn(worker)
    assert begun(shift) == hot


def test_what_another_worker_handed_is_taken_back_too(shift: Shift) -> None:
    """Whoever sees the better job recalls what stands before it; whoever handed it fetches it."""
    first = shift.worker()
    jobs = crowded(shift, first)
    second = shift.worker()
    hot = shift.submit(priority=5)
    shift.turn(second, first)
    shift.finish(jobs[0])
    shift.turn()
    assert begun(shift) == hot


def test_what_a_dead_worker_handed_is_taken_back_too(shift: Shift) -> None:
    """Its heir looks after it as after its own."""
    dead = shift.worker()
    jobs = crowded(shift, dead)
    shift.kill(dead)
    heir = shift.worker()
    shift.turn(heir)
    shift.later(LONG + 0.1)
    heir._rung = False
    for _ in range(3):
        heir.turn()
    assert not shift.host.waiting
    assert {shift.state(id) for id in jobs[2:]} == {PENDING}


@pytest.mark.parametrize("seed", range(6))
def test_whatever_starts_is_the_best_that_waits(shift: Shift, seed: int) -> None:
    """Jobs of any length and priority come and end in any order: every start is of the first in the queue."""
    dice, worker = random.Random(seed), shift.worker()
    hurried(shift, worker)
    waiting: dict[str, tuple[int, str]] = {}
    for _ in range(40):
        for _ in range(dice.choice([0, 0, 1, 2, 5])):
            priority = dice.choice([0, 0, 0, -5, 5])
            id = shift.submit(priority=priority)
            waiting[id] = (-priority, id)
        shift.turn(worker)
        shift.later(dice.choice([0.005, 0.01, 0.2, 3.0]))
        shift.turn(worker)
        busy = [row.id for row in shift.yard.list() if row.state is RUNNING]
        for id in busy:
            waiting.pop(id, None)
        if busy and dice.random() < 0.8:
            before = len(shift.host.starts)
            shift.finish(dice.choice(busy))
            if waiting and len(busy) == 2:
                shift.turn(worker)
                assert len(shift.host.starts) == before + 1
                assert begun(shift) == min(waiting, key=waiting.__getitem__)
    assert len(shift.host.starts) == len(set(shift.host.starts))


def slotless(job: Job) -> bool:
    return job.reason.startswith("no free slot")


def test_a_better_job_passes_on_a_real_keeper(crew: Crew) -> None:
    """Two long jobs in the wake of many short ones: the others say that there is no slot, and wait for the better."""
    crew.yard.queue_set("default", slots=2)
    short = [crew.submit("true") for _ in range(12)]
    long = [crew.gated(gate=str(number)) for number in range(2)]
    others = [crew.submit("true") for _ in range(8)]
    crew.worker()
    crew.ended(*short)
    crew.started(*long)
    until(lambda: all(slotless(crew.job(id)) for id in others), "that nothing is about to start")
    hot = crew.submit("true", priority=10)
    until(lambda: slotless(crew.job(hot)), "what it waits for")
    crew.open("0")
    crew.ended(hot, *others)
    first = min((crew.job(id) for id in (hot, *others)), key=lambda job: job.started_at or 0)
    assert (first.id, first.state) == (hot, COMPLETED)
    crew.open("1")
    assert [len(crew.job(id).attempts) for id in (hot, *others)] == [1] * 9
    crew.ended(*long)

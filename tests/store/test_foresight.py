"""What a forecast is made from: read from a real store, and held against what a real worker does."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.forecast import Duration, Facts, forecast
from jobyard.core.states import After
from jobyard.core.store import edits, foresight, queues, resources, submit
from jobyard.core.store.foresight import EARLIER, NAMED, PENDING, RUNNING, shares
from tests.store.kit import COMPLETED, FAILED, Lab, plan


def facts(lab: Lab, most: int = 10_000) -> Facts:
    return foresight.ask(lab.store, most).facts


def lasts(lab: Lab, row: int) -> Duration:
    return next(task.duration for task in facts(lab).tasks if task.row == row)


def ran(lab: Lab, seconds: float, state: object = COMPLETED, **spec: object) -> None:
    """A job that has run so long."""
    row = lab.submit(**spec)
    lab.claim()
    lab.start(row)
    begun = lab.now
    lab.now += seconds
    lab.end(row, state)  # type: ignore[arg-type]
    with lab.store.db.transaction() as connection:
        connection.execute("UPDATE job SET started_at = ? WHERE id = ?", (begun, row))


@pytest.mark.parametrize("seed", range(3))
def test_every_start_is_the_one_that_a_claim_makes(lab: Lab, seed: int) -> None:
    """A yard with resources, priorities, dependencies and start times, run by real claims on a clock."""
    die = random.Random(seed)
    resources.set_capacity(lab.store, "qick", 1, new=True)
    resources.set_capacity(lab.store, "cpus", 4)
    other = queues.create(lab.store, "default", "other", 2).id
    estimates: dict[int, float] = {}
    for _ in range(24):
        parents = [(row, After.OK) for row in die.sample(sorted(estimates), min(len(estimates), die.choice([0, 0, 1])))]
        needs = die.choice([{}, {}, {"cpus": die.randint(1, 3)}, {"qick": 1}, {"qick": 1, "cpus": 1}])
        later = die.choice([None, None, None, lab.now + 7])
        estimate = float(die.randint(1, 9))
        job = lab.new(
            parents, queue_id=die.choice([1, other]), priority=die.choice([0, 0, 5]), estimate=estimate,
            not_before=later,
        )  # fmt: skip
        demand = resources.intern_demand(lab.store, needs)
        row = submit.add(lab.store, [job._replace(demand_id=demand)])[0]
        estimates[row] = estimate
    asked = facts(lab)
    said = forecast(asked)
    assert len({task.demand for task in asked.tasks}) > 2
    expected = {row: one.start for row, one in said.by_row.items()}
    assert expected == run(lab, estimates)


def run(lab: Lab, estimates: dict[int, float]) -> dict[int, float]:
    """When each job starts that is claimed, and ends as its estimate says."""
    starts: dict[int, float] = {}
    ends: dict[int, float] = {}
    while True:
        while claimed := lab.claim():
            for job in claimed:
                lab.start(job.row)
                starts[job.row], ends[job.row] = lab.now, lab.now + estimates[job.row]
        due = [at for (at,) in lab.store.db.rows("SELECT not_before FROM job WHERE due = 0 AND state = 'pending'")]
        if not ends and not due:
            return starts
        lab.now = min([*ends.values(), *due])
        for row in [row for row, end in ends.items() if end <= lab.now]:
            del ends[row]
            lab.end(row, COMPLETED)


def test_a_command_takes_what_it_took(lab: Lab) -> None:
    """The last twenty completed runs of the same command; failed ones say nothing; another queue's say nothing."""
    for seconds in (500.0, *range(1, 20)):
        ran(lab, seconds)
    ran(lab, 7_000.0, FAILED)
    row = lab.submit()
    assert lasts(lab, row) == Duration(10.5, 18)
    ran(lab, 20.0)
    assert lasts(lab, row) == Duration(10.5, 18)


def test_a_name_is_found_however_long_ago(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that are not among the last ones of the queue are found by their name."""
    monkeypatch.setattr(foresight, "RUNS", 0)
    monkeypatch.setattr(foresight, "LEAST_RUNS", 0)
    ran(lab, 40.0, name="nightly")
    assert lasts(lab, lab.submit(name="nightly")) == Duration(40, 40)
    assert lasts(lab, lab.submit(name="weekly")).guess


def test_a_clock_that_went_back_leads_nowhere(lab: Lab) -> None:
    """A run that ended before it began took no time; one that began in the future runs its time from now."""
    ran(lab, 5.0)
    with lab.store.db.transaction() as connection:
        connection.execute("UPDATE job SET started_at = ended_at + 1e6")
    row = lab.submit(estimate=9.0)
    assert lasts(lab, lab.submit()) == Duration(0, 0)
    lab.claim()
    lab.start(row)
    lab.now -= 86_400
    found = forecast(facts(lab)).of(row)
    assert (found.end, found.late_end) == (lab.now + 9, lab.now + 9)


def test_what_is_not_looked_at_is_counted(lab: Lab) -> None:
    """Each queue has its share of the jobs that are looked at, in its order; how many more wait is told."""
    other = queues.create(lab.store, "default", "other", 2).id
    submit.add(lab.store, [lab.new(priority=number % 2) for number in range(20)])
    few = submit.add(lab.store, [lab.new(queue_id=other) for _ in range(3)])
    found = facts(lab, 8)
    assert sorted(task.row for task in found.tasks if task.queue == other) == sorted(few)
    assert [task.priority for task in found.tasks if task.queue == 1] == [1] * 5
    assert found.more == 15
    assert forecast(facts(lab, 0)).more == 23


@given(st.dictionaries(st.integers(1, 9), st.integers(0, 50)), st.integers(0, 100))
def test_shares_are_fair(pending: dict[int, int], most: int) -> None:
    """No more than there is room for, no more than a queue has, and nobody gets less for another one's many."""
    found = shares(pending, most)
    assert sum(found.values()) == min(most, sum(pending.values()))
    assert all(found[queue] <= pending[queue] for queue in pending)
    cut = [found[queue] for queue in pending if found[queue] < pending[queue]]
    assert max(found.values(), default=0) - min(cut, default=max(found.values(), default=0)) <= 1


def test_held_paused_and_dead_ends_are_told(lab: Lab) -> None:
    """As the tables have it: held, a queue paused for good or until a time, an ended one; no worker is a reason too."""
    until = queues.create(lab.store, "default", "until", 1)
    paused = queues.create(lab.store, "default", "paused", 1)
    held, later, never = lab.submit(held=True), lab.submit(queue_id=until.id), lab.submit(queue_id=paused.id)
    queues.change(lab.store, until, "pause", paused=1, paused_until=lab.now + 60)
    queues.change(lab.store, paused, "pause", paused=1)
    found = forecast(facts(lab))
    assert (found.of(held).why_not, found.of(later).start) == ("held", lab.now + 60)
    assert found.of(never).why_not == "queue paused is paused"
    edits.release(lab.store, [held])
    assert forecast(facts(lab)).of(held).start == lab.now


def test_a_parent_that_was_not_read_is_waited_for(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many dependencies some are read; who has others does not start before them."""
    monkeypatch.setattr(foresight, "EDGES", 1)
    parents = [lab.submit(estimate=1.0), lab.submit(estimate=1.0)]
    child = lab.submit(*((row, After.OK) for row in parents))
    assert forecast(facts(lab)).of(child).why_not == "waits for a job without an expected end"


@pytest.mark.parametrize(
    ("sql", "parameters", "index"),
    [
        (PENDING, (1, 9), "job_queue_pending"), (RUNNING, (), "job_running"), (EARLIER, (1, 9), "job_queue_ended"),
        (NAMED, ("x", 9, 9), "job_name"),
    ],
)  # fmt: skip
def test_the_look_reads_indexes_in_order(lab: Lab, sql: str, parameters: tuple[object, ...], index: str) -> None:
    """Nothing of the jobs is sorted or read whole, so that a million of them cost no more."""
    steps = plan(lab.store, sql, parameters)
    assert index in steps
    assert "TEMP B-TREE" not in steps

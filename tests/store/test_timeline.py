"""What ran in a window: attempts one by one or in heaps, their waits, what held them up, and what the queries cost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.gantt.gaps import AWAY, LOCKED, NO_WORKER, PAUSED, QUEUE, SESSION
from jobyard.core.gantt.load import load
from jobyard.core.gantt.spans import By, Span, Timeline, Window, Wish
from jobyard.core.models import JobFilter, Result
from jobyard.core.states import Cause, State
from jobyard.core.store import holdings, outcomes, queues, resources, schema_5, submit, timeline, workers
from jobyard.core.store.database import Interrupted
from jobyard.core.store.migrations import statements as split
from tests.store.kit import COMPLETED, FAILED, NOW, PENDING, RUNNING, Lab, plan, statements


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    found = Lab(tmp_path / "yard")
    yield found
    found.close()


def ran(lab: Lab, row: int, start: float, end: float | None, state: State = COMPLETED) -> None:
    """Let a pending job run from second to second."""
    lab.now = NOW + start
    lab.claim()
    lab.start(row)
    if end is not None:
        lab.now = NOW + end
        lab.end(row, state)


def look(
    lab: Lab, start: float, end: float, by: By = "queue", where: JobFilter = JobFilter(), cells: int = 100
) -> Timeline:
    """The window from second to second."""
    return timeline.timeline(lab.store, Wish(Window(NOW + start, (end - start) / cells, cells), by, where))


def shown(found: Timeline) -> dict[int, tuple[float, float | None]]:
    return {span.row: (span.start - NOW, None if span.end is None else span.end - NOW) for span in found.spans}


# -- which attempts ------------------------------------------------------------------------------------------


def test_what_overlaps_the_window_is_told(lab: Lab) -> None:
    """Before and after it is nothing; what reaches into it, goes through it or still runs is there."""
    early, into, through, runs = (lab.submit() for _ in range(4))
    ran(lab, early, 0, 10)
    ran(lab, into, 20, 60)
    ran(lab, through, 61, 200)
    ran(lab, runs, 201, None)
    assert shown(look(lab, 50, 100)) == {into: (20, 60), through: (61, 200)}
    assert shown(look(lab, 190, 300)) == {through: (61, 200), runs: (201, None)}
    assert look(lab, 0, 10).spans[0].state is COMPLETED
    assert look(lab, 11, 19).spans == ()


def test_every_attempt_has_its_own_bar(lab: Lab) -> None:
    """A job that failed and ran again is there twice; the second waited from the end of the first."""
    job = lab.submit(retries=1, retry_delay=0.0)
    ran(lab, job, 10, 20, FAILED)
    ran(lab, job, 30, 40)
    first, second = sorted(look(lab, 0, 100).spans, key=lambda span: span.attempt)
    assert [(span.attempt, span.attempts, span.state) for span in (first, second)] == [
        (1, 2, FAILED),
        (2, 2, COMPLETED),
    ]
    assert (first.waited, second.waited) == (10, 10)


def test_a_start_that_was_not_wanted_before_is_not_late(lab: Lab) -> None:
    """A job waits from the time before which it shall not start."""
    job = lab.submit(not_before=NOW + 100)
    ran(lab, job, 130, 140)
    assert look(lab, 0, 200).spans[0].waited == 30


def test_a_clock_that_was_set_back_is_told(lab: Lab) -> None:
    """An attempt that ended before it started is torn, and is where it ended."""
    job = lab.submit()
    ran(lab, job, 50, 20)
    (span,) = look(lab, 0, 100).spans
    assert (span.torn, span.start - NOW, span.end) == (True, 20, NOW + 20)


def test_an_attempt_that_never_started_is_a_point(lab: Lab) -> None:
    """One whose launch failed is at its end."""
    job = lab.submit()
    lab.claim()
    lab.now = NOW + 5
    result = Result(lab.tokens[job], FAILED, lab.now, None, Cause.LAUNCH, "no such program")
    with lab.store.db.transaction() as connection:
        outcomes.ended(lab.store, connection, [result])
    (span,) = look(lab, 0, 100).spans
    assert (span.start, span.end, span.message) == (NOW + 5, NOW + 5, "no such program")


@pytest.mark.parametrize(
    ("by", "groups"), [("queue", {"default", "other"}), ("worker", {"lab"}), ("user", {"ada", "bob"})]
)
def test_lanes_are_of_queues_workers_or_users(lab: Lab, by: By, groups: set[str]) -> None:
    """Each attempt is in the group that it belongs to."""
    other = queues.create(lab.store, "default", "other", 1).id
    lab.store.db.rows("UPDATE job SET user = 'bob' WHERE id = ?", (lab.submit(queue_id=other),))
    lab.submit()
    for number, job in enumerate(lab.claim()):
        lab.start(job.row)
        lab.now = NOW + number + 1
        lab.end(job.row, COMPLETED)
    lab.store.db.rows("UPDATE job SET user = 'ada' WHERE user <> 'bob'")
    found = look(lab, 0, 100, by)
    assert {span.group for span in found.spans} == groups


def test_a_filter_limits_it(lab: Lab) -> None:
    """Only jobs that match are told, and that others are not."""
    one, other = lab.submit(name="rabi"), lab.submit(name="t1")
    for row in (one, other):
        ran(lab, row, 10, 20)
    from jobyard.core.yard.resolving import applied

    found = look(lab, 0, 100, where=applied(lab.store, "name:rabi", JobFilter()))
    assert set(shown(found)) == {one}
    assert found.part
    assert not look(lab, 0, 100).part


# -- very many ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["queue", "worker", "user"])
def test_heaps_say_what_the_spans_would_say(lab: Lab, monkeypatch: pytest.MonkeyPatch, by: By) -> None:
    """Where attempts are too many, load, number and waits are the same as when each is told."""
    rows = [lab.submit() for _ in range(40)]
    for number, row in enumerate(rows):
        ran(lab, row, number * 7, number * 7 + 1 + number % 30, FAILED if number % 9 == 0 else COMPLETED)
    one_by_one = look(lab, 20, 220, by)
    monkeypatch.setattr(timeline, "MOST_SPANS", 28)
    together = look(lab, 20, 220, by)
    window, now = one_by_one.wish.window, one_by_one.now
    assert together.heaps
    assert 0 < len(together.spans) < len(one_by_one.spans)  # the longest are told
    assert together.total == one_by_one.total
    exact = load(one_by_one.spans, [], window, now)
    assert load(together.spans, together.heaps, window, now).mean == pytest.approx(exact.mean, abs=1e-6)
    assert together.waited.many == sum(span.start >= window.start for span in one_by_one.spans)
    assert together.waited.median == pytest.approx(one_by_one.waited.median, rel=0.1)


def test_when_even_the_long_are_too_many_all_are_heaped(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is told twice, none is left out."""
    rows = [lab.submit() for _ in range(12)]
    for number, row in enumerate(rows):
        ran(lab, row, number * 30, number * 30 + 20)
    monkeypatch.setattr(timeline, "MOST_SPANS", 5)
    found = look(lab, 0, 400)
    assert found.spans == ()
    assert sum(heap.many for heap in found.heaps) == 12


# -- what held it up --------------------------------------------------------------------------------------------


def held_up(lab: Lab, kind: str, by: By = "queue") -> list[tuple[float, float, str, str]]:
    """From when to when, of whom, by which resource."""
    blocks = [block for block in look(lab, 0, 1000, by).blocks if block.kind == kind]
    return [(block.start - NOW, block.end - NOW, block.group, block.resource) for block in blocks]


def at(lab: Lab, second: float) -> None:
    lab.now = NOW + second


def test_a_pause_is_a_reason_for_its_queue(lab: Lab) -> None:
    """From the pause to its end, and one that lasts until now; undone or not."""
    queue = queues.find(lab.store, "default", "default")
    for second, paused in ((10, 1), (30, 0), (50, 1)):
        at(lab, second)
        queues.change(lab.store, queue, "pause" if paused else "resume", paused=paused)
    at(lab, 70)
    assert held_up(lab, PAUSED) == [(10, 30, "default", ""), (50, 70, "default", "")]
    assert held_up(lab, PAUSED, "user") == []


def test_a_queue_and_a_session_that_ended_are_reasons(lab: Lab) -> None:
    """Until now: they do not come back."""
    queues.create_session(lab.store, "june")
    gone = queues.create(lab.store, "june", "q", 1)
    at(lab, 20)
    queues.change(lab.store, gone, "end", ended_at=lab.now)
    at(lab, 40)
    queues.end_session(lab.store, "june")
    at(lab, 60)
    assert held_up(lab, QUEUE) == [(20, 60, "june/q", "")]
    assert held_up(lab, SESSION) == [(40, 60, "june/q", "")]


def test_a_lock_is_a_reason_for_whoever_wanted_the_resource(lab: Lab) -> None:
    """It says which; the attempt that waited for it says that it did."""
    resources.set_capacity(lab.store, "fridge", 1, new=True)
    demand = resources.intern_demand(lab.store, {"fridge": 1})
    (row,) = submit.add(lab.store, [lab.new()._replace(demand_id=demand)])
    at(lab, 10)
    holdings.lock(lab.store, "fridge", "warm")
    at(lab, 30)
    holdings.unlock(lab.store, "fridge", force=False)
    assert held_up(lab, LOCKED) == [(10, 30, "", "fridge")]
    ran(lab, row, 40, 50)
    assert any(wait.wants == ("fridge",) and wait.end == NOW + 40 for wait in look(lab, 0, 100).queued)


def test_that_no_worker_lived_is_a_reason_for_all(lab: Lab) -> None:
    """After it left, until another comes; of a worker's own lane, that it was not there."""
    at(lab, 30)
    workers.set_mode(lab.store, lab.worker, "left")
    at(lab, 90)
    assert held_up(lab, NO_WORKER) == [(30, 90, "", "")]
    assert held_up(lab, AWAY, "worker") == [(30, 90, "lab", "")]


def test_what_waits_now_is_known_by_the_first_of_its_queue(lab: Lab) -> None:
    """An idle queue with a job in it is not one with nothing to do."""
    lab.submit(held=True)
    at(lab, 50)
    (wait,) = look(lab, 0, 100).queued
    assert (wait.group, wait.start - NOW, wait.end - NOW, wait.why) == ("default", 0, 50, "held")


# -- what it costs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["queue", "worker", "user"])
@pytest.mark.parametrize("many", [False, True], ids=["few", "many"])
def test_no_query_reads_a_table(lab: Lab, monkeypatch: pytest.MonkeyPatch, by: By, many: bool) -> None:
    """Attempts are a range of their index, jobs and events are looked up: a million others cost nothing."""
    for number in range(20):
        ran(lab, lab.submit(), number * 5, number * 5 + 3)
    if many:
        monkeypatch.setattr(timeline, "MOST_SPANS", 5)
    asked = statements(lab.store, lambda: look(lab, 10, 90, by))
    steps = {step for sql in asked if sql.startswith("SELECT") for step in plan(lab.store, sql, ()).split("; ")}
    assert any(step.startswith("SEARCH a USING") and "attempt_ended (ended_at>?)" in step for step in steps)
    scanned = [step for step in steps if step.startswith("SCAN") and step.split()[1] not in SMALL]
    assert [step for step in scanned if "INDEX" not in step] == []


SMALL = {"q", "s", "queue", "session", "worker", "resource", "w", "CONSTANT", "(subquery-1)", "json_each"}


def test_an_old_store_gets_the_index(lab: Lab) -> None:
    """The migration is one index on what was there before."""
    ran(lab, lab.submit(), 10, 20)
    for sql in split(schema_5.VERSION_5):
        if "attempt_ended" in sql:
            lab.store.db.rows("DROP INDEX attempt_ended")
            lab.store.db.rows(sql)
    assert len(look(lab, 0, 100).spans) == 1


def test_an_image_that_is_no_longer_read_is_no_crash(lab: Lab) -> None:
    """Events without images, of verbs that nobody knows, are passed over."""
    with lab.store.db.transaction():
        lab.store.record("worker waltz", after={"worker": 77})
        lab.store.record("queue dance", queue=1)
    assert json.loads(json.dumps(held_up(lab, PAUSED))) == []


def test_states_are_those_of_attempts(lab: Lab) -> None:
    """A span that runs has no end; what ended is not pending."""
    ran(lab, lab.submit(), 10, None)
    spans: tuple[Span, ...] = look(lab, 0, 100).spans
    assert {span.state for span in spans} == {RUNNING} != {PENDING}


def test_a_long_look_is_given_up_when_another_is_wanted(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two of its queries as well; the next look is whole, and the store is free."""
    for number in range(12):
        ran(lab, lab.submit(), number * 5, number * 5 + 3)
    monkeypatch.setattr(timeline, "MOST_SPANS", 5)
    asked = timeline._Looking._called

    def called(self: timeline._Looking, key: object) -> str:
        lab.store.db.interrupt()
        return asked(self, key)

    with monkeypatch.context() as patch, pytest.raises(Interrupted):
        patch.setattr(timeline._Looking, "_called", called)
        look(lab, 0, 100)
    assert sum(heap.many for heap in look(lab, 0, 100).heaps) == 12
    assert not lab.store.db.connection.in_transaction

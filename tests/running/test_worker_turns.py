"""A worker's decisions, turn by turn, with a keeper in memory that a test makes fail at will."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core import worker as worker_module
from jobyard.core.errors import Retired, StoreFull, WrongState
from jobyard.core.models import Dependency
from jobyard.core.runners.base import Disowned, Ended, Outcome
from jobyard.core.states import After, Cause
from jobyard.core.store import claims, outcomes
from jobyard.core.worker import BACK_OFF, BURY, Worker
from tests.running.workerkit import CANCELLED, COMPLETED, FAILED, PENDING, RUNNING, SKIPPED, Shift


@pytest.fixture
def shift(yard_home: Path) -> Iterator[Shift]:
    """A yard with a queue of two slots, and nobody at work."""
    found = Shift(yard_home)
    found.yard.queue_set("default", slots=2)
    yield found
    found.close()


def running(shift: Shift) -> set[str]:
    return {row.id for row in shift.yard.list() if row.state is RUNNING}


# -- claims -----------------------------------------------------------------------------------------


def test_order_is_priority_then_submission(shift: Shift) -> None:
    """Higher priority first, then first in first out; slots are never exceeded."""
    low, first, second, high = (shift.submit(priority=p) for p in (-1, 0, 0, 5))
    worker = shift.worker()
    order = []
    for _ in range(4):
        shift.turn(worker)
        assert len(running(shift)) <= 2
        one = min(running(shift), key=lambda id: [high, first, second, low].index(id))
        order.append(one)
        shift.finish(one)
        shift.turn(worker)
    assert order == [high, first, second, low]


def test_slots_hold_for_all_workers_together(shift: Shift) -> None:
    """Four workers on one queue of two slots run two jobs."""
    jobs = [shift.submit() for _ in range(8)]
    for _ in range(4):
        shift.worker()
    done = 0
    while done < 8:
        shift.turn()
        assert len(running(shift)) == 2
        shift.finish(next(iter(running(shift))))
        shift.turn()
        done += 1
        if done == 7:
            shift.finish(next(iter(running(shift))))
            shift.turn()
            break
    assert {shift.state(id) for id in jobs} == {COMPLETED}
    assert len(shift.host.starts) == len(set(shift.host.starts)) == 8


def test_max_jobs_is_never_exceeded(shift: Shift) -> None:
    """Also while it records the ends of jobs that another worker had."""
    shift.yard.queue_set("default", slots=10)
    first = shift.worker()
    others = [shift.submit() for _ in range(4)]
    shift.turn(first)
    second = shift.worker(max_jobs=1)
    mine = [shift.submit() for _ in range(3)]
    first.drain()
    shift.turn(first)
    for id in others:
        shift.finish(id)
    second.turn()
    shift.later(BURY + 1)
    second.turn()  # hears the ends of the other's jobs, and records them
    second.turn()
    assert second.busy == 1
    assert sum(shift.state(id) is RUNNING for id in mine) <= 1
    shift.turn()
    assert {shift.state(id) for id in others} == {COMPLETED}


def test_a_worker_without_a_keeper_claims_nothing(shift: Shift) -> None:
    """The job stays pending, the reason is told, and it starts once a keeper can be had; it does not spin."""
    shift.host.startable = False
    worker = shift.worker()
    id = shift.submit()
    worker._rung = True
    assert worker.turn() == BACK_OFF
    assert not worker._rung  # or the wait that follows would end at once
    assert shift.state(id) is PENDING
    assert "keeper cannot be started" in shift.told[0]
    shift.host.startable = True
    worker.turn()
    worker.turn()
    assert shift.state(id) is RUNNING
    shift.finish(id)
    shift.turn()


def test_a_keeper_that_never_comes_back_is_not_hammered(shift: Shift) -> None:
    """After a loss, each vain try is followed by a pause."""
    worker = shift.worker()
    id = shift.submit()
    shift.turn(worker)
    shift.host.startable = False
    shift.host.die()
    assert worker.turn() == BACK_OFF
    assert not worker._rung
    assert worker.turn() == BACK_OFF
    shift.host.startable = True
    shift.turn(worker)
    shift.finish(id)
    shift.turn(worker)
    assert shift.state(id) is COMPLETED


def test_a_keeper_that_dies_between_claim_and_start_costs_nothing(shift: Shift) -> None:
    """The start goes nowhere; the next keeper promises never to have started it, and it is claimed again."""
    worker = shift.worker()
    shift.turn(worker)
    worker.runner.ensure()
    id = shift.submit()
    real = worker.runner.start

    def dies(specs: object) -> None:
        shift.host.die()
        real(specs)  # type: ignore[arg-type]
        worker.runner.start = real  # type: ignore[method-assign]

    worker.runner.start = dies  # type: ignore[method-assign]
    shift.turn(worker)
    assert shift.state(id) is RUNNING
    shift.finish(id)
    shift.turn(worker)
    job = shift.job(id)
    assert (job.state, len(job.attempts)) == (COMPLETED, 1)
    assert len(shift.host.starts) == 1


def test_a_host_that_lacks_something_is_not_asked_again_at_once(shift: Shift) -> None:
    """`never: no room` returns the job and pauses the claims, instead of claiming it a thousand times a second."""
    worker, id = shift.worker(), shift.submit()
    worker.turn()
    worker.runner.start = lambda specs: [  # type: ignore[method-assign]
        worker.runner.hear(Disowned(spec.token, "never", "not started: No space left"))  # type: ignore[attr-defined]
        for spec in specs
    ]
    shift.yard.queue_set("default", slots=1)
    shift.finish(id)
    id = shift.submit()
    for _ in range(20):
        worker._rung = True
        worker.turn()
    claimed = shift.yard._store.db.value("SELECT claims FROM job ORDER BY id DESC")
    assert (shift.state(id), claimed) == (PENDING, 1)
    assert 0 < worker.turn() <= BACK_OFF
    del worker.runner.start
    shift.later(BACK_OFF)
    worker.turn()  # nobody rings
    worker.turn()
    assert shift.state(id) is RUNNING
    shift.finish(id)
    shift.turn()


def test_nothing_starts_below_the_disks_floor(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    """Room on the disk is a condition of every claim; the worker tells, and looks again although nobody rings."""
    monkeypatch.setattr(worker_module, "disk_room", lambda folder: -1)
    worker, id = shift.worker(), shift.submit()
    shift.turn(worker)
    assert shift.state(id) is PENDING
    assert len(shift.told) == 1
    assert "Nothing new starts" in shift.told[0]
    monkeypatch.undo()
    shift.later(2)
    worker._rung = False
    worker.turn(), worker.turn()
    assert shift.state(id) is RUNNING
    shift.finish(id)
    shift.turn(worker)


def test_one_poisoned_job_keeps_no_other_from_starting(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind that falls over one job's fields fails that attempt, with the reason; those claimed with it run."""
    real = worker_module.spec_from
    bad, good = shift.submit(name="poison"), shift.submit()
    poisoned = shift.job(bad).id

    def spec_from(job: claims.Claimed, *more: object) -> object:
        if job.id == poisoned:
            raise TypeError("no such field")
        return real(job, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(worker_module, "spec_from", spec_from)
    shift.turn(shift.worker())
    job = shift.job(bad)
    assert (job.state, job.cause) == (FAILED, Cause.LAUNCH)
    assert "TypeError: no such field" in job.message
    assert shift.state(good) is RUNNING
    shift.finish(good)
    shift.turn()


# -- ends -------------------------------------------------------------------------------------------


def test_an_end_is_true(shift: Shift) -> None:
    """Exit code, times and cause come from the runner and nowhere else."""
    worker, id = shift.worker(), shift.submit()
    shift.turn(worker)
    began = shift.now
    shift.later(7.5)
    shift.finish(id, 3)
    shift.later(60)
    shift.turn(worker)
    job = shift.job(id)
    assert (job.state, job.cause, job.exit_code) == (FAILED, Cause.EXIT, 3)
    assert (job.started_at, job.ended_at) == (began, began + 7.5)


@pytest.mark.parametrize(
    ("outcome", "state", "cause"),
    [
        ({"exit_code": 0}, COMPLETED, None),
        ({"exit_code": 0, "stopped": "cancel"}, CANCELLED, None),
        ({"exit_code": None, "signal": 9, "stopped": "cancel"}, CANCELLED, None),
        ({"exit_code": None, "signal": 11}, FAILED, Cause.SIGNAL),
        ({"exit_code": 0, "cause": "time limit"}, FAILED, Cause.TIME_LIMIT),
        ({"exit_code": None, "signal": 15, "cause": "time limit"}, FAILED, Cause.TIME_LIMIT),
        ({"exit_code": None, "cause": "lost"}, FAILED, Cause.LOST),
        ({"exit_code": None}, FAILED, Cause.LOST),
        ({"exit_code": None, "cause": "log limit"}, FAILED, Cause.LOG_LIMIT),
    ],
    ids=str,
)
def test_verdicts(shift: Shift, outcome: dict[str, object], state: object, cause: Cause | None) -> None:
    """A stop that reached the process makes it cancelled, a limit fails it, what cannot be known is lost."""
    worker, id = shift.worker(), shift.submit()
    shift.turn(worker)
    shift.finish(id, **outcome)  # type: ignore[arg-type]
    shift.turn(worker)
    assert (shift.job(id).state, shift.job(id).cause) == (state, cause)


def test_an_end_is_recorded_once(shift: Shift) -> None:
    """Told twice, by two keepers, to two workers: one attempt, one end, and the first word stands."""
    worker, other = shift.worker(), shift.worker()
    id = shift.submit()
    shift.turn(worker)
    token = shift.token(id)
    shift.finish(id, 0)
    shift.turn(worker)
    for one in (worker, other):
        one.runner.ensure()
        one.runner.hear(Ended(Outcome(token, 1.0, 2.0, 1)))  # type: ignore[attr-defined]
    shift.turn()
    shift.later(BURY + 1)
    shift.turn()
    job = shift.job(id)
    assert (job.state, job.exit_code, len(job.attempts)) == (COMPLETED, 0, 1)
    assert [event.verb for event in shift.yard.history(id)].count("end") == 1


def test_ends_of_a_silent_worker_are_recorded_by_another(shift: Shift) -> None:
    """A worker that hangs loses nothing: after a while whoever hears an end records it."""
    hung, other = shift.worker(), shift.worker()
    id = shift.submit()
    shift.turn(hung)
    other.runner.ensure()
    shift.finish(id)
    other.turn()
    assert shift.state(id) is RUNNING
    shift.later(BURY + 1)
    shift.turn(other)
    assert shift.state(id) is COMPLETED


def test_a_full_store_loses_no_outcome(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit that finds no room is tried again; the keeper is not told that it may forget; nothing spins."""
    worker, id = shift.worker(), shift.submit()
    shift.turn(worker)
    shift.finish(id, 4)

    def full(*args: object) -> None:
        raise StoreFull

    with monkeypatch.context() as patch:
        patch.setattr(outcomes, "ended", full)
        worker._rung = True
        assert worker.turn() == BACK_OFF
        assert not worker._rung
        assert worker.turn() == BACK_OFF
    assert shift.host.over.keys() == {shift.token(id)}
    shift.turn(worker)
    assert (shift.state(id), shift.job(id).exit_code) == (FAILED, 4)
    assert shift.host.over == {}


def test_more_ends_than_one_transaction_takes(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest follows in the next ones, without anybody ringing."""
    monkeypatch.setattr(worker_module, "MOST_RESULTS", 3)
    shift.yard.queue_set("default", slots=20)
    jobs = [shift.submit() for _ in range(10)]
    worker = shift.worker()
    shift.turn(worker)
    for id in jobs:
        shift.finish(id)
    waits = [worker.turn() for _ in range(4)]
    assert waits[:3] == [0.0] * 3
    assert {shift.state(id) for id in jobs} == {COMPLETED}


# -- retries and times --------------------------------------------------------------------------------


def test_a_retry_waits_its_delay_and_comes_by_itself(shift: Shift) -> None:
    """60 s, then 120 s; nobody rings for it, and the worker does not spin when it is due."""
    worker = shift.worker()
    id = shift.submit(retries=2)
    shift.turn(worker)
    for number, delay in enumerate((60, 120), start=1):
        shift.finish(id, 1)
        worker.turn()
        assert (shift.state(id), shift.job(id).reason[:15]) == (PENDING, f"retry {number} of 2 at")
        shift.later(delay - 1)
        worker.turn()
        assert shift.state(id) is PENDING
        assert worker.turn() <= 1.0  # it knows when to wake
        shift.later(1)
        worker.turn()
        worker.turn()
        assert shift.state(id) is RUNNING
    shift.finish(id, 1)
    shift.turn(worker)
    job = shift.job(id)
    assert (job.state, [attempt.exit_code for attempt in job.attempts]) == (FAILED, [1, 1, 1])
    assert worker.turn() > 1.0


def test_a_start_time_is_kept_without_spinning(shift: Shift) -> None:
    """A job of later starts then; a turn after it was admitted finds nothing to do."""
    worker = shift.worker()
    id = shift.submit(not_before=shift.now + 90)
    shift.turn(worker)
    assert shift.state(id) is PENDING
    shift.later(90)
    for _ in range(3):  # admit, claim, hear that it started
        worker.turn()
    assert shift.state(id) is RUNNING
    before = worker.store.db.connection.total_changes
    assert worker.turn() > 1.0
    assert worker.store.db.connection.total_changes == before
    shift.finish(id)
    shift.turn(worker)


def test_a_queue_paused_until_a_time_goes_on_then(shift: Shift) -> None:
    """Nobody rings when the pause is over."""
    worker, id = shift.worker(), shift.submit()
    shift.yard.queue_pause("default", shift.now + 30)
    shift.turn(worker)
    assert shift.state(id) is PENDING
    shift.later(30)
    for _ in range(3):  # admit, claim, hear that it started
        worker.turn()
    assert shift.state(id) is RUNNING
    shift.finish(id)
    shift.turn(worker)


def test_a_clock_set_back_delays_and_loses_nothing(shift: Shift) -> None:
    """Ends are recorded as told, jobs of now start, the order of ids stands."""
    worker, first = shift.worker(), shift.submit()
    shift.turn(worker)
    shift.now -= 3600
    second = shift.submit()
    shift.turn(worker)
    shift.finish(first)
    shift.finish(second)
    shift.turn(worker)
    assert [shift.state(first), shift.state(second)] == [COMPLETED, COMPLETED]
    assert first < second


@pytest.mark.parametrize(
    ("cause", "idempotent", "again"), [("lost", False, False), ("lost", True, True), ("", False, True)]
)
def test_what_was_lost_is_retried_only_if_that_is_harmless(
    shift: Shift, cause: str, idempotent: bool, again: bool
) -> None:
    """A job that may have run is not run twice, unless it says that it may be."""
    worker = shift.worker()
    id = shift.submit(retries=1, idempotent=idempotent)
    shift.turn(worker)
    shift.finish(id, None if cause else 1, cause=cause)
    shift.turn(worker)
    assert shift.state(id) is (PENDING if again else FAILED)


# -- stops, holds and recalls ---------------------------------------------------------------------------


def test_a_cancel_reaches_the_keeper_once(shift: Shift) -> None:
    """And again the next keeper, if the first one dies over it."""
    worker, id = shift.worker(), shift.submit()
    shift.turn(worker)
    token = shift.token(id)
    shift.yard.cancel([id])
    shift.turn(worker)
    assert shift.host.stops == [(token, "cancel")]
    assert shift.job(id).stopping
    shift.host.die()
    shift.turn(worker)
    assert shift.host.stops == [(token, "cancel")] * 2
    shift.finish(id, None, signal=15, stopped="cancel")
    shift.turn(worker)
    assert shift.state(id) is CANCELLED


def test_a_cancel_after_a_recall_that_came_too_late_is_sent(shift: Shift) -> None:
    """Held while handed, started all the same, cancelled then: the keeper must hear of the cancel."""
    worker, id = shift.worker(), shift.submit()
    worker.turn()
    row = shift.job(id).row
    assert shift.job(id).reason.startswith("next")  # started, but the worker has not heard so
    shift.yard.hold([row])
    worker._rung = True
    worker._send_stops()
    shift.turn(worker)
    assert shift.state(id) is RUNNING
    shift.yard.cancel([row])
    shift.turn(worker)
    assert [why for _, why in shift.host.stops] == ["cancel"]
    shift.finish(id, None, signal=15, stopped="cancel")
    shift.turn(worker)
    assert shift.state(id) is CANCELLED


def handed(shift: Shift, worker: Worker) -> tuple[str, str]:
    """A running job, and one that waits for it in the keeper."""
    shift.host.lanes["1"] = 1
    real = worker.runner.start
    first, second = shift.submit(), shift.submit()

    def narrow(specs: object) -> None:
        from dataclasses import replace

        real([replace(spec, lane_slots=1) for spec in specs])  # type: ignore[attr-defined]

    worker.runner.start = narrow  # type: ignore[method-assign]
    shift.turn(worker)
    assert (shift.state(first), shift.state(second)) == (RUNNING, PENDING)
    assert shift.job(second).reason.startswith("next")
    return first, second


@pytest.mark.parametrize("verb", ["hold", "priority", "cancel", "pause", "end", "slots", "session"])
def test_a_handed_job_is_taken_back(shift: Shift, verb: str) -> None:
    """Whatever changes a job that has no process yet, or its queue, comes in time."""
    worker = shift.worker()
    first, second = handed(shift, worker)
    {
        "hold": lambda: shift.yard.hold([second]),
        "priority": lambda: shift.yard.priority([second], -5),
        "cancel": lambda: shift.yard.cancel([second]),
        "pause": lambda: shift.yard.queue_pause("default"),
        "end": lambda: shift.yard.queue_end("default"),
        "slots": lambda: shift.yard.queue_set("default", slots=1),
        "session": lambda: shift.yard.session_end("default"),
    }[verb]()
    shift.turn(worker)
    job = shift.job(second)
    assert job.attempts == ()
    if verb == "priority":
        assert (job.state, job.priority) == (PENDING, -5)
    else:
        assert job.state is (CANCELLED if verb == "cancel" else PENDING)
        assert not shift.host.waiting
    shift.finish(first)
    shift.turn(worker)
    assert len(shift.host.starts) == (2 if verb in ("priority", "slots") else 1)
    if len(shift.host.starts) == 2:
        shift.finish(second)
        shift.turn(worker)


def test_a_pending_job_is_cancelled_without_a_worker(shift: Shift) -> None:
    """And an ended one is left alone, with the reason."""
    id = shift.submit()
    assert shift.yard.cancel([id]).done == (id,)
    assert shift.yard.cancel([id]).left == ((id, "it is cancelled already"),)


def test_a_child_is_skipped_when_a_cancelled_claim_comes_back(shift: Shift) -> None:
    """Cancelled before it started: its dependants follow as from any other cancel."""
    worker = shift.worker()
    first, second = handed(shift, worker)
    child = shift.submit(dependencies=(Dependency(second, After.OK),))
    shift.yard.cancel([second])
    shift.turn(worker)
    assert shift.state(child) is SKIPPED
    shift.finish(first)
    shift.turn(worker)


# -- coming and going -----------------------------------------------------------------------------------


def test_drain_starts_nothing_and_leaves_at_the_last_end(shift: Shift) -> None:
    """What the keeper has not started comes back; what runs is waited for."""
    worker = shift.worker()
    first, second = handed(shift, worker)
    worker.drain()
    shift.turn(worker)
    assert shift.generation(worker) == "draining"
    assert (shift.state(first), shift.state(second)) == (RUNNING, PENDING)
    assert not worker._leave
    shift.finish(first)
    shift.turn(worker)
    assert worker._leave
    assert len(shift.host.starts) == 1


@pytest.mark.parametrize("ask", ["drain", "stop"])
def test_others_may_ask_it_to_go(shift: Shift, ask: str) -> None:
    """By the store: drain waits for the running job, stop does not."""
    worker, id = shift.worker(), shift.submit()
    shift.turn(worker)
    shift.yard.worker_drain() if ask == "drain" else shift.yard.worker_stop()
    shift.turn(worker)
    assert worker._leave is (ask == "stop")
    shift.finish(id)
    shift.turn(worker)
    if ask == "stop":
        shift.leave(worker)
        shift.turn(shift.worker())
    assert shift.state(id) is COMPLETED


def test_once_leaves_when_nothing_is_left(shift: Shift) -> None:
    """Not before a retry that is due later, nor before what another worker runs."""
    other, id = shift.worker(), shift.submit(retries=1)
    shift.turn(other)
    worker = shift.worker(once=True)
    shift.turn(worker)
    assert not worker._leave
    shift.finish(id, 1)
    shift.turn(other)
    other.drain()
    shift.turn(worker)
    assert not worker._leave
    shift.later(60)
    shift.turn(worker)
    shift.finish(id)
    shift.turn(worker)
    assert worker._leave


def test_once_tells_what_it_waits_for(shift: Shift) -> None:
    """Until when and for which jobs, once a time; a job that is held, or a pause nobody waits for, keeps it not."""
    shift.yard.queue_create("slow")
    shift.yard.queue_pause("slow", shift.now + 9000)
    first, second = shift.submit(not_before=shift.now + 600), shift.submit(not_before=shift.now + 1200)
    worker = shift.worker(once=True)
    shift.turn(worker)
    assert not worker._leave
    (told,) = shift.told
    assert re.fullmatch(rf"waits until [\d: -]+ for {first} and 1 more; Ctrl-C leaves, they stay", told)
    shift.yard.cancel([first])
    shift.turn(worker)
    assert f"for {second}; Ctrl-C leaves, it stays" in shift.told[-1]
    assert len(shift.told) == 2
    shift.yard.hold([second])
    shift.turn(worker)
    assert worker._leave


def test_once_waits_for_a_paused_queue(shift: Shift) -> None:
    """Its jobs start when the pause is over, and so it says; without a job in it, it leaves."""
    id = shift.submit()
    shift.yard.queue_pause("default", shift.now + 600)
    worker = shift.worker(once=True)
    shift.turn(worker)
    assert not worker._leave
    assert f" for {id};" in shift.told[0]
    shift.yard.cancel([id])
    shift.turn(worker)
    assert worker._leave


def test_a_second_worker_of_a_name_is_refused(shift: Shift) -> None:
    """The lock tells; the first one goes on."""
    worker = shift.worker("ada")
    with pytest.raises(WrongState, match="lives already"):
        shift.worker("ada")
    shift.turn(worker)
    assert shift.generation(worker) == "working"


def test_a_retired_worker_commits_nothing_more(shift: Shift) -> None:
    """Replaced in the transaction that admits its successor: no claim, no outcome, no heartbeat of mode."""
    old, id = shift.worker(), shift.submit()
    shift.turn(old)
    new = shift.worker(replaces=old.id)
    token = shift.token(id)
    shift.finish(id, 5)
    before = shift.yard._store.db.value("SELECT max(id) FROM event")
    old._rung = True
    with pytest.raises(Retired):
        old.turn()
    assert shift.yard._store.db.value("SELECT max(id) FROM event") == before
    assert shift.token(id) == token
    old._end()
    shift.workers.remove(old)
    shift.turn(new)
    assert (shift.state(id), shift.job(id).exit_code, len(shift.job(id).attempts)) == (FAILED, 5, 1)


def test_a_successor_of_nobody_is_refused(shift: Shift) -> None:
    """A generation that has left, or was replaced before, cannot be replaced; nothing is admitted."""
    old = shift.worker()
    shift.leave(old)
    with pytest.raises(WrongState, match="cannot be replaced"):
        shift.worker("late", replaces=old.id)
    assert shift.yard.workers() == []


def test_a_claim_of_the_retired_worker_is_started_once(shift: Shift) -> None:
    """It claimed, was replaced, and only then told the keeper: the successor had it promised away, and claims anew."""
    old, id = shift.worker(), shift.submit()
    old.runner.ensure()
    said = []
    real = old.runner.start
    old.runner.start = lambda specs: said.append(list(specs))  # type: ignore[method-assign]
    shift.turn(old, times=1)
    new = shift.worker(replaces=old.id)
    new.turn()
    real(said[0])  # too late
    shift.turn(new)
    shift.kill(old)
    assert shift.state(id) is RUNNING
    shift.finish(id)
    shift.turn(new)
    assert (shift.state(id), len(shift.host.starts), len(shift.job(id).attempts)) == (COMPLETED, 1, 1)


def test_the_jobs_of_a_dead_worker_are_adopted(shift: Shift) -> None:
    """One ran on, one ended while nobody listened, one was never started: each becomes what it truly is."""
    dead = shift.worker()
    runs, ends = shift.submit(), shift.submit()
    shift.turn(dead)
    dead.runner.start = lambda specs: None  # type: ignore[method-assign]
    shift.yard.queue_set("default", slots=3)
    lost = shift.submit()
    shift.turn(dead)
    shift.kill(dead)
    ended_at = shift.now
    shift.finish(ends, 9)
    shift.later(100)
    heir = shift.worker()
    shift.turn(heir)
    assert shift.yard.workers()[0].id == heir.id
    assert shift.generation(dead) == "dead"
    assert (shift.state(runs), shift.state(lost)) == (RUNNING, RUNNING)
    job = shift.job(ends)
    assert (job.state, job.exit_code, job.ended_at) == (FAILED, 9, ended_at)
    for id in (runs, lost):
        shift.finish(id)
    shift.turn(heir)
    assert {shift.state(runs), shift.state(lost)} == {COMPLETED}
    assert [len(shift.job(id).attempts) for id in (runs, ends, lost)] == [1, 1, 1]


def test_a_living_worker_buries_the_dead(shift: Shift) -> None:
    """Without a restart: those that work look around every two seconds."""
    dead, heir = shift.worker(), shift.worker()
    id = shift.submit()
    shift.turn(dead)
    shift.kill(dead)
    shift.later(BURY + 0.1)
    shift.turn(heir)
    shift.finish(id)
    shift.turn(heir)
    assert (shift.generation(dead), shift.state(id)) == ("dead", COMPLETED)


def test_a_worker_whose_yard_is_gone_leaves(shift: Shift) -> None:
    """Its lock file is not there any more: nobody would take it for alive."""
    worker = shift.worker()
    shift.turn(worker)
    (shift.yard.home / "run" / "workers" / f"{worker.name}.lock").unlink()
    shift.later(BURY + 0.1)
    worker.turn()
    assert worker._leave

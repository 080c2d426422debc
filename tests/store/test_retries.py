"""Retries: when, how often, and what of them is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.core.states import Cause, State
from jobyard.core.store import edits, failures, jobs, views
from jobyard.core.store.outcomes import grown
from tests.store.kit import CANCELLED, COMPLETED, FAILED, PENDING, Lab


@pytest.fixture
def lab(tmp_path: Path):
    """A store with a worker that claims."""
    found = Lab(tmp_path / "yard")
    yield found
    found.sound()
    found.close()


def fail(lab: Lab, row: int, cause: Cause = Cause.EXIT) -> State:
    """Its next attempt fails; what the job is then."""
    assert row in {job.row for job in lab.claim()}, "the claim honours the delay"
    lab.start(row)
    lab.end(row, FAILED, cause)
    return lab.state(row)


def wait(lab: Lab, seconds: float) -> None:
    """Nothing is claimed up to the last moment, then time is there."""
    lab.now += seconds - 0.001
    assert lab.claim() == []
    lab.now += 0.001


def test_delays_grow_by_the_jobs_own_factor_up_to_its_most(lab: Lab) -> None:
    """10 s, 30 s, then 50 s; the claim waits for each, the reason counts them, every attempt is kept."""
    row = lab.submit(retries=4, retry_delay=10.0, retry_factor=3.0, retry_most=50.0)
    for number, delay in enumerate((10.0, 30.0, 50.0, 50.0), start=1):
        assert fail(lab, row) is PENDING
        job = jobs.load(lab.store, row)
        assert job.not_before == lab.now + delay
        assert job.reason.startswith(f"retry {number} of 4 at ")
        assert views.rows_of(lab.store, [row])[row].reason.startswith(f"retry {number} of 4 at ")
        wait(lab, delay)
    assert fail(lab, row) is FAILED
    assert [(one.number, one.state, one.cause) for one in jobs.load(lab.store, row).attempts] == [
        (number, FAILED, Cause.EXIT) for number in range(1, 6)
    ]


@pytest.mark.parametrize(
    ("cause", "idempotent", "again"),
    [
        (Cause.EXIT, False, True),
        (Cause.SIGNAL, False, True),
        (Cause.TIME_LIMIT, False, True),
        (Cause.LOG_LIMIT, False, True),
        (Cause.LAUNCH, False, True),
        (Cause.LOST, False, False),
        (Cause.LOST, True, True),
    ],
)
def test_what_is_tried_again(lab: Lab, cause: Cause, idempotent: bool, again: bool) -> None:
    """All but what may have been done already, unless that may be done twice."""
    row = lab.submit(retries=1, idempotent=idempotent)
    assert fail(lab, row, cause) is (PENDING if again else FAILED)


def test_a_cancel_is_never_tried_again(lab: Lab) -> None:
    """Whatever the process made of it."""
    row = lab.submit(retries=3)
    lab.claim()
    lab.start(row)
    edits.cancel(lab.store, [row])
    lab.end(row, CANCELLED)
    assert lab.state(row) is CANCELLED


def test_one_that_waits_for_its_retry_can_be_cancelled(lab: Lab) -> None:
    """It is pending like any other."""
    row = lab.submit(retries=3)
    fail(lab, row)
    edits.cancel(lab.store, [row])
    lab.now += 1e6
    assert (lab.claim(), lab.state(row)) == ([], CANCELLED)


def test_a_requeue_gives_all_retries_again(lab: Lab) -> None:
    """They are counted since then; attempts go on counting."""
    row = lab.submit(retries=1, retry_delay=5.0)
    fail(lab, row)
    wait(lab, 5.0)
    assert fail(lab, row) is FAILED
    edits.requeue(lab.store, [row])
    assert jobs.load(lab.store, row).not_before is None
    assert fail(lab, row) is PENDING
    assert jobs.load(lab.store, row).reason.startswith("retry 1 of 1 at ")
    wait(lab, 5.0)
    lab.claim()
    lab.end(row, COMPLETED)
    assert [one.number for one in jobs.load(lab.store, row).attempts] == [1, 2, 3, 4]


@given(st.floats(0, 1e9), st.floats(1, 1e6), st.integers(0, 100_000), st.floats(0, 1e9))
def test_no_number_of_retries_is_too_many_for_a_delay(delay: float, factor: float, times: int, most: float) -> None:
    """It never exceeds its most, never shrinks, and never fails to be computed."""
    found = grown(delay, factor, times, most)
    assert 0 <= found <= most or found == delay == 0
    assert found >= min(delay, most) * 0.999


def test_failures_newest_first_by_time_queue_and_user(lab: Lab) -> None:
    """With how often each was tried of how often it might have been."""
    old, new = lab.submit(retries=1, retry_delay=1.0), lab.submit()
    fail(lab, old)
    wait(lab, 1.0)
    lab.claim()
    lab.end(old, FAILED)
    lab.now += 100
    if new not in lab.running():
        lab.claim()
    lab.end(new, FAILED, Cause.LOST)
    found = failures.failures(lab.store)
    assert [(one.row, one.cause, one.tries, one.allowed) for one in found] == [
        (new, Cause.LOST, 1, 1), (old, Cause.EXIT, 2, 2)
    ]  # fmt: skip
    assert [one.row for one in failures.failures(lab.store, lab.now - 50)] == [new]
    assert [one.row for one in failures.failures(lab.store, limit=1)] == [new]
    assert failures.failures(lab.store, queues=[77]) == failures.failures(lab.store, user="eve") == []
    assert len(failures.failures(lab.store, queues=[1], user="ada")) == 2

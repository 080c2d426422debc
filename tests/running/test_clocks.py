"""Workers whose wall clock jumps: nothing waits for ever, nothing starts twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.store import Store, outcomes
from jobyard.core.store.database import Busy
from tests.running.workerkit import PENDING, RUNNING, Shift

YEAR = 365 * 86_400.0


@pytest.fixture
def shift(yard_home: Path) -> Iterator[Shift]:
    """A yard whose workers take their turns when told."""
    found = Shift(yard_home)
    yield found
    found.close()


def test_a_clock_that_was_ahead_keeps_no_retry_waiting(shift: Shift) -> None:
    """A retry was scheduled while the clock was a year ahead; the worker that sees it set back tries in its delay."""
    worker = shift.worker()
    id = shift.submit(retries=1, retry_delay=30.0)
    shift.turn(worker)
    shift.now += YEAR
    shift.finish(id, 1)
    shift.turn(worker)
    assert shift.state(id) is PENDING
    shift.now -= YEAR
    worker.turn()
    assert shift.job(id).not_before == shift.now + 30.0
    shift.later(31.0)
    shift.turn(worker)
    assert shift.state(id) is RUNNING
    assert [attempt.number for attempt in shift.job(id).attempts] == [1, 2]


def test_a_store_that_cannot_be_used_at_that_moment(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the clock's jump asks for is done as soon as it can be."""
    worker = shift.worker()
    id = shift.submit(retries=1, retry_delay=30.0)
    shift.turn(worker)
    shift.now += YEAR
    shift.finish(id, 1)
    shift.turn(worker)
    shift.now -= YEAR
    with monkeypatch.context() as patch:
        patch.setattr(outcomes, "hasten", busy)
        worker.turn()
    worker.turn()
    assert shift.job(id).not_before == shift.now + 30.0


def busy(store: Store) -> int:
    raise Busy()


def test_a_worker_that_comes_after_it_does_the_same(shift: Shift) -> None:
    """The one that scheduled the retry has left with the wrong clock."""
    first = shift.worker()
    id = shift.submit(retries=1, retry_delay=30.0)
    shift.turn(first)
    shift.now += YEAR
    shift.finish(id, 1)
    shift.turn(first)
    shift.leave(first)
    shift.now -= YEAR
    second = shift.worker()
    second.turn()
    assert shift.job(id).not_before == shift.now + 30.0
    shift.later(31.0)
    shift.turn(second)
    assert shift.state(id) is RUNNING

"""A clock that jumps makes nothing old: what is believed of it, and what happens meanwhile."""

from __future__ import annotations

import pytest

from jobyard.core import retention
from jobyard.core.errors import WrongState
from jobyard.core.store import outcomes, purge, wallclock
from jobyard.core.store.wallclock import AWAY, Belief, look
from tests.store.kit import COMPLETED, FAILED, NOW, PENDING, Lab

HOUR, DAY, YEAR = 3600.0, 86_400.0, 365 * 86_400.0
BOOT, NEXT_BOOT = "this", "the next"


def followed(*steps: tuple[str, float, float]) -> list[float]:
    """How far the clock is doubted at each of these (boot, seconds since it, wall clock)."""
    belief: Belief | None = None
    found = []
    for boot, up, wall in steps:
        belief = look(belief, boot, up, wall)
        found.append(round(belief.doubted))
    return found


def test_a_clock_that_goes_on_is_believed() -> None:
    """Also where it is corrected by some minutes, now and then."""
    assert followed((BOOT, 0, NOW), (BOOT, DAY, NOW + DAY), (BOOT, 9 * DAY, NOW + 9 * DAY + 1800)) == [0, 0, 0]


def test_a_year_for_a_minute_is_doubted_until_it_is_back() -> None:
    """Forward and back."""
    forth = ((BOOT, 0, NOW), (BOOT, 60, NOW + YEAR), (BOOT, 90, NOW + YEAR + 30), (BOOT, 120, NOW + 120))
    assert followed(*forth) == [0, YEAR - 60, YEAR - 60, 0]
    assert followed((BOOT, 0, NOW), (BOOT, 60, NOW - YEAR), (BOOT, 120, NOW + 120)) == [0, -YEAR - 60, 0]


def test_a_time_that_nobody_takes_back_is_believed_after_a_day() -> None:
    """A day of the clock that cannot be set, at one and the same new time."""
    steady = ((BOOT, 0, NOW), (BOOT, HOUR, NOW + YEAR), (BOOT, 24 * HOUR, NOW + YEAR + 23 * HOUR))
    assert followed(*steady) == [0, YEAR - HOUR, YEAR - HOUR]
    assert followed(*steady, (BOOT, 25 * HOUR, NOW + YEAR + DAY)) == [0, YEAR - HOUR, YEAR - HOUR, 0]
    assert followed(*steady, (BOOT, 25 * HOUR, NOW + 2 * YEAR))[-1] == 2 * YEAR - 25 * HOUR


def test_over_a_restart_a_week_is_believed() -> None:
    """A host may have been off; a clock that has lost its time, or found one of its own, is doubted."""
    assert followed((BOOT, DAY, NOW), (NEXT_BOOT, 60, NOW + AWAY)) == [0, 0]
    assert followed((BOOT, DAY, NOW), (NEXT_BOOT, 60, NOW + YEAR)) == [0, YEAR]
    assert followed((BOOT, DAY, NOW), (NEXT_BOOT, 60, 0.0), (NEXT_BOOT, 90, NOW + DAY))[1:] == [-NOW, DAY - 30]


def test_nothing_is_purged_while_the_clock_is_doubted(lab: Lab) -> None:
    """Not by a worker that starts with the clock a year ahead, nor by another one; with the clock back all is there."""
    row, up = lab.submit(), [1000.0]
    lab.run(row, COMPLETED)

    def worker() -> retention.Retention:
        return retention.Retention(lab.store, lambda: 7 * DAY, up=lambda: up[0])

    first = worker()
    first.turn()
    first.close()
    lab.now += YEAR
    up[0] += 60
    for chore in (worker(), worker()):
        with pytest.raises(WrongState, match="has jumped 364d23h forward"):
            chore.turn()
        chore.close()
    assert lab.state(row) is COMPLETED
    lab.now -= YEAR - 60
    assert wallclock.check(lab.store, lambda: up[0]) == lab.now
    lab.now += 8 * DAY
    up[0] += 8 * DAY
    chore = worker()
    while chore.turn() == retention.PAUSE:
        pass
    chore.close()
    assert lab.store.db.value("SELECT count(*) FROM job") == 0


def test_a_retry_that_was_scheduled_by_a_clock_ahead_waits_its_delay(lab: Lab) -> None:
    """Not the year by which the clock was wrong; a job that was told a time keeps it."""
    later = lab.submit(not_before=NOW + YEAR)
    failing = lab.submit(retries=2, retry_delay=60.0)
    lab.now = NOW + YEAR - DAY
    lab.run(failing, FAILED)
    lab.now = NOW + 60
    assert outcomes.hasten(lab.store) == 1
    assert outcomes.hasten(lab.store) == 0
    told = dict(lab.store.db.rows("SELECT id, not_before FROM job"))
    assert told == {later: NOW + YEAR, failing: NOW + 120}
    lab.now += 60
    assert [job.row for job in lab.claim()] == [failing]
    assert lab.state(later) is PENDING


def test_a_purge_goes_by_the_time_that_was_believed(lab: Lab) -> None:
    """A clock that jumps while a purge is under way changes nothing for it."""
    row = lab.submit()
    lab.run(row, COMPLETED)
    rules = purge.rules(lab.store, DAY, now=wallclock.check(lab.store))
    lab.now += YEAR
    for _ in purge.steps(lab.store, rules, purge.Tally()):
        pass
    assert lab.state(row) is COMPLETED

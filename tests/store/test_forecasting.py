"""The facade's forecast: asked once for all who ask at once, and what running jobs tell of themselves goes before."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.core.forecast import Facts, Lane, Run, Task
from jobyard.core.forecast.durations import ASSUMED
from jobyard.core.models import JobSpec
from jobyard.core.progress import Progress
from jobyard.core.store import foresight
from jobyard.core.yard import Yard, forecasting


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pending jobs were asked for, each time that the store was."""
    found: list[int] = []

    def ask(store: object, most: int) -> foresight.Asked:
        found.append(most)
        runs = [Run(1, 1, 5_000.0, 9_000.0)]
        return foresight.Asked(Facts(1_000.0, [Lane(1, 1)], [Task(2, 1, ASSUMED)], runs), {2: None})

    monkeypatch.setattr(foresight, "ask", ask)
    return found


def test_the_store_is_asked_again_once_something_changes(yard_home: Path, asked: list[int]) -> None:
    """The same for a second; another one after a change, or for another limit, which is never beyond 10,000."""
    with Yard.open(yard_home) as yard:
        first = yard.forecast()
        assert yard.forecast() is first
        yard.submit(JobSpec({"command": ["true"]}, cwd="/"))
        assert yard.forecast() is not first
        yard.forecast(5)
        yard.forecast(10**9)
        assert asked == [10_000, 10_000, 5, 10_000]


def test_a_stale_one_will_do_where_that_is_said(yard_home: Path, asked: list[int]) -> None:
    """Whoever can do with an older one gets it after a change too, but not one for another limit."""
    with Yard.open(yard_home) as yard:
        first = yard.forecast()
        yard.submit(JobSpec({"command": ["true"]}, cwd="/"))
        assert yard.forecast(stale=60.0) is first
        yard.forecast(5, stale=60.0)
        assert asked == [10_000, 5]


def test_a_forecast_is_not_given_for_ever(yard_home: Path, asked: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """After a second it is made anew, though nothing has changed: time has gone on."""
    monkeypatch.setattr(forecasting, "KEPT", 0.0)
    with Yard.open(yard_home) as yard:
        assert yard.forecast() is not yard.forecast()


@pytest.mark.usefixtures("asked")
def test_a_running_job_knows_best_when_it_ends(yard_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its progress moves its end, and the start of the one behind it."""
    told = Progress(0.5, "half", 1_000.0, None, 1_400.0)
    monkeypatch.setattr(Yard, "progress", lambda yard, rows: dict.fromkeys(rows, told))
    with Yard.open(yard_home) as yard:
        found = yard.forecast()
        assert (found.of(1).end, found.of(1).late_end) == (1_400.0, 1_500.0)
        assert (found.of(2).start, found.of(2).late_start) == (1_400.0, 1_500.0)

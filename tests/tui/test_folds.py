"""Folded lines: an array as one line, what it tells, and that an action on it means all of it."""

from __future__ import annotations

from typing import Any

import pytest

from jobyard.core.models import Fold
from jobyard.core.states import State
from jobyard.tui.folds import progress
from tests.tui.conftest import Driver, opened, remembered
from tests.tui.fake_yard import NOW, FakeYard


@pytest.fixture
def sweep(fake: FakeYard) -> FakeYard:
    """Rows 21 to 30 are the elements of an array: two have ended, one runs."""
    fake.make_array(21, 30)
    ends = {21: State.COMPLETED, 22: State.FAILED, 23: State.RUNNING}
    for row, state in ends.items():
        fake.override[row] = fake.override[row]._replace(state=state, ended_at=NOW)  # type: ignore[union-attr]
    return fake


async def on_the_fold(app: Driver) -> None:
    """Put the cursor on the array's line."""
    await app.shown("▸ sweep[0-9]")
    for _ in range(app.table.total):
        if app.table.selected.fold is not None:
            return
        await app.press("j")
    raise AssertionError("no folded line")


async def test_an_array_is_one_line_with_its_progress(sweep: FakeYard) -> None:
    """Its counts stand where a job has its reason, after a bar."""
    async with opened(sweep, (260, 40)) as app:
        await app.shown("▸ sweep[0-9]")
        await app.shown("1/10 done, 1 failed, 1 running")
        await app.shown("▕█         ▏")
        line = next(line for line in app.lines() if "▸ sweep" in line)
        assert "● running" in line
        assert "JOB-20261122-00021" in line
        assert app.table.total == 35 - 9


def test_a_folded_line_that_waits_says_why() -> None:
    """Beside its progress, while nothing of it runs; the bar goes first where there is no room for all."""
    fold = Fold("array", "JOB-20261122-00001[0-5]", 6, ((State.PENDING, 6),))
    assert progress(fold, 30, "no free slot") == "0/6 done: no free slot"
    assert progress(fold, 40, "no free slot").endswith("▏ 0/6 done: no free slot")
    runs = fold._replace(counts=((State.PENDING, 5), (State.RUNNING, 1)))
    assert progress(runs, 30, "no free slot") == "0/6 done, 1 running"


@pytest.mark.parametrize("key", ["z", "enter"])
async def test_a_folded_line_opens_and_closes(sweep: FakeYard, key: str) -> None:
    """Its elements alone are shown; Escape goes back to the line."""
    async with opened(sweep) as app:
        await on_the_fold(app)
        await app.press(key)
        await app.until(lambda: app.table.total == 10 and app.table.selected.fold is None, "the ten elements")
        await app.shown("sweep[9]")
        await app.press("j", "j")
        await app.press("escape")
        await app.until(lambda: app.table.total == 26 and app.table.selected.fold is not None, "the folded line")


async def test_going_to_an_element_opens_its_array(sweep: FakeYard) -> None:
    """The cursor is on that element, and Escape goes to the folded line."""
    async with opened(sweep) as app:
        await app.shown("▸ sweep[0-9]")
        await app.press("colon", *"JOB-20261122-00027", "enter")
        await app.until(lambda: app.table.total == 10 and app.selected == 27, str(app.selected))
        await app.press("escape")
        await app.until(lambda: app.table.total == 26 and app.table.selected.fold is not None, "the folded line")


async def test_the_cursor_stays_on_an_array_whose_first_element_ends(sweep: FakeYard) -> None:
    """Another element stands for it then, on another line; the cursor goes with the array."""
    async with opened(sweep) as app:
        await on_the_fold(app)
        await app.press("j", "k")
        sweep.change(sweep.get(23)._replace(state=State.COMPLETED, ended_at=NOW))  # type: ignore[union-attr]
        await app.until(lambda: app.table.selected.row != 23, "another element")
        await app.until(lambda: app.table.selected.fold is not None, str(app.table.selected))
        await app.shown("2/10 done, 1 f")


async def test_z_elsewhere_folds_and_unfolds_the_list(sweep: FakeYard) -> None:
    """It is remembered."""
    async with opened(sweep) as app:
        await app.shown("▸ sweep")
        await app.press("G", "z")
        await app.until(lambda: app.table.total == 35)
        assert remembered()["folded"] is False
        await app.press("z")
        await app.until(lambda: app.table.total == 26)
        assert "folded" not in remembered()


async def test_z_says_why_it_cannot_fold(sweep: FakeYard) -> None:
    """In another order and under a filter there is nothing to fold, and nothing is changed."""
    async with opened(sweep) as app:
        await app.press("slash", *"pending", "enter")
        await app.until(lambda: app.app.focused is app.table and app.table.total < 20)
        await app.press("z")
        await app.said("What a filter shows is not folded")
        await app.press("escape", "o", "down", "down", "enter")
        await app.until(lambda: app.table.where.sort is not None)
        await app.press("z")
        await app.said("A list in another order is not folded")
        assert app.app.jobs.arrangement.folded


async def test_an_action_on_a_folded_line_means_all_of_it(sweep: FakeYard) -> None:
    """Cancel asks with the count, and acts on every element."""
    async with opened(sweep) as app:
        await on_the_fold(app)
        await app.press("c")
        await app.shown("Cancel 8 jobs?")
        await app.shown("All of the array sweep[0-9].")
        await app.press("enter")
        await app.until(lambda: ("cancel", tuple(range(21, 31)), State.CANCELLED, NOW) in _sorted(sweep.calls))


def _sorted(calls: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [(verb, tuple(sorted(rows)), *rest) for verb, rows, *rest in calls if isinstance(rows, tuple)]


async def test_a_mark_on_a_folded_line_marks_all_of_it(sweep: FakeYard) -> None:
    """Again: unmarks them."""
    async with opened(sweep) as app:
        await on_the_fold(app)
        await app.press("space")
        await app.until(lambda: app.table.marks == set(range(21, 31)))
        await app.press("k", "space")
        await app.until(lambda: not app.table.marks)


async def test_marking_all_of_a_folded_list_marks_every_job(sweep: FakeYard) -> None:
    """What the filter shows is jobs, not lines."""
    async with opened(sweep) as app:
        await app.shown("▸ sweep")
        await app.press("asterisk")
        await app.until(lambda: len(app.table.marks) == 35)


async def test_a_range_over_a_folded_line_takes_its_jobs(sweep: FakeYard) -> None:
    """From the line above it to the line below it: twelve jobs."""
    async with opened(sweep) as app:
        await on_the_fold(app)
        await app.press("k", "v", "j", "j")
        await app.until(lambda: app.app.jobs.header.marked == 12, str(app.app.jobs.header.marked))
        await app.press("space")
        await app.until(lambda: len(app.table.marks) == 12 and set(range(21, 31)) <= app.table.marks)

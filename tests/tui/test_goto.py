"""``:`` leads to jobs, arrays and queues by as much of their names as is typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from jobyard.core.models import JobSpec
from jobyard.core.yard import Yard
from jobyard.tui.places import Place, matching
from jobyard.tui.screens.goto import GoTo
from tests.tui.conftest import opened


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """The jobs fit, fit-5 and calibrate, an array rabi of four, and a queue lab/qick with a job of its own."""
    with Yard.open(tmp_path / "yard") as found:
        found.session_create("lab")
        found.queue_create("lab/qick", slots=1)
        for name in ("fit-5", "fit", "calibrate"):
            found.submit(JobSpec({"command": ["true"]}, name=name, cwd="/"))
        found.submit(JobSpec({"command": ["true"]}, name="rabi", array="1-4", cwd="/"))
        found.submit(JobSpec({"command": ["true"]}, name="readout", session="lab", queue="qick", cwd="/"))
        yield found


@pytest.mark.parametrize(
    ("typed", "name"), [("fit", "fit"), ("fit-5", "fit-5"), ("clbr", "calibrate"), ("3", "calibrate")]
)
async def test_a_job_by_a_part_of_its_name(yard: Yard, typed: str, name: str) -> None:
    """A whole name comes before one that begins so; scattered letters and a number of today do too."""
    async with opened(yard) as app:
        await app.press("colon", *typed, "enter")
        await app.until(lambda: app.table.selected is not None and app.table.selected.name == name, name)


async def test_an_array_is_its_folded_line(yard: Yard) -> None:
    """By its name one gets to the line of all of it, by an index into it."""
    async with opened(yard) as app:
        await app.press("colon", *"rabi", "enter")
        await app.until(lambda: app.table.selected.fold is not None, "the folded line")
        await app.press("colon", *"rabi", "left_square_bracket", "3", "right_square_bracket", "enter")
        await app.until(lambda: app.table.total == 4 and app.table.selected.array_index == 3, "its third element")
        await app.press("colon", *"rabi", "enter")
        await app.until(lambda: app.table.total > 4 and app.table.selected.fold is not None, "the folded line again")


async def test_a_queue_shows_its_jobs(yard: Yard) -> None:
    """The table has the keys, and only the queue's jobs."""
    async with opened(yard) as app:
        await app.press("colon", *"qic")
        await app.shown("lab/qick")
        await app.press("enter")
        await app.until(lambda: app.table.loaded and app.names() == ["readout"], "its jobs")
        assert app.app.focused is app.table


async def test_what_fits_is_offered(yard: Yard) -> None:
    """The arrows pick, Tab writes, Escape goes nowhere."""
    async with opened(yard) as app:
        before = app.selected
        await app.press("colon", *"fit")
        await app.until(lambda: [app.app.screen.places[n].name for n in app.app.screen.found] == ["fit", "fit-5"])
        await app.press("tab")
        assert app.app.screen.query_one("Input").value == yard.job("fit").id
        await app.press("escape")
        assert app.selected == before
        await app.press("colon", *"fit")
        await app.until(lambda: len(app.app.screen.found) == 2)
        await app.press("down", "enter")
        await app.until(lambda: app.table.selected.name == "fit-5")


async def test_nothing_fits(yard: Yard) -> None:
    """It is said what, and what to do; the cursor stays."""
    async with opened(yard) as app:
        before = app.selected
        await app.press("colon", *"zzz", "enter")
        await app.said("There is no job zzz.")
        assert app.selected == before


def test_the_best_comes_first() -> None:
    """Whole names, beginnings, beginnings of parts, insides, scattered letters."""
    names = ("a-r-b-x", "carbx", "my-rbx", "rbx-2", "rbx", "other")
    places = [Place(name, f"JOB-20261122-{n:05}", "") for n, name in enumerate(names, start=1)]
    assert [names[n] for n in matching(places, "RBX")] == ["rbx", "rbx-2", "my-rbx", "carbx", "a-r-b-x"]
    assert names[matching(places, "6")[0]] == "other"
    assert matching(places, "") == list(range(6))


async def test_an_answer_that_comes_too_late(yard: Yard) -> None:
    """Whoever has left the line before its offers are there hears nothing of them."""
    async with opened(yard) as app:
        await app.press("colon")
        await app.until(lambda: isinstance(app.app.screen, GoTo), "the line")
        line = cast("GoTo", app.app.screen)
        await app.press("escape")
        await app.until(lambda: not line.query("Sheet"), "the line is gone")
        line.offer([Place("a", "JOB-1", "pending", 1)])
        await app.press("j")
        assert app.app.screen is app.app.jobs

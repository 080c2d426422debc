"""Folded lines of a real yard: an array and a chain, opened, closed and acted on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.core.models import Dependency, JobSpec
from jobyard.core.yard import Yard
from tests.tui.conftest import opened


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """A job, an array of twelve, a chain of three that was cancelled, and another job."""
    with Yard.open(tmp_path / "yard") as found:
        found.submit(_job("first"))
        found.submit(_job("sweep", array="1-12"))
        for name, *parents in (("fetch",), ("fit", "fetch"), ("plot", "fit")):
            found.submit(_job(name, dependencies=tuple(Dependency(parent) for parent in parents)))
        found.submit(_job("finale"))
        found.cancel(["fetch"])
        yield found


def _job(name: str, **fields: object) -> JobSpec:
    return JobSpec({"command": ["true"]}, name=name, cwd="/", **fields)  # type: ignore[arg-type]


async def test_an_array_is_held_as_a_whole_and_looked_into(yard: Yard) -> None:
    """Its line is one of few; z shows the elements, Escape the line again, under the cursor."""
    async with opened(yard) as app:
        await app.shown("▸ sweep[1-12]")
        await app.press("j", "H")
        await app.shown("All of the array sweep[1-12].")
        await app.press("enter")
        await app.until(lambda: all(row.held for row in yard.list() if row.array_id), "all of it is held")
        await app.press("z")
        await app.until(lambda: app.table.total == 12 and app.table.selected.fold is None, "its elements")
        await app.press("j", "j", "escape")
        await app.until(lambda: app.table.total < 12 and app.table.selected.fold is not None, "its line")
        assert "sweep" in app.table.selected.name


async def test_lines_are_not_counted_as_jobs(yard: Yard) -> None:
    """An empty filter line over a folded list counts its lines; once something is written, jobs."""
    async with opened(yard) as app:
        lines = app.table.total
        await app.press("slash")
        await app.shown(f"{lines} lines")
        await app.press(*"sweep")
        await app.shown("12 jobs")


async def test_the_cursor_stays_on_an_array_that_goes_on(yard: Yard) -> None:
    """The element that stood for it is cancelled; another does, and the cursor is on it."""
    async with opened(yard) as app:
        await app.shown("▸ sweep[1-12]")
        await app.press("j")
        before = app.table.selected
        yard.cancel([before.id])
        await app.until(lambda: app.table.selected.row != before.row, "another element")
        assert app.table.selected.fold is not None
        assert app.table.selected.array_id == before.array_id


async def test_a_chain_that_ended_opens_too(yard: Yard) -> None:
    """Going to one of its jobs shows the chain, with the cursor on that job."""
    async with opened(yard) as app:
        await app.shown("… 3 jobs")
        await app.press("colon", *"fit", "enter")
        await app.until(lambda: app.table.total == 3 and app.table.selected.name == "fit", "the job in its chain")
        await app.press("escape")
        await app.until(lambda: app.table.selected.fold is not None and app.table.total > 3, "its line")
        await app.press("c")
        await app.said("all of these have ended")


async def test_next_goes_over_folded_lines(yard: Yard) -> None:
    """Their elements are marked jobs; their line is where n and N go, once."""
    async with opened(yard) as app:
        await app.shown("▸ sweep[1-12]")
        rows = {row.row for row in yard.list() if row.name in ("sweep", "finale")}
        app.table.mark(rows)
        await app.press("n")
        await app.until(lambda: app.table.selected.fold is not None, "the array")
        await app.press("n")
        await app.until(lambda: app.table.selected.name == "finale", app.table.selected.name)
        await app.press("N")
        await app.until(lambda: app.table.selected.fold is not None, "the array again")

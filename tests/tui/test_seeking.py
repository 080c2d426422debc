"""Jobs that are out of sight: the next marked or matching one, those that the filter hides, the one that is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.core.states import State
from tests.tui.conftest import opened
from tests.tui.fake_yard import NOW, FakeYard


async def test_n_goes_to_the_next_marked_job(tmp_path: Path) -> None:
    """However far it is; after the last comes the first, N the other way."""
    yard = FakeYard(tmp_path, running=3, pending=2000, ended=20)
    async with opened(yard) as app:
        app.table.mark({100, 1500, 2022})
        await app.press("n")
        await app.until(lambda: app.selected == 2022, str(app.selected))
        await app.press("n")
        await app.until(lambda: app.selected == 100, str(app.selected))
        await app.press("n")
        await app.until(lambda: app.selected == 1500, str(app.selected))
        assert app.table.top <= app.table.cursor < app.table.top + app.table.lines
        await app.press("n")
        await app.until(lambda: app.selected == 2022, "the first again")
        await app.press("N")
        await app.until(lambda: app.selected == 1500, str(app.selected))


async def test_n_goes_to_the_next_match_of_the_dropped_filter(fake: FakeYard) -> None:
    """As a pager does: the filter is gone, its matches are still gone through."""
    async with opened(fake) as app:
        await app.press("slash", *"rabi", "enter")
        await app.until(lambda: all("rabi" in name for name in app.names()))
        await app.press("escape", "g")
        await app.until(lambda: app.table.total == 35 and app.selected == 33)
        found = []
        for _ in range(3):
            before = app.selected
            await app.press("n")
            await app.until(lambda: app.selected != before, "another job")  # noqa: B023
            found.append(app.table.selected.name)
        assert all("rabi" in name for name in found), found


async def test_n_without_marks_or_filter_says_so(fake: FakeYard) -> None:
    """It does not move."""
    async with opened(fake) as app:
        await app.press("n")
        await app.said("Nothing is marked, and there was no filter yet.")
        assert app.selected == 33


# -- out of sight -----------------------------------------------------------------------------------


async def test_marks_that_the_filter_hides_are_told(fake: FakeYard) -> None:
    """They are meant all the same, so the header says how many nobody sees."""
    async with opened(fake) as app:
        app.table.mark({33, 34, 1})
        await app.shown("▌3 marked ")
        await app.press("slash", *"running", "enter")
        await app.shown("▌3 marked, 1 not shown ")
        fake.change(fake.make(34)._replace(state=State.COMPLETED, ended_at=NOW))
        await app.shown("▌3 marked, 2 not shown ")
        await app.press("escape")  # the marks go first, then the filter
        await app.until(lambda: "marked" not in app.lines()[0])


async def test_a_job_out_of_sight_is_named_and_acted_on(tmp_path: Path) -> None:
    """The heading says which job is meant; a hold acts on it; any movement brings it back."""
    yard = FakeYard(tmp_path, running=0, pending=500, ended=0)
    async with opened(yard) as app:
        await app.press("j", "j")
        name = app.table.selected.name
        app.table.scroll_lines(120)  # as the wheel does
        await app.until(lambda: f"▸ {name} · out of sight" in app.heading(), app.heading())
        await app.press("H")
        await app.until(lambda: ("hold", (3,), True) in yard.calls)
        await app.press("k")
        await app.until(lambda: app.table.cursor == 1 and app.table.top == 0)
        assert "out of sight" not in app.heading()


async def test_marking_too_many_says_how_many_are_marked(fake: FakeYard, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that the filter shows, up to a limit; beyond it the first ones, and the rest is told."""
    for module in ("paging", "verbs.choosing"):
        monkeypatch.setattr(f"jobyard.tui.{module}.MARK_LIMIT", 10)
    async with opened(fake) as app:
        await app.press("asterisk")
        await app.said("Marked the first 10 jobs of 35. Filter for fewer.")
        assert len(app.table.marks) == 10
        await app.press("asterisk")
        await app.until(lambda: not app.table.marks)

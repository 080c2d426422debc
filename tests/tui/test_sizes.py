"""What is where at which size."""

from __future__ import annotations

import pytest

from tests.tui.conftest import opened, remembered
from tests.tui.fake_yard import FakeYard


async def test_three_panes_side_by_side(fake: FakeYard) -> None:
    """At 160×50 queues, jobs and detail stand side by side."""
    async with opened(fake, (160, 50)) as app:
        await app.shown("JOB-20261122-00033")
        jobs = app.app.jobs
        assert jobs.queues.region.right <= jobs.table.region.x
        assert jobs.table.region.right <= jobs.detail.region.x


async def test_detail_below_at_80_by_24(fake: FakeYard) -> None:
    """At 80×24 the detail pane is below the table, the queues are away."""
    async with opened(fake, (80, 24)) as app:
        jobs = app.app.jobs
        assert jobs.detail.region.y >= jobs.table.region.bottom
        assert not jobs.queues.display
        await app.press("d")
        await app.until(lambda: not jobs.detail.display)
        await app.press("b")
        await app.until(lambda: jobs.queues.display and app.app.focused is jobs.queues)
        await app.press("b")
        await app.until(lambda: not jobs.queues.display and app.app.focused is jobs.table)


async def test_three_panes_at_120_by_36_say_why(fake: FakeYard) -> None:
    """Between the other two the table still has the reason, and a running job's time in its place."""
    async with opened(fake, (120, 36)) as app:
        await app.shown("reason, time")
        assert any("no free slot (" in line for line in app.lines())


async def test_b_hides_the_list_of_queues_at_120(fake: FakeYard) -> None:
    """The first press enters it, the second hides it; the table gets its cells, also in the next app."""
    async with opened(fake, (120, 36)) as app:
        jobs = app.app.jobs
        before = app.table.size.width
        await app.press("b")
        await app.until(lambda: app.app.focused is jobs.queues)
        await app.press("b")
        await app.until(lambda: not jobs.queues.display and app.app.focused is app.table)
        await app.until(lambda: app.table.size.width == before + 26)
    async with opened(fake, (120, 36)) as app:
        jobs = app.app.jobs
        assert not jobs.queues.display
        await app.press("b")
        await app.until(lambda: jobs.queues.display and app.app.focused is jobs.queues)


async def test_a_hidden_detail_pane_stays_hidden(fake: FakeYard) -> None:
    """d hides it for the next app too; d again is what ships."""
    async with opened(fake) as app:
        await app.press("d")
        await app.until(lambda: not app.app.jobs.detail.display)
        assert remembered() == {"hidden": ["detail"]}
    async with opened(fake) as app:
        assert not app.app.jobs.detail.display
        await app.press("d")
        await app.until(lambda: app.app.jobs.detail.display)
        assert remembered() == {}


async def test_the_list_of_queues_makes_room_when_the_terminal_shrinks(fake: FakeYard) -> None:
    """Unless it has the keys: what is typed does not go elsewhere by itself."""
    async with opened(fake) as app:
        jobs = app.app.jobs
        await app.press("b", "escape")
        await app.pilot.resize_terminal(80, 24)
        await app.until(lambda: not jobs.queues.display)
        await app.pilot.resize_terminal(160, 50)
        await app.until(lambda: jobs.queues.display)
        await app.press("b")
        await app.until(lambda: app.app.focused is jobs.queues)
        await app.pilot.resize_terminal(80, 24)
        await app.until(lambda: not jobs.has_class("-wide"))
        assert jobs.queues.display
        assert app.app.focused is jobs.queues


@pytest.mark.parametrize(
    "size", [(160, 50), (120, 30), (100, 30), (80, 24), (60, 12), (40, 10), (20, 5), (10, 3), (1, 1)]
)
async def test_every_size_is_painted(fake: FakeYard, size: tuple[int, int]) -> None:
    """No size breaks the picture, nor the way back from it."""
    async with opened(fake, (100, 30)) as app:
        await app.press("G")
        await app.pilot.resize_terminal(*size)
        await app.pilot.pause()
        assert len(app.lines()) == size[1]
        await app.press("k", "g")
        await app.pilot.resize_terminal(160, 50)
        await app.pilot.pause()
        await app.shown("JOB-20261122-00033")
        await app.shown("? help")


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 160])
async def test_the_footer_fits(fake: FakeYard, width: int) -> None:
    """As many keys as fit; help and quit are the last to go."""
    async with opened(fake, (width, 24)) as app:
        last = app.lines()[-1]
        assert "? help" in last
        assert not last.rstrip().endswith("…")


async def test_a_dialog_stands_in_the_middle(fake: FakeYard) -> None:
    """With the jobs around it."""
    async with opened(fake) as app:
        await app.press("o")
        await app.shown("Sort by")
        screen = app.app.screen
        await app.until(lambda: screen.query_one(".dialog").region.x > 20, "in the middle")
        assert screen.is_modal

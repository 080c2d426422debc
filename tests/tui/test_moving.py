"""Moving about in the table, with keys and mouse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.conftest import opened
from tests.tui.fake_yard import FakeYard


async def test_the_table_has_the_focus_and_the_first_job(fake: FakeYard) -> None:
    """At the start the keys belong to the table and the cursor is on its first job."""
    async with opened(fake) as app:
        assert app.app.focused is app.table
        assert app.selected == 33


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        ("j", 34), ("down", 34), ("j j k", 34), ("G", 1), ("end", 1), ("G g", 33), ("G home", 33), ("G k", 2),
        ("ctrl+d", 25), ("ctrl+d ctrl+u", 33), ("k", 33),
    ],
)  # fmt: skip
async def test_keys_move_the_cursor(fake: FakeYard, keys: str, row: int) -> None:
    """Each movement key puts the cursor where it says, and never beyond the ends."""
    async with opened(fake, (160, 18)) as app:
        await app.press(*keys.split())
        assert app.selected == row


async def test_pages_move_by_a_screen(fake: FakeYard) -> None:
    """PgDn and PgUp move by the lines that are visible."""
    async with opened(fake, (160, 18)) as app:
        await app.press("pagedown")
        assert app.table.cursor == app.table.lines
        await app.press("pageup")
        assert app.table.cursor == 0


async def test_a_million_jobs_are_a_page_away(tmp_path: Path) -> None:
    """G reaches the millionth job, and only the pages that are looked at are kept."""
    yard = FakeYard(tmp_path, running=4, pending=600_000, ended=399_996)
    async with opened(yard) as app:
        await app.press("G")
        await app.until(lambda: app.selected == 1, "the last job")
        assert app.table.total == 1_000_000
        assert sum(len(rows) for rows in app.table.rows._pages.values()) <= 12 * 200
        await app.press("k")
        assert app.selected == 2


async def test_the_wheel_scrolls_and_leaves_the_cursor(fake: FakeYard) -> None:
    """The wheel moves the window, the cursor stays on its job."""
    async with opened(fake, (160, 18)) as app:
        await app.pilot._post_mouse_events([_wheel()], "#table", offset=(5, 5), button=0)
        await app.until(lambda: app.table.top == 3, "scrolled")
        assert app.selected == 33


def _wheel() -> type:
    from textual.events import MouseScrollDown

    return MouseScrollDown


async def test_a_click_selects(fake: FakeYard) -> None:
    """A click puts the cursor on the job under the pointer."""
    async with opened(fake) as app:
        await app.pilot.click("#table", offset=(5, 4))
        assert app.table.cursor == 3


async def test_a_click_with_control_marks(fake: FakeYard) -> None:
    """A click with Ctrl marks the job under the pointer."""
    async with opened(fake) as app:
        await app.pilot.click("#table", offset=(5, 2), control=True)
        assert app.table.marks == {34}


async def test_a_double_click_opens(fake: FakeYard) -> None:
    """A double click opens the detail pane and gives it the keys."""
    async with opened(fake) as app:
        await app.pilot.click("#table", offset=(5, 4), times=2)
        await app.until(lambda: app.app.focused is app.app.jobs.detail, "the detail pane")


async def test_the_scroll_bar_can_be_dragged(fake: FakeYard) -> None:
    """Pressing the lower end of the scroll bar shows the last jobs."""
    async with opened(fake, (160, 18)) as app:
        width = app.table.size.width
        await app.pilot.mouse_down("#table", offset=(width - 1, app.table.size.height - 1))
        assert app.table.top == app.table.total - app.table.lines
        await app.pilot.mouse_up("#table", offset=(width - 1, 2))

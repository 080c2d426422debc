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


@pytest.mark.parametrize(
    "key", ["c", "r", "R", "H", "plus", "minus", "p", "J", "K", "T", "B", "e", "E", "w", "space", "y", "l"]
)
async def test_keys_in_the_list_of_queues_touch_no_job(fake: FakeYard, key: str) -> None:
    """While the list of queues has the keys, none of them means a job of the table: it says where to go instead."""
    async with opened(fake) as app:
        await app.press("j", "j", "j", "b", key)
        await app.said("the list of queues has the keys.  esc goes to the jobs")
        assert app.app.screen is app.app.jobs
        assert not fake.calls
        assert not app.table.marks
        assert app.app.jobs.focused is app.app.jobs.queues


async def test_the_palette_in_the_list_of_queues(fake: FakeYard) -> None:
    """The palette opened from the list says of what is done to jobs that it is not possible, and why."""
    async with opened(fake) as app:
        await app.press("j", "j", "j", "b", "ctrl+p", *"cancel")
        await app.shown("the list of queues has")
        await app.press("enter")
        await app.said("goes to the jobs")
        assert not fake.calls


async def test_the_list_of_queues_means_its_line(fake: FakeYard) -> None:
    """P means the line of the list, never the queue of the job in the table; all jobs are no queue."""
    async with opened(fake) as app:
        await app.press("b", "P")
        await app.said("pause queue: this line is not a queue")
        await app.press("j", "j", "P")
        name = app.app.jobs.queues.queue.name
        await app.shown(f"Pause the queue {name}?")


async def test_a_folded_line_stays_folded_from_the_list(fake: FakeYard) -> None:
    """z in the list of queues does not open the folded line that the table's cursor is on."""
    fake.make_array(21, 24)
    async with opened(fake) as app:
        await app.press("j", "j", "j")
        assert app.table.selected.fold is not None
        await app.press("b", "z")
        await app.until(lambda: not app.table.where.folded, "the list unfolded")
        assert not app.app.jobs.filter_text


@pytest.mark.parametrize(
    ("keys", "has", "lacks"),
    [
        (("b",), "enter to the jobs  P pause queue  S queue settings  b hide queues", "c cancel"),
        (("right",), "enter follow  esc to the jobs  ^o job before", "P pause"),
        (("slash",), "enter to these jobs  esc to the jobs  tab complete  ↑ ↓", "q quit"),
        (("slash", "escape"), "c cancel", "enter follow"),
    ],
)
async def test_the_footer_is_of_the_pane(fake: FakeYard, keys: tuple[str, ...], has: str, lacks: str) -> None:
    """The last line tells the keys of whatever has them: the jobs, the queues, the detail pane, the filter."""
    async with opened(fake) as app:
        await app.press(*keys)
        await app.until(lambda: has in app.lines()[-1], f"{has!r} in the footer")
        assert lacks not in app.lines()[-1]


async def test_who_has_the_keys_is_plain_to_see(fake: FakeYard) -> None:
    """By a mark, not by a colour alone: at the heading of the list or of the table, or along the edge of the pane."""

    async with opened(fake) as app:
        jobs = app.app.jobs

        def marks() -> tuple[bool, bool, bool]:
            line = app.lines()[1]
            return line[0] == "▸", line[jobs.table.region.x] == "▸", line[jobs.detail.region.x] == "▌"

        for keys, wanted in (
            ((), (False, True, False)),
            (("b",), (True, False, False)),
            (("right",) * 2, (False, False, True)),
        ):
            await app.press(*keys)
            await app.until(lambda wanted=wanted: marks() == wanted, f"{keys}: {wanted}")

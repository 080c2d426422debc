"""Filtering: words while typing, queues, and the way back."""

from __future__ import annotations

from tests.tui.conftest import opened
from tests.tui.fake_yard import FakeYard


async def test_typing_filters_at_once(fake: FakeYard) -> None:
    """Every letter narrows the table; Enter gives it the keys, Escape shows everything again."""
    async with opened(fake) as app:
        await app.press("slash", *"fold")
        await app.until(lambda: app.table.total == 5, "the folds")
        await app.shown("5 jobs")
        await app.press("enter")
        assert app.app.focused is app.table
        assert app.selected == 25
        await app.press("escape")
        await app.until(lambda: app.table.total == 35, "everything")
        assert "5 jobs" not in app.text()


async def test_the_selected_job_stays_selected(fake: FakeYard) -> None:
    """A filter that lets the selected job through leaves the cursor on it."""
    async with opened(fake) as app:
        await app.press("G")
        await app.press("slash", *"completed", "enter")
        await app.until(lambda: 0 < app.table.total < 35, "the completed ones")
        assert app.selected == 1


async def test_escape_in_the_filter_goes_to_the_table_first(fake: FakeYard) -> None:
    """Escape leaves the filter line, and the next one drops the filter."""
    async with opened(fake) as app:
        await app.press("slash", *"rabi", "escape")
        assert app.app.focused is app.table
        await app.until(lambda: 0 < app.table.total < 35, "filtered")
        await app.press("escape")
        await app.until(lambda: app.table.total == 35, "everything")


async def test_nothing_matches(fake: FakeYard) -> None:
    """A filter that nothing passes says so and how to get out of it."""
    async with opened(fake) as app:
        await app.press("slash", *"nosuchjob", "enter")
        await app.shown("No job matches.")
        assert app.selected is None


async def test_an_empty_yard_teaches_the_first_keys(fake: FakeYard) -> None:
    """Without jobs the table says how to submit one."""
    fake.running = fake.pending = fake.ended = 0
    async with opened(fake) as app:
        await app.shown("jobyard submit -- COMMAND")


async def test_a_queue_filters(fake: FakeYard) -> None:
    """Moving in the list of queues shows that queue's jobs; Enter goes to them."""
    async with opened(fake) as app:
        await app.press("b", "j", "j")
        await app.until(lambda: 0 < app.table.total < 35, "one queue")
        assert {row.queue for row in app.table.rows.between(0, app.table.total - 1)} == {"qick"}
        await app.press("enter")
        assert app.app.focused is app.table


async def test_going_to_a_job_drops_the_filter(fake: FakeYard) -> None:
    """: goes to a job by name though the filter hides it."""
    async with opened(fake) as app:
        await app.press("slash", *"pending", "enter")
        await app.until(lambda: app.table.total == 12, "the pending ones")
        await app.press("colon", *"t1-002", "enter")
        await app.until(lambda: app.selected == 2, "the job")
        assert app.table.total == 35


async def test_going_to_nowhere_says_so(fake: FakeYard) -> None:
    """: with a name that nobody has tells what, and what to do."""
    async with opened(fake) as app:
        await app.press("colon", *"nobody", "enter")
        await app.said("There is no job nobody.")

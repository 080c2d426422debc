"""Cursor, marks and scroll position hold on to jobs while the jobs move."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.core.models import JobFilter
from jobyard.core.states import State
from jobyard.tui.paging import load
from tests.tui.conftest import opened
from tests.tui.fake_yard import NOW, FakeYard


async def test_the_cursor_stays_on_its_job(fake: FakeYard) -> None:
    """When jobs above it end, the cursor is still on the same job, on another line."""
    async with opened(fake) as app:
        await app.press(*"jjjj")
        assert (app.selected, app.table.cursor) == (22, 4)
        fake.change(*(fake.make(row)._replace(state=State.COMPLETED, ended_at=NOW) for row in (33, 34)))
        await app.until(lambda: app.table.cursor == 2, "the job is two lines further up")
        assert app.selected == 22


async def test_an_untouched_cursor_stays_on_the_first_line(fake: FakeYard) -> None:
    """Nobody has chosen a job yet: when the first one ends, the cursor stays at the top, in sight."""
    async with opened(fake) as app:
        assert (app.selected, app.table.cursor) == (33, 0)
        fake.change(fake.make(33)._replace(state=State.COMPLETED, ended_at=NOW))
        await app.until(lambda: app.selected == 34, "the job that is the first now")
        assert (app.table.cursor, app.table.top) == (0, 0)


@pytest.mark.parametrize("keys", [["j", "k"], ["g"], ["space", "k"], ["enter"]])
async def test_a_cursor_that_was_touched_follows_its_job(fake: FakeYard, keys: list[str]) -> None:
    """A movement, though it ends on the same line, a mark, a look into its detail: it is the chosen one."""
    async with opened(fake) as app:
        await app.press(*keys)
        fake.change(fake.make(33)._replace(state=State.COMPLETED, ended_at=NOW))
        await app.until(lambda: app.table.cursor > 0, "the line to which the job has gone")
        assert app.selected == 33


async def test_views_that_overtake_each_other_move_the_cursor_once(fake: FakeYard) -> None:
    """Two views were asked for before a job moved: whichever comes, the cursor is on that job, not on another."""
    async with opened(fake) as app:
        await app.press(*"jjjj")
        wishes = [app.table.wish(), app.table.wish()]
        fake.change(*(fake.make(row)._replace(state=State.COMPLETED, ended_at=NOW) for row in (33, 34)), ring=False)
        for wish in wishes:
            app.table.take(load(fake, wish))
            assert (app.selected, app.table.cursor) == (22, 2)


async def test_a_change_does_not_take_the_place_of_a_search(fake: FakeYard) -> None:
    """A job is looked for while the thread is busy, and then something changes: the cursor still goes there."""
    async with opened(fake) as app:
        with fake.lock:
            for seek in (None, 5, None):
                app.app.jobs.feeds.fetch(seek=seek)
        await app.until(lambda: app.selected == 5, str(app.selected))


async def test_a_jump_is_not_taken_back(tmp_path: Path) -> None:
    """A view that comes before the page to which somebody has jumped leaves the cursor there."""
    yard = FakeYard(tmp_path, running=3, pending=900, ended=20)
    async with opened(yard) as app:
        app.table.end()
        app.table.take(load(yard, app.table.wish()))
        assert (app.table.cursor, app.selected) == (922, load(yard, app.table.wish(page=4)).pages[4][-1].row)


async def test_a_key_before_the_page_is_there_does_nothing(tmp_path: Path) -> None:
    """Who jumps and cancels at once cancels nothing: neither the job of before nor one that nobody has seen."""
    yard = FakeYard(tmp_path, running=3, pending=900, ended=20)
    async with opened(yard) as app:
        app.table.end()
        app.app.jobs.action_act("cancel")
        await app.said("cancel: no job is selected")
        assert not yard.calls
        await app.until(lambda: app.selected, "the page")


async def test_a_job_that_moves_while_it_is_looked_for(fake: FakeYard) -> None:
    """Jobs end between the look for the selected job and that at the page: the cursor is on it all the same."""
    async with opened(fake) as app:
        await app.press(*"jjjj")
        asked = fake.offset_of

        def offset_of(where: JobFilter, row: int) -> int | None:
            answer = asked(where, row)
            fake.offset_of = asked  # type: ignore[method-assign]
            fake.change(*(fake.make(row)._replace(state=State.COMPLETED, ended_at=NOW) for row in (33, 34)), ring=False)
            return answer

        fake.offset_of = offset_of  # type: ignore[method-assign]
        app.table.take(load(fake, app.table.wish()))
        assert (app.selected, app.table.cursor) == (22, 2)


async def test_marks_stay_on_their_jobs(fake: FakeYard) -> None:
    """A marked job stays marked wherever it goes."""
    async with opened(fake) as app:
        await app.press("space")
        fake.change(fake.make(33)._replace(state=State.FAILED, ended_at=NOW))
        await app.shown("✗ failed    1122-00033")
        assert app.table.marks == {33}
        line = next(line for line in app.lines() if "1122-00033" in line)
        assert "▌" in line


async def test_the_window_stays_on_its_jobs(tmp_path: Path) -> None:
    """Far down the list, jobs that come and go above do not move what is looked at."""
    yard = FakeYard(tmp_path, running=3, pending=300, ended=20)
    async with opened(yard, (160, 30)) as app:
        await app.press(*["pagedown"] * 4)
        top = app.table.rows.at(app.table.top).row
        line = app.table.cursor - app.table.top
        yard.change(*(yard.make(row)._replace(state=State.CANCELLED, ended_at=NOW) for row in (321, 322, 323)))
        await app.until(lambda: app.table.rows.at(app.table.top).row == top, "the same job on the top line")
        assert app.table.cursor - app.table.top == line


async def test_a_vanished_job_gives_its_place_to_the_next(fake: FakeYard) -> None:
    """When the job under the cursor leaves the list, the cursor is on the one that takes its place."""
    async with opened(fake) as app:
        await app.press("j")
        with fake.lock:
            fake.override[34] = None
            fake.version += 1
            fake.changed[fake.version] = frozenset({34})
        fake.ring()
        await app.until(lambda: app.selected == 35, "the next job")


async def test_a_range_holds_on_to_its_first_job(fake: FakeYard) -> None:
    """A range ends where the cursor is and begins at the job where it was begun, though jobs above it end."""
    async with opened(fake) as app:
        await app.press(*"jjjj", "v", "j", "j")
        fake.change(fake.make(33)._replace(state=State.COMPLETED, ended_at=NOW))
        await app.until(lambda: app.table.range_span == (3, 5), "the range moved up with its jobs")
        await app.press("space")
        await app.until(lambda: app.table.marks == {22, 23, 24}, "the range became marks")


async def test_what_did_not_change_is_not_painted(fake: FakeYard) -> None:
    """A ring after which nothing looks different repaints no line of the table."""
    async with opened(fake) as app:
        await app.pilot.pause()
        painted: list[object] = []
        app.table.refresh = lambda *regions, **_: painted.extend(regions)
        seen = app.table.rows.at(0)
        fake.change(fake.make(5))
        await app.until(lambda: app.table.rows.at(0) is not seen, "the rows were read anew")
        assert all(region.width < 10 for region in painted)  # durations that went on, at most

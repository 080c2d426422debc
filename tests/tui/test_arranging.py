"""Columns, order and folding: chosen with keys or the mouse, remembered."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from jobyard.core.models import Sort
from jobyard.core.states import State
from jobyard.tui.columns import SHIPPED
from jobyard.tui.picking import picking
from tests.tui.conftest import Driver, opened
from tests.tui.fake_yard import NOW, FakeYard


def heading(app: Driver) -> str:
    """The table's heading, as wide as the table."""
    region = app.table.region
    return app.lines()[region.y][region.x : region.right]


def remembered() -> dict[str, Any]:
    """What the app's file holds."""
    return json.loads((Path(os.environ["XDG_STATE_HOME"]) / "jobyard" / "app.json").read_text())


def names(app: Driver) -> list[str]:
    """The jobs of the table, top to bottom."""
    return [job.name for page in app.table.rows._pages.values() for job in page]


async def sort_by(app: Driver, column: str) -> None:
    """Choose a column in the menu of ``o``."""
    await app.press("o")
    await app.shown("Sort by")
    menu = app.app.screen.query_one("Menu")
    labels = [label[2:] for label, _ in menu.options]
    await app.until(lambda: menu.size.height > 0)
    await app.press("g", *["up"] * len(labels), *["down"] * labels.index(column), "enter")
    await app.until(lambda: app.app.screen is app.app.jobs)


# -- order ------------------------------------------------------------------------------------------


async def test_o_sorts_by_a_column_and_again_turns_it_round(fake: FakeYard) -> None:
    """The heading has the arrow; natural order is the first choice of the menu."""
    async with opened(fake) as app:
        natural = names(app)
        await sort_by(app, "name")
        await app.until(lambda: names(app) == sorted(natural), str(names(app)))
        assert "name ▲" in heading(app)
        await sort_by(app, "name")
        await app.until(lambda: names(app) == sorted(natural, reverse=True), str(names(app)))
        assert "name ▼" in heading(app)
        await sort_by(app, "natural order")
        await app.until(lambda: names(app) == natural, str(names(app)))
        assert "▼" not in heading(app)


async def test_the_menu_marks_the_present_order(fake: FakeYard) -> None:
    """The cursor begins at it, and an arrow says which way it goes."""
    async with opened(fake) as app:
        await sort_by(app, "priority")
        await app.press("o")
        await app.shown("↓ priority")
        menu = app.app.screen.query_one("Menu")
        await app.until(lambda: menu.options[menu.cursor][0] == "↓ priority")


async def test_a_click_on_a_heading_sorts_by_it(fake: FakeYard) -> None:
    """Large numbers first; a second click turns it round."""
    async with opened(fake) as app:
        region = app.table.region
        x = heading(app).index("prio")
        await app.pilot.click(offset=(region.x + x, region.y))
        await app.until(lambda: app.table.where.sort == Sort("priority", True))
        await app.pilot.click(offset=(region.x + x, region.y))
        await app.until(lambda: app.table.where.sort == Sort("priority", False))


async def test_an_untouched_cursor_stays_at_the_top_of_another_order(fake: FakeYard) -> None:
    """A chosen job keeps the cursor wherever the order puts it; otherwise the first line has it."""
    async with opened(fake) as app:
        await sort_by(app, "id")
        await app.until(lambda: app.table.where.sort == Sort("id", True) and app.selected == 35, str(app.selected))
        assert app.table.cursor == 0
        await app.press("j", "j")
        assert app.selected == 33
        await sort_by(app, "id")
        await app.until(lambda: app.selected == 33 and app.table.cursor == 32, "the same job further down")


async def test_an_order_by_a_column_out_of_sight_is_told_in_the_heading(fake: FakeYard) -> None:
    """Nobody has to wonder why the jobs stand as they do."""
    async with opened(fake) as app:
        await sort_by(app, "age")
        await app.until(lambda: heading(app).rstrip().endswith("age ▲"), heading(app))


async def test_a_move_in_another_order_says_what_it_does(fake: FakeYard) -> None:
    """J acts on the queue; the list does not show it."""
    async with opened(fake) as app:
        fake.move = lambda rows, where: fake._edit("move", rows)  # type: ignore[attr-defined]
        await sort_by(app, "name")
        await app.until(lambda: app.table.where.sort is not None)
        await app.press("slash", *"pending", "enter")
        await app.until(lambda: app.table.selected.state is State.PENDING)
        await app.press("J")
        await app.said("the list is sorted by name")


# -- columns ----------------------------------------------------------------------------------------


async def test_columns_are_chosen_moved_and_remembered(fake: FakeYard) -> None:
    """space hides, K moves up, the table behind shows it at once; the next app begins with it."""
    async with opened(fake) as app:
        await app.press("O")
        await app.shown("✓ state")
        await app.press("down", "space")
        await app.until(lambda: " id " not in heading(app), heading(app))
        await app.press("down", "K", "K")
        await app.until(lambda: heading(app).index("name") < heading(app).index("state"), heading(app))
        await app.press("enter")
        await app.until(lambda: app.app.screen is app.app.jobs)
        assert app.app.jobs.arrangement.columns == ("name", "state", *SHIPPED[3:])
        assert remembered()["columns"] == ["name", "state", *SHIPPED[3:]]
    async with opened(fake) as app:
        assert heading(app).split()[:2] == ["name", "state"]
        assert " id " not in heading(app)


async def test_escape_leaves_the_columns_as_they_were(fake: FakeYard) -> None:
    """What was shown meanwhile is gone again."""
    async with opened(fake) as app:
        before = heading(app)
        await app.press("O")
        await app.shown("✓ state")
        await app.press("space")
        await app.until(lambda: heading(app) != before)
        await app.press("escape")
        await app.until(lambda: heading(app) == before, heading(app))


async def test_r_brings_back_what_ships(fake: FakeYard) -> None:
    """Then the columns follow the width again, and nothing is remembered."""
    async with opened(fake) as app:
        before = heading(app)
        await app.press("O", "space", "enter")
        await app.until(lambda: heading(app) != before and app.app.screen is app.app.jobs)
        await app.press("O", "r", "enter")
        await app.until(lambda: heading(app) == before and app.app.screen is app.app.jobs)
        assert "columns" not in remembered()


def test_the_last_column_stays() -> None:
    """A table without columns would tell nothing."""
    picked = picking(("name",))
    assert picked.toggled().chosen == ("name",)
    assert picked.to(1).toggled().chosen == ("name", "state")
    assert picked.to(-5).moved(1).chosen == ("name",)


async def test_columns_at_20_by_5(fake: FakeYard) -> None:
    """The dialogs of columns and orders open, work and close where there is hardly room for them."""
    async with opened(fake, (20, 5)) as app:
        for keys in ("O", "j", "space", "enter"), ("o", "j", "enter"), ("o", "escape"), ("z",), ("n",), ("N",):
            await app.press(*keys)
        await app.until(lambda: app.app.screen is app.app.jobs)
        assert len(app.lines()) == 5
        assert app.app.jobs.arrangement.columns


@pytest.mark.parametrize(
    "text",
    [
        '{"columns": ["name", "colour", "state"], "sort": {"key": "name", "descending": true}, "folded": false}',
        '{"columns": "name", "sort": {"key": ["x"]}, "folded": 3}',
        '{"columns": [[]], "sort": {"key": "colour"}, "folded": null}',
        "[]",
        "",
    ],
)
async def test_a_saved_layout_is_read_as_far_as_it_is_understood(fake: FakeYard, text: str) -> None:
    """Unknown columns are left out; whatever else it holds, the app begins."""
    path = Path(os.environ["XDG_STATE_HOME"]) / "jobyard" / "app.json"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    async with opened(fake) as app:
        how = app.app.jobs.arrangement
        if "colour" in text and "name" in text:
            assert how == (("name", "state"), Sort("name", True), False)
            assert heading(app).split()[:3] == ["name", "▼", "state"]
        else:
            assert how == ((), None, True)


# -- folded lines -----------------------------------------------------------------------------------


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
        assert app.table.total == 35 - 9


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


async def test_an_action_on_a_folded_line_means_all_of_it(sweep: FakeYard) -> None:
    """Cancel asks with the count, and acts on every element."""
    async with opened(sweep) as app:
        await on_the_fold(app)
        await app.press("c")
        await app.shown("Cancel 8 jobs?")
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


# -- next and previous ------------------------------------------------------------------------------


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
        await app.until(lambda: all("rabi" in name for name in names(app)))
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


async def wheel(pilot: Pilot[Any], table: Any, notches: int) -> None:
    """Turn the wheel over the table."""
    for _ in range(notches):
        table.scroll_lines(3)
    await pilot.pause()


async def test_a_job_out_of_sight_is_named_and_acted_on(tmp_path: Path) -> None:
    """The heading says which job is meant; a hold acts on it; any movement brings it back."""
    yard = FakeYard(tmp_path, running=0, pending=500, ended=0)
    async with opened(yard) as app:
        await app.press("j", "j")
        name = app.table.selected.name
        await wheel(app.pilot, app.table, 40)
        await app.until(lambda: f"▸ {name} · out of sight" in heading(app), heading(app))
        await app.press("H")
        await app.until(lambda: ("hold", (3,), True) in yard.calls)
        await app.press("k")
        await app.until(lambda: app.table.cursor == 1 and app.table.top == 0)
        assert "out of sight" not in heading(app)

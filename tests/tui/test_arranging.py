"""Columns, order and folding: chosen with keys or the mouse, remembered."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from rich.cells import cell_len

from jobyard.core.models import Sort
from jobyard.core.states import State
from jobyard.tui.columns import BY_KEY, SHIPPED
from jobyard.tui.picking import picking
from tests.tui.conftest import Driver, opened, remembered
from tests.tui.fake_yard import FakeYard


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
        natural = app.names()
        await sort_by(app, "name")
        await app.until(lambda: app.names() == sorted(natural), str(app.names()))
        assert "name ▲" in app.heading()
        await sort_by(app, "name")
        await app.until(lambda: app.names() == sorted(natural, reverse=True), str(app.names()))
        assert "name ▼" in app.heading()
        await sort_by(app, "natural order")
        await app.until(lambda: app.names() == natural, str(app.names()))
        assert "▼" not in app.heading()


async def test_the_menu_says_what_the_orders_are(fake: FakeYard) -> None:
    """Natural order is by priority over all queues, and a queue's own in one; by name is by what it was named alone."""
    async with opened(fake) as app:
        await app.press("o")
        await app.shown("running, pending by priority and age, ended")
        await app.shown("its name, capitals first; unnamed ones last")
        await app.press("escape")
        app.app.jobs.queues.choose(frozenset({1}))
        await app.press("o")
        await app.shown("running, pending in the order of the queue, ended")


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
        x = app.heading().index("prio")
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
        await app.until(lambda: app.heading().rstrip().endswith("age ▲"), app.heading())


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
        await app.until(lambda: " id " not in app.heading(), app.heading())
        await app.press("down", "K", "K")
        await app.until(lambda: app.heading().index("name") < app.heading().index("state"), app.heading())
        await app.press("enter")
        await app.until(lambda: app.app.screen is app.app.jobs)
        assert app.app.jobs.arrangement.columns == ("name", "state", *SHIPPED[3:])
        assert remembered()["columns"] == ["name", "state", *SHIPPED[3:]]
    async with opened(fake) as app:
        assert app.heading().strip("▸ ").split()[:2] == ["name", "state"]
        assert " id " not in app.heading()


async def test_escape_leaves_the_columns_as_they_were(fake: FakeYard) -> None:
    """What was shown meanwhile is gone again."""
    async with opened(fake) as app:
        before = app.heading()
        await app.press("O")
        await app.shown("✓ state")
        await app.press("space")
        await app.until(lambda: app.heading() != before)
        await app.press("escape")
        await app.until(lambda: app.heading() == before, app.heading())


async def test_r_brings_back_what_ships(fake: FakeYard) -> None:
    """Then the columns follow the width again, and nothing is remembered."""
    async with opened(fake) as app:
        before = app.heading()
        await app.press("O", "space", "enter")
        await app.until(lambda: app.heading() != before and app.app.screen is app.app.jobs)
        await app.press("O", "r", "enter")
        await app.until(lambda: app.heading() == before and app.app.screen is app.app.jobs)
        assert "columns" not in remembered()


async def test_a_chosen_column_without_room_says_so(fake: FakeYard) -> None:
    """In the dialog, where somebody wonders what became of the tick."""
    async with opened(fake, (120, 36)) as app:
        await app.press("O", "down", "space")
        await app.shown("no room now: higher runs first")
        assert not any("no room now: its name" in line for line in app.lines())


@pytest.mark.parametrize("key", ["o", "O"])
async def test_letters_and_ends_move_in_the_menus(fake: FakeYard, key: str) -> None:
    """A letter that is no key leads to the next option that begins so; g and Home, G and End to the ends."""
    async with opened(fake) as app:
        await app.press(key)
        await app.until(lambda: app.app.screen is not app.app.jobs and app.app.screen.query("Menu"))
        menu = app.app.screen.query_one("Menu")
        await app.until(lambda: menu.size.height > 0 and menu.options)

        def initial() -> str:
            return next(letter for letter in menu.options[menu.cursor][0] if letter.isalpha())

        await app.press("home", "p")
        await app.until(lambda: initial() == "p")
        await app.press("G")
        await app.until(lambda: menu.cursor == len(menu.options) - 1)
        await app.press("n")
        await app.until(lambda: initial() == "n")
        await app.press("end", "g")
        await app.until(lambda: menu.cursor == 0)
        assert app.app.screen is not app.app.jobs


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
            assert app.heading().strip("▸ ").split()[:3] == ["name", "▼", "state"]
        else:
            assert how == ((), None, True)


EVIL = "漢字\x1b[31m\u202e\x00[bold]é\n\t👩‍🔬"


@pytest.mark.parametrize("width", [400, 120, 61, 27])
async def test_hostile_texts_break_no_column(fake: FakeYard, width: int) -> None:
    """Wide, combining, control and markup characters in every column there is: each line is as wide as the table."""
    path = Path(os.environ["XDG_STATE_HOME"]) / "jobyard" / "app.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"columns": list(BY_KEY)}))
    rows = [fake.make(row) for row in range(1, 36)]
    texts = dict.fromkeys(("name", "queue", "session", "kind", "user", "reason", "message", "command", "wants"), EVIL)
    fake.override = {row.row: row._replace(**texts, estimate=1e12, priority=-(10**9)) for row in rows}  # type: ignore[arg-type]
    async with opened(fake, (width, 40)) as app:
        await app.press("G", "k")
        region = app.table.region
        for y in range(region.height):
            strip = app.table.render_line(y)
            assert cell_len(strip.text) == region.width
            assert not set(strip.text) & set("\x1b\x00\n\t\u202e")
        if width == 400:
            assert len(app.table.shown_columns) == len(BY_KEY)

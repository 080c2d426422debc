"""Escape goes from within outwards, q up before out, and no dialog is left by a letter."""

from __future__ import annotations

import pytest

from jobyard.tui.screenlist import PLACES
from jobyard.tui.screens.logs import Logs
from tests.tui.conftest import Driver, opened
from tests.tui.fake_yard import FakeYard

DIALOGS = {
    "help": "question_mark",
    "palette": "ctrl+p",
    "theme": "ctrl+t",
    "copy": "y",
    "go to": "colon",
    "sort": "o",
    "columns": "O",
    "priority": "p",
    "cancel": "c",
    "new job": "a",
    "once more": "E",
    "dependencies": "e",
    "pause": "P",
}
PENDING = ("j", "j", "j")
MARKED = ("G", "space", "g", "j", "v")  # a mark, and a range that has begun
BEFORE = {"help": MARKED, "copy": MARKED, "sort": MARKED, "palette": MARKED, "cancel": ("g",)}


async def within(app: Driver, key: str) -> None:
    """Press a key and wait for its dialog."""
    await app.press(key)
    await app.until(lambda: app.app.screen is not app.app.jobs, f"a dialog after {key}")


@pytest.mark.parametrize("name", DIALOGS)
async def test_no_letter_leaves_a_dialog(fake: FakeYard, name: str) -> None:
    """Neither q nor ctrl+q nor ctrl+c leaves a dialog or the app; Escape closes the dialog and nothing but it."""
    async with opened(fake) as app:
        await app.press(*BEFORE.get(name, PENDING))
        marks, ranging = set(app.table.marks), app.table.range_start
        await within(app, DIALOGS[name])
        dialog = app.app.screen
        await app.press("q", "ctrl+q", "ctrl+c")
        assert app.app.screen is dialog
        assert app.app.return_code is None
        await app.press("escape")
        await app.until(lambda: app.app.screen is app.app.jobs, "the dialog is closed")
        assert (app.table.marks, app.table.range_start) == (marks, ranging)
        assert not [call for call in fake.calls if call[0] in ("cancel", "queue_pause", "submit")]


async def test_escape_goes_from_within_outwards(fake: FakeYard) -> None:
    """Dialog, input, range, marks, filter, in this order, one a press; at the end it does nothing."""
    async with opened(fake) as app:
        await app.press("slash", *"pending", "enter", "space", "v", "j", "slash")
        await app.until(lambda: app.app.focused is not app.table, "the filter line has the keys")
        await within(app, "ctrl+p")
        table, jobs = app.table, app.app.jobs
        steps = (
            lambda: app.app.screen is jobs and app.app.focused is not table,
            lambda: app.app.focused is table and table.range_start is not None,
            lambda: table.range_start is None and bool(table.marks),
            lambda: not table.marks and jobs.filter_text == "pending",
            lambda: jobs.filter_text == "",
        )
        for number, step in enumerate(steps):
            await app.press("escape")
            await app.until(step, f"step {number}")
        await app.press("escape")
        assert app.app.return_code is None


async def test_q_goes_up_before_it_goes_out(fake: FakeYard) -> None:
    """On the log's screen q is back to the jobs; there it leaves."""
    fake.logs[33] = fake.home / "log"
    fake.logs[33].write_text("a line\n")
    async with opened(fake) as app:
        await app.press("l")
        await app.until(lambda: isinstance(app.app.screen, Logs))
        await app.press("q")
        await app.until(lambda: app.app.screen is app.app.jobs)
        assert app.app.return_code is None
        await app.press("q")
        await app.until(lambda: app.app.return_code == 0, "left")


async def test_no_dead_key_is_shown(fake: FakeYard) -> None:
    """Whatever help lists with a key is bound, and of the digits those that lead to a screen."""
    async with opened(fake) as app:
        bound = set(app.app.jobs._bindings.key_to_bindings)
        assert {key for action in app.app.jobs.actions for key in action.keys} <= bound
        assert bound & set("1234567") == {entry.key for entry in PLACES}

"""The screens that keys lead to: going there and back, what is heard meanwhile, what holds on each of them."""

from __future__ import annotations

import gc

import pytest
from rich.cells import cell_len
from textual.widget import Widget

from jobyard.core.models import Health
from jobyard.core.states import State
from jobyard.tui.app import JobyardApp
from jobyard.tui.registry import SCREENS
from jobyard.tui.screenlist import PAGE, PLACES, Entry, make
from jobyard.tui.screens.panelled import Panelled
from jobyard.tui.verbs.places import PLACE_ACTIONS
from jobyard.tui.widgets.placeline import PlaceLine
from tests.tui.conftest import Driver, opened
from tests.tui.fake_yard import NOW, FakeYard

OTHERS = [entry for entry in PLACES if entry.name != "jobs"]
KEYS = [entry.key for entry in OTHERS]
SMALL = (20, 5)


async def go(app: Driver, key: str) -> None:
    """To a screen, once it has been painted."""
    await app.press(key)
    await arrived(app, next(entry.name for entry in PLACES if entry.key == key))


async def arrived(app: Driver, name: str) -> None:
    """Wait until a screen is in front."""
    await app.until(lambda: app.app.place.NAME.startswith(name) and app.app.place.is_mounted, name)


def whole(app: Driver) -> bool:
    """Whether every line is exactly as wide as the screen."""
    return {cell_len(line) for line in app.lines()} == {app.app.size.width}


# -- going ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", OTHERS, ids=lambda entry: entry.name)
async def test_a_key_leads_there_and_back(fake: FakeYard, entry: Entry) -> None:
    """Its number, from the selected job; Escape and 1 lead back, and the job is still selected."""
    async with opened(fake) as app:
        await app.press("j", "j")
        before = app.selected
        for back in ("escape", "1"):
            await go(app, entry.key)
            assert f"{entry.key} {entry.title}" in app.lines()[0]
            await app.press(back)
            await app.until(lambda: app.app.screen is app.app.jobs, "the jobs")
        assert app.selected == before


async def test_from_each_screen_to_each_other(fake: FakeYard) -> None:
    """Never more than one screen above the jobs, however one goes."""
    async with opened(fake) as app:
        for first in KEYS:
            for second in KEYS:
                await go(app, first)
                await go(app, second)
                assert len(app.app.screen_stack) == 2
        await app.press("1")
        assert app.app.screen_stack == [app.app.jobs]


async def test_a_screen_is_kept(fake: FakeYard) -> None:
    """Whoever comes back finds the same screen, not a new one."""
    async with opened(fake) as app:
        for key in KEYS:
            await go(app, key)
            screen = app.app.screen
            await app.press("1", key)
            assert app.app.screen is screen


async def test_keys_typed_fast(fake: FakeYard) -> None:
    """All of them at once, before any screen is there: the last one counts, and no screen lies below it."""
    async with opened(fake) as app:
        for key in [*KEYS, "1", *reversed(KEYS)]:
            app.app.simulate_key(key)
        await arrived(app, OTHERS[0].name)
        await app.press("1")
        await app.until(lambda: app.app.screen_stack == [app.app.jobs], "the jobs")
        assert app.app.crash is None


async def test_a_click_on_a_tab_leads_there(fake: FakeYard) -> None:
    """Each tab of the top line, from the Graph and back to the jobs."""
    async with opened(fake) as app:
        await go(app, "2")
        for entry in [*reversed(OTHERS), PLACES[0]]:
            line = app.app.screen.query_one(PlaceLine)
            await app.pilot.click(line, offset=(app.lines()[0].index(f"{entry.key} {entry.title}"), 0))
            await arrived(app, entry.name)


async def test_tabs_of_the_jobs_where_there_is_room(fake: FakeYard) -> None:
    """The top line of the jobs has the tabs where all else has room, and leaves out nothing for them."""
    async with opened(fake, (260, 50)) as app:
        before = app.lines()[0]
        at = before.index("2 Graph")
        await app.pilot.resize_terminal(120, 36)
        await app.press("j")
        assert "2 Graph" not in app.lines()[0]
        assert all(words in app.lines()[0] for words in ("3 running", "12 pending", "3 failed", "no worker"))
        await app.pilot.resize_terminal(260, 50)
        await app.press("k")
        assert app.lines()[0] == before
        await app.pilot.click("#header", offset=(at, 0))
        await arrived(app, "graph")


async def test_the_palette_leads_there(fake: FakeYard) -> None:
    """Each screen is an entry of the palette, on each screen."""
    async with opened(fake) as app:
        for entry in [*OTHERS, PLACES[0]]:
            await app.press("ctrl+p", *entry.title.lower())
            await app.shown(entry.title)
            await app.press("enter")
            await arrived(app, entry.name)


async def test_no_key_leads_away_from_a_question(fake: FakeYard) -> None:
    """While a question is asked, numbers are nothing; Escape leads to the screen that asked."""
    async with opened(fake) as app:
        for key in KEYS:
            await go(app, key)
            here = app.app.screen
            await app.press("question_mark")
            await app.until(lambda: app.app.screen is not here, "the help")  # noqa: B023
            await app.press(*KEYS, "1")
            assert app.app.place is here
            while app.app.screen is not here:
                await app.press("escape")
            await app.press("1")


@pytest.mark.parametrize("entry", [*PLACES, PAGE], ids=lambda entry: entry.name)
async def test_the_app_opens_there(fake: FakeYard, entry: Entry) -> None:
    """--screen NAME JOB: that screen, on that job, here one that runs."""
    app = JobyardApp(fake, worker=False, screen=entry.name, job=fake.make(34).name)  # type: ignore[arg-type]
    try:
        async with app.run_test(size=(160, 50)) as pilot:
            driver = Driver(app, pilot)
            await arrived(driver, entry.name)
            if entry.name in ("workers", "results"):
                return  # what a worker runs, and what left data
            await driver.until(lambda: (job := app.place.job) is not None and job.row == 34, "the job")
            assert driver.toasts() == []
    finally:
        app.put_away()


# -- what is heard meanwhile ----------------------------------------------------------------------------------


async def test_the_jobs_miss_nothing(fake: FakeYard) -> None:
    """What changed while another screen was in front is in the table when one comes back."""
    async with opened(fake) as app:
        await go(app, "7")
        fake.change(fake.make(33)._replace(name="renamed-meanwhile"))
        await app.until(lambda: app.app.jobs._missed, "the change is heard")
        assert "renamed-meanwhile" not in app.names()
        await app.press("1")
        await app.shown("renamed-meanwhile")


@pytest.mark.parametrize("key", KEYS)
async def test_a_watched_end_is_told_everywhere(fake: FakeYard, key: str) -> None:
    """A watched job's end is a word in the corner of whatever screen is in front."""
    async with opened(fake) as app:
        await app.press("w")
        await go(app, key)
        fake.change(fake.make(33)._replace(state=State.FAILED, ended_at=NOW, exit_code=3))
        await app.said("failed")


@pytest.mark.parametrize("key", KEYS)
async def test_trouble_is_told_everywhere(fake: FakeYard, key: str) -> None:
    """What is wrong with the yard stands in each screen's top line; it goes when the trouble does."""
    async with opened(fake) as app:
        await go(app, key)
        fake.condition = Health(True, True, "disk below its floor (1G free, nothing starts below 5G)")
        await app.until(lambda: "▲ disk low" in app.lines()[0], "the alarm in the top line")
        await app.said("The disk below its floor")
        fake.condition = Health(True, True)
        await app.until(lambda: "▲" not in app.lines()[0], "its end")


# -- what holds on each -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS)
async def test_nothing_is_changed_where_one_only_looks(fake: FakeYard, key: str) -> None:
    """Read-only: no action of a screen that changes something is possible."""
    async with opened(fake, read_only=True) as app:
        await go(app, key)
        screen = app.app.place
        changing = {"cancel", "hold", "requeue", "raise", "configs-push", "configs-main", "configs-pull"}
        for action in screen.actions:
            if action.id in changing:
                screen.action_act(action.id)
        await app.press("1")
        assert fake.calls == []


async def test_a_theme_is_of_all_screens(fake: FakeYard) -> None:
    """Another theme, chosen on one screen, has repainted the others when one comes to them."""
    async with opened(fake) as app:
        for key in KEYS:
            await go(app, key)
        old = app.app.palette
        app.app.theme = "textual-light"
        await app.until(lambda: app.app.palette is not old, "the other theme")
        for key in [*KEYS, "1"]:
            await go(app, key)
            grounds = {
                segment.style.bgcolor for strip in app.app.screen._compositor.render_strips() for segment in strip
            }
            assert not grounds & {old.base.bgcolor, old.bar.bgcolor, old.panel.bgcolor}


@pytest.mark.parametrize("key", KEYS)
async def test_small_and_back(fake: FakeYard, key: str) -> None:
    """A terminal of 20×5, keys in it, and back: painted whole each time."""
    async with opened(fake) as app:
        await go(app, key)
        await app.pilot.resize_terminal(*SMALL)
        await app.press("j", "k", "end", "home", "pagedown")
        assert whole(app)
        await app.pilot.resize_terminal(80, 24)
        await app.press("j")
        assert whole(app)
        await app.pilot.resize_terminal(160, 50)
        await app.press("k")
        assert whole(app)
        assert app.app.crash is None


async def test_to_and_fro_leaves_nothing_behind(fake: FakeYard) -> None:
    """Going through all screens again and again makes no more widgets and threads than going once."""

    def alive() -> tuple[int, int]:
        gc.collect()
        return sum(isinstance(each, Widget) for each in gc.get_objects()), len(app.app.lanes)

    async with opened(fake) as app:
        for key in [*KEYS, "1"] * 2:
            await go(app, key)
        before = alive()
        for key in [*KEYS, "1"] * 10:
            app.app.simulate_key(key)
            await app.pilot.pause()
        await app.until(lambda: app.app.screen is app.app.jobs, "the jobs")
        assert alive() == before


def test_every_screen_has_its_word() -> None:
    """A screen of the list is one of the registry, with another key for each."""
    assert {entry.name for entry in PLACES} <= SCREENS.keys()
    assert len({entry.key for entry in PLACES}) == len(PLACES)
    for entry in PLACES:
        ids = {action.id for action in SCREENS[entry.name]}
        assert {action.id for action in PLACE_ACTIONS} <= ids


def test_the_jobs_are_not_made_anew() -> None:
    """The first screen is always there, and one that there is not is refused."""
    for name in ("jobs", "nothing"):
        with pytest.raises(KeyError):
            make(name)


@pytest.mark.parametrize(("key", "name"), [("5", "configs"), ("6", "results"), ("7", "workers")])
async def test_the_key_after_tab_is_the_next_panels(fake: FakeYard, key: str, name: str) -> None:
    """A panel has the keys as soon as it is asked for, not a moment later: nothing typed meanwhile is the old one's."""
    async with opened(fake) as app:
        await app.press(key)
        await arrived(app, name)
        place = app.app.place
        assert isinstance(place, Panelled)
        before = place.at
        place.turn(1)
        assert place.focused is place.panels[(before + 1) % len(place.panels)]

"""Keys that come all at once, as a slow connection delivers them."""

from __future__ import annotations

import pytest
from textual import events

from tests.tui.conftest import Driver, opened
from tests.tui.fake_yard import FakeYard


def at_once(app: Driver, keys: str) -> None:
    """Press without waiting for anything between."""
    for letter in keys:
        event = events.Key({"/": "slash", ":": "colon"}.get(letter, letter), letter)
        event.set_sender(app.app)
        assert app.app._driver is not None
        app.app._driver.send_message(event)


def line(app: Driver) -> str:
    return getattr(app.app.focused, "value", "")


@pytest.mark.parametrize("again", [False, True])
async def test_a_filter_typed_at_once(fake: FakeYard, again: bool) -> None:
    """All letters after / are the filter's; none is a command. Also when its line was there before."""
    async with opened(fake) as app:
        if again:
            await app.press("slash", "escape")
        await app.press("j", "j", "j")
        at_once(app, "/cancel")
        await app.until(lambda: line(app) == "cancel", "the filter")
        assert fake.calls == []


async def test_a_name_typed_at_once(fake: FakeYard) -> None:
    """All letters after : are the prompt's."""
    async with opened(fake) as app:
        at_once(app, ":calibrate")
        await app.until(lambda: line(app) == "calibrate", "the name")
        assert fake.calls == []


@pytest.mark.parametrize("place", "357")
async def test_a_name_typed_at_once_on_another_screen(fake: FakeYard, place: str) -> None:
    """1 leads to the jobs, : asks for a name, and all letters behind it are the name's."""
    async with opened(fake) as app:
        await app.press(place)
        await app.emptied()
        at_once(app, "1:calibrate")
        await app.until(lambda: line(app) == "calibrate", "the name")
        assert fake.calls == []


async def test_keys_after_a_filter_are_commands(fake: FakeYard) -> None:
    """Once the line was left, letters are commands again."""
    async with opened(fake) as app:
        at_once(app, "/pending")
        await app.until(lambda: line(app) == "pending", "the filter")
        await app.press("enter", "H")
        await app.until(lambda: fake.calls, "a command")
        assert fake.calls[0][0] == "hold"


async def test_a_question_is_not_answered_ahead(fake: FakeYard) -> None:
    """Enter that was typed before a question could be read does not answer it."""
    async with opened(fake) as app:
        for key in ("c", "enter"):
            event = events.Key(key, None)
            event.set_sender(app.app)
            assert app.app._driver is not None
            app.app._driver.send_message(event)
        await app.shown("Cancel this running job?")
        await app.pilot.pause(0.6)
        assert fake.calls == []
        await app.press("enter")
        await app.until(lambda: fake.calls, "the cancel")


@pytest.mark.parametrize("opens", "p?oO:al")
@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_a_key_pressed_twice_answers_once(fake: FakeYard, opens: str, key: str) -> None:
    """The second Enter or Escape is no answer to what is not there any more, and takes nothing else away."""
    async with opened(fake) as app:
        await app.press("j", "j", "j", {":": "colon", "?": "question_mark"}.get(opens, opens))
        await app.until(lambda: app.app.screen is not app.app.jobs, "it is open")
        for _ in range(4):
            event = events.Key(key, None)
            event.set_sender(app.app)
            assert app.app._driver is not None
            app.app._driver.send_message(event)
        await app.press("j", "k")
        assert app.app.is_running
        assert app.app.screen_stack[0] is app.app.jobs
        assert len(app.app.screen_stack) <= 2


async def test_keys_that_are_kept_do_not_outlive_the_app(fake: FakeYard) -> None:
    """Whoever leaves while keys wait for a line that never comes just leaves."""
    async with opened(fake) as app:
        app.app.opening = True
        at_once(app, "xx")
        await app.until(lambda: app.app._kept, "they wait")
        app.app.exit(0)
    assert app.app.crash is None


async def test_a_screen_that_was_asked_for_before_the_app_began(fake: FakeYard) -> None:
    """Whoever typed ahead is not led back to the jobs."""
    async with opened(fake) as app:
        await app.press("5")
        await app.until(lambda: app.app.place is not app.app.jobs, "the screen")
        app.app._begin()
        await app.emptied()
        assert app.app.place is not app.app.jobs

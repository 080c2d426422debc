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

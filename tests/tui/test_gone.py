"""What screens leave undone when they are left."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from textual import events
from textual._styles_cache import StylesCache
from textual.geometry import Size
from textual.message_pump import MessagePump

from jobyard.tui.screens.choice import Choice
from jobyard.tui.verbs.logs import show_attempt
from jobyard.tui.verbs.runpage import visit
from tests.tui.conftest import opened
from tests.tui.fake_yard import FakeYard


async def test_what_waited_for_a_paint_is_dropped(fake: FakeYard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A menu that was left before it was painted once does nothing after that paint: its list is gone."""
    later: list[Callable[[], object]] = []

    def keep(_: MessagePump, callback: Callable[..., Any], *args: Any, **more: Any) -> bool:
        later.append(partial(callback, *args, **more))
        return True

    async with opened(fake) as app:
        menu = Choice("Which?", [("one", ""), ("two", "")])
        with monkeypatch.context() as patch:
            patch.setattr(MessagePump, "call_after_refresh", keep)
            await app.app.push_screen(menu)
            await app.until(lambda: later)
        await menu.dismiss(None)
        await app.until(lambda: app.app.screen is app.app.jobs)
        for callback in later:
            callback()


async def test_a_size_that_comes_too_late_is_dropped(fake: FakeYard) -> None:
    """The terminal is made smaller while a menu closes: what the menu would have changed is gone already."""
    async with opened(fake) as app:
        menu = Choice("Which?", [("one", ""), ("two", "")])
        await app.app.push_screen(menu)
        await menu.dismiss(None)
        await app.until(lambda: app.app.screen is app.app.jobs)
        size = Size(80, 24)
        await menu.on_event(events.Resize(size, size))


async def test_an_app_that_ended_has_nothing_open(fake: FakeYard) -> None:
    """Whatever it opened is closed with it."""
    async with opened(fake) as app:
        await app.press("j")
    before = set(os.listdir("/proc/self/fd"))
    async with opened(fake) as app:
        await app.press("j")
    assert len(os.listdir("/proc/self/fd")) <= len(before)


async def test_dialogs_leave_no_lines(fake: FakeYard) -> None:
    """However many were opened and left: what they painted is gone, as memory and for the collector of garbage."""

    def alive() -> int:
        gc.collect()
        return sum(isinstance(each, StylesCache) for each in gc.get_objects())

    async with opened(fake) as app:
        for _ in range(3):
            await app.press("?", "escape")
        before = alive()
        for _ in range(10):
            await app.press("?", "escape")
        assert alive() <= before + 3  # each has more than that, and some are on their way


async def test_nothing_leads_away_from_a_question(fake: FakeYard) -> None:
    """An answer that comes late and finds a question in front changes no screen before or under it."""
    async with opened(fake) as app:
        await app.press("6")
        menu = Choice("Which?", [("one", ""), ("two", "")])
        await app.app.push_screen(menu)
        assert [app.app.show_place(name, fake.make(3)) for name in ("jobs", "run", "results")] == [None] * 3
        visit(app.app.place, fake.make(3).name, 1)
        show_attempt(app.app.place, fake.make(3), 1)
        await app.press("j")
        assert app.app.screen is menu
        await app.press("escape")
        assert app.app.show_place("run", fake.make(3)) is app.app.place
        await app.until(lambda: app.app.screen is app.app.place_called("run"))

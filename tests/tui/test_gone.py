"""What screens leave undone when they are left."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from textual import events
from textual.geometry import Size
from textual.message_pump import MessagePump

from jobyard.tui.screens.choice import Choice
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

"""What a key has done is painted at once, and painting leaves no garbage that has to be looked for."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

import pytest
from textual import events
from textual.strip import Strip

from jobyard.tui.haste import BURST, MOMENT, RATE, Haste
from tests.tui.conftest import opened
from tests.tui.fake_yard import FakeYard


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_no_haste_without_a_key() -> None:
    """What the yard does goes by Textual's clock: before the first key, and when a moment has passed since the last."""
    clock = Clock()
    haste = Haste(clock)
    assert not haste.spend()
    haste.press()
    assert haste.spend()
    clock.now += 2 * MOMENT
    assert not haste.spend()


@pytest.mark.parametrize("keys", [30, 200])
def test_a_key_that_is_held_down_goes_by_the_clock(keys: int) -> None:
    """However many keys come in a second, no more is painted at once than the rate."""
    clock = Clock()
    haste, paints = Haste(clock), 0
    for _ in range(keys):
        haste.press()
        paints += haste.spend() + haste.spend()
        clock.now += 1 / keys
    assert min(keys, RATE) <= paints <= RATE + BURST


async def comes(condition: Callable[[], object]) -> bool:
    """Whether it comes true. A pilot's pauses would paint."""
    for _ in range(1000):
        if condition():
            return True
        await asyncio.sleep(0.01)
    return False


async def test_a_key_is_painted_without_the_clock(fake: FakeYard) -> None:
    """The cursor is painted on its new line though Textual's clock stands still; what the yard does waits for it."""
    async with opened(fake) as app:
        await app.press("j")
        screen, paints = app.app.screen, list[int]()
        refresh = screen._compositor_refresh
        screen._compositor_refresh = lambda: (paints.append(app.table.cursor), refresh())[1]  # type: ignore[method-assign]
        screen._update_timer.stop()
        app.app.post_message(events.Key("j", "j"))
        assert await comes(lambda: 2 in paints)
        app.app.haste._pressed -= MOMENT  # the moment is over
        paints.clear()
        fake.change(fake.make(22)._replace(priority=3))
        assert await comes(lambda: app.table in screen._dirty_widgets)
        assert not paints


async def test_painting_leaves_no_circles(fake: FakeYard) -> None:
    """Lines that are painted anew are gone when nobody has them, without the collector's help, which holds keys."""
    async with opened(fake) as app:
        await app.press("j", "j")
        gc.collect()
        gc.freeze()  # as the app's own process does after its first paint
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            await app.press(*"jkjkjk")
            gc.collect()
            assert [each for each in gc.garbage if isinstance(each, Strip)] == []
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.unfreeze()


async def test_a_line_of_before_is_not_made_anew(fake: FakeYard) -> None:
    """The same words in the same styles are the same strip, until the theme is another."""
    async with opened(fake) as app:
        line = [("words", "bold")]
        strip = app.table.strip(line)
        assert app.table.strip(list(line)) is strip
        app.app.theme = next(name for name in app.app.available_themes if name != app.app.theme and "light" in name)
        await app.until(lambda: app.table.strip(line) is not strip, "other colours")

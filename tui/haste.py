"""What a key has done is painted at once.

Textual paints on a clock of 60 beats a second, and after a paint it lets one beat pass: what changes then waits for up
to 33 ms. That is well for what the yard does; but where others change the list ten times a second, a key often falls
into that wait. For a moment after a key its screen paints as soon as it has nothing else to do.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol, cast

from textual import events
from textual.screen import Screen, ScreenResultType

MOMENT = 0.05  # seconds after a key
BURST, RATE = 4.0, 60.0  # paints: so many at once, then so many a second; what a key repeats goes by the clock then


class Haste:
    """When a paint need not wait for the clock."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pressed = -MOMENT  # long ago
        self._left, self._at = BURST, clock()

    def press(self) -> None:
        """A key has come."""
        self._pressed = self._clock()

    def spend(self) -> bool:
        """Whether to paint now; that is counted."""
        now = self._clock()
        if now - self._pressed >= MOMENT:
            return False
        self._left, self._at = min(BURST, self._left + (now - self._at) * RATE), now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Hasty(Protocol):
    """An app that notes keys."""

    haste: Haste


class Swift(Screen[ScreenResultType]):
    """A screen that paints at once what a key has done."""

    def on_idle(self, event: events.Idle) -> None:
        """Nothing else to do: paint, if a key has come just now. What is laid out anew waits until it is whole."""
        whole = not (self._layout_required or self._scroll_required or self._recompose_required)
        if self._dirty_widgets and whole and self.is_current and cast("Hasty", self.app).haste.spend():
            self._on_timer_update()

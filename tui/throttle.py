"""At once while little happens, less often while much does: the last call is never lost."""

from __future__ import annotations

import time
from collections.abc import Callable


class Throttle:
    """Lets *burst* calls of *act* through at once, then *rate* a second.

    What comes in between is done once, as soon as it may; *later* calls something after so many seconds.
    """

    def __init__(
        self,
        act: Callable[[], object],
        later: Callable[[float, Callable[[], object]], object],
        *,
        burst: int = 5,
        rate: float = 3.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._act, self._later, self._clock = act, later, clock
        self._burst, self._rate = float(burst), rate
        self._left, self._at = self._burst, clock()
        self._due = False

    def __call__(self) -> None:
        """Do it now or soon."""
        if self._due:
            return
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            self._act()
        else:
            self._due = True
            self._later((1 - self._left) / self._rate, self._now)

    def _now(self) -> None:
        self._due = False
        self()

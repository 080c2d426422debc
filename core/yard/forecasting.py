"""The facade's question when jobs will start and end."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from ..lazy import LazyModule
from .part import Whole

if TYPE_CHECKING:
    from .. import forecast as foreseeing
    from ..forecast import Forecast
    from ..store import foresight, views
else:  # few commands ask
    foreseeing, foresight = LazyModule("jobyard.core.forecast"), LazyModule("jobyard.core.store.foresight")
    views = LazyModule("jobyard.core.store.views")

KEPT = 1.0  # seconds for which a forecast is given again, unless something changes
MOST = 10_000  # pending jobs


class Forecasting(Whole):
    """When. A look costs some tenths of a second at most, with thousands of jobs: ask from a thread."""

    _foreseen: tuple[tuple[int, int], float, Forecast] | None = None
    _foreseeing = threading.Lock()

    def forecast(self, limit: int = MOST) -> Forecast:
        """When the running jobs end, and the first *limit* pending ones start and end, or why nobody can say.

        The same for a second, unless something changes; of several threads that ask one works, the others get its.
        """
        limit = max(0, min(limit, MOST))
        with self._foreseeing:
            key = (views.version(self._store), limit)
            if self._foreseen is not None:
                known, at, found = self._foreseen
                if known == key and time.monotonic() - at < KEPT:
                    return found
            found = foreseeing.forecast(foresight.ask(self._store, limit).facts)
            self._foreseen = key, time.monotonic(), found
            return found

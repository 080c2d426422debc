"""The facade's question about time: what ran when, and why nothing did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy import LazyModule
from .part import Whole

if TYPE_CHECKING:
    from ..gantt.spans import Timeline, Wish
    from ..store import timeline
else:  # whoever looks at no time needs none of it
    timeline = LazyModule("jobyard.core.store.timeline")


class Timelines(Whole):
    """What ran in a window of time."""

    def timeline(self, wish: Wish) -> Timeline:
        """What ran in the window of a wish, how long it waited, and what kept the rest. See `gantt`. Interruptible."""
        return timeline.timeline(self._store, wish)

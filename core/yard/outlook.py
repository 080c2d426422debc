"""The facade's questions of whoever looks on: what ends at what pace, what others do, how the yard is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..lazy import LazyModule
from ..models import Health, News
from .part import Whole

if TYPE_CHECKING:
    from ..settings import Loaded
    from ..store import activity, deeds, lacks, turns
    from . import staffed
    from .staffed import Vitals
else:  # a command line asks none of it
    activity, deeds = LazyModule("jobyard.core.store.activity"), LazyModule("jobyard.core.store.deeds")
    lacks, turns = LazyModule("jobyard.core.store.lacks"), LazyModule("jobyard.core.store.turns")
    staffed = LazyModule("jobyard.core.yard.staffed")


class Outlook(Whole):
    """What a screen that is left open all day wants to know. Cheap enough to be asked every second."""

    _loaded: Loaded

    def activity(self, since: float, step: float) -> dict[int, dict[int, int]]:
        """Jobs ended since then (wall time), by queue and by stretch of *step* seconds (numbered time over step)."""
        return activity.ended(self._store, since, step)

    def news(self, since: int) -> News:
        """What others than this user on this host and face changed after event *since*; -1: the newest event only."""
        return deeds.since(self._store, since)

    def health(self) -> Health:
        """Whether the yard is there and can be written, and who keeps it from that. Asks the disk, not the store.

        To whoever has only looked from the beginning neither that nor the room on the disk is news.
        """
        path = self._store.path
        if not path.exists():
            return Health(False, False)
        if self._store.db.refusal is not None:
            return Health(True, True)
        writable = os.access(path, os.W_OK) and os.access(self.home, os.W_OK)
        return Health(True, writable, lacks.disk_low(self._store), turns.of(str(path)).held_up())

    def vitals(self) -> Vitals:
        """Room on the disk, sizes and history of the store, settings in force and what is wrong with them."""
        trouble = self.settings_trouble()
        return staffed.vitals(self._store, self._loaded, trouble)

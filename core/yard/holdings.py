"""The facade's commands on resources: who has them, locks, capacities by hand."""

from __future__ import annotations

import builtins
import time
from typing import TYPE_CHECKING

from ..errors import BadInput
from ..lazy import LazyModule
from ..models import ResourceInfo
from ..names import check_text
from .part import Whole

if TYPE_CHECKING:
    from ..store import holdings
    from ..store import resources as rows
else:  # few commands need them
    holdings, rows = LazyModule("jobyard.core.store.holdings"), LazyModule("jobyard.core.store.resources")

LONGEST_NOTE = 500  # characters
ANSWER = 2.0  # seconds for the keeper to give back what it has not started


class Holdings(Whole):
    """Host cores, memory, GPUs, named instruments and licences."""

    def resources(self) -> builtins.list[ResourceInfo]:
        """All resources with their holders and waiters."""
        return holdings.every(self._store)

    def resource(self, name: str) -> ResourceInfo:
        """A resource. Raises Unknown."""
        return holdings.one(self._store, name)

    def resource_lock(self, name: str, note: str = "") -> ResourceInfo:
        """Keep every job off a resource until it is unlocked; what runs goes on, and is named. Raises WrongState.

        Jobs that were about to start are asked back, and waited for: once this returns no other job begins with it,
        but those that are named as its holders.
        """
        if len(note) > LONGEST_NOTE:
            raise BadInput("The note is too long", f"it has {len(note):,} characters", f"Use at most {LONGEST_NOTE}")
        holdings.lock(self._store, name, check_text(note.strip(), "note"))
        deadline = time.monotonic() + ANSWER
        while rows.handed(self._store, name) and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.resource(name)

    def resource_unlock(self, name: str, *, force: bool = False) -> ResourceInfo:
        """Take one's lock off, with *force* anybody's. Raises WrongState."""
        holdings.unlock(self._store, name, force=force)
        return self.resource(name)

    def resource_set(
        self, name: str, *, capacity: int | None = None, new: bool = False, as_declared: bool = False
    ) -> ResourceInfo:
        """Set a capacity by hand, which wins over the settings until *as_declared*. *new* makes the resource."""
        if (capacity is None) != as_declared:
            raise BadInput("Give either --capacity or --as-declared", "one of them, and only one, says what to set")
        if capacity is None:
            rows.set_as_declared(self._store, name)
        else:
            rows.set_capacity(self._store, name, capacity, new=new)
        return self.resource(name)

"""The facade's undo and redo, and the audit: what was done, by whom, from where."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from ..lazy import LazyModule
from ..models import Change, ChangeInfo, Event
from .part import Whole

if TYPE_CHECKING:
    from ..store import history as audit
    from ..store import undo as undoing
else:
    audit = LazyModule("jobyard.core.store.history")
    undoing = LazyModule("jobyard.core.store.undo")

LATEST = 100  # lines of history, where nobody asks for more or fewer


class Undoing(Whole):
    """Taking back what you did, and reading what everybody did."""

    def undo(self, number: int | None = None) -> Change:
        """Take back your last change that can be undone, or the one with this number (see `undo_list`).

        Every row must still hold its result. Raises WrongState, which names who changed it, when and how; Unknown.
        """
        return undoing.undo(self._store, number)

    def redo(self) -> Change:
        """Do again what your last undo took back, if you changed nothing since. Raises WrongState."""
        return undoing.redo(self._store)

    def undoable(self) -> ChangeInfo | None:
        """What the next undo would take back."""
        return undoing.undoable(self._store)

    def redoable(self) -> ChangeInfo | None:
        """What the next redo would do again."""
        return undoing.redoable(self._store)

    def undo_preview(self, number: int) -> ChangeInfo:
        """Your change of this number, if undo may take it back. Raises WrongState, Unknown."""
        return undoing.chosen(self._store, number)

    def undo_list(self, limit: int = 20) -> builtins.list[ChangeInfo]:
        """Your changes that undo could take back, newest first."""
        return undoing.candidates(self._store, limit)

    def queue_history(self, name: str, limit: int = LATEST, since: float | None = None) -> builtins.list[Event]:
        """What was done to a queue ``[SESSION/]NAME``, oldest first; *since* a time (seconds since the epoch)."""
        return audit.of_queue(self._store, self.queue(name).id, limit, since)

    def user_history(self, user: str, limit: int = LATEST, since: float | None = None) -> builtins.list[ChangeInfo]:
        """A user's change sets, newest first. Raises Unknown."""
        return audit.of_user(self._store, user, limit, since)

    def events(self, limit: int = LATEST, since: float | None = None) -> builtins.list[Event]:
        """The latest of everything that was done in the yard, oldest first."""
        return audit.latest(self._store, limit, since)

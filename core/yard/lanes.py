"""The facade's commands on queues and sessions."""

from __future__ import annotations

import os

from ..errors import BadInput
from ..models import QueueInfo, SessionInfo
from ..names import check_lane, split_queue
from ..store import queues
from . import submitting
from .part import Whole


class Lanes(Whole):
    """Queues and the sessions that group them."""

    def queue_create(
        self,
        name: str,
        *,
        slots: int | None = None,
        exclusive: bool = False,
        session: str = "default",
        instructions: str = "",
    ) -> QueueInfo:
        """A new queue ``[SESSION/]NAME``; one slot a core unless told, one when *exclusive*."""
        session, queue = split_queue(name, session)
        check_lane(session, "session"), check_lane(queue)
        if exclusive and slots not in (None, 1):
            raise BadInput("An exclusive queue has one slot", f"{slots} were asked for", "Leave one of the two out")
        wanted = 1 if exclusive else slots or os.cpu_count() or 1
        return queues.create(self._store, session, queue, _slots(wanted), instructions)

    def queue_set(self, name: str, *, slots: int | None = None, instructions: str | None = None) -> QueueInfo:
        """Change a queue's slots or instructions."""
        values: dict[str, int | str] = {}
        if slots is not None:
            values["slots"] = _slots(slots)
        if instructions is not None:
            values["instructions"] = instructions
        if not values:
            raise BadInput("Nothing to change", "no value was given", "Give --slots or --instructions")
        return queues.change(self._store, self.queue(name), "set", **values)

    def queue_pause(self, name: str, until: float | None = None) -> QueueInfo:
        """Start nothing more of a queue, until told or until a time (seconds since the epoch)."""
        return queues.change(self._store, self._open_queue(name), "pause", paused=1, paused_until=until)

    def queue_resume(self, name: str) -> QueueInfo:
        """Let a paused queue go on."""
        queue = self._open_queue(name)
        if not queue.paused:
            raise BadInput(f"Queue {queue.name} is not paused")
        return queues.change(self._store, queue, "resume", paused=0, paused_until=None)

    def queue_end(self, name: str) -> QueueInfo:
        """Take and start nothing more; what runs goes on."""
        return queues.change(self._store, self._open_queue(name), "end", ended_at=self._store.clock())

    def queue_remove(self, name: str) -> None:
        """Delete an empty queue."""
        queues.remove(self._store, self.queue(name))

    def _open_queue(self, name: str) -> QueueInfo:
        return submitting.accepting(self.queue(name))

    def session_create(self, name: str) -> SessionInfo:
        """A new session."""
        return queues.create_session(self._store, check_lane(name, "session"))

    def session_end(self, name: str) -> SessionInfo:
        """End a session and with it its queues."""
        return queues.end_session(self._store, name)


def _slots(count: int) -> int:
    if not 1 <= count <= 100_000:
        raise BadInput(f"{count} slots cannot be", "a queue has between 1 and 100,000", "Pause it to start nothing")
    return count

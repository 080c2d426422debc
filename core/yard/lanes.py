"""The facade's commands on queues and sessions."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import BadInput
from ..models import QueueInfo, SessionInfo
from ..names import check_class, check_lane, check_program, split_queue
from ..store import declared, queues
from ..text import quoted
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
        policy: str | None = None,
        time_limit: float | None = None,
        limit_factor: float | None = None,
        retention: float | None = None,
        python: str = "",
        station: str = "",
        warm: bool = False,
    ) -> QueueInfo:
        """A new queue ``[SESSION/]NAME``; one slot a core unless told, one when *exclusive*. See `queue_set`."""
        session, queue = split_queue(name, session)
        check_lane(session, "session"), check_lane(queue)
        if exclusive and slots not in (None, 1):
            raise BadInput("An exclusive queue has one slot", f"{slots} were asked for", "Leave one of the two out")
        wanted = 1 if exclusive else slots
        more = _given(
            policy=policy, time_limit=time_limit, limit_factor=limit_factor, retention=retention, slots=wanted,
            instructions=instructions or None, python=python or None, station=station or None, warm=warm or None,
        )  # fmt: skip
        with self._store.changing("queue create"):
            made = queues.create(self._store, session, queue, _slots(wanted or os.cpu_count() or 1), instructions)
            return queues.change(self._store, made, "set", hand=more, **more) if more else made

    def queue_set(
        self,
        name: str,
        *,
        slots: int | None = None,
        instructions: str | None = None,
        policy: str | None = None,
        time_limit: float | None = None,
        limit_factor: float | None = None,
        retention: float | None = None,
        python: str | None = None,
        station: str | None = None,
        warm: bool | None = None,
    ) -> QueueInfo:
        """Change what a queue allows: its slots, its policy (fifo, shortest, chain), limits in seconds; 0 for none.

        *python* (a path) runs its experiments, *station* (``MODULE:CLASS``) is made before each of them, or kept from
        one to the next where the queue is *warm*; "" for none.

        What is changed here wins over the settings file from now on, until `queue_as_declared`.
        """
        values = _given(
            slots=slots, instructions=instructions, policy=policy, time_limit=time_limit, limit_factor=limit_factor,
            retention=retention, python=python, station=station, warm=warm,
        )  # fmt: skip
        if not values:
            raise BadInput(
                "Nothing to change", "no value was given", "Give --slots, --policy or another of its options"
            )
        return queues.change(self._store, self.queue(name), "set", hand=values, **values)

    def queue_as_declared(self, name: str) -> QueueInfo:
        """Have the settings file decide again: what was set by hand goes. Raises WrongState when it names no such."""
        queue = self.queue(name)
        return queues.change(self._store, queue, "as declared", **declared.as_declared(queue))

    def queue_pause(self, name: str, until: float | None = None) -> QueueInfo:
        """Start nothing more of a queue, until told or until a time (seconds since the epoch)."""
        queue = self._open_queue(name)
        return queues.change(self._store, queue, "pause", hand=_hand(queue), paused=1, paused_until=until)

    def queue_resume(self, name: str) -> QueueInfo:
        """Let a paused queue go on."""
        queue = self._open_queue(name)
        if not queue.paused:
            raise BadInput(f"Queue {queue.name} is not paused")
        return queues.change(self._store, queue, "resume", hand=_hand(queue), paused=0, paused_until=None)

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


def _hand(queue: QueueInfo) -> tuple[str, ...]:
    """A pause is by hand where the settings file says anything of pauses."""
    return ("paused",) if queue.declared is not None and "paused" in queue.declared else ()


def _given(**values: Any) -> Mapping[str, Any]:
    """The columns that were asked for, checked."""
    return {name: _CHECKS[name](value) for name, value in values.items() if value is not None}


def _slots(count: int) -> int:
    if not 1 <= count <= 100_000:
        raise BadInput(f"{count} slots cannot be", "a queue has between 1 and 100,000", "Pause it to start nothing")
    return count


def _policy(word: str) -> str:
    from ..store.weights import check_policy

    return check_policy(word)


def _or_none(value: float) -> float | None:
    if value < 0:
        raise BadInput(f"{value:g} cannot be", "it is 0 or more", "Give 0 for none")
    return value or None


def _program(path: str) -> str:
    """An interpreter that is there: a wrong one would fail every experiment of the queue."""
    found = check_program(path, "python")
    if found and not (os.path.isfile(found) and os.access(found, os.X_OK)):
        raise BadInput(f"The python {quoted(found)} cannot be used", "There is no such program", "Check the path")
    return found


def _class(text: str) -> str:
    return check_class(text, "station")


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "slots": _slots, "instructions": str, "policy": _policy, "time_limit": _or_none, "limit_factor": _or_none,
    "retention": _or_none, "python": _program, "station": _class, "warm": int,
}  # fmt: skip

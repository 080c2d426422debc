"""The verbs that can be undone, all in one table."""

from __future__ import annotations

from .compensating import Item, Kind
from .setting_configs import CONFIGS
from .setting_jobs import EDGES, JOBS
from .setting_lanes import QUEUES, RESOURCES, SESSIONS

# Every verb that can be undone, and what its events change. What is not here cannot: a submit, a stopped process
# (`stop`, unless it had not begun), a purge, whatever workers and settings do.
UNDOABLE: dict[str, Kind] = {
    "cancel": JOBS,
    "stop": JOBS,
    "hold": JOBS,
    "release": JOBS,
    "priority": JOBS,
    "move": JOBS,
    "shift": JOBS,  # what a move does to make room
    "requeue": JOBS,
    "after add": EDGES,
    "after cut": EDGES,
    "queue create": QUEUES,
    "queue set": QUEUES,
    "queue pause": QUEUES,
    "queue resume": QUEUES,
    "queue end": QUEUES,
    "queue remove": QUEUES,
    "session create": SESSIONS,
    "session end": SESSIONS,
    "resource set": RESOURCES,
    "resource lock": RESOURCES,
    "resource unlock": RESOURCES,
    "config main": CONFIGS,
    "config push": CONFIGS,  # as far as it made another version main
}
UNDO, REDO = "undo ", "redo "


def plain(verb: str) -> str:
    """The verb that an undo or a redo is of."""
    return verb.removeprefix(UNDO).removeprefix(REDO)


def takes(item: Item) -> bool:
    """Whether an event tells of something that can be set back: a stopped process cannot, nor a version."""
    return (
        item.verb in UNDOABLE and item.verb != "config push" and (item.verb != "stop" or "state" in (item.after or {}))
    )

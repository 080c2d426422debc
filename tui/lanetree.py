"""The list at the left as a tree: sessions with their queues, what has ended folded away, resources below.

Pure: from what the store says and what is folded to the lines that can be chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from jobyard.core.models import QueueInfo, ResourceInfo
from jobyard.core.states import State

from .format import queue_mark, short_id
from .text import plain

ENDED_SESSIONS = "ended-sessions"


class Node(NamedTuple):
    """A line. ``queues`` are those it stands for (none: all); ``open`` is None where nothing can be folded."""

    key: str
    title: str
    depth: int = 0
    queues: frozenset[int] = frozenset()
    queue: QueueInfo | None = None
    resource: ResourceInfo | None = None
    running: int = 0
    pending: int = 0
    open: bool | None = None
    mark: str = ""
    fixed: bool = False  # it is only read: the cursor passes over it


class Folded(NamedTuple):
    """Which lines are folded otherwise than they are by themselves, by their keys."""

    closed: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()

    def open(self, key: str, default: bool) -> bool:
        """Whether what is below the line shows."""
        return key in self.opened or (default and key not in self.closed)

    def toggled(self, key: str, open: bool) -> Folded:
        """With this line open, or not."""
        if open:
            return Folded(self.closed - {key}, self.opened | {key})
        return Folded(self.closed | {key}, self.opened - {key})


def tree(
    queues: Sequence[QueueInfo], resources: Sequence[ResourceInfo] = (), folded: Folded = Folded(), chosen: str = ""
) -> list[Node]:
    """The lines from top to bottom; *chosen* is the key of the line that shows though it is folded away."""
    sessions = [(name, list(group)) for name, group in groupby(queues, key=lambda queue: queue.session)]
    lines = [_sum("", "All jobs", queues)._replace(queues=frozenset())]
    live = [(name, members) for name, members in sessions if not members[0].session_ended]
    for name, members in live:
        lines += _session(name, members, folded, chosen) if len(sessions) > 1 else _lanes(members, 0, folded, chosen)
    over = [(name, members) for name, members in sessions if members[0].session_ended]
    return [*lines, *_over(over, folded, chosen), *_resources(resources)]


def _session(name: str, members: list[QueueInfo], folded: Folded, chosen: str, depth: int = 0) -> list[Node]:
    """A session; one that has ended is closed until somebody opens it."""
    key, ended = f"session:{name}", members[0].session_ended
    open = folded.open(key, not ended)
    mark = "ended" if ended else "" if open else _paused(members)
    line = _sum(key, plain(name), members)._replace(open=open, depth=depth, mark=mark)
    return [line, *(_lanes(members, depth + 1, folded, chosen) if open else [])]


def _paused(members: list[QueueInfo]) -> str:
    """What a closed session hides."""
    count = sum(queue.paused and not queue.ended for queue in members)
    return f"{count} paused" if count else ""


def _lanes(members: list[QueueInfo], depth: int, folded: Folded, chosen: str) -> list[Node]:
    """The queues of a session; those that have ended in one line, which opens."""
    live = [queue for queue in members if not queue.ended]
    over = [queue for queue in members if queue.ended]
    lines = [_lane(queue, depth) for queue in live]
    if not over:
        return lines
    key = f"ended:{members[0].session}"
    open = folded.open(key, False)
    shown = [_lane(queue, depth + 1) for queue in over if open or chosen == _key(queue)]
    fold = _sum(key, f"{len(over)} ended", over)._replace(open=open, depth=depth, mark="")
    return [*lines, fold, *shown]


def _over(sessions: list[tuple[str, list[QueueInfo]]], folded: Folded, chosen: str) -> list[Node]:
    """Sessions that have ended, in one line, which opens."""
    if not sessions:
        return []
    open = folded.open(ENDED_SESSIONS, False)
    count = len(sessions)
    title = f"{count} ended session{'' if count == 1 else 's'}"
    line = _sum(ENDED_SESSIONS, title, [queue for _, members in sessions for queue in members])
    below = [node for name, members in sessions for node in _session(name, members, folded, chosen, 1)]
    return [line._replace(open=open), *(node for node in below if open or (chosen and node.key == chosen))]


def _key(queue: QueueInfo) -> str:
    return f"queue:{queue.id}"


def _lane(queue: QueueInfo, depth: int) -> Node:
    counts = queue.counts
    return Node(
        _key(queue), plain(queue.name), depth, frozenset({queue.id}), queue,
        running=counts.get(State.RUNNING, 0), pending=counts.get(State.PENDING, 0), mark=queue_mark(queue),
    )  # fmt: skip


def _sum(key: str, title: str, queues: Sequence[QueueInfo]) -> Node:
    running = sum(queue.counts.get(State.RUNNING, 0) for queue in queues)
    pending = sum(queue.counts.get(State.PENDING, 0) for queue in queues)
    return Node(key, title, queues=frozenset(queue.id for queue in queues), running=running, pending=pending)


# -- resources ----------------------------------------------------------------------------------------


def _resources(resources: Sequence[ResourceInfo]) -> list[Node]:
    """Instruments and licences with what is free of them, and whatever is locked; below each who has it."""
    some = [one for one in resources if one.kind == "named" or one.locked_by]
    if not some:
        return []
    return [Node("resources", "", fixed=True), *(node for one in some for node in _resource(one))]


def _resource(resource: ResourceInfo) -> Iterable[Node]:
    yield Node(f"resource:{resource.name}", plain(resource.name), resource=resource)
    for number, words in enumerate(_who(resource)):
        yield Node(f"who:{resource.name}:{number}", words, depth=1, fixed=True)


def _who(resource: ResourceInfo) -> Iterable[str]:
    if resource.locked_by:
        note = f": {plain(resource.lock_note)}" if resource.lock_note else ""
        yield f"by {plain(resource.locked_by)}{note}"
    if resource.holders:
        first, more = resource.holders[0], len(resource.holders) - 1
        yield f"{plain(first.name) or short_id(first.id)}{f' and {more} more' if more else ''}"

"""Queues, sessions and resources: what they allow, new ones, the end of them. Forms are imported when opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jobyard.core.lazy import LazyModule
from jobyard.core.models import ResourceInfo

from ..actions import Action, Context
from ..format import queue_title
from ..text import plain
from .submitting import fill_in

if TYPE_CHECKING:
    from .. import previews
    from ..screens.jobs import Jobs
else:
    previews = LazyModule("jobyard.tui.previews")


def settings(desk: Jobs) -> None:
    """What the queue of the selection allows."""
    from ..forms.lanes import QueueSettings

    if (queue := desk.queue) is not None:
        path = f"{queue.session}/{queue.name}"
        desk.ask(lambda yard: yard.queue(path), lambda now: fill_in(desk, QueueSettings(now), _looks_again(desk)))


def new_queue(desk: Jobs) -> None:
    """A queue, in the session of the one that is selected."""
    from ..forms.lanes import NewQueue

    fill_in(desk, NewQueue(desk.session or "default"), _looks_again(desk))


def new_session(desk: Jobs) -> None:
    """A group of queues."""
    from ..forms.lanes import NewSession

    fill_in(desk, NewSession(), _looks_again(desk))


def end_queue(desk: Jobs) -> None:
    """Take and start nothing more; asks, and counts what waits."""
    if (queue := desk.queue) is not None:
        path, name = f"{queue.session}/{queue.name}", queue_title(queue)

        def act() -> None:
            desk.ask(lambda yard: yard.queue_end(path), lambda _: _said(desk, f"Ended the queue {plain(name)}."))

        desk.ask(lambda yard: yard.queue(path), lambda now: ask(desk, previews.end_queue(now, name), act))


def remove_queue(desk: Jobs) -> None:
    """Delete a queue that has no jobs; asks."""
    if (queue := desk.queue) is not None:
        path, name = f"{queue.session}/{queue.name}", queue_title(queue)

        def act() -> None:
            desk.ask(lambda yard: yard.queue_remove(path), lambda _: _said(desk, f"Removed the queue {plain(name)}."))

        ask(desk, previews.remove_queue(name), act)


def end_session(desk: Jobs) -> None:
    """End the session that is chosen, or that of the queue, with all its queues; asks."""
    if session := desk.session:

        def act() -> None:
            desk.ask(
                lambda yard: yard.session_end(session), lambda _: _said(desk, f"Ended the session {plain(session)}.")
            )

        desk.ask(
            lambda yard: [one for one in yard.queues() if one.session == session and not one.ended],
            lambda queues: ask(desk, previews.end_session(session, queues), act),
        )


def lock(desk: Jobs) -> None:
    """Keep every job off a resource."""
    from ..forms.locks import Lock

    def show(found: list[ResourceInfo]) -> None:
        fill_in(
            desk, Lock([one.name for one in found if one.kind == "named" and not one.locked_by]), _looks_again(desk)
        )

    desk.ask(lambda yard: yard.resources(), show)


def unlock(desk: Jobs) -> None:
    """Let jobs have a locked resource again."""
    from ..forms.locks import Unlock

    def show(found: list[ResourceInfo]) -> None:
        locked = [one for one in found if one.locked_by]
        if locked:
            fill_in(desk, Unlock(locked), _looks_again(desk))
        else:
            desk.tell("unlock: no resource is locked", "warning")

    desk.ask(lambda yard: yard.resources(), show)


def ask(desk: Jobs, question: previews.Question, act: Callable[[], None]) -> None:
    """Do it after Enter."""
    desk.confirm(question.title, question.body, act, question.line)


def _looks_again(desk: Jobs) -> Any:
    return lambda answers: desk.feeds.survey()


def _said(desk: Jobs, text: str) -> None:
    desk.tell(text + desk.hint("undo", "undoes"))
    desk.feeds.survey()


def _may_change(context: Context) -> bool:
    return not context.read_only


def _has_queue(context: Context) -> bool:
    return context.queue is not None and not context.read_only


def _has_session(context: Context) -> bool:
    return bool(context.session) and not context.read_only


def _open_queue(context: Context) -> bool:
    return _has_queue(context) and context.queue is not None and not context.queue.ended


GROUP = "Yard"

LANES = (
    Action(
        "queue-set",
        ("S",),
        "queue settings",
        "Slots, policy, limits and pause of the selected queue.",
        GROUP,
        settings,
        _has_queue,
    ),
    Action("queue-new", (), "new queue", "Create a queue.", GROUP, new_queue, _may_change),
    Action(
        "queue-end", (), "end queue", "It takes and starts nothing more; asks first.", GROUP, end_queue, _open_queue
    ),
    Action(
        "queue-remove",
        (),
        "remove queue",
        "Delete a queue that has no jobs; asks first.",
        GROUP,
        remove_queue,
        _has_queue,
    ),
    Action("session-new", (), "new session", "Create a group of queues.", GROUP, new_session, _may_change),
    Action(
        "session-end",
        (),
        "end session",
        "End all queues of the selected one's session; asks first.",
        GROUP,
        end_session,
        _has_session,
    ),
    Action("lock", (), "lock resource", "Keep every job off a resource, and say why.", GROUP, lock, _may_change),
    Action("unlock", (), "unlock resource", "Let jobs have a locked resource again.", GROUP, unlock, _may_change),
)

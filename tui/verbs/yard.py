"""Commands on queues and the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobyard.core.models import QueueInfo
from jobyard.core.yard import shell_join

from ..actions import Action, Context
from ..format import plural, queue_title
from ..text import plain

if TYPE_CHECKING:
    from ..screens.jobs import Jobs


def pause(desk: Jobs) -> None:
    """Pause or resume the queue of the selection; asks and names it."""
    queue = desk.queue
    if queue is None:
        return
    name, path = plain(queue_title(queue)), f"{queue.session}/{queue.name}"
    if queue.paused:
        desk.confirm(
            f"Resume the queue {name}?",
            _what_may_start(queue),
            lambda: _resume(desk, path, name),
            shell_join(("jobyard", "queue", "resume", queue_title(queue))),
        )
    else:
        desk.confirm(
            f"Pause the queue {name}?",
            ["What runs goes on; nothing new starts until it is resumed.", *_what_waits(queue)],
            lambda: _pause(desk, path, name),
            shell_join(("jobyard", "queue", "pause", queue_title(queue))),
        )


def _waiting(queue: QueueInfo) -> int:
    return sum(count for state, count in queue.counts.items() if state == "pending")


def _what_may_start(queue: QueueInfo) -> list[str]:
    """Of those that are pending; how many wait for something else too would have to be counted one by one."""
    waiting = _waiting(queue)
    if not waiting:
        return ["Nothing waits there; what comes may start."]
    return [f"{plural(waiting, 'job')} pending there: what is not held, not for later and waits for no job may start."]


def _what_waits(queue: QueueInfo) -> list[str]:
    waiting = _waiting(queue)
    return (
        [f"{plural(waiting, 'job')} {'waits' if waiting == 1 else 'wait'} there. S sets until when."] if waiting else []
    )


def _pause(desk: Jobs, path: str, name: str) -> None:
    desk.ask(lambda yard: yard.queue_pause(path), lambda _: _tell(desk, f"Paused the queue {name}."))


def _resume(desk: Jobs, path: str, name: str) -> None:
    desk.ask(lambda yard: yard.queue_resume(path), lambda _: _tell(desk, f"Resumed the queue {name}."))


def _tell(desk: Jobs, words: str) -> None:
    desk.tell(words + desk.hint("undo", "undoes"))


def worker(desk: Jobs) -> None:
    """Detach the worker from the app, or take it back, or start one."""
    desk.yard_app.toggle_worker()


def _pause_label(context: Context) -> str:
    return "resume queue" if context.queue is not None and context.queue.paused else "pause queue"


def _worker_label(context: Context) -> str:
    if context.embedded or (context.elsewhere and not context.headless):
        return "detach"
    return "attach" if context.headless else "start worker"


def _queue_editable(context: Context) -> bool:
    return context.queue is not None and not context.queue.ended and not context.read_only


def _may_work(context: Context) -> bool:
    return not (context.read_only or context.member)


GROUP = "Yard"

YARD = (
    Action(
        "pause",
        ("P",),
        "pause queue",
        "Pause or resume the queue of the selected job; asks first.",
        GROUP,
        pause,
        _queue_editable,
        footer=12,
        relabel=_pause_label,
    ),
    Action(
        "worker",
        ("D",),
        "detach",
        "Hand the worker to a process of its own, or take it back.",
        GROUP,
        worker,
        _may_work,
        footer=13,
        relabel=_worker_label,
    ),
)

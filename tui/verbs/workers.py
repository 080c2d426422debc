"""On the Workers screen: workers, resources, the doctor; and from panel to panel. Forms are imported when opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jobyard.core.models import ResourceInfo, WorkerInfo
from jobyard.core.yard import Yard

from ..actions import Action, Context
from ..text import plain
from .submitting import fill_in

if TYPE_CHECKING:
    from jobyard.core.yard.staffed import Staff

    from ..previews import Question
    from ..screens.workers import Workers

    Asking = Callable[[WorkerInfo, Staff, int], Question]


def start(desk: Workers) -> None:
    """A worker as a process of its own, unless one is at work."""
    desk.tell("Starting a worker…")
    mock = desk.yard_app.embedded.mock
    desk.ask(lambda yard: _started(yard, mock), lambda answer: _told_start(desk, *answer))


def _started(yard: Yard, mock: bool) -> tuple[WorkerInfo, bool]:
    living = next((each for each in yard.workers() if each.starts), None)
    return (living, False) if living is not None else (yard.worker_start(mock=mock), True)


def _told_start(desk: Workers, worker: WorkerInfo, new: bool) -> None:
    words = "works now" if new else "is at work already"
    desk.tell(f"The worker {plain(worker.name)} {words} (process {worker.pid}).")
    desk.look()


def stop(desk: Workers) -> None:
    """The chosen worker leaves at once; asks."""
    from ..crew import asking

    _ask(desk, asking.stop, lambda yard, worker: yard.worker_stop(worker.name), "leaves; what it ran goes on")


def drain(desk: Workers) -> None:
    """The chosen worker leaves when its jobs have ended; asks."""
    from ..crew import asking

    _ask(desk, asking.drain, lambda yard, worker: yard.worker_drain(worker.name), "starts nothing new")


def _ask(desk: Workers, question: Asking, call: Callable[[Yard, WorkerInfo], object], said: str) -> None:
    """Do it to the chosen worker after Enter."""
    worker, sight = desk.meant, desk.sight
    if worker is None or sight is None:
        return

    def told(_: object) -> None:
        desk.tell(f"The worker {plain(worker.name)} {said}.")
        desk.look()

    asked = question(worker, sight.staff, sight.pending)
    desk.confirm(asked.title, asked.body, lambda: desk.ask(lambda yard: call(yard, worker), told), asked.line)


def lock(desk: Workers) -> None:
    """Keep every job off the chosen resource, or let them have it again."""
    from ..forms.locks import Lock, Unlock

    if (resource := desk.resource) is not None:
        form = Unlock([resource]) if resource.locked_by else Lock([resource.name])
        fill_in(desk, form, lambda answers: desk.look())


def who(desk: Workers, resource: ResourceInfo) -> None:
    """Who has a resource and who waits for it, to go to one of them."""
    from ..describe.holders import options, title

    def show(names: dict[str, str]) -> None:
        some = options(resource, names)
        if not some:
            desk.tell(title(resource))
            return
        choices = [(label, word) for label, word, _ in some]
        desk.choose(title(resource), choices, lambda number: desk.lead_to_job(some[number][2]))

    desk.ask(lambda yard: _names(yard, resource), show)


def _names(yard: Yard, resource: ResourceInfo) -> dict[str, str]:
    rows = yard.rows(yard.resolve(resource.waiters)) if resource.waiters else {}
    return {job.id: job.name for job in rows.values()}


def doctor(desk: Workers) -> None:
    """Have the yard and its host examined, in a thread."""
    desk.examine()


def repair(desk: Workers) -> None:
    """Mend what can be mended; asks."""
    from ..crew import asking

    findings = desk.verdict.findings if desk.verdict is not None else ()
    asked = asking.repair(findings, desk.sight.staff.total if desk.sight is not None else 0)
    desk.confirm(asked.title, asked.body, desk.repair, asked.line)


def sort(desk: Workers) -> None:
    """Choose the order of what runs."""
    from ..crew.running import ORDERS

    orders = list(ORDERS)
    desk.choose("Order of what runs", list(ORDERS.items()), lambda n: desk.sort(orders[n]), at=orders.index(desk.order))


def after(desk: Workers) -> None:
    """To the panel after this one."""
    desk.turn(1)


def before(desk: Workers) -> None:
    """To the panel before this one."""
    desk.turn(-1)


def _may_work(context: Context) -> bool:
    return not (context.read_only or context.member)


def _has_worker(context: Context) -> bool:
    return context.worker is not None and context.worker.alive and _may_work(context)


def _has_resource(context: Context) -> bool:
    return context.resource is not None and not context.read_only


def _lock_label(context: Context) -> str:
    return "unlock" if context.resource is not None and context.resource.locked_by else "lock"


GROUP = "Workers"

WORKERS = (
    Action(
        "workers-start", ("s",), "start worker", "Start a worker as a process of its own, unless one is at work.",
        GROUP, start, _may_work, footer=5,
    ),
    Action(
        "workers-stop", ("x",), "stop", "The chosen worker leaves at once, its jobs go on; asks first.", GROUP, stop,
        _has_worker, footer=6,
    ),
    Action(
        "workers-drain", ("d",), "drain", "The chosen worker starts nothing new, and leaves when its jobs have ended.",
        GROUP, drain, _has_worker, footer=7,
    ),
    Action(
        "workers-lock", ("L",), "lock", "Keep every job off the chosen resource, or let them have it again.", GROUP,
        lock, _has_resource, footer=9, relabel=_lock_label,
    ),
    Action("workers-doctor", ("exclamation_mark",), "doctor", "Examine the yard and its host.", GROUP, doctor,
           footer=8),
    Action(
        "workers-repair", ("M",), "repair", "Set counts right, remove what belongs to nobody; asks first.", GROUP,
        repair, _may_work, footer=14,
    ),
    Action("workers-sort", ("o",), "sort", "The order of what runs: time, CPU, memory, progress, name.", "Look", sort),
    Action("workers-after", ("tab", "right"), "next panel", "To the panel after this one.", "Move", after, footer=4),
    Action("workers-before", ("shift+tab", "left"), "panel before", "To the panel before this one.", "Move", before),
)  # fmt: skip

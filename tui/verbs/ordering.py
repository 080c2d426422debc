"""What comes before what: where jobs stand in their queue, and what they wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from jobyard.core.models import Job
from jobyard.core.yard import Yard

from ..actions import Action, Context, pending
from .jobs import if_many

if TYPE_CHECKING:
    from ..desk import Desk

Rows = tuple[int, ...]


def move_by(desk: Desk, where: Literal["up", "down"]) -> None:
    """One place in its queue; the marks stay for the next press."""
    desk.note_order()
    desk.with_targets(lambda rows: desk.command("moved", lambda yard: yard.move(rows, where), again=True))


def move_to(desk: Desk, where: Literal["top", "bottom"]) -> None:
    """To an end of its queue; several in the order that they have."""
    desk.note_order()

    def act(rows: Rows) -> None:
        def move() -> None:
            desk.command(f"moved to the {where}:", lambda yard: yard.move(_in_order(yard, rows), where))

        if_many(desk, f"Move to the {where}:", rows, move)

    desk.with_targets(act)


def _in_order(yard: Yard, rows: Rows) -> Rows:
    """These jobs as they stand in their queues."""
    found = yard.rows(rows)
    return tuple(sorted(found, key=lambda row: (-found[row].priority, found[row].weight, found[row].rank, row)))


def dependencies(desk: Desk) -> None:
    """What it waits for: add to it, or cut."""
    if (job := desk.job) is not None:
        desk.ask(lambda yard: yard.job(job.row), lambda whole: _edit(desk, whole))


def _edit(desk: Desk, job: Job) -> None:
    from ..forms.edges import Dependencies
    from .submitting import fill_in

    fill_in(desk, Dependencies(job), lambda _: desk.look())


def _one_pending(context: Context) -> bool:
    job = context.job
    return pending(context) and not context.marked and job is not None and job.fold is None


GROUP = "Jobs"

ORDERING = (
    Action(
        "move-down",
        ("J",),
        "move down",
        "One place down in its queue; it may change its priority.",
        GROUP,
        lambda desk: move_by(desk, "down"),
        pending,
    ),
    Action(
        "move-up",
        ("K",),
        "move up",
        "One place up in its queue; it may change its priority.",
        GROUP,
        lambda desk: move_by(desk, "up"),
        pending,
    ),
    Action("move-top", ("T",), "to the top", "First of its queue.", GROUP, lambda desk: move_to(desk, "top"), pending),
    Action(
        "move-bottom",
        ("B",),
        "to the bottom",
        "Last of its queue.",
        GROUP,
        lambda desk: move_to(desk, "bottom"),
        pending,
    ),
    Action(
        "dependencies",
        ("e",),
        "dependencies",
        "What it waits for: add others, or cut.",
        GROUP,
        dependencies,
        _one_pending,
    ),
)

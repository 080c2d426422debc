"""What comes before what: where jobs stand in their queue, and what they wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from jobyard.core.models import Edge, Job
from jobyard.core.yard import Yard

from ..actions import Action, Context, pending
from ..format import plural
from ..text import plain

if TYPE_CHECKING:
    from ..screens.jobs import Jobs

Rows = tuple[int, ...]
SHOWN = 10  # dependencies that are offered to be cut; of more the command line cuts the rest


def move_by(desk: Jobs, where: Literal["up", "down"]) -> None:
    """One place in its queue; the marks stay for the next press."""
    desk.note_order()
    desk.with_targets(lambda rows: desk.command("moved", lambda yard: yard.move(rows, where), again=True))


def move_to(desk: Jobs, where: Literal["top", "bottom"]) -> None:
    """To an end of its queue; several in the order that they have."""
    desk.note_order()
    desk.with_targets(
        lambda rows: desk.command(f"moved to the {where}:", lambda yard: yard.move(_in_order(yard, rows), where))
    )


def _in_order(yard: Yard, rows: Rows) -> Rows:
    """These jobs as they stand in their queues."""
    found = yard.rows(rows)
    return tuple(sorted(found, key=lambda row: (-found[row].priority, found[row].weight, found[row].rank, row)))


def dependencies(desk: Jobs) -> None:
    """Offer to wait for one more job, or to cut what it waits for."""
    job = desk.table.selected
    if job is not None:
        desk.ask(lambda yard: yard.job(job.row), lambda whole: _offer(desk, whole))


def _offer(desk: Jobs, job: Job) -> None:
    edges = job.depends_on[:SHOWN]
    options = [
        ("wait for another job…", "by id or name"),
        *((f"cut {_named(edge)}", edge.after.value) for edge in edges),
    ]

    def act(number: int) -> None:
        if number == 0:
            hint = "an id, a name, or a number of today; it must complete first"
            desk.prompt(f"{job.id} shall wait for", "", lambda text: _add(desk, job, text.strip()), hint)
        else:
            desk.command("cut the wait for", lambda yard: yard.after_cut(job.row, [edges[number - 1].row]))

    parents = plural(len(job.depends_on), "job") if job.depends_on else "no job"
    desk.choose(f"{job.id} waits for {parents}", options, act)


def _add(desk: Jobs, job: Job, ref: str) -> None:
    if ref:
        desk.command("added a wait for", lambda yard: yard.after_add(job.row, [ref]))


def _named(edge: Edge) -> str:
    return f"{edge.id}  {plain(edge.name)}".rstrip()


def _one_pending(context: Context) -> bool:
    return pending(context) and not context.marked and context.job is not None


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
        "Wait for another job, or cut what it waits for.",
        GROUP,
        dependencies,
        _one_pending,
    ),
)

"""Edges on the Graph screen: a job waits for more, for less, or others wait for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from jobyard.core.models import GraphEdge, JobRow
from jobyard.core.states import State

from ..columns import name_of
from ..text import plain
from .ordering import dependencies

if TYPE_CHECKING:
    from ..screens.graph import Graph

OFFERED = 100  # edges of a job that can be cut here; the form of its dependencies has all of them


class Offer(NamedTuple):
    """A line of the menu."""

    label: str
    about: str
    do: Callable[[], None]


def edit(desk: Graph) -> None:
    """Offer what can be added, and each edge of the job that can be cut."""
    if (job := desk.job) is not None:
        offers = [*_additions(desk, job), *_cuts(desk, job)]
        options = [(offer.label, offer.about) for offer in offers]
        desk.choose(f"Edges of {_called(job)}", options, lambda number: offers[number].do())


def _additions(desk: Graph, job: JobRow) -> list[Offer]:
    others = Offer(
        "others wait for it…", "choose them, and whether they want it to succeed", lambda: _others(desk, job)
    )
    if job.state is not State.PENDING:
        return [others]
    return [Offer("it waits for others…", "choose them, and how; or cut several", lambda: dependencies(desk)), others]


def _others(desk: Graph, job: JobRow) -> None:
    from ..forms.dependants import Dependants
    from .submitting import fill_in

    fill_in(desk, Dependants(job), lambda _: desk.look())


def _cuts(desk: Graph, job: JobRow) -> list[Offer]:
    """Its own waits, then those of others for it, as far as they have not started."""
    assert desk.shown is not None
    drawn = desk.shown.picture
    jobs = drawn.graph.jobs
    own = [drawn.edges[job.row, parent] for parent in drawn.waits[job.row]]
    others = [drawn.edges[child, job.row] for child in drawn.children[job.row]]
    able = [edge for edge in (*own, *others) if jobs[edge.child].state in (State.PENDING, State.SKIPPED)][:OFFERED]
    return [_cut(desk, jobs[edge.child], jobs[edge.parent], edge, own=edge.child == job.row) for edge in able]


def _cut(desk: Graph, child: JobRow, parent: JobRow, edge: GraphEdge, *, own: bool) -> Offer:
    label = f"cut: waits for {_called(parent)}" if own else f"cut: needed by {_called(child)}"
    about = f"{edge.after.value}, {edge.state.value}"
    return Offer(
        label,
        about,
        lambda: desk.command("cut the wait for", lambda yard: yard.after_cut(child.row, [parent.row])),
    )


def _called(job: JobRow) -> str:
    return plain(name_of(job))

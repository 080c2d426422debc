"""Edges on the Graph screen: a job waits for more, for less, or others wait for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from jobyard.core.models import GraphEdge, JobRow
from jobyard.core.states import EdgeState, State

from ..columns import name_of
from ..text import plain
from .ordering import dependencies

if TYPE_CHECKING:
    from jobyard.core.yard import Yard

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
        lambda: desk.ask(lambda yard: freed_by(yard, child, parent), lambda free: _ask(desk, child, parent, free)),
    )


def freed_by(yard: Yard, child: JobRow, parent: JobRow) -> bool:
    """Whether nothing that a job waits for would be left without this one; asked of the yard: a graph has not all."""
    waits = [edge for edge in yard.edges_of([child.row]) if edge.child == child.row]
    left = [edge for edge in waits if edge.parent != parent.row and edge.state is not EdgeState.SATISFIED]
    return len(left) < len(waits) and not left and not child.held


def _ask(desk: Graph, child: JobRow, parent: JobRow, free: bool) -> None:
    """Cut; a job that this sets free only after a question: it cannot be taken back once it runs."""
    if not free:
        _do(desk, child, parent)
        return
    body = [f"{_called(child)} then waits for no job: it may start at once."]
    desk.confirm(f"Cut the wait of {_called(child)} for {_called(parent)}?", body, lambda: _do(desk, child, parent))


def _do(desk: Graph, child: JobRow, parent: JobRow) -> None:
    """The word in the corner names the job that lost its wait."""
    desk.command(f"cut the wait of {_called(child)} for", lambda yard: yard.after_cut(child.row, [parent.row]))


def _called(job: JobRow) -> str:
    return plain(name_of(job))

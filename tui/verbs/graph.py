"""On the Graph screen: along the edges, what is folded, which graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jobyard.core.lazy import LazyModule
from jobyard.core.models import JobFilter, JobRow
from jobyard.core.yard import Yard

from ..actions import Action, Context, any_job, editable
from ..columns import name_of
from ..format import plural, queue_title, state_glyph, state_word
from ..text import plain

if TYPE_CHECKING:
    from jobyard.core.yard.drawing import Picture

    from .. import graphing
    from ..screens.graph import Graph
    from . import graphedges, graphfile
else:
    graphedges = LazyModule("jobyard.tui.verbs.graphedges")
    graphfile = LazyModule("jobyard.tui.verbs.graphfile")
    graphing = LazyModule("jobyard.tui.graphing")  # the first paint does not wait for it

PARENT, CHILD = -1, 1
OFFERED = 300  # ways that are offered
BOXES = "boxes"  # who has the keys


# -- along the edges ---------------------------------------------------------------------------------------


def step(desk: Graph, direction: int) -> None:
    """To a parent or a child; asks which where there are several, beginning with the one of last time.

    Among boxes: to the one beside, since parents stand above and children below.
    """
    if desk.near:
        desk.boxes.sideways(direction)
        return
    if desk.shown is None or desk.job is None:
        return
    lanes, here = desk.shown.picture.lanes, desk.lanes.cursor
    near = (lanes.parents if direction == PARENT else lanes.children)[here]
    rows = [lanes.order[line] for line in near]
    if not rows:
        desk.tell("It waits for nothing here." if direction == PARENT else "Nothing waits for it here.", "warning")
    elif len(rows) == 1:
        _go(desk, direction, rows[0])
    else:
        _ask(desk, direction, rows)


def _ask(desk: Graph, direction: int, rows: list[int]) -> None:
    assert desk.shown is not None
    drawn, last = desk.shown.picture, desk.way.get((desk.lanes.row, direction))
    some = [drawn.graph.jobs[row] for row in rows[:OFFERED]]
    options = [(_line_called(drawn, job), f"{state_glyph(job)} {state_word(job)}  {job.id}") for job in some]
    near = drawn.waits if direction == PARENT else drawn.children
    count = len({other for row in desk.members for other in near[row]}.difference(desk.members))
    title = f"{'It waits for' if direction == PARENT else 'Needed by'} {plural(count, 'job')}"
    at = rows.index(last) if last in rows[:OFFERED] else 0
    desk.choose(title, options, lambda number: _go(desk, direction, some[number].row), at=at)


def _line_called(drawn: Picture, job: JobRow) -> str:
    """A job's name; of a folded line what that says."""
    unit = drawn.folds.units[job.row]
    return graphing.words_of(drawn, unit) if unit.kind else plain(name_of(job))


def _go(desk: Graph, direction: int, row: int) -> None:
    here = desk.lanes.row
    desk.way[here, direction] = row
    desk.way[row, -direction] = here
    desk.visit(row)


def before(desk: Graph) -> None:
    """To the job from which one came."""
    desk.step_back()


def seek(desk: Graph, way: int) -> None:
    """To the next line that a search found, else the next that failed; after the last comes the first."""
    lines, here = desk.wanted(), desk.lanes.cursor
    if not lines:
        desk.tell("Nothing was found." if desk.found else "No job of this graph failed.", "warning")
        return
    ahead = [line for line in lines if (line - here) * way > 0]
    line = (min if way > 0 else max)(ahead or lines)
    assert desk.shown is not None
    desk.visit(desk.shown.picture.lanes.order[line])


# -- what is shown -----------------------------------------------------------------------------------------


def fold(desk: Graph) -> None:
    """Open the folded line, fold what was opened, or fold or unfold the whole graph; a box: put it in the middle."""
    if desk.shown is None:
        return
    folds = desk.shown.picture.folds
    if desk.near:
        desk.look_near(desk.boxes.row, desk.boxes.row)
        return
    if desk.several:
        desk.opened.update(desk.members)
    elif (some := folds.foldable.get(desk.lanes.row)) is not None and desk.folded:
        desk.opened.difference_update(some)
    else:
        desk.fold_all()
    desk.look()


def scope(desk: Graph) -> None:
    """Choose which graph is shown."""
    desk.ask(
        lambda yard: _scopes(yard, desk.job.row if desk.job else 0, _called(desk)), lambda some: _offer(desk, some)
    )


def _called(desk: Graph) -> str:
    return plain(name_of(desk.job)) if desk.job is not None else ""


def _scopes(yard: Yard, row: int, name: str) -> list[tuple[graphing.Scope, str, str]]:
    """Scopes with a label and a word about each."""
    found = []
    if row:
        found = [
            (graphing.Scope(graphing.JOB, row=row), name, "what it waits for and what waits for it"),
            (
                graphing.Scope(graphing.WHOLE, row=row),
                f"all around {name}",
                "everything connected, also the other parents of a dependant",
            ),
        ]
        around = graphing.array_of(yard, row)
        if around is not None and around.kind == graphing.ARRAY:
            found.append((around, f"array {around.text}", "all its elements"))
    lanes = yard.queues()
    for lane in lanes:
        title = f"{lane.session}/{lane.name}"
        found.append(
            (
                graphing.Scope(graphing.QUEUE, title),
                f"queue {plain(queue_title(lane))}",
                plural(sum(lane.counts.values()), "job"),
            )
        )
    for session in dict.fromkeys(lane.session for lane in lanes):
        jobs = sum(sum(lane.counts.values()) for lane in lanes if lane.session == session)
        found.append((graphing.Scope(graphing.SESSION, session), f"session {plain(session)}", plural(jobs, "job")))
    return found


def _offer(desk: Graph, some: list[tuple[graphing.Scope, str, str]]) -> None:
    options = [(label, about) for _, label, about in some]
    at = next((number for number, (one, _, _) in enumerate(some) if one == desk.scope._replace(kept=())), 0)
    desk.choose("Show the graph of", options, lambda number: desk.show(some[number][0]), at=at)


def filter_(desk: Graph) -> None:
    """Ask for a filter and show the graph of the jobs that match."""
    old = desk.scope.text if desk.scope.kind == graphing.FILTER else ""

    def take(text: str) -> None:
        if text.strip():
            desk.ask(lambda yard: yard.filter(text), lambda _: desk.show(graphing.Scope(graphing.FILTER, text.strip())))
        elif desk.before is not None:
            desk.show(desk.before)

    desk.prompt(
        "Graph of the jobs that match",
        old,
        take,
        "words, state:failed, queue:NAME, name~rabi, graph:JOB, age<2d",
    )


def find(desk: Graph) -> None:
    """Ask for a filter and go through the jobs of this graph that match."""
    rows = desk.rows

    def question(text: str) -> Callable[[Yard], frozenset[int]]:
        def ask(yard: Yard) -> frozenset[int]:
            where = yard.filter(text, JobFilter(rows=rows))
            return frozenset(job.row for job in yard.page(where, 0, len(rows)).rows)

        return ask

    def told(found: frozenset[int]) -> None:
        desk.find(found)
        if found:
            desk.tell(f"{plural(len(found), 'job')} found.{desk.hint('graph-next', 'goes on')}")
            seek(desk, 1)
        else:
            desk.tell("No job of this graph matches.", "warning")

    desk.prompt("Find in this graph", "", lambda text: desk.ask(question(text), told) if text.strip() else None,
                "words, state:failed, name~rabi, age<2d")  # fmt: skip


def open_(desk: Graph) -> None:
    """A folded line is opened; a job is shown among its neighbours."""
    desk.open_selected()


def back(desk: Graph) -> None:
    """Out of what was found, out of the filter, then to the jobs."""
    desk.back()


def one_editable(context: Context) -> bool:
    """One job, and this app may change it."""
    return editable(context) and not context.marked


def _among_boxes(context: Context) -> bool:
    return context.focus == BOXES


def _fold_label(context: Context) -> str:
    if _among_boxes(context):
        return "centre"
    return "open all of it" if context.marked else "fold"


def _open_label(context: Context) -> str:
    if context.marked:
        return "open all of it"
    return "to the job" if _among_boxes(context) else "neighbours"


def _parent_label(context: Context) -> str:
    return "left" if _among_boxes(context) else "parent"


def _child_label(context: Context) -> str:
    return "right" if _among_boxes(context) else "child"


GROUP = "Graph"

GRAPH = (
    Action(
        "graph-open",
        ("enter",),
        "neighbours",
        "The job's neighbours as boxes, and from there to it in the list of jobs; a folded line is opened.",
        GROUP,
        open_,
        any_job,
        footer=3,
        relabel=_open_label,
    ),
    Action(
        "graph-parent",
        ("left",),
        "parent",
        "To what it waits for; asks where that is several. Among boxes: to the left.",
        GROUP,
        lambda desk: step(desk, PARENT),
        any_job,
        footer=4,
        relabel=_parent_label,
    ),
    Action(
        "graph-child",
        ("right",),
        "child",
        "To what waits for it; asks where that is several. Among boxes: to the right.",
        GROUP,
        lambda desk: step(desk, CHILD),
        any_job,
        footer=5,
        relabel=_child_label,
    ),
    Action("graph-before", ("ctrl+o",), "job before", "Back to the job from which you came.", GROUP, before),
    Action(
        "graph-next",
        ("n",),
        "next failed",
        "To the next job that a search found; without a search to the next that failed.",
        GROUP,
        lambda desk: seek(desk, 1),
        footer=12,
    ),
    Action("graph-previous", ("N",), "previous failed", "To the one before.", GROUP, lambda desk: seek(desk, -1)),
    Action(
        "graph-fold",
        ("z",),
        "fold",
        "Open a folded line, or fold it again; elsewhere: fold or unfold all. Among boxes: put this one in the middle.",
        GROUP,
        fold,
        footer=6,
        relabel=_fold_label,
    ),
    Action(
        "graph-more",
        ("greater_than_sign",),
        "further",
        "Boxes one step further from the one in the middle.",
        GROUP,
        lambda desk: desk.reach(1),
        any_job,
    ),
    Action(
        "graph-fewer",
        ("less_than_sign",),
        "nearer",
        "Boxes one step less far from the one in the middle.",
        GROUP,
        lambda desk: desk.reach(-1),
        any_job,
    ),
    Action(
        "graph-scope",
        ("b",),
        "graph of",
        "Choose what is shown: the graph of this job, all connected with it, a queue, a session.",
        GROUP,
        scope,
        footer=7,
    ),
    Action(
        "graph-filter", ("slash",), "filter", "The graph of the jobs that match a filter.", GROUP, filter_, footer=8
    ),
    Action(
        "graph-find",
        ("f",),
        "find",
        "Find jobs in this graph by a filter; n and N go through them.",
        GROUP,
        find,
        footer=13,
    ),
    Action(
        "graph-edges",
        ("x",),
        "edges",
        "Have it wait for others, or others for it, in one of three ways; cut a wait. Cycles are refused and named.",
        GROUP,
        lambda desk: graphedges.edit(desk),
        one_editable,
        footer=9,
    ),
    Action(
        "graph-export",
        ("X",),
        "export",
        "Write this graph to a DOT or SVG file, or copy it as DOT.",
        GROUP,
        lambda desk: graphfile.export(desk),
    ),
    Action(
        "graph-back",
        ("escape",),
        "back",
        "From the boxes to the list; from what was found, from the filter, then to the jobs.",
        GROUP,
        back,
    ),
)

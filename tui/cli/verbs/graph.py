"""``jobyard graph``: what a job waits for and what waits for it, as lanes or for Graphviz."""

from __future__ import annotations

from collections.abc import Iterator

import click

from jobyard.core.models import GraphEdge, JobGraph, JobRow
from jobyard.core.states import COMPLETED, PENDING
from jobyard.tui.cli import jsonview
from jobyard.tui.cli.folding import called
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import json_option, refs_argument
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import note, say_all, say_json
from jobyard.tui.cli.table import Cell, Column, table
from jobyard.tui.cli.words import LOOK, outcome, state_cell

MOST = 10_000
LANES = 16  # columns of lanes that a list shows
COLUMNS = (
    Column("GRAPH"),
    Column("ID"),
    Column("STATE", drop=1),
    Column("NAME", weight=2),
    Column("WHY", weight=3, least=10, drop=2),
)


@click.command(cls=Verb)
@refs_argument
@click.option("--whole", is_flag=True, help="Everything that is connected, also the other parents of a dependant.")
@click.option("--dot", is_flag=True, help="Print it for Graphviz: jobyard graph ID --dot | dot -Tsvg > graph.svg")
@click.option("--limit", type=click.IntRange(min=1), default=MOST, metavar="N", help=f"At most N jobs ({MOST}).")
@json_option
def graph(refs: tuple[str, ...], whole: bool, dot: bool, limit: int, as_json: bool) -> int:
    """Draw the dependency graph around jobs.

    Parents stand above the jobs that wait for them. A lane runs from each job down to the last one that waits for it.

    \b
    Examples:
      jobyard graph last
      jobyard graph deploy --whole
      jobyard graph 17 --dot | dot -Tsvg > graph.svg

    \b
    --json prints {"jobs":[{"id","name","state","reason","asked"}],"edges":[{"child","parent","type","state"}],"cut"};
    jobs stand in the order in which the list shows them.
    """
    from jobyard.core.yard import drawing

    with open_yard() as yard:
        asked = frozenset(yard.resolve(refs))
        found = yard.graph(tuple(asked), whole=whole, most=limit)
    if as_json:
        say_json(json_of(found, drawing.lanes(found).order, asked))
    else:
        say_all(drawing.dot(found) if dot else drawn(found, asked))
    if found.cut:
        note(f"The graph is larger: {len(found.jobs):,} of its jobs are shown. Give a higher --limit to see more.")
    return 0


def drawn(graph: JobGraph, asked: frozenset[int]) -> Iterator[str]:
    """The list with its lanes; the jobs that were asked for are bold."""
    from jobyard.core.yard import drawing

    lanes, wishes = drawing.lanes(graph), drawing.wishes(graph)
    rows: list[list[Cell | str]] = []
    for at, row in enumerate(lanes.order):
        job = graph.jobs[row]
        id = Cell(job.id, "bold" if row in asked else "")
        drawing_ = lanes.draw(at, LANES, LOOK[job.state][0])
        rows.append([drawing_, id, state_cell(job), called(job), why(job, wishes.get(row, ()), graph)])
    yield from table(COLUMNS, rows)


def why(job: JobRow, wishes: tuple[GraphEdge, ...], graph: JobGraph) -> str:
    """Its reason or its end, and those dependencies that are not plain after-ok."""
    said = "" if job.state is COMPLETED else outcome(job)
    others = [f"{edge.after.value} {graph.jobs[edge.parent].id} [{edge.state.value}]" for edge in wishes]
    return "; ".join(part for part in (said, *others) if part)


def json_of(graph: JobGraph, order: list[int], asked: frozenset[int]) -> jsonview.Json:
    """``graph --json``."""
    jobs = [graph.jobs[row] for row in order]
    return {
        "jobs": [
            {
                "id": job.id,
                "name": job.name,
                "state": job.state.value,
                "reason": (job.reason or None) if job.state is PENDING else None,
                "asked": job.row in asked,
            }
            for job in jobs
        ],
        "edges": [
            {
                "child": graph.jobs[edge.child].id,
                "parent": graph.jobs[edge.parent].id,
                "type": edge.after.value,
                "state": edge.state.value,
            }
            for edge in graph.edges
        ],
        "cut": graph.cut,
    }

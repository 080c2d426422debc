"""``jobyard graph``: what a job waits for and what waits for it, as lanes or for Graphviz."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import click

from jobyard.core.errors import Unknown
from jobyard.core.models import GraphEdge, JobFilter, JobGraph, JobRow
from jobyard.core.states import COMPLETED, PENDING
from jobyard.core.yard import Yard, people_duration, quoted
from jobyard.tui.cli import complete, jsonview
from jobyard.tui.cli.folding import called
from jobyard.tui.cli.group import Verb
from jobyard.tui.cli.options import TASK_ID, json_option, task_id_option
from jobyard.tui.cli.place import open_yard
from jobyard.tui.cli.printing import note, say_all, say_json
from jobyard.tui.cli.table import Cell, Column, table
from jobyard.tui.cli.words import LOOK, outcome, plural, state_cell

if TYPE_CHECKING:
    from jobyard.core.yard.drawing import Picture

MOST = 10_000
LANES = 16  # columns of lanes that a list shows
COLUMNS = (
    Column("GRAPH"),
    Column("ID"),
    Column("STATE", drop=1),
    Column("NAME", weight=2),
    Column("WHY", weight=3, least=10, drop=2),
)
PATH = (
    Column("ID"),
    Column("STATE", drop=1),
    Column("NAME", weight=2),
    Column("TAKES", right=True),
    Column("WHY", weight=3, least=10, drop=2),
)


@click.command(cls=Verb)
@click.argument("refs", metavar="[ID...]", nargs=-1, shell_complete=complete.jobs)
@task_id_option(True)
@click.option("-q", "--queue", metavar="[SESSION/]Q", shell_complete=complete.queues, help="The jobs of a queue.")
@click.option("--session", metavar="S", help="The jobs of a session.")
@click.option(
    "--filter", "text", metavar="FILTER", shell_complete=complete.filters, help="The jobs that match: see list."
)
@click.option("--whole", is_flag=True, help="Everything that is connected, also the other parents of a dependant.")
@click.option("--critical", is_flag=True, help="The critical path alone, with what each of its jobs takes.")
@click.option("--fold", is_flag=True, help="Finished chains, and many jobs that are alike, as one line.")
@click.option("--dot", is_flag=True, help="Print it for Graphviz: jobyard graph ID --dot | dot -Tsvg > graph.svg")
@click.option("--limit", type=click.IntRange(min=1), default=MOST, metavar="N", help=f"At most N jobs ({MOST}).")
@json_option
@click.pass_context
def graph(
    ctx: click.Context,
    refs: tuple[str, ...],
    queue: str | None,
    session: str | None,
    text: str | None,
    whole: bool,
    critical: bool,
    fold: bool,
    dot: bool,
    limit: int,
    as_json: bool,
) -> int:
    """Draw the dependency graph around jobs.

    Or that of the jobs of a queue, a session or a filter. Parents stand above the jobs that wait for them; a lane runs
    from each job down to the last one that waits for it.
    The critical path goes by what jobs took, their estimates, and what others of the same name took: ~, a guess.

    \b
    Examples:
      jobyard graph last
      jobyard graph deploy --whole --critical
      jobyard graph --queue qick --fold
      jobyard graph --filter 'name~rabi age<2d'
      jobyard graph 17 --dot | dot -Tsvg > graph.svg

    \b
    --json prints {"jobs":[{"id","name","state","reason","asked"}],"edges":[{"child","parent","type","state"}],"cut",
    "critical":[ID],"critical_seconds"}; jobs stand in the order in which the list shows them, never folded;
    critical_seconds is null where nobody knows how long any job takes.
    """
    from jobyard.core.yard import drawing

    refs = refs or tuple(ctx.meta.get(TASK_ID) or ())
    wanted = Wanted(refs, queue, session, text)
    if sum(map(bool, wanted)) != 1:
        raise click.UsageError("Name jobs, or give one of --queue, --session, --filter", ctx)
    with open_yard() as yard:
        asked = frozenset(yard.resolve(refs)) if refs else frozenset()
        found = yard.graph(tuple(asked), whole=whole, most=limit) if refs else yard.graph_of(where(yard, wanted), limit)
    picture = drawing.picture(found, time.time(), folded=fold and not as_json and not dot)
    if as_json:
        say_json(json_of(picture, asked))
    elif dot:
        say_all(drawing.dot(found))
    else:
        say_all(path(picture, asked) if critical else drawn(picture, asked))
    if critical and not as_json:
        note(told(picture))
    if found.cut:
        note(f"The graph is larger: {len(found.jobs):,} of its jobs are shown. Give a higher --limit to see more.")
    return 0


class Wanted(NamedTuple):
    """Whose graph: one of these."""

    refs: tuple[str, ...]
    queue: str | None
    session: str | None
    text: str | None


def where(yard: Yard, wanted: Wanted) -> JobFilter:
    """The jobs of a queue, of a session, or of a filter. Raises Unknown, BadFilter."""
    if wanted.queue is not None:
        return JobFilter(queues=frozenset({yard.queue(wanted.queue).id}))
    if wanted.session is not None:
        some = frozenset(queue.id for queue in yard.queues() if queue.session == wanted.session)
        if not some:
            raise Unknown(f"There is no session {quoted(wanted.session)} with a queue", "", "See: jobyard session list")
        return JobFilter(queues=some)
    return yard.filter(wanted.text or "")


def drawn(picture: Picture, asked: frozenset[int]) -> Iterator[str]:
    """The list with its lanes; the jobs that were asked for are bold."""
    from jobyard.core.yard import drawing

    graph, lanes, wishes = picture.graph, picture.lanes, drawing.wishes(picture.graph)
    rows: list[list[Cell | str]] = []
    for at, row in enumerate(lanes.order):
        job, unit = graph.jobs[row], picture.unit(at)
        id = Cell(job.id, "bold" if row in asked else "")
        name = drawing.fold_words(unit, lambda one: called(graph.jobs[one])) if unit.kind else called(job)
        said = "" if unit.kind else why(job, wishes.get(row, ()), graph)
        rows.append([lanes.draw(at, LANES, LOOK[job.state][0]), id, state_cell(job), name, said])
    yield from table(COLUMNS, rows)


def path(picture: Picture, asked: frozenset[int]) -> Iterator[str]:
    """The jobs of the critical path, first to last, with what each takes."""
    from jobyard.core.yard import drawing

    known = drawing.durations(picture.graph.jobs, time.time())
    rows: list[list[Cell | str]] = []
    for row in picture.critical:
        job = picture.graph.jobs[row]
        guess = "~" if drawing.guessed(job) else ""
        took = f"{guess}{people_duration(known[row])}" if row in known else ""
        rows.append([Cell(job.id, "bold" if row in asked else ""), state_cell(job), called(job), took, outcome(job)])
    yield from table(PATH, rows)


def told(picture: Picture) -> str:
    """How long the critical path is."""
    if not picture.critical:
        return "There is no critical path: no job here waits for another."
    jobs = plural(len(picture.critical), "job")
    if picture.took is None:
        return f"The longest way has {jobs}; nobody knows how long they take. Give them an --estimate."
    guess = "~" if picture.guessed else ""
    return f"The critical path has {jobs} and takes {guess}{people_duration(picture.took)}."


def why(job: JobRow, wishes: tuple[GraphEdge, ...], graph: JobGraph) -> str:
    """Its reason or its end, and those dependencies that are not plain after-ok."""
    said = "" if job.state is COMPLETED else outcome(job)
    others = [f"{edge.after.value} {graph.jobs[edge.parent].id} [{edge.state.value}]" for edge in wishes]
    return "; ".join(part for part in (said, *others) if part)


def json_of(picture: Picture, asked: frozenset[int]) -> jsonview.Json:
    """``graph --json``."""
    graph = picture.graph
    jobs = [graph.jobs[row] for row in picture.lanes.order]
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
        "critical": [graph.jobs[row].id for row in picture.critical],
        "critical_seconds": None if picture.took is None else round(picture.took, 3),
    }

"""Which graph the Graph screen shows, and how it is fetched: in a thread, as one answer. No widget."""

from __future__ import annotations

import time
from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple

from jobyard.core.errors import Unknown
from jobyard.core.models import GraphEdge, JobFilter, JobGraph, JobRow
from jobyard.core.states import State
from jobyard.core.yard import Yard
from jobyard.core.yard.drawing import Picture, Unit, fold_words, picture, wishes

from .columns import name_of
from .format import plural, took
from .text import plain

MOST = 10_000  # jobs of a graph
JOB, WHOLE, QUEUE, SESSION, FILTER = "job", "whole", "queue", "session", "filter"
NOTHING = JobGraph({}, (), False)


class Scope(NamedTuple):
    """What is shown: all that a job waits for and that waits for it, everything connected with it, or some jobs."""

    kind: str
    text: str = ""
    row: int = 0

    @property
    def around(self) -> bool:
        """Whether it is the graph of one job."""
        return self.kind in (JOB, WHOLE)


class Shown(NamedTuple):
    """A graph as it was fetched. ``took``: seconds that this has cost; ``told``: how jobs wait, where not plainly."""

    scope: Scope
    picture: Picture
    title: str
    took: float
    facts: tuple[tuple[str, str], ...]
    told: dict[int, str]
    why: str = ""  # there is nothing to show


def fetch(yard: Yard, scope: Scope, *, folded: bool, opened: Container[int]) -> Shown:
    """The graph of a scope, laid out. Raises BadFilter, YardError."""
    began = time.monotonic()
    try:
        graph, title = _graph(yard, scope)
    except Unknown as error:
        graph, title, why = NOTHING, "", error.line()
    else:
        why = "" if graph.jobs else _nothing(scope)
    drawn = picture(graph, time.time(), folded=folded, opened=opened)
    told = ways(graph, wishes(graph))
    return Shown(scope, drawn, title, time.monotonic() - began, tuple(facts(drawn)), told, why)


def _graph(yard: Yard, scope: Scope) -> tuple[JobGraph, str]:
    if scope.around:
        graph = yard.graph([scope.row], whole=scope.kind == WHOLE, most=MOST)
        job = graph.jobs.get(scope.row)
        if job is None:
            raise Unknown("That job is gone")
        return graph, ("all connected with " if scope.kind == WHOLE else "") + plain(
            name_of(job) if job.name else job.id
        )
    return yard.graph_of(where(yard, scope), MOST), f"{scope.kind} {plain(scope.text)}"


def where(yard: Yard, scope: Scope) -> JobFilter:
    """The jobs of a scope that is not one job's. Raises BadFilter, Unknown."""
    if scope.kind == FILTER:
        return yard.filter(scope.text)
    names = [scope.text] if scope.kind == QUEUE else []
    lanes = yard.queues()
    some = [one.id for one in lanes if f"{one.session}/{one.name}" in names or one.session == scope.text]
    if not some:
        raise Unknown(f"There is no {scope.kind} {plain(scope.text)}")
    return JobFilter(queues=frozenset(some))


def _nothing(scope: Scope) -> str:
    return "No job matches." if scope.kind == FILTER else f"There is no job in this {scope.kind}."


def words_of(drawn: Picture, unit: Unit) -> str:
    """What a folded line says."""
    return fold_words(unit, lambda row: plain(_called(drawn.graph.jobs[row])))


def _called(job: JobRow) -> str:
    return name_of(job) if job.name else job.command


def facts(drawn: Picture) -> Iterator[tuple[str, str]]:
    """How many jobs, in which states, and how long the critical path is: (text, style)s."""
    graph = drawn.graph
    states = [job.state for job in graph.jobs.values()]
    yield (f"{plural(len(graph.jobs), 'job')}{' shown, more cut' if graph.cut else ''}", "warning" if graph.cut else "")
    for state in (State.RUNNING, State.FAILED):
        if count := states.count(state):
            yield f"  {count:,} {state.value}", state.value
    if drawn.took is not None and drawn.critical:
        yield f"  ◆ critical path {took(drawn.took)}", "warning"


def is_failed(drawn: Picture, line: int) -> bool:
    """Whether a line has a job that failed."""
    return any(drawn.graph.jobs[row].state is State.FAILED for row in drawn.unit(line).members)


def ways(graph: JobGraph, told: Mapping[int, tuple[GraphEdge, ...]]) -> dict[int, str]:
    """For people: how jobs wait where it is not plainly for a success."""
    return {row: ", ".join(_way(graph, edge) for edge in edges) for row, edges in told.items()}


def _way(graph: JobGraph, edge: GraphEdge) -> str:
    return f"{edge.after.value} {plain(_called(graph.jobs[edge.parent]))} [{edge.state.value}]"

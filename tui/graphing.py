"""Which graph the Graph screen shows, and how it is fetched: in a thread, as one answer. No widget."""

from __future__ import annotations

import time
from collections.abc import Container, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from jobyard.core.errors import Unknown
from jobyard.core.models import GraphEdge, JobFilter, JobGraph, JobRow
from jobyard.core.states import State
from jobyard.core.yard import Yard
from jobyard.core.yard.drawing import Picture, Unit, fold_words, picture, wishes

from .columns import name_of
from .folds import whole_id
from .format import plural, took
from .text import plain

MOST = 10_000  # jobs of a graph
JOB, WHOLE, ARRAY, QUEUE, SESSION, FILTER = "job", "whole", "array", "queue", "session", "filter"
NOTHING = JobGraph({}, (), False)


class Scope(NamedTuple):
    """What is shown: all that a job waits for and that waits for it, everything connected with it, or some jobs.

    Of an array ``row`` is the array's own and ``text`` refers to all of it. ``kept`` are jobs that stay in the graph
    with all of theirs, though its edges lead there no more.
    """

    kind: str
    text: str = ""
    row: int = 0
    kept: tuple[int, ...] = ()

    @property
    def around(self) -> bool:
        """Whether it is the graph of one job, or of an array."""
        return self.kind in (JOB, WHOLE, ARRAY)


def scope_of(job: JobRow) -> Scope:
    """The graph of a line of the list: of a folded array that of all its elements."""
    if job.fold is None or job.fold.kind != "array" or job.array_id is None:
        return Scope(JOB, row=job.row)
    return array_scope(job.array_id, whole_id(job))


def array_of(yard: Yard, row: int) -> Scope | None:
    """The graph of the array of which a job is an element, of another job its own; None: there is no such job."""
    job = yard.rows([row]).get(row)
    element = yard.job(row).array if job is not None and job.array_id is not None else None
    if job is None or job.array_id is None or element is None:
        return None if job is None else Scope(JOB, row=row)
    return array_scope(job.array_id, element.id)


def array_scope(row: int, id: str) -> Scope:
    """The graph of an array, by its own row and id."""
    return Scope(ARRAY, f"{id}[]", row)


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
    return _drawn(scope, graph, title, began, why, folded, opened)


def _drawn(
    scope: Scope, graph: JobGraph, title: str, began: float, why: str, folded: bool, opened: Container[int]
) -> Shown:
    drawn = picture(graph, time.time(), folded=folded, opened=opened)
    told = ways(graph, wishes(graph))
    return Shown(scope, drawn, title, time.monotonic() - began, tuple(facts(drawn)), told, why)


def fetch_again(yard: Yard, shown: Shown, rows: Set[int], *, folded: bool, opened: Container[int]) -> Shown | None:
    """The same graph after these jobs changed; None: it is not concerned. Fetched whole where its shape changed."""
    began = time.monotonic()
    graph = shown.picture.graph
    edges = yard.edges_of(sorted(rows))
    concerned = {*rows, *(edge.child for edge in edges)}  # who waits for what changed has another reason
    inside = [row for row in concerned if row in graph.jobs]
    if shown.why or graph.cut or _reshaped(shown, rows, edges):
        return fetch(yard, shown.scope, folded=folded, opened=opened)
    if not inside:
        return None
    jobs = yard.rows(inside)
    if len(jobs) < len(inside):
        return fetch(yard, shown.scope, folded=folded, opened=opened)
    newer = {(edge.child, edge.parent): edge for edge in edges}
    now = JobGraph(
        {**graph.jobs, **jobs}, tuple(newer.get((edge.child, edge.parent), edge) for edge in graph.edges), cut=False
    )
    return _drawn(shown.scope, now, shown.title, began, "", folded, opened)


def _reshaped(shown: Shown, rows: Set[int], edges: Sequence[GraphEdge]) -> bool:
    """Whether other jobs belong to a graph now, or other edges."""
    drawn, scope = shown.picture, shown.scope
    jobs = drawn.graph.jobs
    if scope.kind == FILTER:
        return True
    if not scope.around and any(row > max(jobs, default=0) for row in rows):
        return True
    changed = [row for row in rows if row in jobs]
    before = {(row, parent) for row in changed for parent in drawn.waits[row]}
    before |= {(child, row) for row in changed for child in drawn.children[row]}
    if before != {(edge.child, edge.parent) for edge in edges if edge.child in jobs and edge.parent in jobs}:
        return True
    return scope.around and any(_leads_out(drawn, scope, edge) for edge in edges)


def _leads_out(drawn: Picture, scope: Scope, edge: GraphEdge) -> bool:
    """Whether an edge with one end in the graph of a job makes the other end belong to it."""
    child, parent = edge.child in drawn.graph.jobs, edge.parent in drawn.graph.jobs
    if child == parent:
        return False
    if scope.kind == WHOLE:
        return True
    near, end = (drawn.waits, edge.child) if child else (drawn.children, edge.parent)
    return end in _reached(near, [*_elements(drawn.graph, scope), *(row for row in scope.kept if row in near)])


def _elements(graph: JobGraph, scope: Scope) -> list[int]:
    """The jobs around which a graph is: one, or the elements of an array."""
    if scope.kind == ARRAY:
        return [row for row, job in graph.jobs.items() if job.array_id == scope.row]
    return [scope.row] if scope.row in graph.jobs else []


def _reached(near: Mapping[int, list[int]], start: Sequence[int]) -> set[int]:
    """Some jobs and all that they reach."""
    found, stack = set(start), [*start]
    while stack:
        new = [one for one in near[stack.pop()] if one not in found]
        found.update(new)
        stack += new
    return found


def _graph(yard: Yard, scope: Scope) -> tuple[JobGraph, str]:
    if scope.around:
        kept = yard.rows(scope.kept) if scope.kept else {}
        start = yard.resolve([scope.text]) if scope.kind == ARRAY else [scope.row]
        graph = yard.graph([*start, *kept], whole=scope.kind == WHOLE, most=MOST)
        if scope.kind == ARRAY:
            return graph, _array_title(graph, start)
        job = graph.jobs.get(scope.row)
        if job is None:
            raise Unknown("That job is gone")
        return graph, ("all connected with " if scope.kind == WHOLE else "") + plain(
            name_of(job) if job.name else job.id
        )
    return yard.graph_of(where(yard, scope), MOST), f"{scope.kind} {plain(scope.text)}"


def _array_title(graph: JobGraph, elements: Sequence[int]) -> str:
    """``sweep[] · array of 20``."""
    job = next((graph.jobs[row] for row in elements if row in graph.jobs), None)
    if job is None:
        raise Unknown("That array is gone")
    return f"{plain(job.name or job.command)}[] · array of {len(elements):,}"


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
        yield f"  ◆ critical path {'~' if drawn.guessed else ''}{took(drawn.took)}", "warning"


def is_failed(drawn: Picture, line: int) -> bool:
    """Whether a line has a job that failed."""
    return any(drawn.graph.jobs[row].state is State.FAILED for row in drawn.unit(line).members)


def ways(graph: JobGraph, told: Mapping[int, tuple[GraphEdge, ...]]) -> dict[int, str]:
    """For people: how jobs wait where it is not plainly for a success."""
    return {row: ", ".join(_way(graph, edge) for edge in edges) for row, edges in told.items()}


def _way(graph: JobGraph, edge: GraphEdge) -> str:
    return f"{edge.after.value} {plain(_called(graph.jobs[edge.parent]))} [{edge.state.value}]"

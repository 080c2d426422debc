"""A graph of jobs as people and other programs see it: lanes beside a list, and DOT for Graphviz."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..lanelist import LaneList, lay_out
from ..models import GraphEdge, JobGraph, JobRow
from ..states import After, EdgeState, State
from ..text import clip, visible

LABEL = 40  # cells of a job's name in a picture
FILLS = {
    State.PENDING: "#dbe9ff", State.RUNNING: "#c8f4f9", State.COMPLETED: "#d7f5d0", State.FAILED: "#ffd6d1",
    State.CANCELLED: "#f0d9f5", State.SKIPPED: "#e5e5e5",
}  # fmt: skip
STYLES = {After.OK: "solid", After.ANY: "dashed", After.FAIL: "dotted"}
COLOURS = {EdgeState.OPEN: "#666666", EdgeState.SATISFIED: "#2e8b3d", EdgeState.DEAD: "#c0392b"}


def lanes(graph: JobGraph) -> LaneList[int]:
    """The graph laid out as a list with lanes; its nodes are rows of jobs."""
    waits: dict[int, list[int]] = {row: [] for row in graph.jobs}
    for edge in graph.edges:
        waits[edge.child].append(edge.parent)
    return lay_out(waits)


def wishes(graph: JobGraph) -> dict[int, tuple[GraphEdge, ...]]:
    """For each job its dependencies that a lane alone does not tell: other than after-ok, or dead."""
    found: dict[int, list[GraphEdge]] = {}
    for edge in graph.edges:
        if edge.after is not After.OK or edge.state is EdgeState.DEAD:
            found.setdefault(edge.child, []).append(edge)
    return {row: tuple(some) for row, some in found.items()}


def dot(graph: JobGraph) -> Iterator[str]:
    """Lines of a Graphviz digraph: states as fills, types of dependencies as line styles, dead ones red."""
    yield "digraph jobs {"
    yield "  rankdir=TB;"
    yield '  node [shape=box, style="rounded,filled", fontname="sans-serif"];'
    for job in graph.jobs.values():
        yield f"  {_quoted(job.id)} [label={_quoted(_label(job))}, fillcolor={_quoted(FILLS[job.state])}];"
    for edge in graph.edges:
        ends = f"{_quoted(graph.jobs[edge.parent].id)} -> {_quoted(graph.jobs[edge.child].id)}"
        label = "" if edge.after is After.OK else f", label={_quoted(edge.after.value)}"
        yield f"  {ends} [style={STYLES[edge.after]}, color={_quoted(COLOURS[edge.state])}{label}];"
    yield "}"


def _label(job: JobRow) -> str:
    return f"{clip(visible(job.name or job.command), LABEL)}\n{job.id}\n{job.state.value}"


def _quoted(text: str) -> str:
    """A DOT string: quotes and backslashes escaped, a line break as ``\\n``; never HTML."""
    return json.dumps(text, ensure_ascii=False)

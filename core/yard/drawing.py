"""A graph of jobs as people and other programs see it: lanes beside a list, and DOT for Graphviz."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Container, Hashable, Iterator, Mapping
from functools import lru_cache
from statistics import median
from typing import NamedTuple

from ..boxlines import DOWN, HEIGHT, LEFT, RIGHT, UP, Box, Sheet, Ways, glyph
from ..boxlines import lay_out as lay_out_boxes
from ..graph import longest_way
from ..graphfolds import ALIKE, CHAIN, Folded, Nobody, Unit, children_of, fold, unfolded
from ..lanelight import Light, Parts
from ..lanelight import draw as draw_lit
from ..lanelist import LaneList, lay_out
from ..models import GraphEdge, JobGraph, JobRow
from ..neighbourhood import around, layered
from ..states import ENDED, After, EdgeState, State
from ..text import clip, visible

__all__ = [
    "ALIKE", "CHAIN", "DOWN", "HEIGHT", "LEFT", "RIGHT", "UP", "Box", "Boxed", "Folded", "Light", "Parts", "Picture",
    "Sheet", "Unit", "Ways", "box_sheet", "boxed", "critical", "dot", "draw_lit", "durations", "fold_words", "glyph",
    "guessed", "lanes", "picture", "waits_of", "wishes",
]  # fmt: skip

LABEL = 40  # cells of a job's name in a picture
FILLS = {
    State.PENDING: "#dbe9ff", State.RUNNING: "#c8f4f9", State.COMPLETED: "#d7f5d0", State.FAILED: "#ffd6d1",
    State.CANCELLED: "#f0d9f5", State.SKIPPED: "#e5e5e5",
}  # fmt: skip
STYLES = {After.OK: "solid", After.ANY: "dashed", After.FAIL: "dotted"}
COLOURS = {EdgeState.OPEN: "#666666", EdgeState.SATISFIED: "#2e8b3d", EdgeState.DEAD: "#c0392b"}


def waits_of(graph: JobGraph) -> dict[int, list[int]]:
    """For each job's row those of the jobs that it waits for."""
    waits: dict[int, list[int]] = {row: [] for row in graph.jobs}
    for edge in graph.edges:
        waits[edge.child].append(edge.parent)
    return waits


def lanes(graph: JobGraph) -> LaneList[int]:
    """The graph laid out as a list with lanes; its nodes are rows of jobs."""
    return lay_out(waits_of(graph))


class Picture(NamedTuple):
    """A graph ready to be drawn: its lines in order, where each job is, and its critical path.

    ``took`` is the critical path's length in seconds; None: nobody knows how long any of its jobs takes. ``marked``
    are the jobs that stand for the lines that it leads through.
    """

    graph: JobGraph
    waits: dict[int, list[int]]
    children: dict[int, list[int]]
    edges: dict[tuple[int, int], GraphEdge]  # by (child, parent)
    folds: Folded
    lanes: LaneList[int]
    critical: tuple[int, ...]
    took: float | None
    marked: frozenset[int]

    @property
    def guessed(self) -> bool:
        """Whether the length of the critical path rests on a guess."""
        return any(guessed(self.graph.jobs[row]) for row in self.critical)

    def unit(self, line: int) -> Unit:
        """What stands in a line of the list."""
        return self.folds.units[self.lanes.order[line]]

    def job(self, line: int) -> JobRow:
        """The job that stands for a line."""
        return self.graph.jobs[self.lanes.order[line]]


def picture(graph: JobGraph, now: float, *, folded: bool = True, opened: Container[int] = Nobody) -> Picture:
    """Lay a graph out; *folded*: finished chains and jobs that are alike are a line, but for the *opened* ones."""
    waits = waits_of(graph)
    done = frozenset(row for row, job in graph.jobs.items() if job.state is State.COMPLETED)
    folds = _told_breaks(graph, fold(waits, done, _like(graph), opened)) if folded else unfolded(waits)
    way, took = critical(graph, waits, now)
    marked = frozenset(folds.line_of[row] for row in way)
    edges = {(edge.child, edge.parent): edge for edge in graph.edges}
    return Picture(graph, waits, children_of(waits), edges, folds, lay_out(folds.waits), way, took, marked)


class Boxed(NamedTuple):
    """The jobs around a job as boxes; ``waits`` and ``children`` are those that are shown.

    ``more`` tells of each job how many of its parents and of its children are not shown.
    """

    centre: int
    hops: int
    sheet: Sheet
    waits: dict[int, list[int]]
    children: dict[int, list[int]]
    more: dict[int, tuple[int, int]]


def boxed(drawn: Picture, centre: int, hops: int, width: int) -> Boxed:
    """The neighbourhood of a job within *hops* steps, its boxes at least *width* cells wide."""
    near = set(around(centre, drawn.waits, drawn.children, hops))
    waits = {row: [parent for parent in wanted if parent in near] for row, wanted in drawn.waits.items() if row in near}
    shown = children_of(waits)
    more = {row: (len(drawn.waits[row]) - len(waits[row]), len(drawn.children[row]) - len(shown[row])) for row in waits}
    return Boxed(centre, hops, box_sheet(waits, width), waits, shown, more)


def box_sheet(waits: Mapping[int, list[int]], width: int) -> Sheet:
    """Boxes of these jobs, each at least *width* cells wide, and the lines between them."""
    return lay_out_boxes(layered(waits), width)


def _like(graph: JobGraph) -> Callable[[int], Hashable]:
    """What jobs look alike by: state, name or command but for its numbers, and how they wait."""
    told = wishes(graph)

    def like(row: int) -> Hashable:
        job = graph.jobs[row]
        ways = frozenset((edge.parent, edge.after, edge.state) for edge in told[row]) if row in told else None
        return job.state, job.held, job.stopping, stem(job.name or job.command), ways

    return like


@lru_cache(maxsize=4096)
def stem(name: str) -> str:
    """A name but for its numbers: those of one loop are alike."""
    return _NUMBERS.sub("#", name)


_NUMBERS = re.compile(r"\d+")


def fold_words(unit: Unit, called: Callable[[int], str]) -> str:
    """What a line of several jobs says: ``37 jobs  a … z``, ``+9,950 more like it  a-4 … a-9999``."""
    several = f"{len(unit.members):,} jobs" if unit.kind == CHAIN else f"+{len(unit.members):,} more like it"
    return f"{several}  {called(unit.members[0])} … {called(unit.members[-1])}" if unit.unbroken else several


def _told_breaks(graph: JobGraph, folds: Folded) -> Folded:
    """Those lines of jobs that are alike marked between whose first and last one called alike has another line."""
    lines = [unit for unit in folds.units.values() if unit.kind == ALIKE]
    if not lines:
        return folds
    stems = {row: stem(job.name or job.command) for row, job in graph.jobs.items()}
    seen, place = Counter[str](), dict[int, int]()
    for row in sorted(stems):
        place[row] = seen[stems[row]]
        seen[stems[row]] += 1
    broken = [unit for unit in lines if not _follow(unit, stems, place)]
    return folds._replace(units={**folds.units, **{unit.first: unit._replace(unbroken=False) for unit in broken}})


def _follow(unit: Unit, stems: Mapping[int, str], place: Mapping[int, int]) -> bool:
    """Whether those called as the first follow each other."""
    spots = [place[row] for row in unit.members if stems[row] == stems[unit.first]]
    return max(spots) - min(spots) + 1 == len(spots)


def critical(graph: JobGraph, waits: Mapping[int, list[int]], now: float) -> tuple[tuple[int, ...], float | None]:
    """The critical path by what jobs took or are expected to take, and its length in seconds.

    Where nothing is known of any of its jobs it is the path of the most jobs, and its length None.
    """
    if not graph.edges:
        return (), None
    known = durations(graph.jobs, now)
    way = longest_way(known or dict.fromkeys(waits, 1.0), waits)
    return tuple(way), sum(known[row] for row in way) if known else None


def durations(jobs: Mapping[int, JobRow], now: float) -> dict[int, float]:
    """Seconds that each job took, or will take: its estimate, the median of those alike, the median of all."""
    known = {row: _took(job, now) for row, job in jobs.items()}
    groups: dict[str, list[float]] = {}
    for row, took in known.items():
        if took is not None:
            groups.setdefault(stem(jobs[row].name or jobs[row].command), []).append(took)
    if not groups:
        return {}
    usual = {name: median(some) for name, some in groups.items()}
    anything = median(took for some in groups.values() for took in some)
    return {
        row: max(usual.get(stem(job.name or job.command), anything), _runs_for(job, now)) if took is None else took
        for (row, took), job in zip(known.items(), jobs.values(), strict=True)
    }


def guessed(job: JobRow) -> bool:
    """Whether its duration is one of `durations` that neither it nor its submitter tells."""
    return job.state not in ENDED and job.estimate is None


def _took(job: JobRow, now: float) -> float | None:
    """What a job took or says that it will take; a running one at least what it has taken."""
    if job.state in ENDED:
        return max(0.0, job.ended_at - job.started_at) if job.started_at and job.ended_at else 0.0
    if job.estimate is None:
        return None
    return max(job.estimate, _runs_for(job, now))


def _runs_for(job: JobRow, now: float) -> float:
    return now - job.started_at if job.state is State.RUNNING and job.started_at else 0.0


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

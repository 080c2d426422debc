"""The Graph screen: what waits for what, as a list with lanes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import ClassVar

from jobyard.core.models import JobFilter, JobGraph, JobRow

from ..actions import Context
from ..desk import Rows
from ..graphing import NOTHING, is_failed
from ..lanes import Lane
from ..registry import GRAPH_ACTIONS
from ..verbs.graph import BOXES
from ..widgets.lanegraph import LaneGraph
from .graphlooks import FOLDED
from .graphnear import GraphNear

TRAIL = 100  # jobs that the way back leads over


class Graph(GraphNear):
    """A job's graph, or that of a queue, a session, a filter; kept as it was left."""

    NAME: ClassVar[str] = "graph"
    ACTIONS = GRAPH_ACTIONS
    AUTO_FOCUS: ClassVar[str] = "#lanes"

    # -- which jobs are meant -------------------------------------------------------------------------

    @property
    def job(self) -> JobRow | None:
        """The selected job, or the one that stands for a folded line."""
        if not self.is_mounted:
            return None
        if self.near:
            return self.shown.picture.graph.jobs.get(self.boxes.row) if self.shown is not None else None
        return self.lanes.job

    @property
    def members(self) -> Rows:
        """The jobs of the selected line, or the one of the box."""
        if self.near:
            return (self.boxes.row,) if self.job is not None else ()
        some = self.shown is not None and self.lanes.job is not None
        return self.shown.picture.unit(self.lanes.cursor).members if self.shown and some else ()

    @property
    def several(self) -> bool:  # type: ignore[override]
        """Whether the selected line stands for several jobs."""
        return len(self.members) > 1

    def whole(self) -> list[str]:
        """What a question says first where it is about a folded line."""
        return [f"All {len(self.members):,} jobs of the folded line."] if self.several else []

    def with_targets(self, act: Callable[[Rows], None]) -> None:
        """The selected job, or all of a folded line."""
        if self.members:
            act(self.members)

    def context(self) -> Context:
        """What is the case just now."""
        found = super().context()._replace(marked=len(self.members) if self.several else 0)
        return found._replace(focus=BOXES) if self.near else found

    def watch_selected(self) -> None:
        """Watch the selected job, or all of a folded line."""
        if self.shown is not None:
            jobs = self.shown.picture.graph.jobs
            self.yard_app.jobs.toggle_watches([jobs[row] for row in self.members])

    # -- where one goes -------------------------------------------------------------------------------

    def visit(self, row: int) -> None:
        """Put the cursor on a job of the graph, with the way back."""
        line = self.lanes.line_of(row)
        if line is None:
            self.tell("That job is not in this graph any more.", "warning")
            return
        here = self.boxes.row if self.near else self.lanes.row
        if here and here != row:
            self.trail[:] = [*self.trail, here][-TRAIL:]
        self._go(line, row)

    def _go(self, line: int, row: int) -> None:
        self.lanes.move_to(line)
        if self.near and self.boxes.boxed is not None:
            if row in self.boxes.boxed.sheet.boxes:
                self.boxes.select(row)
            else:
                self.look_near(row, row)

    def fold_all(self) -> None:
        """Fold the whole graph, or unfold it; kept for the next time."""
        self.folded, self.opened = not self.folded, set()
        self.yard_app.remember(FOLDED, self.folded)

    def open_selected(self) -> None:
        """Unfold the line; of a job show the neighbours; from there go to it in the list of jobs."""
        if self.several:
            self.opened.update(self.members)
            self.look()
        elif self.near and self.job is not None:
            self.yard_app.show_job(self.job.row)
        elif self.job is not None:
            self.look_near(self.job.row, self.job.row)

    def on_lane_graph_chosen(self, message: LaneGraph.Chosen) -> None:
        """A double click."""
        self.open_selected()

    def step_back(self) -> None:
        """To the job from which one came."""
        while self.trail:
            row = self.trail.pop()
            line = self.lanes.line_of(row)
            if line is not None:
                self._go(line, row)
                return
        self.tell("There is no job before this one.", "warning")

    def wanted(self) -> list[int]:
        """The lines that ``n`` goes through: what a search found, else those with a failed job."""
        if self.shown is None:
            return []
        drawn = self.shown.picture
        if self.found:
            return sorted(drawn.lanes.place[line] for line in self.lanes.found)
        return [line for line in range(self.lanes.total) if is_failed(drawn, line)]

    def find(self, rows: frozenset[int]) -> None:
        """These jobs were found: they are marked, and the cursor goes to the next of them."""
        self.found = rows
        self.lanes.found = self._lines(rows)
        self.lanes.repaint()

    @cached_property
    def exporting(self) -> Lane:
        """The thread that writes graphs into files; there is none before the first."""
        return self.yard_app.lane("export")

    def drawn_graph(self) -> JobGraph:
        """What is seen: the whole graph, or the jobs that have boxes."""
        graph = self.shown.picture.graph if self.shown is not None else NOTHING
        if not self.near or self.boxes.boxed is None:
            return graph
        some = {row: job for row, job in graph.jobs.items() if row in self.boxes.boxed.waits}
        edges = tuple(edge for edge in graph.edges if edge.child in some and edge.parent in some)
        return JobGraph(some, edges, cut=False)

    @property
    def rows(self) -> frozenset[int]:
        """All jobs of the graph."""
        return frozenset(self.shown.picture.graph.jobs) if self.shown is not None else frozenset()

    @property
    def where(self) -> JobFilter | None:
        """A new job is not looked for here: it may be in no graph that is shown."""
        return None

    def back(self) -> None:
        """From the boxes, from what a search found, from the filter, then to the jobs."""
        if self.near:
            self.close_boxes()
        elif self.found:
            self.find(frozenset())
        elif self.before is not None:
            self.show(self.before)
        else:
            super().back()

"""The Graph screen: what waits for what, as a list with lanes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.message import Message
from textual.widget import Widget

from jobyard.core.models import Changes, JobFilter, JobRow
from jobyard.core.yard.drawing import wishes

from ..actions import Context
from ..desk import Rows
from ..format import took as lasted
from ..graphing import FILTER, JOB, Scope, Shown, facts, fetch, is_failed, ways
from ..messages import Answered
from ..registry import GRAPH_ACTIONS
from ..widgets.graphnote import GraphNote
from ..widgets.lanegraph import LaneGraph
from ..widgets.lines import Line
from .place import Place

FOLDED = "graph.folded"
TRAIL = 100  # jobs that the way back leads over
SPACING = 4.0  # times as long as a look took nothing is looked at after it


class Graph(Place):
    """A job's graph, or that of a queue, a session, a filter; kept as it was left."""

    NAME: ClassVar[str] = "graph"
    ACTIONS = GRAPH_ACTIONS
    AUTO_FOCUS: ClassVar[str] = "#lanes"

    def __init__(self) -> None:
        super().__init__()
        self.scope = Scope(JOB)
        self.before: Scope | None = None  # what was shown before the filter
        self.shown: Shown | None = None
        self.folded = self.yard_app.memory.get(FOLDED) is not False
        self.opened: set[int] = set()  # jobs whose lines are not folded
        self.trail: list[int] = []
        self.way: dict[tuple[int, int], int] = {}  # (job, direction) → where one went from there
        self.found: frozenset[int] = frozenset()  # jobs that a search has found
        self._came_from = 0
        self._seek: int | None = None
        self._not_before = 0.0
        self._due = False

    def body(self) -> Iterable[Widget]:
        """The list, and two lines about the selected job."""
        self.lanes, self.note = LaneGraph(id="lanes"), GraphNote(id="graph-note")
        yield self.lanes
        yield self.note

    def on_mount(self) -> None:
        """Running durations go on."""
        self.set_interval(1.0, self._tick)

    def _tick(self) -> None:
        if self.is_current:
            self.lanes.tick()

    # -- what it shows --------------------------------------------------------------------------------

    def turn_to(self, job: JobRow | None) -> None:
        """The graph of this job; one of a queue, a session or a filter stays if the job is in it."""
        if job is None or job.row == self._came_from:
            return
        self._came_from = self._seek = job.row
        inside = self.shown is not None and job.row in self.shown.picture.graph.jobs
        if self.scope.around or not inside:
            self.scope, self.before = Scope(JOB, row=job.row), None

    def show(self, scope: Scope) -> None:
        """Show another graph; the filter of before is kept as the way back."""
        self.before = self.scope if scope.kind == FILTER and self.scope.kind != FILTER else None
        self.scope, self.found = scope, frozenset()
        self._came_from = scope.row or self._came_from
        if scope.row:
            self._seek = scope.row
        self.look()

    def look(self) -> None:
        """Fetch the graph, unless there is none to show yet."""
        self._due = False
        if self.scope.around and not self.scope.row:
            self._show_nothing()
            return
        yard, scope, folded, opened = self.yard_app.yard, self.scope, self.folded, frozenset(self.opened)

        def letter() -> Message:
            shown = fetch(yard, scope, folded=folded, opened=opened)
            told = ways(shown.picture.graph, wishes(shown.picture.graph))
            return Answered(lambda: self._take(shown, told))

        self.yard_app.reading.put(letter, self, key="graph")

    def rang(self, changes: Changes) -> None:
        """Look again if a job of the graph changed, or one came; not before some times what a look takes."""
        jobs = self.shown.picture.graph.jobs if self.shown is not None else {}
        newest = max(jobs, default=0)
        rows = changes.rows
        if self._due or not (rows is None or any(row in jobs or row > newest for row in rows)):
            return
        wait = self._not_before - time.monotonic()
        if wait <= 0:
            self.look()
        else:
            self._due = True
            self.set_timer(wait, self.look)

    def _show_nothing(self) -> None:
        self.lanes.empty = (
            "No job was chosen.",
            "",
            f"{self._key('graph-scope')}  a queue, a session     {self._key('graph-filter')}  a filter     "
            f"{self._key('screen-jobs')}  to the jobs",
        )
        self.lanes.repaint()
        self.tell_facts()

    def _key(self, id: str) -> str:
        return next((action.shown_key or action.label for action in self.actions if action.id == id), "")

    def _take(self, shown: Shown, told: dict[int, str]) -> None:
        if shown.scope != self.scope:
            return
        self.shown = shown
        self._not_before = time.monotonic() + SPACING * shown.took
        self.lanes.empty = (shown.why, "", f"{self._key('graph-back')}  back") if shown.why else ()
        self.lanes.found = self._lines(self.found)
        seek, self._seek = self._seek, None
        self.lanes.take(shown.picture, told, seek)
        self.moved_on()

    def _lines(self, rows: Iterable[int]) -> frozenset[int]:
        """The jobs that stand for the lines of these."""
        line_of = self.shown.picture.folds.line_of if self.shown is not None else {}
        return frozenset(line_of[row] for row in rows if row in line_of)

    def moved_on(self) -> None:
        """Another job is selected, or the same with other facts."""
        if self.shown is not None:
            self.note.take(self.shown.picture, self.lanes.cursor)
        self.tell_facts()
        self.show_context()

    def on_lane_graph_moved(self, message: LaneGraph.Moved) -> None:
        """Another line."""
        self.moved_on()

    def subject(self) -> str:
        """The job, queue, session or filter."""
        return self.shown.title if self.shown is not None else ""

    def facts(self) -> Line:
        """How many jobs, in which states, and how long the critical path is."""
        if self.shown is None:
            return []
        found: Line = list(facts(self.shown.picture))
        if self.shown.picture.took is not None and self.shown.picture.critical:
            found.append((f"  ◆ critical path {lasted(self.shown.picture.took)}", "warning"))
        return found

    # -- which jobs are meant -------------------------------------------------------------------------

    @property
    def job(self) -> JobRow | None:
        """The selected job, or the one that stands for a folded line."""
        return self.lanes.job if self.is_mounted else None

    @property
    def members(self) -> Rows:
        """The jobs of the selected line."""
        return self.shown.picture.unit(self.lanes.cursor).members if self.shown and self.lanes.total else ()

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
        return super().context()._replace(marked=len(self.members) if self.several else 0)

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
        if self.lanes.row and self.lanes.row != row:
            self.trail[:] = [*self.trail, self.lanes.row][-TRAIL:]
        self.lanes.move_to(line)

    def fold_all(self) -> None:
        """Fold the whole graph, or unfold it; kept for the next time."""
        self.folded, self.opened = not self.folded, set()
        self.yard_app.remember(FOLDED, self.folded)

    def open_selected(self) -> None:
        """Unfold the line; a job is opened in the list of jobs."""
        if self.several:
            self.opened.update(self.members)
            self.look()
        elif self.job is not None:
            self.yard_app.show_job(self.job.row)

    def on_lane_graph_chosen(self, message: LaneGraph.Chosen) -> None:
        """A double click."""
        self.open_selected()

    def step_back(self) -> None:
        """To the job from which one came."""
        while self.trail:
            line = self.lanes.line_of(self.trail.pop())
            if line is not None:
                self.lanes.move_to(line)
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

    @property
    def rows(self) -> frozenset[int]:
        """All jobs of the graph."""
        return frozenset(self.shown.picture.graph.jobs) if self.shown is not None else frozenset()

    @property
    def where(self) -> JobFilter | None:
        """A new job is not looked for here: it may be in no graph that is shown."""
        return None

    def back(self) -> None:
        """From what a search found, from the filter, then to the jobs."""
        if self.found:
            self.find(frozenset())
        elif self.before is not None:
            self.show(self.before)
        else:
            super().back()

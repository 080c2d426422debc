"""The Graph screen: what waits for what, as a list with lanes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import ClassVar

from textual.message import Message
from textual.widget import Widget

from jobyard.core.models import Changes, JobFilter, JobGraph, JobRow
from jobyard.core.yard.drawing import Boxed, boxed

from ..actions import Context
from ..columns import name_of
from ..desk import Rows
from ..format import plural
from ..graphing import FILTER, JOB, NOTHING, Scope, Shown, fetch, fetch_again, is_failed
from ..lanes import Lane
from ..messages import Answered
from ..registry import GRAPH_ACTIONS
from ..text import plain
from ..verbs.graph import BOXES
from ..widgets.boxes import Boxes
from ..widgets.graphnote import GraphNote
from ..widgets.lanegraph import LaneGraph
from ..widgets.lines import Line
from .place import Place

FOLDED = "graph.folded"
TRAIL = 100  # jobs that the way back leads over
SPACING = 4.0  # times as long as a look took nothing is looked at after it
HOPS, MOST_HOPS = 2, 9  # steps from a job that its neighbourhood goes at first, and at most
BOX = 24  # cells


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
        self.hops = HOPS
        self._came_from = 0
        self._seek: int | None = None
        self._not_before = 0.0
        self._changed: frozenset[int] | None = frozenset()  # jobs that changed since the last look; None: too many
        self._asked: frozenset[int] = frozenset()  # those of which there is no answer yet
        self._due = False

    def body(self) -> Iterable[Widget]:
        """The list, the boxes that take its place, and two lines about the selected job."""
        self.lanes, self.boxes, self.note = LaneGraph(id="lanes"), Boxes(id="boxes"), GraphNote(id="graph-note")
        self.boxes.display = False
        yield self.lanes
        yield self.boxes
        yield self.note

    def on_mount(self) -> None:
        """Running durations go on."""
        self.set_interval(1.0, self._tick)

    def _tick(self) -> None:
        if self.is_current:
            (self.boxes if self.near else self.lanes).tick()

    # -- what it shows --------------------------------------------------------------------------------

    def turn_to(self, job: JobRow | None) -> None:
        """The graph of this job; one of a queue, a session or a filter stays if the job is in it."""
        if job is None or job.row == self._came_from:
            return
        self._came_from = self._seek = job.row
        inside = self.shown is not None and job.row in self.shown.picture.graph.jobs
        if self.scope.around or not inside:
            self.scope, self.before = Scope(JOB, row=job.row), None
            self.close_boxes()

    def show(self, scope: Scope) -> None:
        """Show another graph; the filter of before is kept as the way back."""
        self.before = self.scope if scope.kind == FILTER and self.scope.kind != FILTER else None
        self.scope, self.found = scope, frozenset()
        self.close_boxes()
        self._came_from = scope.row or self._came_from
        if scope.row:
            self._seek = scope.row
        self.look()

    def look(self) -> None:
        """Fetch the graph, unless there is none to show yet."""
        if self.scope.around and not self.scope.row:
            self._show_nothing()
            return
        self._changed = self._asked = frozenset()
        yard, scope, folded, opened = self.yard_app.yard, self.scope, self.folded, frozenset(self.opened)

        def letter() -> Message:
            shown = fetch(yard, scope, folded=folded, opened=opened)
            return Answered(lambda: self._take(shown))

        self.yard_app.reading.put(letter, self, key="graph")

    def rang(self, changes: Changes) -> None:
        """Look again at what changed of the graph, or came to it; not before some times what a look takes."""
        everything = changes.rows is None or changes.queues  # a queue that is paused is a reason of its jobs
        self._changed = None if everything or self._changed is None else self._changed | (changes.rows or frozenset())
        if self._due:
            return
        wait = self._not_before - time.monotonic()
        if wait <= 0:
            self._look_again()
        else:
            self._due = True
            self.set_timer(wait, self._look_again)

    def _look_again(self) -> None:
        self._due = False
        shown = self.shown
        if shown is None or self._changed is None or shown.scope != self.scope:
            self.look()
            return
        rows = self._asked = self._asked | self._changed
        self._changed = frozenset()
        yard, folded, opened = self.yard_app.yard, self.folded, frozenset(self.opened)

        def letter() -> Message:
            found = fetch_again(yard, shown, rows, folded=folded, opened=opened)
            return Answered(lambda: self._take_again(shown, rows, found))

        self.yard_app.reading.put(letter, self, key=("graph", "again"))

    def _take_again(self, before: Shown, rows: frozenset[int], found: Shown | None) -> None:
        """Unless another look came in between: that one may be older than what changed."""
        if self.shown is not before:
            self._look_again()
            return
        if rows == self._asked:  # nothing else was asked for since
            self._asked = frozenset()
        if found is not None:
            self._take(found)

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

    def _take(self, shown: Shown) -> None:
        if shown.scope != self.scope:
            return
        self.shown = shown
        self._not_before = time.monotonic() + SPACING * shown.took
        self.lanes.empty = (shown.why, "", f"{self._key('graph-back')}  back") if shown.why else ()
        self.lanes.found = self._lines(self.found)
        seek, self._seek = self._seek, None
        self.lanes.take(shown.picture, shown.told, seek)
        if self.near:
            self.look_near(self.boxes.boxed.centre if self.boxes.boxed is not None else self.boxes.row, self.boxes.row)
        self.moved_on()

    def _lines(self, rows: Iterable[int]) -> frozenset[int]:
        """The jobs that stand for the lines of these."""
        line_of = self.shown.picture.folds.line_of if self.shown is not None else {}
        return frozenset(line_of[row] for row in rows if row in line_of)

    def moved_on(self) -> None:
        """Another job is selected, or the same with other facts."""
        if self.shown is not None:
            self.note.take(self.shown.picture, None if self.near else self.lanes.cursor, self.boxes.row)
        self.tell_facts()
        self.show_context()

    def on_lane_graph_moved(self, message: LaneGraph.Moved) -> None:
        """Another line."""
        self.moved_on()

    def subject(self) -> str:
        """The job, queue, session or filter."""
        if self.near and self.job is not None:
            centre = self.boxes.boxed.centre if self.boxes.boxed is not None else self.boxes.row
            return f"{plural(self.hops, 'step')} around {self._called(centre)}"
        return self.shown.title if self.shown is not None else ""

    def _called(self, row: int) -> str:
        job = self.shown.picture.graph.jobs.get(row) if self.shown is not None else None
        return plain(name_of(job)) if job is not None else ""

    def facts(self) -> Line:
        """How many jobs, in which states, and how long the critical path is."""
        return list(self.shown.facts) if self.shown is not None else []

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

    # -- the neighbourhood ------------------------------------------------------------------------------

    @property
    def near(self) -> bool:
        """Whether boxes are shown."""
        return self.is_mounted and self.boxes.display

    def look_near(self, centre: int, row: int) -> None:
        """Lay out the neighbourhood of a job and show it; *row* is selected in it."""
        if self.shown is None or centre not in self.shown.picture.graph.jobs:
            self.close_boxes()
            return
        shown, hops, width = self.shown, self.hops, min(BOX, max(12, self.size.width // 3))

        def letter() -> Message:
            found = boxed(shown.picture, centre, hops, width)
            return Answered(lambda: self._show_near(shown, found, row))

        self.yard_app.reading.put(letter, self, key="boxes")

    def _show_near(self, shown: Shown, found: Boxed, row: int) -> None:
        if shown is not self.shown:
            return  # it has changed since, and is laid out again
        if not self.boxes.display:
            self.boxes.display, self.lanes.display = True, False
            self.boxes.focus()
            self.call_after_refresh(lambda: self.boxes.take(shown.picture, found, row))
        else:
            self.boxes.take(shown.picture, found, row)

    def close_boxes(self) -> None:
        """Back to the list."""
        if self.near:
            self.boxes.display, self.lanes.display = False, True
            self.lanes.focus()

    def reach(self, delta: int) -> None:
        """More steps from the job in the middle, or fewer."""
        hops = max(1, min(MOST_HOPS, self.hops + delta))
        if self.near and self.boxes.boxed is not None and hops != self.hops:
            self.hops = hops
            self.look_near(self.boxes.boxed.centre, self.boxes.row)

    def on_boxes_moved(self, message: Boxes.Moved) -> None:
        """Another box: the cursor of the list goes with it."""
        line = self.lanes.line_of(self.boxes.row)
        if line is not None and line != self.lanes.cursor:
            self.lanes.move_to(line)
        self.moved_on()

    def on_boxes_chosen(self, message: Boxes.Chosen) -> None:
        """A double click."""
        self.open_selected()

    def on_boxes_beyond(self, message: Boxes.Beyond) -> None:
        """On over the edge: the selected job is in the middle now."""
        self.look_near(self.boxes.row, self.boxes.row)

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

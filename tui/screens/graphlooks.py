"""What the Graph screen shows, and how it follows the yard: a look at everything, then at what changed."""

from __future__ import annotations

import time
from collections.abc import Iterable

from textual.message import Message
from textual.widget import Widget

from jobyard.core.models import Changes, JobRow

from ..columns import name_of
from ..format import plural
from ..graphing import ARRAY, FILTER, JOB, WHOLE, Scope, Shown, array_of, fetch, fetch_again, scope_of
from ..messages import Answered
from ..text import plain
from ..widgets.boxes import Boxes
from ..widgets.graphnote import GraphNote
from ..widgets.lanegraph import LaneGraph
from ..widgets.lines import Line
from .place import Place

FOLDED = "graph.folded"
SPACING = 4.0  # times as long as a look took nothing is looked at after it
KEPT = 20  # jobs that were cut off and stay
HOPS = 2  # steps from a job that its neighbourhood goes at first


class GraphLooks(Place):
    """The list, the boxes that take its place, a note; and the looks that fill them."""

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
        self._came_from: Scope | None = None  # the graph of the job from which one came
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

    @property
    def near(self) -> bool:
        """Whether boxes are shown."""
        return self.is_mounted and self.boxes.display

    def close_boxes(self) -> None:
        """Back to the list."""
        if self.near:
            self.boxes.display, self.lanes.display = False, True
            self.lanes.focus()

    def look_near(self, centre: int, row: int, *, follow: bool = False) -> None:
        """Lay out the neighbourhood of a job and show it; *row* is selected in it."""
        raise NotImplementedError

    def go_to_job(self, row: int, *, inside: bool = True) -> None:
        """Turn to a job; not *inside*: to the array of which it is an element."""
        if inside:
            super().go_to_job(row)
        else:
            self.ask(lambda yard: array_of(yard, row), self._show_around)

    def _show_around(self, found: Scope | None) -> None:
        if found is not None:
            self.show(found)

    def turn_to(self, job: JobRow | None) -> None:
        """The graph of this job; one of a queue, a session or a filter stays if the job is in it."""
        if job is None or (wanted := scope_of(job)) == self._came_from:
            return
        self._came_from, self._seek = wanted, job.row
        inside = self.shown is not None and job.row in self.shown.picture.graph.jobs
        if self.scope.around or not inside or wanted.kind == ARRAY:
            self.scope, self.before = wanted, None
            self.close_boxes()

    def show(self, scope: Scope) -> None:
        """Show another graph; the filter of before is kept as the way back."""
        self.before = self.scope if scope.kind == FILTER and self.scope.kind != FILTER else None
        self.scope, self.found = scope, frozenset()
        self.close_boxes()
        if scope.row:
            self._came_from = scope._replace(kind=JOB) if scope.kind == WHOLE else scope
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
        if self._leaves(shown):
            self.scope = self.scope._replace(kept=(*self.scope.kept, self.lanes.row)[-KEPT:])
            self.look()
            return
        same = self.shown is not None and self.shown.scope._replace(kept=()) == shown.scope._replace(kept=())
        before, lost = self.selected, self.lanes.lost
        self.shown = shown
        self._not_before = time.monotonic() + SPACING * shown.took
        self.lanes.empty = (shown.why, "", f"{self._key('graph-back')}  back") if shown.why else ()
        self.lanes.found = self._lines(self.found)
        seek, self._seek = self._seek, None
        self.lanes.take(shown.picture, shown.told, seek, keep=same)
        if self.lanes.lost and not lost and before is not None:
            self.tell(f"{plain(name_of(before))} is not in this graph any more.", "warning")
        if self.near:
            centre = self.boxes.boxed.centre if self.boxes.boxed is not None else self.boxes.row
            self.look_near(
                centre if centre in shown.picture.graph.jobs else self.boxes.row, self.boxes.row, follow=True
            )
        self.moved_on()

    @property
    def selected(self) -> JobRow | None:
        """The job under the cursor of the list, also one within a folded line."""
        return self.shown.picture.graph.jobs.get(self.lanes.row) if self.shown is not None else None

    def _leaves(self, shown: Shown) -> bool:
        """Whether the selected job would go from the graph of another one: it was cut off while somebody is at it."""
        row = self.lanes.row
        if self.selected is None or self._seek is not None or not self.scope.around or shown.why:
            return False
        asked = self.shown is None or self.shown.scope._replace(kept=()) != self.scope._replace(kept=())
        return not asked and row not in shown.picture.graph.jobs and row not in self.scope.kept

    def _lines(self, rows: Iterable[int]) -> frozenset[int]:
        """The jobs that stand for the lines of these."""
        line_of = self.shown.picture.folds.line_of if self.shown is not None else {}
        return frozenset(line_of[row] for row in rows if row in line_of)

    def moved_on(self) -> None:
        """Another job is selected, or the same with other facts."""
        if self.shown is not None:
            line = None if self.near or self.lanes.lost else self.lanes.cursor
            self.note.take(self.shown.picture, line, self.boxes.row if self.near else 0)
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

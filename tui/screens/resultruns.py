"""The part of the Results screen that lists runs: filtered, ordered, marked, and the one that is chosen."""

from __future__ import annotations

import os
import time
from typing import Any, ClassVar

from rich.text import Text

from jobyard.core.errors import JobyardError
from jobyard.core.labmodels import Run, RunFilter
from jobyard.core.models import Changes, JobRow
from jobyard.core.states import ENDED

from ..actions import FILTER, RESULTS, RUN_FILTER, Context
from ..columns import name_of
from ..configs.leaf import Leaf, Words, trouble
from ..filtering import Answer, answered
from ..format import number, plural
from ..results.narrowing import ORDERS, SAMPLE, Shown, Wish, look
from ..results.rows import Runs, called
from ..text import plain
from ..throttle import Throttle
from ..widgets.lines import Line
from .narrowed import Narrowed
from .resultfile import ResultFile
from .resultlayout import PLOT, RUNS

SECOND = 1.0
SHARE = 5  # a look rests so many times as long as it took
PAGE = 500
NEAR = 50  # lines from the end at which more are fetched
ORDER = "results.order"  # as it is remembered
KIND = "experiment"  # the kind of job that leaves data
NONE = Shown(Wish(RunFilter()), (), frozenset())


class ResultRuns(Narrowed, ResultFile):
    """The chosen run is known by its attempt: when that ends it has another file, which is drawn as the one before."""

    PAST: ClassVar[str] = "results.filters"
    SAMPLE: ClassVar[str] = SAMPLE
    nothing: ClassVar[Any] = RunFilter()
    narrow: Any = nothing

    def __init__(self) -> None:
        super().__init__()
        order = self.yard_app.memory.get(ORDER)
        self.order = order if isinstance(order, str) and order in ORDERS else ""
        self.shown = NONE
        self.marked: dict[int, Run] = {}  # by attempt
        self._wanted: JobRow | None = None  # somebody comes from it
        self._row = 0  # the attempt that is shown
        self._job: JobRow | None = None  # of the chosen run
        self._limit = PAGE
        self._rest, self._late = 0.0, False  # until when (monotonic) a bell does not look, and that one has rung
        self._soon = Throttle(self.look, self.set_timer)

    def on_mount(self) -> None:
        """Files change without a bell."""
        self.set_interval(SECOND, self._tick)

    def _tick(self) -> None:
        if self.is_current:
            self.look_at_file()
            self._look_for_growing()

    # -- looking ----------------------------------------------------------------------------------------

    def look(self) -> None:
        """The runs that the filter lets through."""
        yard, wish = self.yard_app.yard, Wish(self.narrow, self.order, self._limit, self._wanted)

        def question() -> Shown:
            began = time.monotonic()
            found = look(yard, wish)
            self._rest = time.monotonic() + SHARE * (time.monotonic() - began)
            return found

        self._put(self._lane(self.NAME), "runs", question, self._take_runs)
        self._look_up()

    def _look_for_growing(self) -> None:
        """An experiment that begins to write a file does not ring."""
        yard, where = self.yard_app.yard, self.narrow
        self._put(self._lane(self.NAME), "growing", lambda: yard.growing_runs(where), self._take_growing)

    def _take_growing(self, found: list[Run] | JobyardError) -> None:
        if isinstance(found, JobyardError):
            return
        if frozenset(run.row for run in found) != self.shown.grow:
            self.look()
            return
        grown = {run.row: run for run in found}
        runs = tuple(grown.get(run.row, run) for run in self.shown.runs)
        if runs != self.shown.runs:  # their sizes
            self.shown = self.shown._replace(runs=runs)
            self._show_runs()

    def rang(self, changes: Changes) -> None:
        """The yard changed: look, but not all the time where a hundred thousand runs are put in order."""
        if (wait := self._rest - time.monotonic()) <= 0:
            self._soon()
        elif not self._late:
            self._late = True
            self.set_timer(wait, self._look_late)

    def _look_late(self) -> None:
        self._late = False
        self._soon()

    def narrowed(self) -> None:
        """Another filter."""
        self._limit = PAGE
        self.look()

    def give_keys(self) -> None:
        """To the runs."""
        self.go_to(RUNS)

    def answer_to(self, text: str, cursor: int | None) -> Answer:
        """Read a filter of runs. In a thread."""
        yard = self.yard_app.yard
        return answered(text, self.nothing, cursor, yard.run_filter, yard.complete_runs)

    def sort(self, order: str) -> None:
        """Show them in this order, now and in the next app."""
        self.order, self._limit = order, PAGE
        self.yard_app.remember(ORDER, order)
        self.list.home()
        self.look()

    # -- what was found ---------------------------------------------------------------------------------

    def _take_runs(self, found: Shown | JobyardError) -> None:
        if isinstance(found, JobyardError):
            self.list.take(trouble(found))
            return
        if found.wish._replace(job=None, limit=0) != Wish(self.narrow, self.order, 0):
            return  # something else is wanted by now
        self.shown = found
        self.marked |= {run.row: run for run in found.runs if run.row in self.marked}
        self._show_runs()
        self.counted(len(found.runs), "run", more=found.more)
        if self._wanted is not None:
            self._seek(found.job if found.job is not None and found.job.row == self._wanted.row else self._wanted)
        else:
            self.show_run()

    def _show_runs(self) -> None:
        """The list anew, the cursor on the same run."""
        at = self.shown.at(self._row)
        shown = self.shown
        leaf = Runs(shown.runs, self.marked, shown.grow, self.order) if shown.runs else self._nothing()
        self.list.take(leaf, stay=True)
        if at >= 0 and at != self.list.cursor:
            self.list.put_cursor(at)
        self.tell_facts()
        self.show_context()

    def _nothing(self) -> Leaf:
        if self.filter_text:
            return Words("No run is let through by the filter.", "esc shows all again.")
        return Words("No run has left data yet.", "$ jobyard demo --lab", "makes a lab with runs to look at.",
                     "$ jobyard experiment MODULE:CLASS", "runs one of your own.")  # fmt: skip

    def _seek(self, job: JobRow) -> None:
        """To the data of a job; one that has not ended is waited for."""
        at = self.shown.of(job.id)
        if at >= 0:
            self._wanted = None
            self.list.put_cursor(at)
            self.show_run()
            if self.single:  # whoever comes for them wants to see them
                self.go_to(PLOT)
        elif job.state in ENDED:
            self._wanted = None
            self.tell(f"{job.id} is {job.state.value} and has left no data.", "warning")
            self.show_run()
        else:
            self._wanted = job
            self.show_run()
            if self.run is None:
                self._show_none(Words(f"{job.id} is {job.state.value}: its data will be here when there are any."))
        self.tell_facts()

    # -- the chosen run ---------------------------------------------------------------------------------

    @property
    def run(self) -> Run | None:
        """The run under the cursor."""
        at = self.list.cursor
        return self.shown.runs[at] if at < len(self.shown.runs) and isinstance(self.list.leaf, Runs) else None

    @property
    def job(self) -> JobRow | None:
        """The job of that run, once it has been looked up."""
        run = self.run if self.is_mounted else None
        return self._job if run is not None and self._job is not None and self._job.id == run.job else None

    def _look_up(self) -> None:
        """The job of the chosen run."""
        if (run := self.run) is None:
            return
        yard, id = self.yard_app.yard, run.job
        self._put(self._lane(self.NAME), "job", lambda: list(yard.rows(yard.resolve([id])).values()), self._take_job)

    def _take_job(self, found: list[JobRow] | JobyardError) -> None:
        """It may have been purged, with its data."""
        self._job = None if isinstance(found, JobyardError) or not found else found[-1]
        self.show_context()

    def on_leaf_pane_turned(self) -> None:
        """Another line of a list."""
        if self.at == RUNS and self.focused is self.list:
            self._wanted = None  # somebody does not want to wait for it
            self.show_run()
            self.tell_facts()
            if self.shown.more and self.list.cursor > len(self.shown.runs) - NEAR:
                self._limit *= 2
                self.look()
        self.show_context()

    def show_run(self) -> None:
        """Show the chosen run. Where it is the one of before, its file is: it has ended."""
        run = self.run
        if run is None:
            self._row = 0
            self.file.border_title = None
            self._show_none(Words())
            return
        same, self._row = run.row == self._row, run.row
        if run.data.path != self._path or self.stopped:
            self.show_file(run.data.path, same=same)
            self.file.border_title = Text(plain(os.path.basename(run.data.path)))
        if not same:
            self._look_up()

    def drawn_files(self) -> tuple[tuple[str, str], ...]:
        """The chosen run and the marked ones."""
        runs = {run.row: run for run in (*self.shown.runs, *self.marked.values()) if run.row == self._row}
        runs |= self.marked
        return tuple(called(list(runs.values())).items()) or super().drawn_files()

    def mark(self) -> None:
        """Mark the run, or no more: marked ones are drawn over it."""
        if (run := self.run) is not None:
            if self.marked.pop(run.row, None) is None:
                self.marked[run.row] = run
            self._redraw()

    def unmark(self) -> None:
        """None is marked any more."""
        self.marked = {}
        self._redraw()

    def _redraw(self) -> None:
        self._show_runs()
        if self.drawing is not None:
            self.draw(self.drawing, keep=True)

    # -- what is told -----------------------------------------------------------------------------------

    def context(self) -> Context:
        """What is the case just now."""
        found = super().context()
        focus = RUN_FILTER if found.focus == FILTER else RESULTS
        return found._replace(focus=focus, run=self.run, drawn=self.drawing is not None)

    def subject(self) -> str:
        """How they are ordered; the filter has its line."""
        return f"by {ORDERS[self.order][0]}"

    def facts(self) -> Line:
        """How many runs."""
        shown = self.shown
        facts: Line = [(f"● {number(len(shown.grow))} running  ", "running")] if shown.grow else []
        if (wanted := self._wanted) is not None:
            facts.append((f"waits for the data of {plain(name_of(wanted))}, {wanted.state.value}  ", "pending"))
        if self.marked:
            facts.append((f"▌ {number(len(self.marked))} marked  ", "accent"))
        return [*facts, (f"{'more than ' if shown.more else ''}{plural(len(shown.runs), 'run')}", "dim")]

    def turn_to(self, job: JobRow | None) -> None:
        """Somebody comes from a job: to its data, if it is one that leaves some."""
        self._wanted = job if job is not None and job.kind == KIND else None

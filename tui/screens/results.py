"""The Results screen: runs that left data, what is in the file of one, and a plot of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from jobyard.core.errors import JobyardError
from jobyard.core.labmodels import Run
from jobyard.core.models import Changes, JobRow
from jobyard.core.states import ENDED
from jobyard.core.yard import Yard

from ..actions import RESULTS, Context
from ..configs.leaf import Leaf, Words, trouble
from ..format import number, plural
from ..registry import SCREENS
from ..results.drawing import Drawing
from ..results.narrowing import wishes
from ..results.rows import Runs, title
from ..text import plain
from ..throttle import Throttle
from ..widgets.leafpane import LeafPane
from ..widgets.lines import Line
from ..widgets.panel import PanelTabs
from .plotted import Plotted

if TYPE_CHECKING:
    from textual._path import CSSPathType

SECOND = 1.0
PAGE = 500
RUNS, FILE, PLOT = range(3)


class Results(Plotted):
    """Chosen are a run, a line of its file, and what is drawn of it."""

    NAME, SHORT = "results", "res"
    ACTIONS = SCREENS["results"]
    CSS_PATH: ClassVar[CSSPathType | None] = ["place.tcss", "results.tcss"]
    AUTO_FOCUS: ClassVar[str] = "#res-runs"
    HIGH: ClassVar[int] = 16

    def __init__(self) -> None:
        super().__init__()
        self.list = LeafPane(id="res-runs")
        self.panels = [self.list, self.file, self.plot]
        self.filter = ""
        self.runs: Sequence[Run] = ()
        self.marked: list[str] = []
        self._wanted: JobRow | None = None
        self._under = ""  # the file of the run that the cursor was on
        self._limit = PAGE
        self._soon = Throttle(self.look, self.set_timer)

    def body(self) -> Iterable[Widget]:
        """Runs and what is in one left, the plot right."""
        self.tabs = PanelTabs(self.go_to, id="res-tabs")
        self.left = Vertical(self.list, self.file, id="res-left")
        self.right = Vertical(self.plot, self.said, id="res-right")
        yield self.tabs
        yield Horizontal(self.left, self.right, id="res")

    def on_mount(self) -> None:
        """Files change without a bell."""
        self.set_interval(SECOND, self.look_at_file)

    def look(self) -> None:
        """The runs that the filter lets through."""
        yard, text, limit, wanted = self.yard_app.yard, self.filter, self._limit, self._wanted

        def question() -> tuple[str, list[Run], JobRow | None]:
            job = yard.rows([wanted.row]).get(wanted.row) if wanted is not None else None  # before its data: no gap
            return text, _runs(yard, text, limit), job

        self._put(self._lane("results"), "runs", question, self._take_runs)

    def rang(self, changes: Changes) -> None:
        """The yard changed."""
        self._soon()

    # -- runs -------------------------------------------------------------------------------------------

    def _take_runs(self, found: Any) -> None:
        if isinstance(found, JobyardError):
            self.list.take(trouble(found))
            return
        text, runs, job = found
        if text != self.filter:
            return
        key = self._path_under()
        self.runs = runs
        self._show_runs(key)
        if self._wanted is not None:
            self._seek(job if job is not None and job.row == self._wanted.row else self._wanted)
        elif self.run is None or self.run.data.path != self._path:
            self.show_run()

    def _show_runs(self, key: str = "") -> None:
        self.list.take(Runs(self.runs, self.marked) if self.runs else self._nothing(), stay=True)
        at = next((number for number, run in enumerate(self.runs) if run.data.path == key), -1)
        if at >= 0 and at != self.list.cursor:
            self.list.move(at - self.list.cursor)
        self._under = self._path_under()
        self.tell_facts()
        self.show_context()

    def _nothing(self) -> Leaf:
        if self.filter:
            return Words("No run is let through by the filter.", "esc shows all again.")
        return Words("No run has left data yet.", "$ jobyard demo --lab", "makes a lab with runs to look at.",
                     "$ jobyard experiment MODULE:CLASS", "runs one of your own.")  # fmt: skip

    def _seek(self, job: JobRow) -> None:
        """To the data of a job."""
        for at, run in enumerate(self.runs):
            if run.job == job.id:
                self._wanted = None
                self.list.move(at - self.list.cursor)
                self.show_run()
                return
        self._wanted = job if job.state not in ENDED else None
        if self._wanted is not None:
            why = f"{job.id} is {job.state.value}: its data will be here when it has ended."
        elif len(self.runs) >= self._limit:
            why = f"{job.id} is not among the {number(len(self.runs))} newest runs. Filter them: /"
        else:
            why = f"{job.id} has left no data."
        self._path, self.looked, self.drawing = "", None, None
        self.file.take(Words(why))
        self.plot.take(None)

    @property
    def run(self) -> Run | None:
        """The run under the cursor."""
        at = self.list.cursor
        return self.runs[at] if at < len(self.runs) and isinstance(self.list.leaf, Runs) else None

    def _path_under(self) -> str:
        return self.run.data.path if self.run is not None else ""

    def on_leaf_pane_turned(self) -> None:
        """Another line of a list."""
        if self.at == RUNS and not (self._wanted is not None and self._path_under() == self._under):
            self._wanted = None  # somebody does not want to wait for it
            self.show_run()
            if self.list.cursor > len(self.runs) - 50 and len(self.runs) >= self._limit:
                self._limit *= 2
                self.look()
        self.show_context()

    def on_leaf_pane_followed(self) -> None:
        """A double click."""
        self.open_selected()

    def show_run(self) -> None:
        """Show the chosen run."""
        run = self.run
        if run is None or run.data.path == self._path:
            return
        self.show_file(run.data.path)

    def drawn_files(self) -> tuple[tuple[str, str], ...]:
        """The chosen run and the marked ones."""
        named = {run.data.path: plain(title(run)) for run in self.runs}
        paths = [self._path, *(path for path in self.marked if path != self._path)]
        return tuple((path, named.get(path, os.path.basename(path))) for path in paths)

    # -- panels -----------------------------------------------------------------------------------------

    def set_out(self) -> None:
        """Which panels are in sight."""
        single, at = self.single, self.at
        self.list.display, self.file.display = not single or at == RUNS, not single or at == FILE
        self.left.display, self.right.display = not single or at != PLOT, not single or at == PLOT
        self.tabs.take(["runs", "file", "plot"], at)

    # -- what the actions use -----------------------------------------------------------------------

    def context(self) -> Context:
        """What is the case just now."""
        return super().context()._replace(focus=RESULTS, run=self.run, drawn=self.drawing is not None)

    def subject(self) -> str:
        """The filter."""
        return plain(self.filter)

    def facts(self) -> Line:
        """How many runs."""
        more = "+" if len(self.runs) >= self._limit else ""
        marked = f"  {number(len(self.marked))} marked" if self.marked else ""
        return [(f"{number(len(self.runs))}{more} {plural(len(self.runs), 'run').partition(' ')[2]}{marked}", "dim")]

    def mark(self) -> None:
        """Mark the run, or no more: marked ones are drawn over it."""
        if (run := self.run) is not None:
            path = run.data.path
            self.marked = [one for one in self.marked if one != path] if path in self.marked else [*self.marked, path]
            self._show_runs(path)
            if self.drawing is not None:
                self.draw(self.drawing, keep=True)

    def limit(self, text: str) -> None:
        """Show those runs alone."""
        wishes(text)
        self.filter, self._limit = text, PAGE
        self.look()

    def open_selected(self) -> None:
        """Of a run to its file; of a dataset draw it; else fold."""
        if self.at == RUNS:
            self.show_run()
            self.go_to(FILE)
        elif self.at == FILE and self.node is not None:
            self.draw((self.drawing or Drawing((), ""))._replace(y=self.node.path.lstrip("/"), at=()))
        elif self.at == FILE:
            self.fold()

    def turn_to(self, job: JobRow | None) -> None:
        """Somebody comes from a job: to its data."""
        self._wanted = job

    def back(self) -> None:
        """Stop what takes long; drop the cursor, the marks, the filter; then to the jobs."""
        if self.stop_reading():
            return
        if self.alone:
            super().back()
        elif self.at != RUNS:
            self.go_to(RUNS)
        elif self.marked:
            self.marked = []
            self._show_runs(self._path)
            self.draw(self.drawing)
        elif self.filter:
            self.limit("")
        else:
            super().back()


def _runs(yard: Yard, text: str, limit: int) -> list[Run]:
    return yard.data_runs(**wishes(text), limit=limit)

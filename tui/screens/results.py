"""The Results screen: runs that left data, what is in the file of one, and a plot of it.

Files are read in a process of their own, which the first look starts and the end of the app ends.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from jobyard.core.errors import JobyardError
from jobyard.core.labmodels import Run
from jobyard.core.models import Changes, JobRow
from jobyard.core.results.apart import Apart
from jobyard.core.results.model import Node, Summary
from jobyard.core.states import ENDED
from jobyard.core.yard import Yard

from ..actions import RESULTS, Context
from ..configs.leaf import Leaf, Words, trouble
from ..format import number, plural
from ..lanes import Lane
from ..messages import Answered
from ..plots.model import Figure
from ..registry import SCREENS
from ..results import drawing as draws
from ..results.drawing import SERVICE, Drawing, Remote
from ..results.filetree import FileTree
from ..results.narrowing import wishes
from ..results.rows import Runs, title, told
from ..text import plain
from ..throttle import Throttle
from ..widgets.leafpane import LeafPane
from ..widgets.lines import Line
from ..widgets.panel import PanelTabs
from ..widgets.plotpane import PlotPane, Said
from .panelled import Panelled

if TYPE_CHECKING:
    from textual._path import CSSPathType

    from ..results.service import Looked

SECOND = 1.0
PAGE = 500
READING = "reading"  # the stamp of a file that is being read
RUNS, FILE, PLOT = range(3)


class Results(Panelled):
    """Chosen are a run, a line of its file, and what is drawn of it."""

    NAME = "results"
    ACTIONS = SCREENS["results"]
    CSS_PATH: ClassVar[CSSPathType | None] = ["place.tcss", "results.tcss"]
    AUTO_FOCUS: ClassVar[str] = "#res-runs"
    HIGH: ClassVar[int] = 16

    def __init__(self) -> None:
        super().__init__()
        self.apart = Apart()
        self.list, self.file = LeafPane(id="res-runs"), LeafPane(id="res-file")
        self.plot, self.said = PlotPane(lambda: self._files, id="res-plot"), Said(id="res-said")
        self.panels = [self.list, self.file, self.plot]
        self.filter = ""
        self.runs: Sequence[Run] = ()
        self.marked: list[str] = []
        self.drawing: Drawing | None = None
        self.looked: Looked | None = None
        self._path = ""  # of the file that is shown
        self._stamp: object = None
        self._folded: dict[str, set[str]] = {}
        self._summary: Summary | None = None
        self._wanted: JobRow | None = None
        self._limit = PAGE
        self._lanes: dict[str, Lane] = {}
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
        self.set_interval(SECOND, self._tick)

    def on_unmount(self) -> None:
        """Nobody asks any more."""
        self.apart.end()

    # -- asking ---------------------------------------------------------------------------------------

    @property
    def _files(self) -> Lane:
        return self._lane("results-files")

    def _lane(self, name: str) -> Lane:
        if name not in self._lanes or not self._lanes[name].lives:
            self._lanes[name] = self.yard_app.lane(name, looks=True)
        return self._lanes[name]

    def _put(self, lane: Lane, key: str, question: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Ask in a thread; what goes wrong is an answer too: it is shown where the answer would be."""

        def letter() -> Answered:
            try:
                found: Any = question()
            except JobyardError as error:
                found = error
            return Answered(lambda: then(found))

        lane.put(letter, self, key=key)

    def ask_apart(self, name: str, then: Callable[[Any], None], *given: Any) -> None:
        """Ask the process that reads files."""
        self._put(self._files, name, lambda: self.apart.ask(f"{SERVICE}:{name}", *given), then)

    def ask_files(self, name: str, question: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Ask in the thread that waits for the files."""
        self._put(self._files, name, question, then)

    def look(self) -> None:
        """The runs that the filter lets through."""
        yard, text, limit = self.yard_app.yard, self.filter, self._limit
        self._put(self._lane("results"), "runs", lambda: (text, _runs(yard, text, limit)), self._take_runs)

    def rang(self, changes: Changes) -> None:
        """The yard changed."""
        self._soon()

    def _tick(self) -> None:
        if self.is_current and self._path:
            path = self._path
            self._put(self._lane("results"), "stat", lambda: _stamp(path), lambda stamp: self._stat(path, stamp))

    def _stat(self, path: str, stamp: object) -> None:
        if path == self._path and stamp != self._stamp != READING:
            self._stamp = READING
            self._read()

    # -- runs -------------------------------------------------------------------------------------------

    def _take_runs(self, found: Any) -> None:
        if isinstance(found, JobyardError):
            self.list.take(trouble(found))
            return
        text, runs = found
        if text != self.filter:
            return
        key = self.run.data.path if self.run is not None else ""
        self.runs = runs
        self._show_runs(key)
        if self._wanted is not None:
            self._seek(self._wanted)
        elif self.run is None or self.run.data.path != self._path:
            self.show_run()

    def _show_runs(self, key: str = "") -> None:
        self.list.take(Runs(self.runs, self.marked) if self.runs else self._nothing(), stay=True)
        at = next((number for number, run in enumerate(self.runs) if run.data.path == key), -1)
        if at >= 0 and at != self.list.cursor:
            self.list.move(at - self.list.cursor)
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
        self._wanted = None
        if job.state not in ENDED:
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

    def on_leaf_pane_turned(self) -> None:
        """Another line of a list."""
        if self.at == RUNS:
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
        self._path, self.looked, self.drawing = run.data.path, None, self.drawing
        self._stamp = READING
        self._read()

    def _read(self) -> None:
        path = self._path
        stamps: list[object] = []

        def question() -> Any:
            stamps.append(_stamp(path))  # before it is read: what is written meanwhile is read once more
            return self.apart.ask(f"{SERVICE}:looked", path)

        self.ask_files("looked", question, lambda found: self._take_file(path, found, stamps[0]))

    def _take_file(self, path: str, found: Any, stamp: object) -> None:
        if path != self._path:
            return
        self._stamp = stamp
        if isinstance(found, JobyardError):
            self.looked, self.drawing = None, None
            self.file.take(trouble(found))
            self.plot.take(None)
            return
        again = self.looked is not None
        self.looked = found
        names = {node.path.lstrip("/") for node in found.tree.nodes if draws.drawable(node)}
        y = self.drawing.y if self.drawing is not None and self.drawing.y in names else draws.first(found.tree.nodes)
        before = self.drawing or Drawing((), y)
        x = before.x if before.x in names else ""
        self._show_tree(y)
        self.draw(before._replace(y=y, x=x) if y else None, keep=again)

    def _show_tree(self, y: str = "") -> None:
        if self.looked is not None:
            folded = self._folded.setdefault(self._path, set())
            x, drawn = (self.drawing.x, self.drawing.y) if self.drawing is not None else ("", "")
            self.file.take(FileTree(self.looked.tree, self.looked.config, folded, x, y or drawn), stay=True)

    # -- the plot ---------------------------------------------------------------------------------------

    def draw(self, drawing: Drawing | None, *, keep: bool = False) -> None:
        """Draw this of the chosen run and of the marked ones."""
        if drawing is None:
            self.drawing = None
            self.plot.take(None)
            return
        named = {run.data.path: plain(title(run)) for run in self.runs}
        paths = [self._path, *(path for path in self.marked if path != self._path)]
        files = tuple((path, named.get(path, os.path.basename(path))) for path in paths)
        wanted = drawing._replace(files=files, stamp=self._stamp)
        self.drawing = wanted
        self._show_tree()
        self.ask_apart("figure", lambda found: self._take_figure(wanted, found, keep), wanted)
        self.ask_apart("summed", lambda found: self._take_summary(wanted, found), self._path, wanted.y)

    def _take_figure(self, wanted: Drawing, found: Figure | JobyardError, keep: bool) -> None:
        if wanted != self.drawing:
            return
        if isinstance(found, JobyardError):
            self.plot.take(None)
            self.said.take([[(f"✗ {plain(found.line())}", "failed")]])
            return
        self.plot.take(found, Remote(self.apart, wanted), keep=keep)
        self.show_context()

    def _take_summary(self, wanted: Drawing, found: Summary | JobyardError) -> None:
        if wanted == self.drawing:
            self._summary = found if isinstance(found, Summary) else None
            self.tell_values()

    def on_plot_drawn(self) -> None:
        """The cursor may be on something else."""
        self.tell_values()

    def tell_values(self) -> None:
        """What the cursor is on; least, most and mean of the dataset."""
        lines: list[Line] = [[(self.plot.words(), "")]]
        if (one := self._summary) is not None:
            lines.append([(told(one), "dim")])
        self.said.take(lines)

    # -- panels -----------------------------------------------------------------------------------------

    def set_out(self) -> None:
        """Which panels are in sight."""
        single, at = self.single, self.at
        self.list.display, self.file.display = not single or at == RUNS, not single or at == FILE
        self.left.display, self.right.display = not single or at != PLOT, not single or at == PLOT
        self.tabs.take(["runs", "file", "plot"], at)

    # -- what the actions use -----------------------------------------------------------------------

    @property
    def node(self) -> Node | None:
        """The dataset under the cursor."""
        leaf = self.file.leaf
        return leaf.rows[self.file.cursor].dataset if isinstance(leaf, FileTree) and leaf.count else None

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

    def fold(self) -> None:
        """Fold the line under the cursor, or unfold it."""
        folded, key = self._folded.setdefault(self._path, set()), self.file.key
        folded ^= {key}
        self._show_tree()

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
        """Drop the cursor, the marks, the filter; then to the jobs."""
        if self.at != RUNS:
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


def _stamp(path: str) -> object:
    """Another one when the file was written; None while it is not there."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino

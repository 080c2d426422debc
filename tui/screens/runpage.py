"""The page of a run: one attempt of a job with what made it, its parameters, its data, a plot of them, and its log."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jobyard.core.labmodels import Run

from ..actions import RUN, Context
from ..columns import name_of
from ..configs.leaf import Words
from ..describe.rows import Frame, Row, wrapped
from ..format import plural, short_id, state_glyph, state_word
from ..registry import SCREENS
from ..results.drawing import Drawing
from ..runpage import waiting
from ..runpage.about import about
from ..runpage.datasets import Datasets
from ..runpage.model import Seen
from ..runpage.parameters import Parameters, parameters
from ..runpage.parameters import Row as Parameter
from ..text import plain
from ..verbs.runpage import follow
from ..widgets.lines import Line
from .runlayout import ABOUT, DATA, LOG, PARAMETERS, PLOT
from .runseen import RunSeen

if TYPE_CHECKING:
    from jobyard.core.results.model import Node


class Same:
    """Equal to what holds the very same thing: to compare what is large."""

    def __init__(self, thing: object) -> None:
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.thing is self.thing

    def __hash__(self) -> int:
        return id(self.thing)


class RunPage(RunSeen):
    """What is known of a run, in its panels."""

    NAME, SHORT = "run", "run"
    ACTIONS = SCREENS["run"]

    def __init__(self) -> None:
        super().__init__()
        self._listed = ""  # the file whose datasets are told
        self._folds: set[str] = set()  # parameters that are folded
        self._made: tuple[tuple[object, ...], list[Parameter]] = ((), [])  # the parameters, and of what they were made

    # -- showing ----------------------------------------------------------------------------------------

    def show(self, *, anew: bool = False) -> None:
        """Paint what changed."""
        seen = self.seen
        if seen is not None:
            self.about.take(lambda width: about(seen, self._frame(width)), anew=anew)
            self._show_parameters()
        else:
            told = waiting.GONE if self._gone else () if self._row is not None else self._nothing()
            self.about.take(lambda width: [Row([(text, "bold")]) for one in told for text in wrapped(one, width)])
            self.params.take(Words())
            if told:  # else the plot of before stays until it is known what there is
                self._show_none(Words())
        self.set_out()
        self.tell_facts()
        self.show_context()

    def _nothing(self) -> tuple[str, ...]:
        return tuple(word.format(page=self._keys()["screen-run"]) for word in waiting.NOTHING)

    def _keys(self) -> Mapping[str, str]:
        from ..verbs.runpage import PAGE

        return {action.id: action.shown_key or action.label for action in (*self.actions, PAGE)}

    def _frame(self, width: int) -> Frame:
        return Frame(time.time(), width, self._keys())

    def _show_parameters(self) -> None:
        if self.seen is None:
            return
        rows = self._parameters(self.seen)
        leaf = Parameters(rows, frozenset(self._folds)) if rows else Words("It was called without parameters.")
        self.params.take(leaf, stay=True)

    def _parameters(self, seen: Seen) -> list[Parameter]:
        """Made anew only where something else is known of them: there may be thousands."""
        of = seen.job.row, seen.number, Same(seen.before), Same(self.looked)
        if self._made[0] != of:
            self._made = of, parameters(seen, self._kept())
        return self._made[1]

    def _kept(self) -> Mapping[str, Any] | None:
        """The parameters that the data file keeps: with those that nobody gave."""
        kept = self.looked.config.get("expt") if self.looked is not None else None
        return kept if isinstance(kept, Mapping) else None

    def _show_tree(self, y: str = "") -> None:
        if self.looked is not None:
            x, drawn = (self.drawing.x, self.drawing.y) if self.drawing is not None else ("", "")
            leaf, same = Datasets(self.looked.tree, x, y or drawn), self._listed == self._path
            self.file.take(leaf, stay=same)
            if not same:  # the cursor begins on what is drawn
                self._listed = self._path
                self.file.move(leaf.drawn)

    def draw(self, drawing: Drawing | None, *, keep: bool = False) -> None:
        """Draw this of its file; None: nothing."""
        before, self._like = self.bare, drawing or self._like
        super().draw(drawing, keep=keep)
        if self.bare != before and self.is_mounted:
            self.set_out()

    def _take_file(self, path: str, found: Any, stamp: object) -> None:
        """What is in its file has come: with the parameters that nobody gave; or why it cannot be read."""
        self.drawing = self.drawing or self._like
        super()._take_file(path, found, stamp)
        if path == self._path:
            self._show_parameters()
            self.set_out()

    def drawn_files(self) -> tuple[tuple[str, str], ...]:
        """Its own, and that of the run before where it is drawn over that."""
        seen, before = self.seen, self.run_before
        others = [before] if before is not None and self.over else []
        own = plain(name_of(seen.line)) if seen is not None else ""
        return ((self._path, own), *((run.data.path, f"{plain(run.name)} {short_id(run.job)}") for run in others))

    @property
    def run_before(self) -> Run | None:
        """The run that this one is compared with, if it left data."""
        return self.seen.before.run if self.seen is not None and self.seen.before is not None else None

    def draw_over(self) -> None:
        """Draw the run before too, or no more."""
        self.over = not self.over
        self.draw(self.drawing, keep=True)

    # -- what is told -----------------------------------------------------------------------------------

    def subject(self) -> str:
        """Which job and attempt."""
        if self.job is None:
            return "no job is chosen"
        count = len(self.seen.job.attempts) if self.seen is not None else 0
        which = f" · attempt {self.seen.number} of {count}" if self.seen is not None and count > 1 else ""
        return f"{plain(name_of(self.job))}{which}"

    def facts(self) -> Line:
        """Its state."""
        job = self.job
        return [(f" {state_glyph(job)} {state_word(job)} ", job.state.value)] if job is not None else []

    def tell_headings(self) -> None:
        """What the panels show, in a word."""
        at, seen = self.at, self.seen
        data = self._about_data() if not self.bare else ""
        tail = self.log_tail
        log = "following" if tail.following and tail.story.attempt and not tail.story.over else ""
        notes = (seen.job.id if seen is not None else "", self._about_parameters(), data, log)
        lit = (at == ABOUT, at == PARAMETERS, at in (DATA, PLOT), at == LOG)
        for head, note, its in zip(self.heads, notes, lit, strict=True):
            head.take(note, lit=its)

    def _about_data(self) -> str:
        leaf = self.file.leaf
        count = f"{plural(leaf.count, 'dataset')}" if isinstance(leaf, Datasets) else ""
        drawn = plain(self.drawing.y) if self.drawing is not None else ""
        grows = "● being written" if self.seen is not None and self.seen.grows else ""
        return "  ".join(part for part in (grows, drawn, count) if part)

    def _about_parameters(self) -> str:
        leaf = self.params.leaf
        changed = sum(bool(row.was) for row in leaf.all) if isinstance(leaf, Parameters) else 0
        return f"{changed} changed since the run before" if changed else ""

    # -- what the actions use ---------------------------------------------------------------------------

    @property
    def node(self) -> Node | None:
        """The dataset under the cursor."""
        leaf = self.file.leaf
        return leaf.nodes[self.file.cursor] if isinstance(leaf, Datasets) and leaf.count else None

    def context(self) -> Context:
        """What is the case just now."""
        return super().context()._replace(focus=RUN, run=self.run, drawn=self.drawing is not None)

    def fold(self, way: int = 0) -> None:
        """Fold the parameter under the cursor, or unfold it."""
        if self.focused is self.params and self.params.key:
            self._folds ^= {self.params.key}
            self._show_parameters()

    def open_selected(self) -> None:
        """Follow a line; fold a parameter; draw a dataset; of the log the whole."""
        if self.at == ABOUT:
            follow(self, self.about.link)
        elif self.at == PARAMETERS:
            self.fold()
        elif self.at == DATA and self.node is not None:
            before = self.drawing or Drawing((), "")
            self.draw(before.turned(self.node.path.lstrip("/"), before.x))
            if self.single:
                self.go_to(PLOT)
        elif self.at == LOG:
            self.action_act("run-log")

    def on_rows_pane_followed(self) -> None:
        """A double click."""
        self.open_selected()

    def on_leaf_pane_followed(self) -> None:
        """A double click."""
        self.open_selected()

    def back(self) -> None:
        """Stop what takes long, show all panels, drop the cursor of the plot; then to where one came from."""
        if self.stop_reading():
            return
        if self.alone:
            super().back()
            return
        if self.at == PLOT and self.plot.stop is not None:
            self.plot.drop_cursor()
            self.tell_values()
            return
        self.yard_app.show_place(self.came_from)

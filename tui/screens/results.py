"""The Results screen: runs that left data, what is in the file of one, and a plot of it."""

from __future__ import annotations

from typing import ClassVar

from textual.widgets._input import Input

from ..registry import SCREENS
from ..results.drawing import Drawing
from .resultlayout import FILE, RUNS
from .resultruns import ResultRuns


class Results(ResultRuns):
    """Chosen are a run, a line of its file, and what is drawn of it."""

    NAME = "results"
    ACTIONS = SCREENS["results"]
    AGAIN: ClassVar[str] = "enter on the run reads it."

    def open_selected(self) -> None:
        """Of a run to its file; of a dataset draw it; else fold."""
        if self.at == RUNS:
            self.show_run()
            self.go_to(FILE)
        elif self.at == FILE and self.node is not None:
            before = self.drawing or Drawing((), "")
            self.draw(before.turned(self.node.path.lstrip("/"), before.x))
        elif self.at == FILE:
            self.fold()

    def on_leaf_pane_followed(self) -> None:
        """A double click."""
        self.open_selected()

    def back(self) -> None:
        """Out of the filter line; stop what takes long; from a panel to the runs; drop the marks, the filter; leave."""
        if isinstance(self.focused, Input):
            super().back()
        elif self.stop_reading():
            return
        elif self.alone:
            self.alone_or_all()
        elif self.at != RUNS:
            self.go_to(RUNS)
        elif self.marked:
            self.unmark()
        else:
            super().back()

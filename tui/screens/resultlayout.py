"""Where things are on the Results screen: runs and what is in one left, the plot right; or one at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from ..widgets.leafpane import LeafPane
from ..widgets.panel import PanelTabs
from .writing import Writing

if TYPE_CHECKING:
    from textual._path import CSSPathType

RUNS, FILE, PLOT = range(3)
TITLES = ["runs", "file", "plot"]


class ResultLayout(Writing):
    """Three panels."""

    SHORT = "res"
    CSS_PATH: ClassVar[CSSPathType | None] = ["place.tcss", "results.tcss"]
    AUTO_FOCUS: ClassVar[str] = "#res-runs"
    HIGH: ClassVar[int] = 16

    def __init__(self) -> None:
        super().__init__()
        self.list = LeafPane(id="res-runs")
        self.panels = [self.list, self.file, self.plot]

    def body(self) -> Iterable[Widget]:
        """Runs and what is in one left, the plot right."""
        self.tabs = PanelTabs(self.go_to, id="res-tabs")
        self.left = Vertical(self.list, self.file, id="res-left")
        self.right = Vertical(self.plot, self.said, id="res-right")
        yield self.tabs
        yield Horizontal(self.left, self.right, id="res")

    def set_out(self) -> None:
        """Which panels are in sight."""
        single, at = self.single, self.at
        self.list.display, self.file.display = not single or at == RUNS, not single or at == FILE
        self.left.display, self.right.display = not single or at != PLOT, not single or at == PLOT
        self.tabs.take(TITLES, at)

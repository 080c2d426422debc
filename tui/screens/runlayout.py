"""Where things are on the page of a run: what it was and its parameters left, its data and log right."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from ..widgets.heading import Heading
from ..widgets.leafpane import LeafPane
from ..widgets.panel import PanelTabs
from ..widgets.rowspane import RowsPane
from .runlog import RunLog

if TYPE_CHECKING:
    from textual._path import CSSPathType

LEAST = 4  # lines of the parameters
ABOUT, PARAMETERS, DATA, PLOT, LOG = range(5)
TITLES = ["run", "parameters", "data", "plot", "log"]


class RunLayout(RunLog):
    """Five panels; without data there is no plot."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["place.tcss", "runpage.tcss"]
    AUTO_FOCUS: ClassVar[str] = "#run-about"
    HIGH: ClassVar[int] = 26

    def __init__(self) -> None:
        super().__init__()
        self.about, self.params = RowsPane(id="run-about"), LeafPane(id="run-params")
        self.panels = [self.about, self.params, self.file, self.plot, self.log_tail]
        self._high = ""  # the parameters, as it was set last
        self.heads = [Heading(title) for title in ("run", "parameters", "data", "log")]
        for head in self.heads:
            head.add_class("run-head")

    def body(self) -> Iterable[Widget]:
        """The panels under their headings."""
        run, parameters, data, log = self.heads
        self.tabs = PanelTabs(self.go_to, id="run-tabs")
        self.data = Horizontal(self.plot, self.file, id="run-data")
        self.left = Vertical(run, self.about, parameters, self.params, id="run-left")
        self.right = Vertical(data, self.data, self.said, log, self.log_tail, id="run-right")
        yield self.tabs
        yield Horizontal(self.left, self.right, id="run")

    @property
    def bare(self) -> bool:
        """Whether there are no data."""
        return self.drawing is None

    def turn(self, delta: int) -> None:
        """To the next panel; one without anything in it is passed by."""
        to = (self.at + delta) % len(self.panels)
        self.go_to((to + delta) % len(self.panels) if to == PLOT and self.bare else to)

    def set_out(self) -> None:
        """Which panels are in sight, and whose heading stands out."""
        single, at, bare = self.single, self.at, self.bare
        self.set_class(bare, "-bare")
        for number, panel in enumerate(self.panels):
            panel.display = (not single or number == at) and not (number == PLOT and bare and at != PLOT)
        self.left.display, self.right.display = not single or at <= PARAMETERS, not single or at > PARAMETERS
        self.data.display = not single or at in (DATA, PLOT)
        self.said.display = not bare and (not single or at == PLOT)
        self.tabs.take(TITLES, at)
        self._share_height()
        self.tell_headings()

    def _share_height(self) -> None:
        """The parameters have the lines that they take, half of all at most; what it was has the others."""
        most = max(LEAST, (self.size.height - 4) // 2)
        high = "1fr" if self.single else str(max(LEAST, min(self.params.leaf.count + 1, most)))
        if high != self._high:  # it lays out the screen anew
            self._high = self.params.styles.height = high

    def tell_headings(self) -> None:
        """What the panels show, in a word."""
        raise NotImplementedError

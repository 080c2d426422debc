"""Where things are on the Workers screen, and how high they are."""

from __future__ import annotations

from collections.abc import Iterable

from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from ..widgets.panel import Panel, PanelTabs
from ..widgets.usagechart import LEAST, UsageChart
from .panelled import Panelled

CHART = 18  # lines of the charts at most
STAFF, RUNNING, HOLDINGS, YARD = range(4)


class CrewLayout(Panelled):
    """Workers and what runs left, with what the chosen job used below; resources and the yard right."""

    panels: list[Panel]

    def __init__(self) -> None:
        super().__init__()
        self._heights: dict[Widget, str] = {}

    def body(self) -> Iterable[Widget]:
        """The panels."""
        self.panels = [Panel(id=f"crew-{name}") for name in ("staff", "running", "holdings", "yard")]
        self.tabs = PanelTabs(self.go_to, id="crew-tabs")
        self.chart = UsageChart(id="crew-chart")
        self.left = Vertical(*self.panels[:2], self.chart, id="crew-left")
        self.right = Vertical(*self.panels[2:], id="crew-right")
        yield self.tabs
        yield Horizontal(self.left, self.right, id="crew")

    @property
    def charted(self) -> bool:
        """Whether there is a job to draw."""
        return False

    def set_out(self) -> None:
        """Which panels are in sight, and how high those are whose length is known."""
        at, single, height = self.at, self.single, max(8, self.size.height - 2)
        for number, panel in enumerate(self.panels):
            panel.display = not single or number == at
        self.left.display = not single or at in (STAFF, RUNNING)
        self.right.display = not single or at in (HOLDINGS, YARD)
        highs = [max(3, min(panel.wanted, height // 2)) for panel in self.panels]
        left = height - highs[RUNNING] - (1 if single else highs[STAFF])
        self.chart.display = self.charted and left >= LEAST and (not single or at == RUNNING)
        for number in (STAFF, HOLDINGS):
            self._set_height(self.panels[number], "1fr" if single else str(highs[number]))
        self._set_height(self.chart, str(min(CHART, left)))
        self.tabs.take([panel.caption for panel in self.panels], at)

    def _set_height(self, widget: Widget, height: str) -> None:
        """Only where it is another one: it lays out the screen anew."""
        if self._heights.get(widget) != height:
            self._heights[widget] = height
            widget.styles.height = height

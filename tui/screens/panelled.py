"""Four panels: all where it is wide, else one at a time under their names. From one to the next, and how high."""

from __future__ import annotations

from collections.abc import Iterable

from textual import events
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from ..widgets.panel import Panel, PanelTabs
from ..widgets.usagechart import LEAST, UsageChart
from .place import Place

WIDE = 110  # columns from which all panels are in sight
HIGH = 14  # and lines
CHART = 18  # lines of the charts at most
STAFF, RUNNING, HOLDINGS, YARD = range(4)


class Panelled(Place):
    """Workers and what runs left, with what the chosen job used below; resources and the yard right."""

    def __init__(self) -> None:
        super().__init__()
        self._last = STAFF  # the panel that had the keys last
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

    def on_resize(self, event: events.Resize) -> None:
        """One panel at a time, or all."""
        self.set_class(event.size.width < WIDE or event.size.height < HIGH, "-single")
        self.set_out()

    @property
    def single(self) -> bool:
        """Whether one panel is shown at a time."""
        return self.has_class("-single")

    @property
    def at(self) -> int:
        """The panel that has the keys, or had them last."""
        return self.panels.index(self.focused) if self.focused in self.panels else self._last

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

    def turn(self, delta: int) -> None:
        """To the next panel (1) or the one before (-1)."""
        self.go_to((self.at + delta) % len(self.panels))

    def go_to(self, number: int) -> None:
        """Give that panel the keys."""
        panel = self.panels[number]
        panel.display = self.left.display = self.right.display = True
        self._last = number
        panel.focus()
        self.call_after_refresh(self.set_out)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Another panel has the keys."""
        if self.focused in self.panels:
            self._last = self.panels.index(self.focused)
        self.set_out()
        self.show_context()

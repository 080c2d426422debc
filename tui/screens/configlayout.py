"""Where things are on the Configs screen: types and versions left, what is in them right; or one at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from ..widgets.leafhead import LeafHead
from ..widgets.leafpane import LeafPane
from ..widgets.panel import Panel, PanelTabs
from ..widgets.versionlist import VersionList
from .panelled import Panelled

if TYPE_CHECKING:
    from textual._path import CSSPathType

TALL = 20  # lines from which, where it is narrow, versions stand above what is in one
SHORT = 6  # lines of the versions there
LOW = 10  # lines below which the head is its tabs alone
TYPES, VERSIONS, LEAF = range(3)
TITLES = ["types", "versions", "what is in it"]


class ConfigLayout(Panelled):
    """Three panels."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["place.tcss", "configs.tcss"]
    AUTO_FOCUS: ClassVar[str] = "#cfg-versions"

    def __init__(self) -> None:
        super().__init__()
        self.kinds = Panel(id="cfg-types")
        self.list = VersionList(id="cfg-versions")
        self.head, self.pane = LeafHead(self.see, id="cfg-head"), LeafPane(id="cfg-leaf")
        self.panels = [self.kinds, self.list, self.pane]
        self._last = VERSIONS
        self._heights = ("", "")

    def body(self) -> Iterable[Widget]:
        """The panels."""
        self.tabs = PanelTabs(self.go_to, id="cfg-tabs")
        self.left = Vertical(self.kinds, self.list, id="cfg-left")
        self.right = Vertical(self.head, self.pane, id="cfg-right")
        yield self.tabs
        yield Horizontal(self.left, self.right, id="cfg")

    def see(self, form: str) -> None:
        """Show what is chosen in another form."""
        raise NotImplementedError

    def on_resize(self, event: events.Resize) -> None:
        """One panel at a time, or all."""
        narrow = event.size.width < self.WIDE or event.size.height < self.HIGH
        self.set_class(event.size.height < LOW, "-low")
        self.set_class(narrow and event.size.height >= TALL, "-stacked")
        super().on_resize(event)

    def set_out(self) -> None:
        """Which panels are in sight, and how high they are."""
        single, stacked, at = self.single, self.has_class("-stacked") and not self.alone, self.at
        for number, panel in enumerate(self.panels):
            panel.display = not single or number == at or (stacked and TYPES not in (number, at))
        self.left.display = not single or at != LEAF or stacked
        self.right.display = not single or at == LEAF or (stacked and at != TYPES)
        types = "1fr" if single else str(max(4, min(self.kinds.wanted, self.size.height // 3)))
        heights = types, str(SHORT) if stacked and at != TYPES else "1fr"
        if heights != self._heights:  # it lays out the screen anew
            self._heights = heights
            self.kinds.styles.height, self.left.styles.height = heights
        self.tabs.take(TITLES, at)
        self.head.light(at == LEAF)

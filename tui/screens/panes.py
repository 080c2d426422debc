"""The part of the Jobs screen that says which panes are in sight: as the size suggests, or as somebody wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from textual.screen import Screen
from textual.widget import Widget

if TYPE_CHECKING:
    from ..memory import Memory
    from .jobs import Jobs

WIDE = 120  # cells from which all three panes stand side by side
LOW = 18  # lines below which there is no room for the detail pane under the table
MEMORY = "hidden"


class Panes(Screen[None]):
    """The list of queues and the detail pane; what was hidden stays so until it is asked for, also in the next app."""

    _detail_wanted: bool | None = None  # None: as the size suggests
    _queues_wanted: bool | None = None

    @property
    def _jobs(self) -> Jobs:
        return cast("Jobs", self)

    def begin_panes(self) -> None:
        """As last time."""
        hidden = hidden_panes(self._jobs.yard_app.memory)
        self._detail_wanted = False if "detail" in hidden else None
        self._queues_wanted = False if "queues" in hidden else None
        self.place_panes(*self.app.size)

    def place_panes(self, width: int, height: int) -> None:
        """Wide: side by side. Narrow: no queues, the detail below the table. Low: the table alone."""
        desk, wide = self._jobs, width >= WIDE
        if self.has_class("-wide") and not wide and self._queues_wanted is not False:
            self._queues_wanted = True if self.focused is desk.queues else None
        self.set_class(wide, "-wide")
        queues = wide if self._queues_wanted is None else self._queues_wanted
        detail = (wide or height >= LOW) if self._detail_wanted is None else self._detail_wanted
        desk.queues.display = queues and width >= 50
        desk.detail.display = detail and height >= 8
        desk.feeds.spotlight.show(desk.detail.display)

    def show_detail(self) -> None:
        """Have the detail pane in sight."""
        self._detail_wanted = True
        self.place_panes(*self.size)

    def toggle_detail(self) -> None:
        """Show or hide the detail pane."""
        self._detail_wanted = not self._jobs.detail.display
        self._rearrange(self._jobs.detail)

    def toggle_queues(self) -> None:
        """Show and enter the list of queues; from within: hide it."""
        desk, wide = self._jobs, self.has_class("-wide")
        if desk.queues.display and self.focused is not desk.queues:
            desk.queues.focus()
            return
        entering = not desk.queues.display
        if entering:
            self._queues_wanted = None if wide else True
        else:
            self._queues_wanted = False if wide else None
        self._rearrange(desk.queues)
        (desk.queues if entering and desk.queues.display else desk.table).focus()

    def _rearrange(self, pane: Widget) -> None:
        if self.focused is pane:
            self._jobs.table.focus()
        self.place_panes(*self.size)
        wanted = (("detail", self._detail_wanted), ("queues", self._queues_wanted))
        hidden: Any = [name for name, shown in wanted if shown is False]
        self._jobs.yard_app.remember(MEMORY, hidden or None)


def hidden_panes(memory: Memory) -> frozenset[str]:
    """Which panes were hidden when the app was last used."""
    kept = memory.get(MEMORY)
    return frozenset(name for name in kept if isinstance(name, str)) if isinstance(kept, list) else frozenset()

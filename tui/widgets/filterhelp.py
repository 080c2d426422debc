"""Below the filter line: what is wrong with what is written, and what may be written next."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.strip import Strip

from jobyard.core.filters.completing import Suggestion

from ..painting import fit
from ..text import plain
from .lines import Lines

MOST, MOST_LOW = 6, 3  # lines; on a low screen the table needs them
LOW = 30  # lines
WIDEST = 26  # cells of an offer
AROUND = 3  # lines of a screen: header, filter line, footer


class FilterHelp(Lines):
    """Between the line and the table, which moves down: what matches is never hidden. It never has the keys."""

    def __init__(self) -> None:
        super().__init__(id="filter-help")
        self.offers: tuple[Suggestion, ...] = ()
        self.picked = False
        self.take: Callable[[], object] = lambda: None  # what a click does
        self._told: list[str] = []
        self._cursor = 0
        self._awake = True
        self.display = False

    @property
    def most(self) -> int:
        """Lines of what is wrong: all but the header, the line and the footer, where there are few."""
        return max(1, min(MOST, self.app.size.height - AROUND))

    def _height(self) -> int:
        """Lines that it takes; offers leave most of a low screen to the table."""
        told, height = len(self._told), self.app.size.height
        room = min(MOST if height >= LOW else MOST_LOW, max(1, (height - AROUND) // 2)) - told
        return told + max(0, min(len(self.offers), room))

    @property
    def offer(self) -> Suggestion | None:
        """The one that is picked, or else the first."""
        return self.offers[self._cursor] if self.offers and self.display else None

    def show_help(self, told: Sequence[str], offers: Sequence[Suggestion]) -> None:
        """Show these lines and offers; nothing picked."""
        self._told, self.offers = list(told[: self.most]), tuple(offers)
        self.picked, self._cursor = False, 0
        self._place()

    def wake(self, awake: bool) -> None:
        """Somebody writes in the line, or nobody any more."""
        self._awake = awake
        self._place()

    def pick(self, step: int) -> None:
        """To the next offer, from the last one to the first."""
        if self.offers:
            self._cursor = (self._cursor + step) % len(self.offers) if self.picked else (0 if step > 0 else -1)
            self._cursor %= len(self.offers)
            self.picked = True
            self.repaint()

    def _place(self) -> None:
        height = self._height()
        self.display = self._awake and height > 0
        if height:
            self.styles.height = height
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        """A click takes an offer."""
        event.stop()
        if event.y >= len(self._told) and (number := self._number(event.y)) < len(self.offers):
            self._cursor = number
            self.take()

    def _number(self, y: int) -> int:
        """The offer on a line."""
        room = max(1, self.size.height - len(self._told))
        return max(0, self._cursor - room + 1) + y - len(self._told)

    def line_at(self, y: int) -> Strip:
        """A line of what is wrong, then the offers around the one that is picked."""
        if y < len(self._told):
            return self.strip([(self._told[y], "failed")], self.palette.panel)
        number = self._number(y)
        if number >= len(self.offers):
            return self.strip([], self.palette.panel)
        offer = self.offers[number]
        width = min(WIDEST, max(len(each.text) for each in self.offers) + 1)
        line = [("   " + fit(plain(offer.text), width) + " ", "key"), (plain(offer.help), "dim")]
        here = self.picked and number == self._cursor
        return self.strip(line, self.palette.cursor if here else self.palette.panel)

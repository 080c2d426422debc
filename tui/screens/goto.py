"""``:``: where to go, with what fits below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widgets._input import Input

from ..places import Place, lines, matching
from ..widgets.sheet import Entry
from .finder import Finder

AS_WRITTEN = -1  # the answer when nothing of the list was picked


class GoTo(Finder):
    """Dismissed with the number of the place that was picked, AS_WRITTEN for what stands in the line, or None."""

    TITLE = "Go to"
    HINT = "an id, a name, a number of today, a queue"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "complete", priority=True)]

    def __init__(self) -> None:
        super().__init__([])
        self.places: Sequence[Place] = ()
        self.written = ""
        self._picked = False

    def offer(self, found: Sequence[Place]) -> None:
        """These are the places there are."""
        self.places = found
        self.entries = [Entry(id, name, about) for id, name, about in lines(found)]
        if self.there:
            self._show(self.written)

    def match(self, text: str) -> tuple[list[int], int]:
        """The best first."""
        return matching(self.places, text), 0

    @on(Input.Changed)
    def note(self, event: Input.Changed) -> None:
        """What is written counts until something of the list is picked."""
        self.written, self._picked = event.value.strip(), False

    def _show(self, text: str) -> None:
        self.found, cursor = self.match(text)
        self.sheet.show([self.entries[number] for number in self.found], cursor)

    def action_move(self, delta: int) -> None:
        """The cursor picks."""
        super().action_move(delta)
        self._picked = True

    def on_click(self, event: events.Click) -> None:
        """A click picks too."""
        self._picked = self._picked or self.app.mouse_over is self.sheet

    def action_complete(self) -> None:
        """Tab writes the name, or the id of what has none of its own."""
        if self.chosen is not None:
            line = self.query_one(Input)
            line.value = self.places[self.chosen].ref
            line.cursor_position = len(line.value)

    def action_take(self) -> None:
        """Enter: what was picked, or what is written."""
        if self.chosen is not None and (self._picked or not self.written):
            self.dismiss(self.chosen)
        elif self.written:
            self.dismiss(AS_WRITTEN)
        else:
            self.dismiss(None)

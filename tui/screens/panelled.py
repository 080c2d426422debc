"""Screens of several panels: all of them where it is wide and high enough, else one at a time under their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.containers import Vertical
from textual.widget import Widget

from .place import Place


class Panelled(Place):
    """One panel has the keys; from one to the next. Subclasses make *panels*, *left* and *right*, and set them out."""

    WIDE: ClassVar[int] = 110  # columns from which all panels are in sight
    HIGH: ClassVar[int] = 14  # and lines
    panels: Sequence[Widget]
    left: Vertical
    right: Vertical
    _last = 0  # the panel that had the keys last
    _narrow = False  # whether there is no room for more than one
    alone = False  # whether somebody wants one to have the whole screen

    def set_out(self) -> None:
        """Which panels are in sight, and how high they are."""
        raise NotImplementedError

    @property
    def single(self) -> bool:
        """Whether one panel is shown at a time."""
        return self.has_class("-single")

    @property
    def at(self) -> int:
        """The panel that has the keys, or had them last."""
        return self.panels.index(self.focused) if self.focused in self.panels else self._last

    def on_resize(self, event: events.Resize) -> None:
        """One panel at a time, or all."""
        self._narrow = event.size.width < self.WIDE or event.size.height < self.HIGH
        self._share()

    def alone_or_all(self) -> None:
        """Give the whole screen to the panel that has the keys, or show all again that there is room for."""
        self.alone = not self.alone
        self._share()

    def _share(self) -> None:
        self.set_class(self._narrow or self.alone, "-single")
        self.set_out()

    def back(self) -> None:
        """First to all panels."""
        if self.alone:
            self.alone_or_all()
        else:
            super().back()

    def turn(self, delta: int) -> None:
        """To the next panel (1) or the one before (-1)."""
        self.go_to((self.at + delta) % len(self.panels))

    def go_to(self, number: int) -> None:
        """Give that panel the keys."""
        panel = self.panels[number]
        panel.display = self.left.display = self.right.display = True
        self._last = number
        self.set_focus(panel)  # at once: the next key is already its
        self.call_after_refresh(self.set_out)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Another panel has the keys."""
        if self.focused in self.panels:
            self._last = self.panels.index(self.focused)
        self.set_out()
        self.show_context()

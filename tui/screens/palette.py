"""Every action, theme and queue by its name."""

from __future__ import annotations

from collections.abc import Sequence

from ..commands import Item, matching
from ..widgets.sheet import Entry
from .finder import Finder


class CommandPalette(Finder):
    """Dismissed with the number of the command; a theme is put on while the cursor is on it."""

    TITLE = "Commands"
    HINT = "type a command, a theme, a queue"

    def __init__(self, commands: Sequence[Item]) -> None:
        self._commands = list(commands)
        super().__init__([Entry(one.keys, one.name, one.about, one.why) for one in self._commands])

    def on_mount(self) -> None:
        """What is put on when the cursor leaves a theme."""
        self._before = self.app.theme

    def match(self, text: str) -> tuple[list[int], int]:
        """The best first."""
        return matching(self._commands, text), 0

    def looked_at(self) -> None:
        """A theme is shown as it would be."""
        wanted = self._commands[self.chosen].theme if self.chosen is not None else ""
        self.app.theme = wanted or self._before

    def action_leave(self) -> None:
        """Escape: as it was."""
        self.app.theme = self._before
        super().action_leave()

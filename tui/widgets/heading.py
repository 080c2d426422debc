"""The line above a panel: what it shows, a word about that, and whether it has the keys."""

from __future__ import annotations

from rich.cells import cell_len
from textual.strip import Strip

from ..painting import fit
from .lines import Line, Lines


class Heading(Lines):
    """``▸title   note``."""

    def __init__(self, title: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title, self._note, self._lit = title, "", False

    def take(self, note: str, *, lit: bool) -> None:
        """Say this about the panel; *lit*: it has the keys."""
        self._note, self._lit = note, lit
        self.repaint()

    def line_at(self, y: int) -> Strip:
        """The title left, the note right."""
        title = f"{'▸' if self._lit else ' '}{self._title}"
        room = self.size.width - cell_len(title) - 3
        note = fit(self._note, room) if cell_len(self._note) > room else self._note
        pad = self.size.width - cell_len(title) - cell_len(note) - 1
        line: Line = [
            (title, "title" if self._lit else "dim"),
            (" " * max(1, pad), ""),
            (note if room > 3 else "", "dim"),
        ]
        return self.strip(line, self.palette.bar)

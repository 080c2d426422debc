"""Words that belong together, set into lines so that none of them is broken: what a class reads of a config."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip

from jobyard.core.yard import cells, clip

from .lines import Lines

MOST = 4  # lines
GAP = 3  # cells between two pieces


def laid(head: str, pieces: Sequence[str], width: int) -> list[str]:
    """The lines: head and pieces one after another; of too many the number of the rest ends the last line."""
    lines = [head]
    for at, piece in enumerate(pieces):
        gap = GAP if at and lines[-1].strip() else 1
        if cells(lines[-1]) + gap + cells(piece) <= width:
            lines[-1] += " " * gap + piece
        elif len(lines) < MOST:
            lines.append(f"  {piece}")
        else:
            more = f"   +{len(pieces) - at}"
            lines[-1] = clip(lines[-1], max(1, width - len(more))) + more
            break
    return [clip(line, max(1, width)) for line in lines]


class Pieces(Lines):
    """Those lines, as many as there is need of."""

    def __init__(self, head: str, pieces: Sequence[str], *, classes: str) -> None:
        super().__init__(classes=classes)
        self._head, self._pieces = head, tuple(pieces)
        self._lines: list[str] = []

    def on_resize(self) -> None:
        """Lay it out anew."""
        self._lines = laid(self._head, self._pieces, self.size.width)
        self.styles.height = len(self._lines)
        super().on_resize()

    def line_at(self, y: int) -> Strip:
        """A line of it."""
        return self.strip([(self._lines[y] if y < len(self._lines) else "", "dim")], self.palette.panel)

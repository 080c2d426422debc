"""A plot that has the keys, and two lines about it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip

from .lines import Line, Lines
from .plot import Plot


class PlotPane(Plot, can_focus=True):
    """A plot that the movement keys act on: up and down in an image, else nearer and further away."""

    def move(self, delta: int) -> None:
        """Up and down in an image; else the window is moved up and down."""
        if self.figure is not None and self.figure.image is not None:
            self.move_cursor(0, -delta)
        else:
            self.pan(0.0, -0.1 * delta)

    def page(self, delta: float) -> None:
        """To the right, to the left."""
        self.pan(delta)

    def home(self) -> None:
        """Everything again."""
        self.reset()

    def end(self) -> None:
        """Everything again."""
        self.reset()


class Said(Lines):
    """Two lines below the plot: what the cursor is on, what the values of the dataset are."""

    lines: Sequence[Line] = ()

    def take(self, lines: Sequence[Line]) -> None:
        """Show these."""
        self.lines = lines
        self.repaint()

    def line_at(self, y: int) -> Strip:
        """A line of them."""
        return self.strip(self.lines[y] if y < len(self.lines) else [])

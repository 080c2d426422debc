"""Lines of a log, with a window that follows the end until somebody scrolls up."""

from __future__ import annotations

from textual.strip import Strip

from .lines import Lines

WHEEL = 3
YET, NOTHING = "Nothing written yet.", "Nothing was written."


class LogView(Lines, can_focus=True):
    """The lines that were read last."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.log_lines: tuple[str, ...] = ()
        self.silence = YET  # what is said where there are no lines
        self.follow = True
        self._top = 0

    def take(self, lines: tuple[str, ...]) -> None:
        """Show these lines; the window stays at the end if it follows."""
        self.log_lines = lines
        self._go(self._last if self.follow else self._top)

    def move(self, delta: int) -> None:
        """Scroll; reaching the end follows again, leaving it stops."""
        self._go(self._top + delta)
        self.follow = self._top >= self._last

    def page(self, delta: float) -> None:
        """Scroll by *delta* screens."""
        self.move(int(delta * self.size.height))

    def home(self) -> None:
        """To the first line that was read."""
        self.move(-len(self.log_lines))

    def end(self) -> None:
        """To the last."""
        self.move(len(self.log_lines))

    @property
    def _last(self) -> int:
        return max(0, len(self.log_lines) - self.size.height)

    def _go(self, top: int) -> None:
        self._top = max(0, min(top, self._last))
        self.repaint()

    def line_at(self, y: int) -> Strip:
        """A line of the log; cut at the right edge."""
        number = self._top + y
        if not self.log_lines and y == 1:
            return self.strip([(f"   {self.silence}", "dim")])
        return self.strip([(self.log_lines[number], "")] if number < len(self.log_lines) else [])

    def on_resize(self) -> None:
        """The end stays in sight."""
        self._top = self._last if self.follow else min(self._top, self._last)
        self.repaint()

    def on_mouse_scroll_down(self) -> None:
        """The wheel scrolls."""
        self.move(WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """The wheel scrolls."""
        self.move(-WHEEL)

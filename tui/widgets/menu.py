"""A short list to choose from with the arrow keys, or a long one to read."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.strip import Strip

from ..painting import fit
from .lines import Lines

Option = tuple[str, str]  # label, explanation
LOW = 14  # lines of a screen below which a dialog is its menu and nothing else
BREAKPOINTS = [(0, "-low"), (LOW, "-high")]
AROUND = 9  # lines of a dialog in its frame and around it that are not its menu


def room(options: int, height: int, around: int = AROUND) -> int:
    """Lines for *options* in a dialog on a screen *height* lines high."""
    return max(1, min(options, height if height < LOW else height - around))


def _begins(label: str, letter: str) -> bool:
    """Whether the first letter of a label, behind a check mark or the like, is this one."""
    return next((each for each in label if each.isalnum()), "").lower() == letter.lower()


class Menu(Lines, can_focus=True):
    """Options, one a line."""

    def __init__(self, options: Sequence[Option], label_width: int = 14, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.options = list(options)
        self.cursor = 0
        self._label_width = label_width
        self._top = 0

    def show(self, options: Sequence[Option]) -> None:
        """Show other options."""
        self.options, self.cursor, self._top = list(options), 0, 0
        self.repaint()

    def move(self, delta: int) -> None:
        """Move the cursor."""
        self.cursor = max(0, min(self.cursor + delta, len(self.options) - 1))
        height = max(1, self.size.height)
        self._top = max(self.cursor - height + 1, min(self._top, self.cursor))
        self.repaint()

    def after(self, letter: str) -> int:
        """How far it is down to the next option that begins with a letter, round the end; 0: there is no other."""
        count = len(self.options)
        begun = (step for step in range(1, count) if _begins(self.options[(self.cursor + step) % count][0], letter))
        step = next(begun, 0)
        return (self.cursor + step) % count - self.cursor if step else 0

    def page(self, delta: float) -> None:
        """Move by *delta* screens."""
        self.move(int(delta * self.size.height))

    def line_at(self, y: int) -> Strip:
        """An option."""
        number = self._top + y
        if number >= len(self.options):
            return self.strip([], self.palette.panel)
        label, text = self.options[number]
        line = [(" " + fit(label, self._label_width) + " ", "key"), (text, "dim")]
        return self.strip(line, self.palette.cursor if number == self.cursor else self.palette.panel)

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor; the screen hears of it and may take the option."""
        self.move(self._top + event.y - self.cursor)

    def on_mouse_scroll_down(self) -> None:
        """The wheel moves the cursor."""
        self.move(1)

    def on_mouse_scroll_up(self) -> None:
        """The wheel moves the cursor."""
        self.move(-1)

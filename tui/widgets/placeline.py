"""The top line of every screen but the first: which screens there are, what this one shows, and facts about it."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from textual import events
from textual.strip import Strip

from ..painting import fit
from ..screenlist import PAGE, PLACES, Entry
from .lines import Line, Lines

SUBJECT = 36  # cells of what is shown, before facts about it


class PlaceLine(Lines):
    """``1 Jobs  2 Graph …``, the subject, and facts about it as far as there is room. A click on a tab leads there."""

    def __init__(self, name: str, go: Callable[[str], object], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._here, self._go = name, go
        self.subject = ""
        self.facts: Line = []

    def take(self, subject: str, facts: Line) -> None:
        """Show these: plain text, and (text, style)s."""
        self.subject, self.facts = subject, list(facts)
        self.repaint()

    def line_at(self, y: int) -> Strip:
        """Tabs, subject, facts; what has no room is left out from the right, the subject is cut."""
        width = self.size.width
        tabs, right = self._tabs(width), list(self.facts)
        room = width - _length(tabs) - 2
        while right and _length(right) > max(0, room - min(SUBJECT, cell_len(self.subject))):
            right.pop()
        middle = fit(self.subject, max(0, room - _length(right) - 1)) if self.subject else ""
        pad = max(0, width - _length(tabs) - cell_len(middle) - _length(right) - 2)
        return self.strip([*tabs, (f" {middle}", "accent"), (" " * pad, ""), *right, (" ", "")], self.palette.bar)

    def _tabs(self, width: int) -> Line:
        """All of them; where it is narrower, of the others their keys; where that is too much, this one."""
        forms = (tabs_of(self._here), tabs_of(self._here, short=True))
        return next((form for form in forms if _length(form) <= width // 2), _own(self._here))

    def on_click(self, event: events.Click) -> None:
        """Go to the screen whose tab was hit."""
        tabs = self._tabs(self.size.width)
        if len(tabs) > 1 and (name := tab_at(event.x, tabs)) is not None:
            self._go(name)


def tabs_of(here: str, *, short: bool = False) -> Line:
    """Every screen with its key, two parts each; the one called so stands out. *short*: of the others the key alone."""
    line: Line = []
    for entry in _entries(here):
        own = entry.name == here
        title = f"{entry.key} " if short and not own else f"{entry.key} {entry.title} "
        line += [("▸" if own else " ", "title"), (title, "title" if own else "dim")]
    return line


def _entries(here: str) -> tuple[Entry, ...]:
    """Those that numbers lead to; on the page of a run that too."""
    return (*PLACES, PAGE) if here == PAGE.name else PLACES


def _own(here: str) -> Line:
    own = next(entry for entry in _entries(here) if entry.name == here)
    return [(f"▸{own.key} {own.title} ", "title")]


def tab_at(x: int, tabs: Line) -> str | None:
    """The name of the screen whose tab is at a cell of these, if there is one."""
    for entry, (mark, title) in zip((*PLACES, PAGE), zip(tabs[::2], tabs[1::2], strict=True), strict=False):
        x -= cell_len(mark[0] + title[0])
        if x < 0:
            return entry.name
    return None


def _length(line: Line) -> int:
    return sum(cell_len(text) for text, _ in line)

"""A panel of entries under a title: the cursor holds on to what an entry is about, not to its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from ..painting import fit
from .lines import Line, Lines

if TYPE_CHECKING:
    from ..crew.entries import Content, Entry

Make = Callable[[int], "Content"]


class Panel(Lines, can_focus=True):
    """A title line, and below it the entries that *make* gives at a width; those with a key can be chosen."""

    class Turned(Message):
        """The cursor is on another entry, or its panel has the keys. From the panel."""

    class Followed(Message):
        """An entry was double-clicked. From the panel."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._make: Make | None = None
        self._placed: list[tuple[Entry, int]] = []  # a line each: its entry, which of the entry's lines
        self.caption, self._head = "", list[tuple[str, str]]()
        self.entries: list[Entry] = []
        self.key = ""
        self._top = 0

    # -- what is shown ------------------------------------------------------------------------------

    def take(self, make: Make) -> None:
        """Show this; the cursor stays on its key, or, if that is gone, near its place."""
        self._make = make
        self._lay()
        self.repaint()

    def _lay(self) -> None:
        if self._make is None:
            return
        before = self._at
        content = self._make(self.size.width)
        self.caption, self._head = content.title, content.head
        self.entries = list(content.entries)
        self._placed = [(entry, line) for entry in self.entries for line in range(entry.height)]
        keys = self.keys
        if self.key not in keys:
            self._choose(keys[min(before, len(keys) - 1)] if keys else "")
        self._keep_in_sight()

    @property
    def keys(self) -> list[str]:
        """What the cursor can be on, top to bottom."""
        return [entry.key for entry in self.entries if entry.key]

    @property
    def _at(self) -> int:
        return next((number for number, key in enumerate(self.keys) if key == self.key), 0)

    @property
    def in_sight(self) -> list[str]:
        """The keys of the entries that are on the screen."""
        shown = self._placed[self._top : self._top + self._lines]
        return list(dict.fromkeys(entry.key for entry, _ in shown if entry.key))

    @property
    def wanted(self) -> int:
        """Lines that it would take to show all of it."""
        return 1 + len(self._placed)

    @property
    def _lines(self) -> int:
        return max(1, self.size.height - 1)

    # -- the cursor -----------------------------------------------------------------------------------

    def _choose(self, key: str) -> None:
        if key != self.key:
            self.key = key
            self.post_message(self.Turned())

    def choose(self, key: str) -> None:
        """Put the cursor on what is called so, if it is there."""
        if key in self.keys:
            self._choose(key)
            self._keep_in_sight()
            self.repaint()

    def move(self, delta: int) -> None:
        """By so many entries."""
        if keys := self.keys:
            self.choose(keys[max(0, min(self._at + delta, len(keys) - 1))])

    def page(self, delta: float) -> None:
        """By so many screens."""
        self.move(int(delta * self._lines) or (1 if delta > 0 else -1))

    def home(self) -> None:
        """To the first."""
        self.move(-len(self.entries))

    def end(self) -> None:
        """To the last."""
        self.move(len(self.entries))

    def _keep_in_sight(self) -> None:
        mine = [y for y, (entry, _) in enumerate(self._placed) if entry.key and entry.key == self.key]
        first, last = (mine[0], self._last_of(mine[-1])) if mine else (0, 0)
        if mine and self.key == self.keys[0]:
            first = 0  # with the words above it
        top = max(0, min(self._top, len(self._placed) - self._lines))
        self._top = min(first, max(top, last - self._lines + 1)) if mine else top

    def _last_of(self, y: int) -> int:
        """The last line of what belongs to the entry that ends at *y*: lines without a key below it, as far as few."""
        while y + 1 < len(self._placed) and not self._placed[y + 1][0].key and y - self._top < self._lines:
            y += 1
        return y

    # -- painting -------------------------------------------------------------------------------------

    def line_at(self, y: int) -> Strip:
        """The title, a line of an entry, or nothing."""
        if y == 0:
            return self.strip(self._title_line(), self.palette.bar)
        place = self._top + y - 1
        if place >= len(self._placed):
            return self.strip([])
        entry, line = self._placed[place]
        lines = entry.lines(self.size.width)
        ground = self.palette.cursor if self.has_focus else self.palette.cursor_idle
        made = list(lines[line]) if line < len(lines) else []
        return self.strip(made, ground if entry.key and entry.key == self.key else None)

    def _title_line(self) -> Line:
        width, style = self.size.width, "title" if self.has_focus else "faint"
        title = f"{'▸' if self.has_focus else ' '}{self.caption}"
        room = width - cell_len(title) - 1
        head: Line = []
        for text, its in self._head:
            text = text if cell_len(text) <= room else ""
            room -= cell_len(text)
            head.append((text, its))
        below = len(self._placed) - self._top - self._lines
        more = f"  ▼{below}" if below > 0 and room >= 8 else ""
        return [(title, style), (more, "dim"), (" " * max(0, room + 1 - cell_len(more)), ""), *head]

    def on_resize(self) -> None:
        """Another width: other lines."""
        self._lay()
        super().on_resize()

    # -- mouse ----------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """A click chooses, twice goes where it leads."""
        place = self._top + event.y - 1
        if not event.y > 0 or place >= len(self._placed):
            return
        owner = next((entry for entry, _ in self._placed[place::-1] if entry.key), None)
        if owner is not None:
            self.choose(owner.key)
            if event.chain == 2:
                self.post_message(self.Followed())

    def on_mouse_scroll_down(self) -> None:
        """The wheel moves the cursor."""
        self.move(1)

    def on_mouse_scroll_up(self) -> None:
        """The wheel moves the cursor."""
        self.move(-1)


class PanelTabs(Lines):
    """Which panels there are, where only one of them is shown; a click leads to it."""

    def __init__(self, go: Callable[[int], None], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._go = go
        self.names: list[str] = []
        self.at = 0

    def take(self, names: list[str], at: int) -> None:
        """Show these, of which that number is in sight."""
        self.names, self.at = names, at
        self.repaint()

    def line_at(self, y: int) -> Strip:
        """Their names; the one that is shown stands out."""
        line: Line = []
        for number, text in enumerate(self._texts()):
            line.append((text, "title" if number == self.at else "dim"))
        return self.strip(line)

    def _texts(self) -> list[str]:
        room = self.size.width // max(1, len(self.names))
        marked = [f"{'▸' if number == self.at else ' '}{name} " for number, name in enumerate(self.names)]
        wide = sum(map(cell_len, marked)) <= self.size.width
        return [text if wide else fit(text, room) for text in marked]

    def on_click(self, event: events.Click) -> None:
        """To the panel whose name was hit."""
        at = 0
        for number, text in enumerate(self._texts()):
            at += cell_len(text)
            if event.x < at:
                self._go(number)
                return

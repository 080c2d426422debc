"""A list to read and to choose from: entries under headings, each as many lines as its words need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.strip import Strip

from ..painting import fit
from .lines import Line, Lines

NARROW = 48  # cells: below, the words begin under the keys


class Entry(NamedTuple):
    """Something to choose: its keys, its name, words about it, and why it is not possible now ("": it is)."""

    keys: str
    name: str
    about: str
    why: str = ""
    group: str = ""


class Placed(NamedTuple):
    """A line of the sheet, and the entry that it belongs to (-1: a heading)."""

    line: Line
    entry: int


def laid(entries: Sequence[Entry], width: int) -> list[Placed]:
    """The lines of all entries at this width; nothing is cut, headings stand where the group changes."""
    keys = max((cell_len(entry.keys) for entry in entries), default=0)
    lines: list[Placed] = []
    for number, entry in enumerate(entries):
        if entry.group and (number == 0 or entries[number - 1].group != entry.group):
            lines += [Placed([], -1)] if lines else []
            lines.append(Placed([(f" {entry.group}", "title")], -1))
        lines += [Placed(line, number) for line in _entry(entry, keys, width)]
    return lines


def _entry(entry: Entry, keys: int, width: int) -> list[Line]:
    words: Line = [(entry.name, "bold" if not entry.why else "dim"), (f"— {entry.about}", "dim")]
    if entry.why:
        words.append((f"({entry.why})", "faint"))
    style = "faint" if entry.why else "key"
    if width < NARROW:
        rest = _flow(words, width - 4)
        return [[(f" {entry.keys}", style)], *([("   ", ""), *line] for line in rest)]
    first, *rest = _flow(words, width - keys - 4)
    return [[(f" {fit(entry.keys, keys)}  ", style), *first], *([(" " * (keys + 3), ""), *line] for line in rest)]


def _flow(parts: Line, width: int) -> list[Line]:
    """Words of several styles in lines of at most *width* cells."""
    lines: list[Line] = [[]]
    room = width = max(8, width)
    for text, style in parts:
        for word in text.split():
            need = cell_len(word) + (0 if room == width else 1)
            if need > room and room < width:
                lines.append([])
                room, need = width, cell_len(word)
            lines[-1].append((word if room == width else f" {word}", style))
            room -= need
    return lines


class Sheet(Lines, can_focus=False):
    """Entries; the cursor is on one of them, its lines are kept in sight."""

    def __init__(self, entries: Sequence[Entry], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.entries = list(entries)
        self.cursor = 0
        self._top = 0
        self._laid: list[Placed] = []
        self._width = -1

    def show(self, entries: Sequence[Entry], cursor: int = 0) -> None:
        """Show other entries."""
        self.entries, self.cursor, self._top, self._width = list(entries), cursor, 0, -1
        self.move(0)

    def move(self, delta: int) -> None:
        """Move the cursor by so many entries."""
        self.cursor = max(0, min(self.cursor + delta, len(self.entries) - 1))
        self._keep_in_sight()
        self.repaint()

    def page(self, delta: float) -> None:
        """Move by *delta* screens."""
        lines = self._lines()
        at = next((y for y, placed in enumerate(lines) if placed.entry == self.cursor), 0)
        goal = max(0, min(at + int(delta * self.size.height), len(lines) - 1))
        entry = next((placed.entry for placed in lines[goal:] if placed.entry >= 0), len(self.entries) - 1)
        self.move(entry - self.cursor)

    def _lines(self) -> list[Placed]:
        if self._width != self.size.width:
            self._width = self.size.width
            self._laid = laid(self.entries, self._width)
        return self._laid

    def _keep_in_sight(self) -> None:
        mine = [y for y, placed in enumerate(self._lines()) if placed.entry == self.cursor]
        if not mine:
            self._top = 0
            return
        height = max(1, self.size.height)
        first = 0 if self.cursor == 0 else mine[0]  # with the heading above the first
        self._top = max(0, min(max(mine[-1] - height + 1, min(self._top, first)), mine[0]))

    def on_resize(self) -> None:
        """Other lines."""
        self._keep_in_sight()
        super().on_resize()

    def line_at(self, y: int) -> Strip:
        """A line of an entry, a heading, or nothing."""
        lines, place = self._lines(), self._top + y
        if place >= len(lines):
            return self.strip([("  nothing matches", "dim")] if not lines and y == 0 else [], self.palette.panel)
        line, entry = lines[place]
        return self.strip(line, self.palette.cursor if entry == self.cursor else self.palette.panel)

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor."""
        lines, place = self._lines(), self._top + event.y
        if place < len(lines) and lines[place].entry >= 0:
            self.move(lines[place].entry - self.cursor)

    def on_mouse_scroll_down(self) -> None:
        """The wheel moves the cursor."""
        self.move(1)

    def on_mouse_scroll_up(self) -> None:
        """The wheel moves the cursor."""
        self.move(-1)

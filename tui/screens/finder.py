"""The base of help and palette: a line to type in, and below it what matches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets._input import Input
from textual.widgets._static import Static

from ..widgets.sheet import Entry, Sheet
from .once import Dialog

LOW = 20  # lines


class Finder(Dialog[int | None]):
    """Dismissed with the number of the entry that was chosen (in the order that they were given), or None."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS = [
        ("escape", "leave"),
        ("down,ctrl+n", "move(1)"),
        ("up,ctrl+p", "move(-1)"),
        ("pagedown", "page(1)"),
        ("pageup", "page(-1)"),
    ]
    TITLE: ClassVar[str]
    HINT: ClassVar[str] = "type to filter"

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__()
        self.entries = list(entries)
        self.found = list(range(len(entries)))  # the numbers of those that are shown

    def compose(self) -> ComposeResult:
        """Filter, list, keys."""
        with Vertical(classes="dialog tall"):
            yield Static(str(self.TITLE), classes="title", markup=False)
            yield Input(placeholder=self.HINT, compact=True)
            yield Sheet(self.entries)
            yield Static("↑ ↓  choose     enter  do it     esc  leave it", classes="keys", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        """Where there are few lines the list has almost all of them."""
        self.set_class(event.size.height < LOW, "-low")

    @property
    def there(self) -> bool:
        """Whether the list is there: not yet, or not any more, for whoever is faster than the screen."""
        return bool(self.query(Sheet))

    @property
    def sheet(self) -> Sheet:
        """The list."""
        return self.query_one(Sheet)

    @property
    def chosen(self) -> int | None:
        """The number of the entry under the cursor."""
        return self.found[self.sheet.cursor] if self.found and self.there else None

    def match(self, text: str) -> tuple[list[int], int]:
        """The numbers of the entries that *text* finds, and which of them the cursor goes to."""
        raise NotImplementedError

    @on(Input.Changed)
    def filter(self, event: Input.Changed) -> None:
        """Typing filters."""
        self.found, cursor = self.match(event.value)
        self.sheet.show([self.entries[number] for number in self.found], cursor)
        self.looked_at()

    def looked_at(self) -> None:
        """The cursor is on another entry."""

    @on(Input.Submitted)
    def take(self) -> None:
        """Enter."""
        self.action_take()

    def action_take(self) -> None:
        """The chosen one."""
        if self.found:
            self.dismiss(self.chosen)

    def on_click(self, event: events.Click) -> None:
        """A double click on an entry takes it."""
        if event.chain == 2 and self.app.mouse_over is self.sheet:
            self.take()
        else:
            self.looked_at()

    def action_move(self, delta: int) -> None:
        """The cursor."""
        if self.there:
            self.sheet.move(delta)
            self.looked_at()

    def action_page(self, delta: int) -> None:
        """By a screen."""
        if self.there:
            self.sheet.page(delta)
            self.looked_at()

    def action_leave(self) -> None:
        """Escape."""
        self.dismiss(None)

"""One of several, with the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets._static import Static

from ..widgets.menu import Menu, Option, room
from .options import Options


class Choice(Options[int | None]):
    """Dismissed with the number of the option, or None after Escape."""

    def __init__(self, title: str, options: Sequence[Option], body: str = "", at: int = 0) -> None:
        super().__init__()
        self._title, self._options, self._body, self._at = title, options, body, at

    def compose(self) -> ComposeResult:
        """Title, options, keys."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            if self._body:
                yield Static(self._body, classes="body", markup=False)
            menu = Menu(self._options, max(cell_len(label) for label, _ in self._options))
            menu.styles.height = self._lines(self.app.size.height)
            yield menu
            yield Static("↑ ↓  choose     enter  take it     esc  leave it", classes="keys", markup=False)

    def _lines(self, height: int) -> int:
        """Lines for the options: as many as a screen *height* lines high has room for."""
        return room(len(self._options), height)

    def on_mount(self) -> None:
        """The cursor where it begins."""
        self.call_after_refresh(self.action_move, self._at)

    def on_resize(self) -> None:
        """As many lines as there is room for."""
        self.menu.styles.height = self._lines(self.app.size.height)

    def on_click(self) -> None:
        """A click on an option takes it."""
        if isinstance(self.app.mouse_over, Menu):
            self.action_take()

    def action_take(self) -> None:
        """Enter."""
        self.dismiss(self.menu.cursor)

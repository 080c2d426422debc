"""The base of dialogs with a list to choose from: how one moves in it."""

from __future__ import annotations

from textual import events
from textual.screen import ScreenResultType

from ..widgets.menu import BREAKPOINTS, Menu
from .once import Dialog


class Options(Dialog[ScreenResultType]):
    """A dialog with one menu. Letters that are no key lead to the next option that begins so."""

    CSS_PATH = "dialogs.tcss"
    VERTICAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS = [
        ("enter", "take"),
        ("escape", "leave"),
        ("down,j", "move(1)"),
        ("up,k", "move(-1)"),
        ("pagedown", "page(1)"),
        ("pageup", "page(-1)"),
        ("home,g", "end(-1)"),
        ("end,G", "end(1)"),
    ]

    @property
    def menu(self) -> Menu:
        """The list."""
        return self.query_one(Menu)

    def on_key(self, event: events.Key) -> None:
        """A letter or a digit that the dialog has no other use for."""
        if (event.character or "").isalnum() and event.key not in self._bindings.key_to_bindings:
            event.stop()
            self.action_move(self.menu.after(event.character or ""))

    def action_move(self, delta: int) -> None:
        """The cursor."""
        self.menu.move(delta)

    def action_page(self, delta: int) -> None:
        """By a screen."""
        self.action_move(delta * max(1, self.menu.size.height))

    def action_end(self, delta: int) -> None:
        """To the first option (-1) or the last (1)."""
        self.action_move(delta * len(self.menu.options))

    def action_leave(self) -> None:
        """Escape."""
        self.dismiss(None)

"""A line of text."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets._input import Input
from textual.widgets._static import Static

from .once import Dialog


class Prompt(Dialog[str | None]):
    """Dismissed with the text, or None after Escape."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS = [("escape", "leave")]

    def __init__(self, title: str, initial: str = "", hint: str = "") -> None:
        super().__init__()
        self._title, self._initial, self._hint = title, initial, hint

    def compose(self) -> ComposeResult:
        """Title, input, hint."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            yield Input(self._initial, select_on_focus=True, compact=True)
            yield Static(self._hint, classes="body", markup=False)
            yield Static("enter  take it     esc  leave it", classes="keys", markup=False)

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """Enter."""
        self.dismiss(event.value)

    def action_leave(self) -> None:
        """Escape."""
        self.dismiss(None)

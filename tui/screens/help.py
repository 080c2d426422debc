"""Every key, from the registry, with a filter; Enter does the chosen action."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets._input import Input
from textual.widgets._static import Static

from ..actions import Action, Context
from ..widgets.menu import Menu, Option


def found(actions: Sequence[Action], text: str) -> list[Action]:
    """The actions in which every word of *text* occurs: in keys, label, sentence or group."""
    words = text.lower().split()
    return [action for action in actions if all(word in _words(action) for word in words)]


def _words(action: Action) -> str:
    return f"{action.all_keys} {action.label} {action.tooltip} {action.group}".lower()


def option(action: Action, context: Context) -> Option:
    """A line of the help: keys, then what they do."""
    note = "" if action.when(context) else " (not now)"
    return action.all_keys, f"{action.label}{note} — {action.tooltip}"


class Help(ModalScreen[str | None]):
    """Dismissed with the id of the action to do, or None."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS = [
        ("escape", "leave"),
        ("down", "move(1)"),
        ("up", "move(-1)"),
        ("pagedown", "page(1)"),
        ("pageup", "page(-1)"),
    ]

    def __init__(self, actions: Sequence[Action], context: Context) -> None:
        super().__init__()
        self._actions, self._situation = actions, context
        self._shown = list(actions)

    def compose(self) -> ComposeResult:
        """Filter, list, keys."""
        with Vertical(classes="dialog tall"):
            yield Static("Keys", classes="title", markup=False)
            yield Input(placeholder="type to filter", compact=True)
            yield Menu([option(action, self._situation) for action in self._shown], 10)
            yield Static("↑ ↓  choose     enter  do it     esc  back", classes="keys", markup=False)

    @on(Input.Changed)
    def filter(self, event: Input.Changed) -> None:
        """Typing filters."""
        self._shown = found(self._actions, event.value)
        self.query_one(Menu).show([option(action, self._situation) for action in self._shown])

    @on(Input.Submitted)
    def take(self) -> None:
        """Enter does the chosen action."""
        cursor = self.query_one(Menu).cursor
        self.dismiss(self._shown[cursor].id if cursor < len(self._shown) else None)

    def action_move(self, delta: int) -> None:
        """The cursor."""
        self.query_one(Menu).move(delta)

    def action_page(self, delta: int) -> None:
        """By a screen."""
        self.query_one(Menu).page(delta)

    def action_leave(self) -> None:
        """Escape."""
        self.dismiss(None)

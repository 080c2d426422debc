"""Which columns the table has, and in which order. The table behind shows every change at once."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets._static import Static

from ..columns import BY_KEY
from ..picking import Picking, picking
from ..widgets.menu import AROUND, Menu, Option, room
from .options import Options

Keys = tuple[str, ...]


def option(picked: Picking, key: str, without: Keys = ()) -> Option:
    """A line: the check mark, the column, what it is; of those *without* room also that."""
    about = BY_KEY[key].about
    return f"{'✓' if key in picked.checked else ' '} {key}", f"no room now: {about}" if key in without else about


class ColumnsDialog(Options[Keys | None]):
    """Dismissed with the keys of the columns (none: what ships), or None after Escape."""

    BINDINGS = [
        ("space", "check"),
        ("J,shift+down", "shift(1)"),
        ("K,shift+up", "shift(-1)"),
        ("r", "reset"),
    ]

    def __init__(self, chosen: Keys, preview: Callable[[Keys], Keys]) -> None:
        super().__init__()
        self.picked = picking(chosen)
        self._preview = preview

    def compose(self) -> ComposeResult:
        """Title, columns, keys."""
        with Vertical(classes="dialog"):
            yield Static("Columns", classes="title", markup=False)
            yield Menu([], 12)
            yield Static("space  show or hide     J K  move     r  as shipped", classes="keys", markup=False)
            yield Static("enter  take it     esc  leave it", classes="keys", markup=False)

    def on_mount(self) -> None:
        """The first picture."""
        self._fit(self.app.size.height)
        self._show(self.picked)

    def on_resize(self) -> None:
        """As many lines as there is room for."""
        self._fit(self.app.size.height)

    def _fit(self, height: int) -> None:
        self.menu.styles.height = room(len(self.picked.keys), height, AROUND + 1)

    def _show(self, picked: Picking) -> None:
        self.picked = picked
        without = self._preview(picked.chosen)
        self.menu.options = [option(picked, key, without) for key in picked.keys]
        self.menu.move(picked.cursor - self.menu.cursor)

    def on_click(self) -> None:
        """A click on a column shows or hides it."""
        if self.app.mouse_over is self.menu:
            self._show(self.picked.to(self.menu.cursor).toggled())

    def action_move(self, delta: int) -> None:
        """The cursor."""
        self._show(self.picked.to(self.menu.cursor + delta))

    def action_check(self) -> None:
        """Show or hide the column."""
        self._show(self.picked.to(self.menu.cursor).toggled())

    def action_shift(self, delta: int) -> None:
        """The column to another place."""
        self._show(self.picked.to(self.menu.cursor).moved(delta))

    def action_reset(self) -> None:
        """What ships."""
        self._show(picking(()))

    def action_take(self) -> None:
        """Enter."""
        self.dismiss(self.picked.chosen)

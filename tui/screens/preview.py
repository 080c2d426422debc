"""One of several, each shown in force while the cursor is on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..widgets.menu import Menu, Option
from .choice import Choice


class Preview(Choice):
    """A choice that tells *show* where its cursor goes; it begins at number *first*."""

    def __init__(self, title: str, options: Sequence[Option], show: Callable[[int], None], first: int = 0) -> None:
        super().__init__(title, options, at=first)
        self._show = show

    def action_move(self, delta: int) -> None:
        """The cursor, and what is under it."""
        super().action_move(delta)
        self._show(self.query_one(Menu).cursor)

"""A line of text that is the path of a file: tab completes it."""

from __future__ import annotations

import asyncio
import os
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.suggester import Suggester
from textual.widgets._input import Input
from textual.widgets._static import Static

from .prompt import Prompt

MOST = 20_000  # names of a folder that are looked at


class Paths(Suggester):
    """Suggests the first path that begins so."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """Look in a thread: a disk may be slow."""
        return await asyncio.to_thread(completed, value)


def completed(text: str) -> str | None:
    """The only path that begins so, or what all that do have in common; None where there is nothing to add."""
    folder, begun = os.path.split(text)
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as found:
            names = [_named(entry) for entry, _ in zip(found, range(MOST), strict=False) if _fits(entry.name, begun)]
    except (OSError, ValueError):
        return None
    if not names or not all(name.isprintable() for name in names):
        return None
    common = os.path.commonprefix(names)  # noqa: RUF071  characters are meant
    path = os.path.join(folder, common if len(common) > len(begun) else min(names))
    return path if path != text else None


def _fits(name: str, begun: str) -> bool:
    return name.startswith(begun) and (not name.startswith(".") or begun.startswith("."))


def _named(entry: os.DirEntry[str]) -> str:
    return f"{entry.name}/" if entry.is_dir() else entry.name


class PathPrompt(Prompt):
    """Dismissed with the path, or None after Escape."""

    BINDINGS: ClassVar[list[BindingType]] = [("tab", "complete")]

    def compose(self) -> ComposeResult:
        """Title, input, hint."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            yield Input(self._initial, select_on_focus=False, compact=True, suggester=Paths())
            yield Static(self._hint, classes="body", markup=False)
            yield Static("enter  take it     tab  complete     esc  leave it", classes="keys", markup=False)

    def action_complete(self) -> None:
        """Take what is suggested."""
        field = self.query_one(Input)
        field.cursor_position = len(field.value)
        field.action_cursor_right()

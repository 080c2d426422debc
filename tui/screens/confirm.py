"""A question that Enter answers with yes and Escape with no; no letter does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets._static import Static

from .once import Dialog

if TYPE_CHECKING:
    from textual._path import CSSPathType


class Confirm(Dialog[bool]):
    """Dismissed with whether to do it."""

    CSS_PATH: ClassVar[CSSPathType | None] = "dialogs.tcss"
    BINDINGS = [("enter", "answer(True)"), ("escape", "answer(False)")]

    def __init__(self, title: str, body: Sequence[str], yes: str = "do it", line: str = "") -> None:
        super().__init__()
        self._line = line
        self._title = title
        self._body = "\n".join(body)
        self._yes = yes

    def compose(self) -> ComposeResult:
        """Title, body, the command line that does the same, the two keys."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            yield Static(self._body, classes="body", markup=False)
            if self._line:
                yield Static(f"$ {self._line}", classes="shell", markup=False)
            yield Static(f"enter  {self._yes}     esc  leave it", classes="keys", markup=False)

    def action_answer(self, yes: bool) -> None:
        """Answer."""
        self.dismiss(yes)

"""A question about a config that shows what it is about: a diff, or what is wrong with a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets._static import Static

from ..configs.leaf import Leaf
from ..widgets.leafpane import LeafPane
from .confirm import Confirm

if TYPE_CHECKING:
    from textual._path import CSSPathType

LOW = 16  # lines of a terminal below which words give way
MOVES = {"j,down": 1, "k,up": -1}
PAGES = {"pagedown": 1.0, "pageup": -1.0, "ctrl+d": 0.5, "ctrl+u": -0.5}


class Ask(Confirm):
    """Dismissed with whether to do it; without *yes* there is nothing to be done."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialogs.tcss", "configask.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        *((keys, f"move({delta})") for keys, delta in MOVES.items()),
        *((key, f"page({delta})") for key, delta in PAGES.items()),
        ("g,home", "home"), ("G,end", "end"), ("n", "jump(False)"), ("N", "jump(True)"),
        ("left", "sideways(-1)"), ("right", "sideways(1)"),
    ]  # fmt: skip

    def __init__(self, title: str, body: Sequence[str], leaf: Leaf, yes: str = "do it", line: str = "") -> None:
        super().__init__(title, body, yes, line)
        self.pane = LeafPane(id="ask-leaf")
        self._leaf = leaf

    def compose(self) -> ComposeResult:
        """Title, words, the diff, the command line that does the same, the two keys."""
        with Vertical(classes="dialog asks"):
            yield Static(self._title, classes="title", markup=False)
            yield Static(self._body, classes="body", markup=False)
            yield self.pane
            if self._line:
                yield Static(f"$ {self._line}", classes="shell", markup=False)
            yes = f"enter  {self._yes}     " if self._yes else ""
            yield Static(f"{yes}esc  leave it     j k  scroll", classes="keys", markup=False)

    def on_mount(self) -> None:
        """The diff; what is wrong with a file where that is."""
        self.pane.take(self._leaf)
        if not self._yes:
            self.call_after_refresh(self._to_first)

    def on_resize(self, event: events.Resize) -> None:
        """Where lines are few the diff has them."""
        self.set_class(event.size.height < LOW, "-low")

    def _to_first(self) -> None:
        if self._leaf.stops:
            self.pane.move(max(0, self._leaf.stops[0] - self.pane.size.height // 2))

    def action_answer(self, yes: bool) -> None:
        """Answer; no where there is nothing to be done."""
        super().action_answer(yes and bool(self._yes))

    def action_move(self, delta: int) -> None:
        """Scroll by lines."""
        self.pane.move(delta)

    def action_page(self, delta: float) -> None:
        """Scroll by windows."""
        self.pane.page(delta)

    def action_home(self) -> None:
        """To the beginning."""
        self.pane.home()

    def action_end(self) -> None:
        """To the end."""
        self.pane.end()

    def action_jump(self, back: bool) -> None:
        """To the next stretch that differs."""
        self.pane.jump(back)

    def action_sideways(self, way: int) -> None:
        """To the right, or back."""
        self.pane.sideways(way * max(8, self.pane.size.width // 2))

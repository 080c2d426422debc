"""A job's log on the whole screen, followed while it grows."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets._static import Static

from ..desk import Acting
from ..messages import Tailed
from ..registry import LOG_ACTIONS
from ..tailing import EVERY, Tail
from ..widgets.footer import Footer
from ..widgets.logview import NOTHING, YET, LogView
from .once import Once

LINES = 2000  # of the end of the log
NEXT = {"both": "stdout", "stdout": "stderr", "stderr": "both"}


class Log(Once[None], Acting):
    """The last lines of a log."""

    CSS_PATH = "log.tcss"
    ACTIONS = LOG_ACTIONS

    def __init__(self, row: int, title: str, attempt: int | None = None) -> None:
        super().__init__()
        self._row, self._title, self._attempt = row, title, attempt  # None: the last attempt
        self._stream = "both"
        self._tail = Tail(LINES)

    def compose(self) -> ComposeResult:
        """Title, lines, keys."""
        yield Static(self._heading(), id="log-title", markup=False)
        yield LogView(id="log")
        yield Footer(self.actions, id="footer")

    @property
    def view(self) -> LogView:
        """The lines."""
        return self.query_one(LogView)

    def on_mount(self) -> None:
        """Read at once, then look for more."""
        self.view.focus()
        self._look()
        self.set_interval(EVERY, self._look)

    def next_stream(self) -> None:
        """Both, standard output, standard error, both."""
        self._stream = NEXT[self._stream]
        self.query_one("#log-title", Static).update(self._heading())
        self._look()

    def on_tailed(self, message: Tailed) -> None:
        """More lines."""
        if message.row == self._row:
            self.view.silence = NOTHING if message.over else YET
            self.view.take(message.lines)

    def _look(self) -> None:
        app = self.yard_app
        app.siding.put(self._tail.letter(app.yard, self._row, self._stream, self._attempt), self, key="log")

    def _heading(self) -> str:
        stream = "stdout and stderr" if self._stream == "both" else self._stream
        attempt = "" if self._attempt is None else f" · attempt {self._attempt}"
        return f" {self._title}{attempt} · {stream}"

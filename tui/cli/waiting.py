"""How far a long command is: a line on a terminal's stderr, once one has waited for a second, gone when it is over.

In a pipe, for a dumb terminal, and within the first second nothing is written and rich is not loaded.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE = 1.0  # seconds


class Waiting:
    """What is being done and how far it is. Whoever does it says so as often as he likes, from one thread."""

    def __init__(self, text: str) -> None:
        self._lock = threading.Lock()
        self._text = text
        self._part: float | None = None
        self._shown: tuple[Progress, TaskID] | None = None
        self._over = False

    def say(self, text: str, part: float | None = None) -> None:
        """It is this that is done now; *part* of it (0 to 1) is, as far as anybody knows."""
        with self._lock:
            self._text, self._part = text, part
            self._paint()

    def begin(self) -> None:
        """Begin to show it, if it is not over."""
        lines = _lines()
        with self._lock:
            if self._over:
                return
            self._shown = lines, lines.add_task("", total=None)
            self._paint()
            lines.start()

    def end(self) -> None:
        """Wipe it."""
        with self._lock:
            self._over = True
            if self._shown is not None:
                self._shown[0].stop()

    def _paint(self) -> None:
        if self._shown is None or self._over:
            return
        lines, task = self._shown
        total = None if self._part is None else 1.0
        lines.update(task, description=self._text, total=total, completed=self._part or 0.0)


@contextlib.contextmanager
def waiting(text: str) -> Iterator[Waiting]:
    """Show *text*, what `Waiting.say` says, and how far it is, if the block takes long and somebody looks."""
    shown = Waiting(text)
    if not somebody_looks():
        yield shown
        return
    timer = threading.Timer(PATIENCE, shown.begin)
    timer.daemon = True
    timer.start()
    try:
        yield shown
    finally:
        timer.cancel()
        shown.end()


def somebody_looks() -> bool:
    """Whether stderr is a terminal that can wipe a line."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _lines() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    return Progress(
        SpinnerColumn("line"),
        TextColumn("{task.description}", markup=False),
        BarColumn(24),
        TimeElapsedColumn(),
        TimeRemainingColumn(compact=True),
        console=Console(stderr=True, highlight=False),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        refresh_per_second=8,
    )

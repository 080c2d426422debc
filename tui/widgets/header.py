"""The top line: which yard, how many jobs, and who runs them."""

from __future__ import annotations

from pathlib import Path

from rich.cells import cell_len
from textual.strip import Strip

from jobyard.core.models import WorkerInfo
from jobyard.core.states import State

from ..format import GLYPHS, number, plural
from ..painting import fit
from ..text import plain
from .lines import Line, Lines

COUNTED = (State.RUNNING, State.PENDING, State.FAILED)


class Header(Lines):
    """One line, repainted only where a number changes."""

    def __init__(self, home: Path, *, read_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._home = home
        self._read_only = read_only
        self.counts: dict[State, int] = {}
        self.staff: tuple[WorkerInfo, ...] | None = None
        self.marked = 0
        self.chosen = ""  # the queue that the table is limited to
        self.trouble = ""  # what is wrong with the settings

    def take(self, counts: dict[State, int], workers: tuple[WorkerInfo, ...]) -> None:
        """Show these numbers."""
        self.counts, self.staff = counts, workers
        self.repaint()

    def mark(self, count: int) -> None:
        """So many jobs are marked."""
        self.marked = count
        self.repaint()

    def choose(self, chosen: str) -> None:
        """The table is limited to this queue."""
        self.chosen = chosen
        self.repaint()

    def warn(self, trouble: str) -> None:
        """The settings are broken, or ("") not any more."""
        self.trouble = trouble
        self.repaint()

    def line_at(self, y: int) -> Strip:
        """Left: jobyard and its yard; middle: counts; right: the worker."""
        width = self.size.width
        right = [*self._warning(), *self._worker(short=width < 100)]
        counts = self._counts(words=width >= (80 if self.trouble else 60))
        room = width - _length(right) - _length(counts) - 2
        name: Line = [(" jobyard ", "title"), (self._place(max(0, room - 9)), "dim")]
        line = [*name, *counts] if room >= 9 else counts
        pad = width - _length(line) - _length(right) - 1
        line += [(" " * pad, ""), *right] if pad > 0 else []
        return self.strip(line, self.palette.bar)

    def _place(self, room: int) -> str:
        home = str(self._home)
        user = str(Path.home())
        home = "~" + home[len(user) :] if home.startswith(user + "/") else home
        text = plain(home) + (f" · {self.chosen}" if self.chosen else "") + "  "
        return text if cell_len(text) <= room else fit(f"{plain(self.chosen or self._home.name)}  ", room)

    def _counts(self, words: bool) -> Line:
        line: Line = []
        for state in COUNTED:
            count = self.counts.get(state, 0)
            word = f" {state.value}" if words else ""
            line.append((f" {GLYPHS[state]} {number(count)}{word} ", state.value if count else "faint"))
        return [*line, (f" ▌{number(self.marked)} marked ", "accent")] if self.marked else line

    def _warning(self) -> Line:
        """The mark of settings that cannot be used; the toast has said what is wrong with them."""
        return [("▲ settings ", "warning")] if self.trouble else []

    def _worker(self, short: bool) -> Line:
        if self.staff is None:
            return []
        text, style = worker_words(self.staff)
        prefix = "" if short else "worker "
        line: Line = [(prefix, "dim"), (text, style)]
        return [("read-only ", "warning"), *line] if self._read_only else line


def worker_words(workers: tuple[WorkerInfo, ...]) -> tuple[str, str]:
    """The state of the workers in words, and its style."""
    alive = [worker for worker in workers if worker.alive]
    if not alive:
        return "■ no worker", "failed"
    if all(worker.hung for worker in alive):
        return "■ hung", "failed"
    if all(worker.mode == "draining" for worker in alive):
        return f"◐ draining {plural(sum(worker.running for worker in alive), 'job')}", "warning"
    if len(alive) > 1:
        return f"▪ {len(alive)} workers", "completed"
    return f"▪ {_face(alive[0])}", "completed"


def _face(worker: WorkerInfo) -> str:
    return "in this app" if worker.face == "app" else f"{worker.face} {plain(worker.name)}"


def _length(line: Line) -> int:
    return sum(cell_len(text) for text, _ in line)

"""The top line: which yard, how many jobs, who runs them, and what is wrong; where there is room, the other screens."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.cells import cell_len
from textual import events
from textual.strip import Strip

from jobyard.core.models import WorkerInfo
from jobyard.core.states import State

from ..format import GLYPHS, number, plural
from ..painting import fit
from ..text import plain
from ..trouble import Trouble
from .lines import Line, Lines
from .placeline import tab_at, tabs_of

COUNTED = (State.RUNNING, State.PENDING, State.FAILED)
NAME = 9  # cells of our own name
GAP = 3  # cells on both sides of the tabs
NO_WORKER = "■ no worker"
NONE, SHORT, LONG, FULL = range(4)  # how much is said of the worker
# Whether the counts have words, and how much is said of the worker; the first that fits is shown.
_RICH_TO_POOR = ((True, FULL), (True, LONG), (True, SHORT), (False, SHORT), (False, NONE))


class Header(Lines):
    """One line, repainted only where a number changes."""

    def __init__(
        self,
        home: Path,
        go: Callable[[str], object],
        *,
        read_only: bool = False,
        start: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._home, self._go = home, go
        self._tabs_at = 0  # the cell at which the tabs of the screens begin; 0 where there is no room for them
        self._read_only = read_only
        self._start = start  # the key that starts a worker, where this app may
        self.counts: dict[State, int] = {}  # of the whole yard
        self.limited: Mapping[State, int] | None = None  # of what the table is limited to
        self.staff: tuple[WorkerInfo, ...] | None = None
        self.marked = self.hidden = 0
        self.chosen = ""  # the queue that the table is limited to
        self.trouble = ""  # what is wrong with the settings
        self.ailing: Trouble | None = None  # what is wrong with the yard

    def take(self, counts: dict[State, int], workers: tuple[WorkerInfo, ...]) -> None:
        """Show these numbers."""
        self.counts, self.staff = counts, workers
        self.repaint()

    def mark(self, count: int, hidden: int = 0) -> None:
        """So many jobs are marked, of which so many the filter hides."""
        self.marked, self.hidden = count, hidden
        self.repaint()

    def choose(self, chosen: str, counts: Mapping[State, int] | None) -> None:
        """The table is limited to this queue, which has so many jobs; (None) to none."""
        self.chosen, self.limited = chosen, counts
        self.repaint()

    def warn(self, trouble: str) -> None:
        """The settings are broken, or ("") not any more."""
        self.trouble = trouble
        self.repaint()

    def ail(self, trouble: Trouble | None) -> None:
        """Something is wrong with the yard, or (None) nothing is."""
        self.ailing = trouble
        self.repaint()

    def line_at(self, y: int) -> Strip:
        """Left: jobyard and its yard; middle: counts; right: what is wrong, and the worker. What fits of it."""
        width = self.size.width
        alarm = self._alarm()
        for words, worker in _RICH_TO_POOR:
            counts, right = self._counts(words), [*alarm, *self._warning(), *self._worker(worker)]
            room = width - _length(counts) - _length(right) - 2
            if room >= (NAME if words else 0):
                return self._composed(counts, right, room)
        return self.strip([*alarm, *self._counts(words=False)], self.palette.bar)

    def _composed(self, counts: Line, right: Line, room: int) -> Strip:
        name: Line = [(" jobyard ", "title"), (self._place(room - NAME), "dim")] if room >= NAME else []
        line = [*name, *counts]
        pad = self.size.width - _length(line) - _length(right) - 1
        tabs = tabs_of("jobs")
        room = pad - _length(tabs)
        self._tabs_at = self.size.width - 1 - _length(right) - _length(tabs) - GAP if room >= 2 * GAP else 0
        if self._tabs_at:
            line, pad = [*line, (" " * (self._tabs_at - _length(line)), ""), *tabs], GAP
        return self.strip([*line, (" " * pad, ""), *right], self.palette.bar)

    def on_click(self, event: events.Click) -> None:
        """A tab leads to its screen."""
        if (
            self._tabs_at
            and event.x >= self._tabs_at
            and (name := tab_at(event.x - self._tabs_at, tabs_of("jobs"))) is not None
        ):
            self._go(name)

    def _alarm(self) -> Line:
        if self.ailing is None:
            return []
        return [(f"▲ {self.ailing.short}  ", "warning" if self.ailing.kind == "low" else "failed")]

    def _place(self, room: int) -> str:
        home = str(self._home)
        user = os.path.expanduser("~")
        home = "~" + home[len(user) :] if home.startswith(user + "/") else home
        text = plain(home) + (f" · {self.chosen}" if self.chosen else "") + "  "
        return text if cell_len(text) <= room else fit(f"{plain(self.chosen or self._home.name)}  ", room)

    def _counts(self, words: bool) -> Line:
        line: Line = []
        counts = self.counts if self.limited is None else self.limited
        for state in COUNTED:
            count = counts.get(state, 0)
            word = f" {state.value}" if words else ""
            line.append((f" {GLYPHS[state]} {number(count)}{word} ", state.value if count else "faint"))
        return [*line, (f" ▌{self._marked()} ", "accent")] if self.marked else line

    def _marked(self) -> str:
        hidden = f", {number(self.hidden)} not shown" if self.hidden else ""
        return f"{number(self.marked)} marked{hidden}"

    def _warning(self) -> Line:
        """The mark of settings that cannot be used; the toast has said what is wrong with them."""
        return [("▲ settings ", "warning")] if self.trouble else []

    def _worker(self, room: int) -> Line:
        if self.staff is None or room == NONE:
            return []
        text, style = worker_words(self.staff)
        line: Line = [("worker " if room > SHORT else "", "dim"), (text, style)]
        if room == FULL and text == NO_WORKER and self._start and not self._read_only:
            line.append((f" · {self._start} starts one", "dim"))
        return [("read-only ", "warning"), *line] if self._read_only else line


def worker_words(workers: tuple[WorkerInfo, ...]) -> tuple[str, str]:
    """The state of the workers in words, and its style."""
    alive = [worker for worker in workers if worker.alive]
    if not alive:
        return NO_WORKER, "failed"
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

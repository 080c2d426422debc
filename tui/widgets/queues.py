"""The list of queues with their live counts; the chosen one filters the table."""

from __future__ import annotations

from itertools import groupby

from rich.cells import cell_len
from textual import events
from textual.strip import Strip

from jobyard.core.models import QueueInfo
from jobyard.core.states import State

from ..format import queue_mark
from ..messages import QueuesChosen
from ..painting import fit
from ..text import plain
from .lines import Line, Lines

Entry = tuple[str, frozenset[int], QueueInfo | None]  # title, queue ids (none: all), the queue

EVERYTHING: Entry = ("All jobs", frozenset(), None)


def entries(queues: tuple[QueueInfo, ...]) -> list[Entry]:
    """What can be chosen: everything, each session with more than one queue, each queue."""
    out = [EVERYTHING]
    sessions = [(name, list(group)) for name, group in groupby(queues, key=lambda queue: queue.session)]
    for session, members in sessions:
        if len(sessions) > 1:
            out.append((plain(session), frozenset(queue.id for queue in members), None))
        indent = "  " if len(sessions) > 1 else ""
        out += [(indent + plain(queue.name), frozenset({queue.id}), queue) for queue in members]
    return out


class Queues(Lines, can_focus=True):
    """Sessions and queues. Moving the cursor filters at once."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.queues: tuple[QueueInfo, ...] = ()
        self.entries: list[Entry] = [EVERYTHING]
        self.chosen: frozenset[int] = frozenset()
        self._top = 0

    def take(self, queues: tuple[QueueInfo, ...]) -> None:
        """Show these queues; the choice stays unless its queue is gone."""
        self.queues = queues
        self.entries = entries(queues)
        if self.chosen not in (ids for _, ids, _ in self.entries):
            self.choose(frozenset())
        self.repaint()

    @property
    def cursor(self) -> int:
        """Which entry is chosen."""
        return next((n for n, (_, ids, _) in enumerate(self.entries) if ids == self.chosen), 0)

    @property
    def queue(self) -> QueueInfo | None:
        """The chosen queue, if it is a single one."""
        return self.entries[self.cursor][2]

    def choose(self, queues: frozenset[int]) -> None:
        """Choose these queues and tell the table."""
        if queues != self.chosen:
            self.chosen = queues
            self.post_message(QueuesChosen(queues))
        self.repaint()

    def move(self, delta: int) -> None:
        """Choose the entry *delta* further down."""
        self._go(self.cursor + delta)

    def page(self, delta: float) -> None:
        """Move by *delta* screens."""
        self.move(int(delta * self.size.height))

    def home(self) -> None:
        """Choose everything."""
        self._go(0)

    def end(self) -> None:
        """Choose the last queue."""
        self._go(len(self.entries) - 1)

    def _go(self, number: int) -> None:
        number = max(0, min(number, len(self.entries) - 1))
        height = max(1, self.size.height - 1)
        self._top = max(number - height + 1, min(self._top, number))
        self.choose(self.entries[number][1])

    # -- painting ---------------------------------------------------------------------------------

    def line_at(self, y: int) -> Strip:
        """The heading, then an entry a line."""
        if y == 0:
            return self.strip([(" queues", "faint"), (self._legend(), "faint")])
        number = self._top + y - 1
        if number >= len(self.entries):
            return self.strip([])
        title, ids, queue = self.entries[number]
        ground = self.palette.cursor if self.has_focus else self.palette.cursor_idle
        return self.strip(self._entry(title, ids, queue), ground if ids == self.chosen else None)

    def _legend(self) -> str:
        return fit("run wait ", self.size.width - 7, right=True)

    def _entry(self, title: str, ids: frozenset[int], queue: QueueInfo | None) -> Line:
        mark = queue_mark(queue) if queue else ""
        running, pending = self._count(ids, State.RUNNING), self._count(ids, State.PENDING)
        counts = f" {short(running):>4}{short(pending):>5} "
        room = self.size.width - cell_len(counts) - 1
        sign = f" ‖ {mark}" if mark else ""
        name = fit(title, min(cell_len(title), max(4, room - cell_len(sign))))
        rest = fit(sign, room - cell_len(name))
        style = "faint" if mark == "ended" else ""
        return [
            (" " + name, style),
            (rest, "warning"),
            (counts[:5], "running" if running else "faint"),
            (counts[5:], "pending" if pending else "faint"),
        ]

    def _count(self, ids: frozenset[int], state: State) -> int:
        return sum(queue.counts.get(state, 0) for queue in self.queues if not ids or queue.id in ids)

    # -- mouse and focus --------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        if 0 < event.y <= len(self.entries) - self._top:
            self._go(self._top + event.y - 1)

    def on_mouse_scroll_down(self) -> None:
        """The wheel moves the window."""
        self._scroll(1)

    def on_mouse_scroll_up(self) -> None:
        """The wheel moves the window."""
        self._scroll(-1)

    def _scroll(self, delta: int) -> None:
        self._top = max(0, min(self._top + delta, len(self.entries) - self.size.height + 1))
        self.repaint()

    def on_focus(self) -> None:
        """The chosen line shows who has the keys."""
        self.repaint()

    def on_blur(self) -> None:
        """The chosen line shows who has the keys."""
        self.repaint()


def short(count: int) -> str:
    """A count in at most four cells: ``999``, ``12k``, ``1.0M``."""
    if count < 10_000:
        return str(count)
    if count < 1_000_000:
        return f"{count // 1000}k"
    return f"{count / 1e6:.1f}M" if count < 10_000_000 else f"{count // 1_000_000}M"

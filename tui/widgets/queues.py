"""The list of sessions, queues and resources with their live counts; the chosen one filters the table."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.cells import cell_len
from textual import events
from textual.strip import Strip

from jobyard.core.models import QueueInfo, ResourceInfo
from jobyard.core.states import State

from ..format import number
from ..lanetree import Folded, Node, tree
from ..messages import Folding, QueuesChosen
from ..pace import Pace
from ..painting import fit
from ..sparkline import sparkline
from .lines import Line, Lines

PACE_LINES = 2  # at the bottom
PACE_FROM = 10  # lines from which there is room for them
SIGNS = {"ended": "■", "session ended": "■"}


class Queues(Lines, can_focus=True):
    """Sessions, queues, resources. Moving the cursor filters at once."""

    def __init__(self, *, id: str | None = None, clock: Callable[[], float] = time.time) -> None:
        super().__init__(id=id)
        self._clock = clock
        self.queues: tuple[QueueInfo, ...] = ()
        self.resources: tuple[ResourceInfo, ...] = ()
        self.folded = Folded()
        self.pace = Pace()
        self.nodes: list[Node] = tree(())
        self._key = ""
        self._top = 0

    # -- what is shown ----------------------------------------------------------------------------

    def take(self, queues: tuple[QueueInfo, ...]) -> None:
        """Show these queues; the choice stays unless its line is gone."""
        if queues != self.queues:
            self.queues = queues
            self._plant()

    def take_resources(self, resources: tuple[ResourceInfo, ...]) -> None:
        """Show these resources."""
        if resources != self.resources:
            self.resources = resources
            self._plant()

    def fold(self, folded: Folded) -> None:
        """Fold like this."""
        self.folded = folded
        self._plant()

    def _plant(self) -> None:
        before = self.chosen
        self.nodes = tree(self.queues, self.resources, self.folded, self._key)
        if all(node.key != self._key for node in self.nodes):
            self._choose(self.nodes[0])
        elif self.chosen != before:
            self._tell()
        self._keep_in_sight()
        self.repaint()

    # -- what is chosen ---------------------------------------------------------------------------

    @property
    def cursor(self) -> int:
        """Which line is chosen."""
        return next((n for n, node in enumerate(self.nodes) if node.key == self._key), 0)

    @property
    def node(self) -> Node:
        """The chosen line."""
        return self.nodes[self.cursor]

    @property
    def chosen(self) -> frozenset[int]:
        """The queues to which the table is limited; none: all."""
        return self.node.queues

    @property
    def counts(self) -> dict[State, int]:
        """How many jobs of the chosen queues are in each state."""
        some = [queue.counts for queue in self.queues if queue.id in self.chosen]
        return {state: sum(counts.get(state, 0) for counts in some) for state in State}

    @property
    def queue(self) -> QueueInfo | None:
        """The chosen queue, if it is a single one."""
        return self.node.queue

    def choose(self, queues: frozenset[int]) -> None:
        """Choose these queues and tell the table."""
        self._choose(next((node for node in self.nodes if node.queues == queues), self.nodes[0]))

    def _choose(self, node: Node) -> None:
        if node.key != self._key:
            self._key = node.key
            self._tell()
        self.repaint()

    def _tell(self) -> None:
        node = self.node
        self.post_message(QueuesChosen(node.queues, node.title if node.key else "", resource_of(node)))

    def move(self, delta: int) -> None:
        """Choose the line *delta* further down; those that are only read do not count."""
        ahead = self.nodes[self.cursor + 1 :] if delta > 0 else self.nodes[: self.cursor][::-1]
        some = [node for node in ahead if not node.fixed][: abs(delta)]
        self._go(some[-1] if some else self.node)

    def page(self, delta: float) -> None:
        """Move by *delta* screens."""
        self.move(int(delta * self.lines))

    def home(self) -> None:
        """Choose everything."""
        self._go(self.nodes[0])

    def end(self) -> None:
        """Choose the last line."""
        self.move(len(self.nodes))

    def _go(self, node: Node) -> None:
        self._choose(node)
        self._keep_in_sight()
        self.repaint()

    @property
    def lines(self) -> int:
        """Lines for the tree: all but the heading and the sparkline."""
        return max(1, self.size.height - 1 - (PACE_LINES if self.size.height >= PACE_FROM else 0))

    @property
    def width(self) -> int:
        """Cells for a line: the last one is a gap, so that no number touches what stands beside it."""
        return max(1, self.size.width - 1)

    def _keep_in_sight(self) -> None:
        top, cursor = max(0, min(self._top, len(self.nodes) - self.lines)), self.cursor
        last = cursor + sum(1 for node in self.nodes[cursor + 1 : cursor + 3] if node.depth and node.fixed)
        self._top = min(cursor, max(last - self.lines + 1, top))

    # -- folding ----------------------------------------------------------------------------------

    def open_or_close(self, node: Node, open: bool | None = None) -> None:
        """Show what is below a line, or hide it; without *open* the other way round."""
        if node.open is not None and node.open != open:
            self._choose(node)
            self.fold(self.folded.toggled(node.key, not node.open))
            self.post_message(Folding(self.folded))

    def inward(self) -> None:
        """Open the line; if it is open, go to the first below."""
        if self.node.open:
            self.move(1)
        else:
            self.open_or_close(self.node, True)

    def outward(self) -> None:
        """Close the line; if there is nothing to close, go to the one above that has it."""
        if self.node.open:
            self.open_or_close(self.node, False)
        elif self.node.depth:
            above = (node for node in self.nodes[: self.cursor][::-1] if node.depth < self.node.depth)
            self._go(next(above, self.nodes[0]))

    # -- painting ---------------------------------------------------------------------------------

    def line_at(self, y: int) -> Strip:
        """The heading, a line of the tree, or what ended in the last hour."""
        if y == 0:
            title, style = ("▸queues", "title") if self.has_focus else (" queues", "faint")
            return self.strip([(title, style), (fit("run wait", self.width - 7, right=True), style)])
        if y > self.lines:
            return self.strip(self._pace(y - self.lines - 1))
        place = self._top + y - 1
        return self._line(self.nodes[place]) if place < len(self.nodes) else self.strip([])

    def _line(self, node: Node) -> Strip:
        if node.fixed:
            return self.strip(fixed_line(node, self.width))
        ground = self.palette.cursor if self.has_focus else self.palette.cursor_idle
        line = resource_line if node.resource is not None else queue_line
        return self.strip(line(node, self.width), ground if node.key == self._key else None)

    def _pace(self, y: int) -> Line:
        bars = self.pace.bars(self.chosen, self._clock())
        if y == 0:
            rate = f"{number(sum(bars))}/h"
            return [(fit(" ended ", self.width - cell_len(rate)), "faint"), (rate, "dim")]
        return [(" " + sparkline(bars), "running")]

    # -- mouse and focus --------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """A click chooses; on the sign before a name, or twice, it folds."""
        place = self._top + event.y - 1
        if not 0 < event.y <= self.lines or place >= len(self.nodes) or self.nodes[place].fixed:
            return
        node = self.nodes[place]
        self._go(node)
        if event.chain == 2 or (node.open is not None and event.x <= 2 * node.depth + 2):
            self.open_or_close(node)

    def on_mouse_scroll_down(self) -> None:
        """The wheel moves the window."""
        self._scroll(3)

    def on_mouse_scroll_up(self) -> None:
        """The wheel moves the window."""
        self._scroll(-3)

    def _scroll(self, delta: int) -> None:
        self._top = max(0, min(self._top + delta, len(self.nodes) - self.lines))
        self.repaint()


def resource_of(node: Node) -> str:
    """The name of the resource that a line stands for, or ""."""
    return node.resource.name if node.resource is not None else ""


def queue_line(node: Node, width: int) -> Line:
    """A session, a queue or a fold: its name, what keeps its jobs from starting, and its counts."""
    counts = f" {short(node.running):>4}{short(node.pending):>5}"
    room = width - cell_len(counts) - 1
    glyph = SIGNS.get(node.mark, "‖") if node.mark else ""
    before = "  " * node.depth + ("" if node.open is None else "▾ " if node.open else "▸ ")
    sign = f" {glyph} {node.mark}" if glyph else ""
    if cell_len(before + node.title + sign) > room:  # the name comes before the word, never before the glyph
        before, sign = before + (f"{glyph} " if glyph else ""), ""
    name = fit(before + node.title, min(cell_len(before + node.title), room))
    gone = node.queue is not None and (node.queue.ended or node.queue.session_ended)
    return [
        (" " + name, "faint" if gone else ""),
        (fit(sign, room - cell_len(name)), "faint" if gone else "warning"),
        (counts[:5], "running" if node.running else "faint"),
        (counts[5:], "pending" if node.pending else "faint"),
    ]


def resource_line(node: Node, width: int) -> Line:
    """A resource: its name, how much is free of how much, and whether it is locked."""
    resource = node.resource
    assert resource is not None
    units = f" {short(resource.free)}/{short(resource.capacity)}"
    lock = " ‖ locked" if resource.locked_by else ""
    room = max(4, width - cell_len(units) - cell_len(lock) - 1)
    name = fit(node.title, min(cell_len(node.title), room))
    used = resource.capacity > 0 and not resource.free
    return [
        (" " + name, ""),
        (fit(lock, max(0, width - cell_len(units) - cell_len(name) - 1)), "warning"),
        (units, "faint" if resource.locked_by else "running" if used else "dim"),
    ]


def fixed_line(node: Node, width: int) -> Line:
    """The heading of the resources, or who has one."""
    if node.key == "resources":
        return [(" resources", "faint"), (fit("free", width - 10, right=True), "faint")]
    return [(fit("   " + node.title, width - 1), "dim")]


def short(count: int) -> str:
    """A count in at most four cells: ``999``, ``12k``, ``1.0M``."""
    if count < 10_000:
        return str(count)
    if count < 1_000_000:
        return f"{count // 1000}k"
    return f"{count / 1e6:.1f}M" if count < 10_000_000 else f"{count // 1_000_000}M"

"""The part of the Jobs screen that describes: what the threads have fetched for the detail pane, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from textual.screen import Screen

from ..feeds import Feeds
from ..messages import Counted, Deepened, Detailed, Followed, Gauged, Marked, Tailed
from ..widgets.detail import Detail
from ..widgets.virtual_table import VirtualTable

if TYPE_CHECKING:
    from ..describe import Link
    from .jobs import Jobs


class Step(NamedTuple):
    """A job and a line of it that has led to another, with the filter and the queues that were shown."""

    row: int
    link: Link
    text: str
    queues: frozenset[int]


class Described(Screen[None]):
    """The detail pane shows the selected job, and what is known of it as soon as it is known."""

    table: VirtualTable
    detail: Detail
    feeds: Feeds

    def __init__(self) -> None:
        super().__init__()
        self.trail: list[Step] = []  # the jobs and their lines that have led to others, the last one last

    def on_mount(self) -> None:
        """In an empty yard nothing will be selected: say what to do."""
        if self.table.loaded and not self.table.total:
            self.detail.take(None)

    def on_detailed(self, message: Detailed) -> None:
        """The selected job, or that it is gone."""
        if self.table.selected is not None and message.row == self.table.selected.row:
            self.detail.take(message.dossier, gone=message.dossier is None)
            self.feeds.spotlight.follow_log()
            self.feeds.spotlight.deepen()

    def on_deepened(self, message: Deepened) -> None:
        """Its history and where it comes from."""
        if self.detail.job is not None and message.row == self.detail.job.row and message.deeper is not None:
            self.detail.take_deeper(message.deeper)

    def on_tailed(self, message: Tailed) -> None:
        """The end of its log."""
        if self.detail.job is not None and message.row == self.detail.job.row:
            self.detail.take_tail(message.lines)

    def on_gauged(self, message: Gauged) -> None:
        """How far running jobs are and what they use."""
        self.table.take_gauges(message.gauges)
        if message.row is not None:
            gauge = message.gauges.get(message.row)
            self.detail.take_gauge(message.row, gauge.progress if gauge is not None else None, message.curve)

    def on_marked(self, message: Marked) -> None:
        """Other marks."""
        self.feeds.spotlight.count_marks()

    def on_counted(self, message: Counted) -> None:
        """What is marked."""
        if self.table.marks:
            self.detail.take_marked(message.rows, message.total)

    def on_followed(self, message: Followed) -> None:
        """A line was double-clicked, or a tab."""
        from ..verbs.detail import follow, show_section

        desk = cast("Jobs", self)
        if message.tab:
            show_section(desk, message.tab)
        else:
            follow(desk)

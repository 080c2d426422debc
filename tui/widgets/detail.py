"""The detail pane: the selected job in full, and the live end of its log.

Line 0 is the line of tabs. Below it the text, which is scrolled; at the bottom, while the tab shows everything,
the end of the log. Some lines of the text lead somewhere: the cursor goes from one to the next of these, and holds
on to where they lead, not to their place.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast

from textual import events
from textual.strip import Strip

from jobyard.core.models import Job, JobRow

from ..messages import Followed
from ..walking import Walk
from .lines import Line, Lines

if TYPE_CHECKING:
    from jobyard.core.progress import Progress
    from jobyard.core.usage import Sample

    from ..describe import Deeper, Dossier, Frame, Link, Row
    from ..desk import Acting

LOG_LEAST = 6  # lines of the log, with its heading, beside everything else
LOG_SHARE = 3  # a part of so many
BRIEF_BELOW = 16  # lines; a lower pane says less
GUTTER = 2  # cells before the text: the border, and the mark of what leads somewhere
WHEEL = 2  # lines

GONE = ("This job is gone.", "It was purged: its record and its logs were deleted.")
NOTHING = ("No job to show.",)  # what to do about it stands in the table


class Detail(Lines, can_focus=True):
    """What is known about a job."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.dossier: Dossier | None = None
        self.section = "all"
        self.note: tuple[str, ...] = ()  # shown where there is no job
        self._marked: tuple[tuple[JobRow, ...], int] = (), 0
        self._rows: list[Row] = []
        self._log: list[Row] = []
        self._walk = Walk()
        self._wish: tuple[int, Link] | None = None  # a job, and the link on which the cursor is to be when it comes

    # -- what is shown ----------------------------------------------------------------------------

    @property
    def job(self) -> Job | None:
        """The job that is described."""
        return self.dossier.job if self.dossier is not None else None

    @property
    def low(self) -> bool:
        """Whether there are only a few lines."""
        return self.size.height < BRIEF_BELOW

    @property
    def deep(self) -> bool:
        """Whether history or origin are shown."""
        from ..describe import section

        return section(self.section).deep

    def take(self, dossier: Dossier | None, *, gone: bool = False) -> None:
        """Show this job. What was known of it stays known; of another job nothing does."""
        before = self.dossier
        if dossier is None or before is None or dossier.row != before.row:
            self._walk.begin(self._wished(dossier))
        elif dossier.deeper is None:
            dossier = dossier._replace(deeper=before.deeper, tail=before.tail)
        self.dossier, self.note = dossier, GONE if gone else NOTHING
        self.compose_lines()
        self._walk.keep()
        self.repaint()

    def _wished(self, dossier: Dossier | None) -> Link | None:
        """The line of this job to which somebody comes back."""
        if self._wish is None or dossier is None or dossier.row != self._wish[0]:
            return None
        link, self._wish = self._wish[1], None
        return link

    def return_to(self, row: int, link: Link) -> None:
        """When this job is shown next, the cursor is to be on this link."""
        self._wish = row, link

    def take_deeper(self, deeper: Deeper) -> None:
        """Its history and origin have been fetched."""
        if self.dossier is not None:
            self.dossier = self.dossier._replace(deeper=deeper)
            self.compose_lines()

    def take_gauge(self, row: int, progress: Progress | None, curve: tuple[Sample, ...]) -> None:
        """How far the job is and what it uses; it is painted with the next second."""
        if self.dossier is not None and self.dossier.row == row:
            self.dossier = self.dossier._replace(progress=progress, curve=curve)

    def take_marked(self, rows: tuple[JobRow, ...], total: int) -> None:
        """So many jobs are marked, among them these."""
        if (rows, total) != self._marked:
            self._marked = rows, total
            self.compose_lines()

    def take_tail(self, lines: tuple[str, ...]) -> None:
        """Show this end of the log; a window that stood at its end stays there."""
        if self.dossier is not None:
            at_end = self.section == "log" and self._walk.top >= self._walk.last
            self.dossier = self.dossier._replace(tail=lines)
            self.compose_lines()
            if at_end:
                self._scroll(self._walk.last)

    def show_section(self, name: str) -> None:
        """Another tab; of the log the end."""
        self.section = name
        self._walk.begin()
        self.compose_lines()
        self._scroll(self._walk.last if name == "log" else 0)

    def compose_lines(self) -> None:
        """Write the text anew and send what changed."""
        if self.size:
            self._write()
            self._walk.show(self._rows, self.size.height - 1 - len(self._log))
        self.repaint()

    def tick(self) -> None:
        """A second has passed."""
        job = self.job
        if job is not None and job.ended_at is None:
            self.compose_lines()

    def _write(self) -> None:
        self._rows, self._log = [], []
        if self.dossier is None:
            return  # the first paint, which does not wait for what is imported below
        from ..describe import describe, section
        from ..describe.output import output
        from ..describe.rows import blank

        self.section = section(self.section).name
        frame = self._frame()
        self._rows = describe(self.dossier, frame, self.section)
        if self.section == "all" and self._marked[0]:
            from ..describe.marked import marked

            self._rows = [*marked(*self._marked, frame), *self._rows]
        if self.section == "all" and self.dossier.fold is None:
            room = self._log_room()
            log = list(output(self.dossier, frame, None if room == 0 else room - 1))
            if room:
                self._log = [*log, *[blank()] * room][:room]
            else:
                self._rows += log

    def _frame(self) -> Frame:
        from ..describe import Frame

        keys = {action.id: action.shown_key for action in cast("Acting", self.screen).actions}
        return Frame(time.time(), max(1, self.size.width - GUTTER), keys, self.low)

    def _log_room(self) -> int:
        """Lines at the bottom for the log: 0 when it is scrolled with the rest."""
        body = self.size.height - 1
        if self.dossier is None or not self.dossier.job.attempts:
            return 0
        if self.low:
            return 0 if self.has_focus else max(0, body - self._brief_lines())
        spare = body - len(self._rows) if self.dossier.deeper is not None else 0  # what is to come has its place
        return max(LOG_LEAST, body // LOG_SHARE, spare)

    def _brief_lines(self) -> int:
        """The lines of a low pane down to the command."""
        return next((n + 1 for n, row in enumerate(self._rows) if row.line and row.line[0][0] == "$ "), 3)

    # -- movement ---------------------------------------------------------------------------------

    @property
    def link(self) -> Link | None:
        """Where the line under the cursor leads."""
        return self._walk.link

    def move(self, delta: int) -> None:
        """To the next line that leads somewhere, or the text is scrolled towards it."""
        self._walk.move(delta)
        self.repaint()

    def page(self, delta: float) -> None:
        """Scroll by *delta* screens; the cursor goes along."""
        self._walk.page(delta)
        self.repaint()

    def home(self) -> None:
        """To the beginning."""
        self._scroll(0)

    def end(self) -> None:
        """To the end."""
        self._walk.end()
        self.repaint()

    def _scroll(self, top: int) -> None:
        self._walk.scroll(top)
        self.repaint()

    # -- painting ---------------------------------------------------------------------------------

    def line_at(self, y: int) -> Strip:
        """The tabs, a line of the text, or one of the log; the border shows who has the keys."""
        edge = ("▌", "title") if self.has_focus else ("▏", "faint")
        if self.dossier is None:
            return self.strip([edge, *self._noted(y)])
        if y == 0:
            return self.strip([edge, *self._tabs()])
        log = y - (self.size.height - len(self._log))
        if log >= 0:
            return self.strip([edge, (" ", ""), *self._log[log].line])
        return self._text_line(self._walk.top + y - 1, edge)

    def _text_line(self, number: int, edge: tuple[str, str]) -> Strip:
        if number >= len(self._rows):
            return self.strip([edge])
        row = self._rows[number]
        here = self.has_focus and number == self._walk.cursor
        mark = ("›" if row.link is not None else " ", "title" if here else "faint")
        return self.strip([edge, mark, *row.line], self.palette.cursor if here else None)

    def _tabs(self) -> Line:
        from ..describe import tabs

        return tabs(self.section, self.size.width - 1)

    def _noted(self, y: int) -> Line:
        if not 2 <= y < len(self.note) + 2:
            return []
        return [(" " + self.note[y - 2], "bold" if y == 2 else "dim")]

    # -- mouse and focus --------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """A click chooses a tab or a line; a double click goes where the line leads."""
        number = self._walk.top + event.y - 1
        if event.y == 0:
            self._click_tab(event.x - 1)
        elif 0 <= number < len(self._rows) and event.y <= self._walk.room and self._rows[number].link is not None:
            self._walk.select(number)
            self.repaint()
            if event.chain == 2:
                self.post_message(Followed())

    def _click_tab(self, x: int) -> None:
        from ..describe import NAMES

        for text, _ in self._tabs():
            if 0 <= x < len(text) and text in NAMES:
                self.post_message(Followed(text))
            x -= len(text)

    def on_mouse_scroll_down(self) -> None:
        """The wheel scrolls."""
        self._scroll(self._walk.top + WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """The wheel scrolls."""
        self._scroll(self._walk.top - WHEEL)

    def on_resize(self) -> None:
        """Wrap the text anew."""
        self.compose_lines()

    def watch_has_focus(self, focused: bool) -> None:
        """The border lights up or fades; with the keys there is a cursor."""
        super().watch_has_focus(focused)
        self._walk.active = focused
        self.compose_lines()
        self._walk.keep()
        self.repaint()

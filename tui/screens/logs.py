"""The Logs screen: what a job writes, as it writes it, to be searched, filtered, copied, saved."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.message import Message
from textual.widget import Widget

from jobyard.core.logbook import END
from jobyard.core.models import Changes, JobRow

from ..actions import ASKING, LOG, Context
from ..columns import name_of
from ..format import size
from ..gauges import told
from ..live import Purse
from ..logs.model import Anchor, Subject, Wish
from ..logs.reading import Reading
from ..logs.searching import Count, Found, Stopping, seldom
from ..messages import LogRead, LogSifting, LogWanted
from ..pen import Pen
from ..registry import LOGS_ACTIONS
from ..text import plain
from ..widgets.askline import AskLine
from ..widgets.lines import Line
from ..widgets.logbar import LogBar, State
from ..widgets.logpane import LogPane
from .taken import Taking

if TYPE_CHECKING:
    from textual._path import CSSPathType

    from jobyard.core.logbook import Streams

EVERY = 0.1  # seconds between two looks at files that grow
SELDOM = 1.0  # at those of a job that has ended
SHARE = 4.0  # times what it took to show a piece is waited before the next
ABOVE, BELOW = 3, 4  # windows of rows in hand above and below the top of the one that is seen
PROGRESS, WIDE = 32, 120  # cells of how far the job is; half as many on a screen that is not so wide
STREAMS: dict[Streams, Streams] = {"both": "stdout", "stdout": "stderr", "stderr": "both"}
CALLED = {"both": "stdout and stderr", "stdout": "stdout", "stderr": "stderr"}


class Goal(NamedTuple):
    """Where one jumps: an anchor, and how many lines are wanted above it."""

    anchor: Anchor
    above: int = 0


class Logs(Taking):
    """One log at a time. Reading is done in a thread of its own; what it reads comes back as pages."""

    NAME: ClassVar[str] = "logs"
    ACTIONS = LOGS_ACTIONS
    CSS_PATH: ClassVar[CSSPathType | None] = ["place.tcss", "logs.tcss"]
    AUTO_FOCUS: ClassVar[str] = "#log"

    def __init__(self) -> None:
        super().__init__()
        self.pane, self.bar = LogPane(id="log"), LogBar(id="log-bar")
        self.asking = AskLine(self._answered, id="log-ask")
        self.reading = Reading(self.yard_app.yard)
        self.read_of: Subject | None = None
        self._row: JobRow | None = None
        self._came_from = "jobs"
        self._goal: Goal | None = None
        self._stale = False  # the job is to be looked at again
        self._wished: Wish | None = None  # what is being read
        self._reader = Stopping()
        self._next = 0.0  # when the files are looked at again
        self._purse = Purse(Pen.sent, time.monotonic())
        self._more = 0  # bytes that came while somebody looked elsewhere

    def body(self) -> Iterable[Widget]:
        """The lines; below them what is looked for, or the line in which one writes it."""
        yield self.pane
        yield self.bar
        yield self.asking

    def on_mount(self) -> None:
        """Threads of its own: a look into a log waits for nobody."""
        self._lane = self.yard_app.lane("logs", looks=True)
        self._seek_lane = self.yard_app.lane("log-seek")
        self.set_interval(EVERY, self._tick)

    def on_unmount(self) -> None:
        """Whatever still goes through a log leaves off."""
        self._reader.stop()
        self.stop_looking()
        self.stop_saving()

    # -- which log ----------------------------------------------------------------------------------

    @property
    def job(self) -> JobRow | None:
        """The job whose log this is."""
        return self._row

    def turn_to(self, job: JobRow | None) -> None:
        """The log of this job, at its end; of the same one, where it was."""
        if (here := self.yard_app.place) is not self:
            self._came_from = here.NAME
        if job is None or (self.read_of is not None and self.read_of.row == job.row):
            self._row = job or self._row
            return
        self._row = job
        streams = self.read_of.streams if self.read_of is not None else "both"
        self.read(Subject(job.row, streams=streams))

    @property
    def read_row(self) -> int | None:
        """The number of that job."""
        return self.read_of.row if self.read_of is not None else None

    def read(self, subject: Subject) -> None:
        """Another log, or otherwise; what is looked for and filtered stays."""
        self.stop_looking()
        self.read_of = subject
        self._more, self._goal, self.found, self.count = 0, None, Found(), Count()
        self.pane.clear()
        if self.is_mounted:
            self.look()

    # -- looking ------------------------------------------------------------------------------------

    def look(self) -> None:
        """Read what is in sight, and look at the job."""
        self._stale = True
        self.read_on()

    def rang(self, changes: Changes) -> None:
        """The yard changed: perhaps this job."""
        if self.read_of is None or changes.rows is None or self.read_of.row in changes.rows:
            self.look()

    def jump(self, anchor: Anchor, above: int = 0) -> None:
        """Have the row of *anchor* in sight, so many lines from the top."""
        self._goal = Goal(anchor, above)
        self.pane.following = anchor == END
        self.read_on()

    def coming(self) -> Anchor | None:
        """Where a jump goes that has not been shown yet."""
        return self._goal.anchor if self._goal is not None else None

    def _tick(self) -> None:
        """Look at the files, as often as it may be: for what the screen takes, and for what it sends."""
        now = time.monotonic()
        if not self.is_current or self._wished is not None or now < self._next or self.read_of is None:
            return
        if (debt := self._purse.debt(Pen.sent, now)) > 0:
            self._next = now + debt
            return
        self._next = now + (SELDOM if self.pane.story.over else 0.0)
        self.read_on()

    def read_on(self) -> None:
        """Have a piece read around what is in sight. One that is being read and is no longer wanted is left."""
        if self.read_of is None or not self.is_mounted:
            self.tell_facts()
            return
        wish, reading, goal = self._wish(self.read_of), self.reading, self._goal
        if self._wished != wish:
            self._reader.stop()
            self._reader = Stopping()
        self._wished, stop = wish, self._reader

        def letter() -> Message | None:
            fresh, self._stale = self._stale, False
            try:
                page = reading.page(wish, fresh=fresh, anyway=goal is not None, stop=stop, tell=tell)
            finally:
                if stop is self._reader:
                    self._wished = None
            return LogRead(page, goal) if page is not None else None

        tell = seldom(self._tell_sifting)
        self._lane.put(letter, self, key="page")

    def _wish(self, subject: Subject) -> Wish:
        height = max(10, self.pane.size.height)
        if self._goal is not None:
            return Wish(subject, self._goal.anchor, ABOVE * height, BELOW * height, self.sieve)
        top = self.pane.window.top_row
        if self.pane.following or top is None:
            return Wish(subject, END, 2 * height, 0, self.sieve)
        return Wish(subject, top.place, ABOVE * height, BELOW * height, self.sieve)

    def _tell_sifting(self, fraction: float) -> None:
        self.post_message(LogSifting(fraction))

    def on_log_sifting(self, message: LogSifting) -> None:
        """How far the lines that match have been looked for."""
        self.sifting = message.fraction
        self.show_state()

    def on_log_read(self, message: LogRead) -> None:
        """A piece has come."""
        page, goal, began = message.page, message.goal, time.monotonic()
        if page.wish.subject != self.read_of or page.wish.sieve != self.sieve:
            return
        self.sifting = 1.0
        self._row = page.story.job or self._row
        if isinstance(goal, Goal) and goal is self._goal:
            self._goal = None
            self.pane.take(page, show=page.at, above=goal.above)
        elif self._goal is None:
            self.pane.take(page)
        self._more = 0 if self.pane.window.at_end else self._more + page.more
        if (page.more or page.anew) and self.sought is not None and not self.going:
            self.count_on()
        self._next = max(self._next, began + SHARE * (time.monotonic() - began))
        self.tell_facts()
        self.show_state()

    def on_log_wanted(self, message: LogWanted) -> None:
        """Other lines are in sight; perhaps rows are wanted that are not in hand."""
        if message.anchor is not None:
            self.jump(message.anchor)
        elif self.pane.owed or self.pane.window.short():
            self.read_on()
        self.tell_facts()
        if self.pane.marked is not None:
            self.show_state()

    # -- what is told -------------------------------------------------------------------------------

    def tell_facts(self) -> None:
        """Also the keys."""
        if self.is_mounted:
            super().tell_facts()
            self.show_context()

    def subject(self) -> str:
        """Which job, attempt and streams."""
        if self.read_of is None or self._row is None:
            return "no job is selected"
        story = self.pane.story
        words = [story.title or plain(name_of(self._row))]
        if story.attempts > 1 or (story.attempt and self.read_of.attempt is not None):
            words.append(f"attempt {story.attempt}" + (f" of {story.attempts}" if story.attempts > 1 else ""))
        if self.read_of.parents:
            words.append("with its parents")
        words.append(CALLED[self.read_of.streams])
        return " · ".join(words)

    def facts(self) -> Line:
        """Whether it follows; how far down, when that was written, how much there is."""
        page, pane = self.pane.held, self.pane
        if page is None:
            return []
        parts: Line = []
        if pane.following and not pane.story.over:
            parts.append((" following ", "running"))
        elif self._more:
            parts.append((f" ▼ {size(self._more)} more ", "warning"))
        if page.size:
            parts.append((f" {percent(pane)} ", "bold"))
        if pane.story.progress is not None:
            room = PROGRESS if self.size.width >= WIDE else PROGRESS // 2
            parts.append((f"· {told(pane.story.progress, room, time.time())} ", "running"))
        top = pane.window.top_row if not pane.following else pane.window.bottom_row
        if top is not None and top.at is not None:
            parts.append((time.strftime("· %H:%M:%S ", time.localtime(top.at)), "dim"))
        return [*parts, (f"· {size(page.size)}", "dim")]

    def show_state(self) -> None:
        """What is looked for, filtered, marked; what goes on."""
        sifts, saves = self.sifting < 1 and self.sieve is not None, self.saving is not None
        going = self.going or ("filter" if sifts else "saving" if saves else "")
        fraction = self.found.fraction if self.going else self.sifting if sifts else self.saving or 0.0
        self.bar.take(
            State(
                self.sought.text if self.sought is not None else "",
                self.found,
                self.count,
                going,
                fraction,
                self.sieve.text if self.sieve is not None else "",
                self.sieve.context if self.sieve is not None else 0,
                self.pane.marked_lines,
            )
        )
        self.show_context()

    def context(self) -> Context:
        """What is the case just now."""
        return super().context()._replace(focus=ASKING if self.asking.display else LOG)

    # -- the way out --------------------------------------------------------------------------------

    def _answered(self) -> None:
        """The line in which one wrote is put away."""
        self.set_focus(self.pane)
        self.show_state()

    def back(self) -> None:
        """Out of the innermost: the line, what goes on, the range, the search, the filter; then out."""
        if self.asking.display:
            self.asking.close()
        elif self.going:
            self.stop_looking()
            self.show_state()
        elif self.saving is not None:
            self.stop_saving()
        elif self.pane.marked is not None:
            self.drop_range()
        elif self.sought is not None:
            self.drop_search()
        elif self.sieve is not None:
            self.sift(None)
        else:
            self.leave()

    def leave(self) -> None:
        """To the screen from which one came; what is looked for and filtered stays."""
        self.yard_app.show_place(self._came_from)


def percent(pane: LogPane) -> str:
    """How far down the window's end is: 100% only at the end."""
    if pane.window.at_end:
        return "100%"
    _, lower = pane.in_sight()
    return f"{min(99, 100 * lower // max(1, pane.held.size if pane.held else 1))}%"

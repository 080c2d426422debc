"""What the detail pane asks of the side thread, and when: the selected job, its history and origin, the end of its log.

The job itself once the cursor rests on it and at every change that may concern it; history and origin only while
somebody looks at them, a little later, and again only after something was done to the job itself. Nothing waits.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import TYPE_CHECKING

from textual.message import Message
from textual.timer import Timer

from jobyard.core.models import Changes, JobRow
from jobyard.core.states import State

from .messages import Counted, Deepened, Detailed
from .tailing import EVERY, Tail
from .throttle import Throttle

if TYPE_CHECKING:
    from .screens.jobs import Jobs

SETTLE = 0.06  # seconds that the cursor rests on a job before it is described
REST = 0.12  # seconds more before its history and its origin are read
SHARE = 12.0  # times what history, origin and forecast took are waited before they are read again for the same job
STALE = 3.0  # seconds that a forecast may be old when the cursor comes to a job
GATHERS = 60.0  # seconds from its start within which more about its origin is to be expected
LINES = 200  # of the end of the log
MOST_MARKS = 1000  # marked jobs that are counted by state and queue


class Spotlight:
    """The selected job's link to the side thread. Out of sight nothing is fetched."""

    def __init__(self, screen: Jobs) -> None:
        self._screen = screen
        self._tail = Tail(LINES)
        self._again = Throttle(self._fetch_selected, screen.set_timer)
        self._marks_soon = Throttle(self.count_marks, screen.set_timer)
        self._settle: Timer | None = None
        self._rest: Timer | None = None
        self._follow: Timer | None = None
        self._resting, self._dived, self._again_at = -1, -1, 0.0  # whose they are next, were last, and when they may
        self._deep: int | None = None  # the job whose history and origin are as they are now
        self._shown = True

    def start(self) -> None:
        """Be ready to follow a log."""
        self._follow = self._screen.set_interval(EVERY, self._look_at_log, pause=True)

    def show(self, shown: bool) -> None:
        """The pane is in sight, or not."""
        before, self._shown = self._shown, shown
        if shown and not before:
            self.turn_to(self._screen.table.selected)
            self.count_marks()
        if not shown and self._follow is not None:
            self._follow.pause()

    # -- the job ----------------------------------------------------------------------------------

    def turn_to(self, job: JobRow | None) -> None:
        """Another job is selected: describe it as soon as the cursor rests."""
        if self._settle is not None:
            self._settle.stop()
            self._settle = None
        if self._rest is not None and (job is None or job.row != self._resting):
            self._rest.stop()
            self._rest = None
        if job is None:
            self._screen.detail.take(None)
        elif self._shown:
            self._settle = self._screen.set_timer(SETTLE, lambda: self._fetch(job))

    def look_again(self, changes: Changes) -> None:
        """What a change can have touched: the job itself, what it waits for, its array."""
        selected, rows = self._screen.table.selected, changes.rows
        if self._screen.table.marks and (rows is None or rows & self._screen.table.marks):
            self._marks_soon()
        if selected is None:
            return
        own = rows is None or selected.row in rows
        if own or selected.state is State.PENDING:
            self._deep = None  # of one that waits the expected start may be another one
        if own or selected.state is State.PENDING or selected.fold is not None or self._beside(rows):
            self._again()

    def _beside(self, rows: Collection[int] | None) -> bool:
        """Whether one of these waits for the job, or is waited for."""
        job = self._screen.detail.job
        edges = (*job.depends_on, *job.dependents) if job is not None and rows else ()
        return any(edge.row in rows for edge in edges) if rows else False

    def _fetch_selected(self) -> None:
        selected = self._screen.table.selected
        if selected is not None and self._shown:
            self._fetch(selected)

    def _fetch(self, job: JobRow) -> None:
        yard, row, fold = self._screen.yard_app.yard, job.row, job.fold

        def letter() -> Message:
            from .gathering import gather  # in the thread: the first paint does not wait for it

            return Detailed(row, gather(yard, row, fold))

        self._screen.yard_app.siding.put(letter, self._screen, key="detail")

    # -- the marked jobs --------------------------------------------------------------------------

    def count_marks(self) -> None:
        """Count the marked jobs by state and queue."""
        marks, screen = self._screen.table.marks, self._screen
        some, total, yard = sorted(marks)[:MOST_MARKS], len(marks), screen.yard_app.yard
        if not some:
            screen.detail.take_marked((), 0)
        elif self._shown:
            letter = lambda: Counted(tuple(yard.rows(some).values()), total)  # noqa: E731
            screen.yard_app.siding.put(letter, screen, key="marks")

    # -- its history and its origin -----------------------------------------------------------------

    def deepen(self) -> None:
        """Fetch them, if they are looked at and not known as they are now, once the cursor rests."""
        detail = self._screen.detail
        dossier = detail.dossier if self._shown and detail.deep else None
        if dossier is None or self._rest is not None:
            return
        if dossier.row != self._deep or dossier.deeper is None:
            wait = self._again_at - time.monotonic() if dossier.row == self._dived else 0.0
            self._resting = dossier.row
            self._rest = self._screen.set_timer(max(REST, wait), self._fetch_deeper)

    def _fetch_deeper(self) -> None:
        self._rest = None
        dossier, yard = self._screen.detail.dossier, self._screen.yard_app.yard
        if dossier is None:
            return
        row = self._deep = dossier.row
        stale, self._dived = 0.0 if row == self._dived else STALE, row

        def letter() -> Message:
            from .gathering import deepen

            began = time.monotonic()
            found = deepen(yard, row, stale)
            now = time.monotonic()
            self._again_at = now + SHARE * (now - began)
            return Deepened(row, found)

        self._screen.yard_app.siding.put(letter, self._screen, key="deeper")

    def tick(self) -> None:
        """Git takes its time: what is known of a new attempt's origin comes without a bell."""
        dossier = self._screen.detail.dossier
        if dossier is not None and dossier.unsure and time.time() - (dossier.job.started_at or 0.0) < GATHERS:
            self._deep = None
            self.deepen()

    # -- its log ----------------------------------------------------------------------------------

    def follow_log(self) -> None:
        """Read the end of the job's log; again and again only while it runs."""
        dossier = self._screen.detail.dossier
        if dossier is None or self._follow is None:
            return
        if not dossier.tail:
            self._tail.forget()  # another job was shown in between
        self._look_at_log()
        if dossier.job.state is State.RUNNING and self._shown:
            self._follow.resume()
        else:
            self._follow.pause()

    def _look_at_log(self) -> None:
        job, app = self._screen.detail.job, self._screen.yard_app
        if job is not None and job.attempts:
            app.siding.put(self._tail.letter(app.yard, job.row), self._screen, key="tail")

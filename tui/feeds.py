"""What the Jobs screen asks of the threads, and when: rows, queues, the selected job, its log.

The screen says what it needs; here it is decided which thread fetches it and what may be left out.
Nothing here waits.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.message import Message
from textual.timer import Timer

from jobyard.core.models import Changes, Fold, Job, JobRow
from jobyard.core.states import State

from .messages import Deepened, Detailed, Loaded, Surveyed
from .outlook import Outlook
from .paging import load
from .tailing import EVERY, Tail
from .throttle import Throttle

if TYPE_CHECKING:
    from .live import Live
    from .screens.jobs import Jobs

SETTLE = 0.06  # seconds that the cursor rests on a job before it is described
REST = 0.12  # seconds more before its history and its origin are read
GATHERS = 60.0  # seconds from its start within which more about its origin is to be expected
LINES = 200  # of the end of the log
SECOND = 1.0
SURVEY_EVERY = 5.0  # seconds; shows a worker that hangs, which rings no bell


class Feeds:
    """The Jobs screen's link to the threads."""

    def __init__(self, screen: Jobs) -> None:
        self._screen = screen
        self.outlook = Outlook(screen)
        self._survey_soon = Throttle(self.survey, screen.set_timer)
        self._detail_soon = Throttle(self._detail_again, screen.set_timer)
        self._tail = Tail(LINES)
        self._settle: Timer | None = None
        self._rest: Timer | None = None
        self._deep: int | None = None  # the job whose history and origin are as they are now
        self._follow: Timer | None = None
        self._live: Live | None = None
        self._shown = True

    def start(self, since: int | None) -> None:
        """Fetch what the first picture needs; once it is painted, listen for what comes after event *since*.

        None: nothing has been read yet; the listener begins with everything.
        """
        screen = self._screen
        self.survey()
        screen.call_after_refresh(self._listen, since)
        screen.call_after_refresh(self.outlook.start)
        screen.set_interval(SECOND, self._tick)
        screen.set_interval(SURVEY_EVERY, self.survey)
        self._follow = screen.set_interval(EVERY, self._look_at_log, pause=True)

    def stop(self) -> None:
        """Listen no more."""
        if self._live is not None:
            self._live.close()

    def _listen(self, since: int | None) -> None:
        from .live import Live  # the first paint does not wait for it

        self._live = Live(self._screen.yard_app.yard, self._screen, since)
        self._live.start()

    def drawn(self, cells: int = 0) -> None:
        """What changed is on the screen, so many cells; the next change may come."""
        if self._live is not None:
            self._live.shown(cells)

    # -- rows -------------------------------------------------------------------------------------

    def fetch(self, *, seek: int | None = None, fresh: bool = False, page: int | None = None) -> None:
        """Fetch the table's view, or one more page of it."""
        app, screen = self._screen.yard_app, self._screen
        wish = screen.table.wish(seek=seek, fresh=fresh, page=page)
        if fresh:
            app.yard.interrupt()
        app.reading.put(lambda: Loaded(load(app.yard, wish)), screen, key="view" if page is None else ("page", page))

    def look_again(self, changes: Changes) -> None:
        """Fetch what a change can have touched."""
        self.outlook.look_again(changes)
        selected = self._screen.table.selected
        rows = changes.rows
        if rows is None or rows or changes.queues:  # a queue's new policy orders its jobs anew
            self.fetch()
        else:
            self.drawn()
        if changes.queues or rows is None or rows:
            self._survey_soon()
        if selected is not None and (rows is None or selected.row in rows):
            self._deep = None
        if selected is not None and (rows is None or selected.row in rows or selected.state is State.PENDING):
            self._detail_soon()

    def survey(self) -> None:
        """Fetch queues, workers and counts."""
        yard = self._screen.yard_app.yard

        def letter() -> Message:
            trouble = yard.settings_trouble()  # first, since it may change queues
            return Surveyed(tuple(yard.queues()), tuple(yard.workers()), yard.counts(), trouble)

        self._screen.yard_app.siding.put(letter, self._screen, key="survey")

    # -- the selected job -------------------------------------------------------------------------

    def detail_shown(self, shown: bool) -> None:
        """The detail pane is in sight, or not; out of sight nothing is fetched for it."""
        before, self._shown = self._shown, shown
        if shown and not before:
            self.describe(self._screen.table.selected)
        if not shown and self._follow is not None:
            self._follow.pause()

    def describe(self, job: JobRow | None) -> None:
        """Another job is selected: describe it as soon as the cursor rests."""
        if self._settle is not None:
            self._settle.stop()
            self._settle = None
        if job is None:
            self._screen.detail.take(None)
        elif self._shown:
            self._settle = self._screen.set_timer(SETTLE, lambda: self._fetch_detail(job.row, job.fold))

    def _detail_again(self) -> None:
        """The selected job may be otherwise."""
        selected = self._screen.table.selected
        if selected is not None and self._shown:
            self._fetch_detail(selected.row, selected.fold)

    def _fetch_detail(self, row: int, fold: Fold | None) -> None:
        yard = self._screen.yard_app.yard

        def letter() -> Message:
            from .gathering import gather  # in the thread: the first paint does not wait for it

            return Detailed(row, gather(yard, row, fold))

        self._screen.yard_app.siding.put(letter, self._screen, key="detail")

    def deepen(self) -> None:
        """Fetch history and origin, if they are looked at and may have changed, once the cursor rests."""
        detail = self._screen.detail
        row = detail.dossier.row if detail.dossier is not None and self._shown and detail.deep else None
        if row is not None and row != self._deep and self._rest is None:
            self._rest = self._screen.set_timer(REST, self._fetch_deeper)

    def _fetch_deeper(self) -> None:
        self._rest = None
        dossier, yard = self._screen.detail.dossier, self._screen.yard_app.yard
        if dossier is None:
            return
        row = self._deep = dossier.row

        def letter() -> Message:
            from .gathering import deepen

            return Deepened(row, deepen(yard, row))

        self._screen.yard_app.siding.put(letter, self._screen, key="deeper")

    def _gather_on(self) -> None:
        """Git takes its time: what is known of a new attempt's origin comes without a bell."""
        dossier = self._screen.detail.dossier
        if dossier is not None and dossier.unsure and time.time() - (dossier.job.started_at or 0.0) < GATHERS:
            self._deep = None
            self.deepen()

    def follow_log(self, job: Job | None) -> None:
        """Read the end of the job's log; again and again only while it runs."""
        if job is None or self._follow is None:
            return
        self._look_at_log()
        if job.state is State.RUNNING and self._shown:
            self._follow.resume()
        else:
            self._follow.pause()

    def _look_at_log(self) -> None:
        job, app = self._screen.detail.job, self._screen.yard_app
        if job is not None and job.attempts:
            app.siding.put(self._tail.letter(app.yard, job.row), self._screen, key="tail")

    def _tick(self) -> None:
        if self._screen.is_current:
            self._screen.table.tick()
            self._screen.detail.tick()
            self._gather_on()

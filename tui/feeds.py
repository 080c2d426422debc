"""What the Jobs screen asks of the threads, and when: rows, queues, workers. The selected job: `spotlight`.

The screen says what it needs; here it is decided which thread fetches it and what may be left out.
Nothing here waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from jobyard.core.models import Changes

from .gauging import Gauging
from .messages import Loaded, Surveyed
from .outlook import Outlook
from .paging import load
from .pen import Pen
from .spotlight import Spotlight
from .throttle import Throttle

if TYPE_CHECKING:
    from .screens.jobs import Jobs

SECOND = 1.0
SURVEY_EVERY = 5.0  # seconds; shows a worker that hangs, which rings no bell


class Feeds:
    """The Jobs screen's link to the threads."""

    def __init__(self, screen: Jobs) -> None:
        self._screen = screen
        self.outlook = Outlook(screen)
        self.spotlight = Spotlight(screen)
        self.gauging = Gauging(screen)
        self._survey_soon = Throttle(self.survey, screen.set_timer)

    def start(self, since: int | None) -> None:
        """Fetch what the first picture needs; once it is painted, listen for what comes after event *since*.

        None: nothing has been read yet; the listener begins with everything.
        """
        screen = self._screen
        self.survey()
        screen.call_after_refresh(self._listen, since)
        screen.call_after_refresh(self.outlook.start)
        screen.call_after_refresh(self.gauging.tick)
        screen.set_interval(SECOND, self._tick)
        screen.set_interval(SURVEY_EVERY, self.survey)
        self.spotlight.start()

    def stop(self) -> None:
        """Listen no more."""
        if (live := self._screen.yard_app.live) is not None:
            live.close()

    def _listen(self, since: int | None) -> None:
        from .live import Live  # the first paint does not wait for it

        app = self._screen.yard_app
        app.live = Live(app.yard, self._screen, since, lambda: Pen.sent)
        app.live.start()

    def drawn(self) -> None:
        """What changed is on the screen; the next change may come."""
        self.gauging.look_again()
        if (live := self._screen.yard_app.live) is not None:
            live.shown()

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
        rows = changes.rows
        if rows is None or rows or changes.queues:  # a queue's new policy orders its jobs anew
            self.fetch()
        else:
            self.drawn()
        if changes.queues or rows is None or rows:
            self._survey_soon()
        self.spotlight.look_again(changes)

    def survey(self) -> None:
        """Fetch queues, workers and counts."""
        yard = self._screen.yard_app.yard

        def letter() -> Message:
            trouble = yard.settings_trouble()  # first, since it may change queues
            return Surveyed(tuple(yard.queues()), tuple(yard.workers()), yard.counts(), trouble)

        self._screen.yard_app.siding.put(letter, self._screen, key="survey")

    def _tick(self) -> None:
        if self._screen.is_current:
            self._screen.table.tick()
            self._screen.detail.tick()
            self.spotlight.tick()
            self.gauging.tick()

"""The end of a log on a page of more than that: followed while it grows, and looked back at as far as it is in hand."""

from __future__ import annotations

from jobyard.core.logbook import END, START

from ..logs.model import Subject, Wish
from ..logs.reading import Reading
from ..logs.searching import Stopping
from ..messages import LogRead, LogWanted
from ..widgets.logpane import LogPane
from .writing import Writing

EVERY = 0.25  # seconds between two looks at files that grow
ROWS = 400  # of a log that are in hand


class RunLog(Writing):
    """The last rows of one log. The whole of it is on a screen of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.log_tail = LogPane(id=f"{self.SHORT}-log")
        self._reading = Reading(self.yard_app.yard)
        self._read_of: Subject | None = None
        self._log_stale = False  # the job is to be looked at again
        self._reader = Stopping()

    def on_mount(self) -> None:
        """Logs grow without a bell."""
        self.set_interval(EVERY, self.follow_log)

    def on_unmount(self) -> None:
        """Nobody reads any more."""
        self._reader.stop()

    def read_log(self, subject: Subject | None) -> None:
        """Follow this log; the same one: look whether its job goes on."""
        if subject != self._read_of:
            self._reader.stop()
            self._reader = Stopping()
            self._read_of = subject
            self.log_tail.clear()
        self._log_stale = True
        self.follow_log()

    def follow_log(self) -> None:
        """Read what has come; of a job that has ended nothing comes."""
        if self._read_of is None or not self.is_current or (self.log_tail.story.over and not self._log_stale):
            return
        wish, stop, reading = Wish(self._read_of, END, ROWS), self._reader, self._reading

        def letter() -> LogRead | None:
            fresh, self._log_stale = self._log_stale, False
            page = reading.page(wish, fresh=fresh, anyway=False, stop=stop, tell=lambda _: None)
            return LogRead(page) if page is not None else None

        self._lane(f"{self.NAME}-log").put(letter, self, key="page")

    def on_log_read(self, message: LogRead) -> None:
        """Its end has come."""
        if message.page.wish.subject == self._read_of:
            self.log_tail.take(message.page)
            self.tell_headings()

    def on_log_wanted(self, message: LogWanted) -> None:
        """To the beginning of what is in hand, or to its end."""
        held = self.log_tail.held
        if message.anchor is not None and held is not None:
            self.log_tail.following = message.anchor == END
            self.log_tail.take(held, show=END if message.anchor == END else START)

    def tell_headings(self) -> None:
        """What the panels show, in a word."""
        raise NotImplementedError

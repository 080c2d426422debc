"""The part of the Logs screen that goes through a whole log: search, count, jumps. In a thread that may be stopped."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.message import Message

from jobyard.core.errors import BadInput
from jobyard.core.logbook import END, Place

from ..lanes import Lane
from ..logs.model import Anchor, LineNumber
from ..logs.reading import Reading
from ..logs.searching import Count, Counting, Found, Sought, Stopping, line_place, search, sought
from ..logs.where import HINT, anchor_of
from ..messages import LogCounted, LogSought
from ..widgets.askline import AskLine
from ..widgets.logpane import LogPane
from .place import Place as Screen

PAST = "log.searches"  # the name under which searches of before are remembered
KEPT = 30  # of them


class Looking(Screen):
    """Search and jumps. One thing at a time: whoever asks for the next one stops the last."""

    pane: LogPane
    reading: Reading
    asking: AskLine
    sought: Sought | None = None  # what is looked for, and highlighted
    looked: str = ""  # the same as it was written last, also when it has been dropped since
    found = Found()  # where that search has come
    count = Count()
    going = ""  # what goes on: "search", "line"
    _owed: tuple[bool, ...] = ()  # further matches asked for before this one was found: each, whether backwards
    _stopping = Stopping()
    _counting: Counting | None = None
    _counter = Stopping()
    _seek_lane: Lane

    def jump(self, anchor: Anchor, above: int = 0) -> None:
        """Have the row of *anchor* in sight."""
        raise NotImplementedError

    def coming(self) -> Anchor | None:
        """Where a jump goes that has not been shown yet."""
        raise NotImplementedError

    def show_state(self) -> None:
        """Say how far everything is."""
        raise NotImplementedError

    # -- asking -------------------------------------------------------------------------------------

    def ask_search(self) -> None:
        """A pattern, forwards; at the end of a log backwards."""
        self.open_line(
            "/", self._search_for, hint="a regular expression; capitals count if there are any", past=self.past()
        )

    def open_line(self, sign: str, take: Callable[[str], str], **more: object) -> None:
        """Give the keys to the line in which one writes."""
        self.yard_app.opening = True
        self.asking.ask(sign, take, **more)  # type: ignore[arg-type]
        self.show_state()

    def _search_for(self, text: str) -> str:
        if not text:
            self.drop_search()
            return ""
        try:
            self.look_for(sought(text))
        except BadInput as error:
            return error.line()
        return ""

    def look_for(self, what: Sought) -> None:
        """Begin a search where one is: at the end of a log backwards, elsewhere from the first line in sight on."""
        self.sought, self.looked, self.count = what, what.text, Count()
        self.pane.pattern, self.pane.hit = what.shown, None
        self.remember(what.text)
        if self.pane.window.at_end and not self.pane.window.at_start:
            self._search(END, backwards=True, here=True)
        else:
            top = self.pane.window.top_row
            self._search(top.place if top is not None else END, backwards=False, here=True)

    def past(self) -> list[str]:
        """What was looked for before, the newest last."""
        found = self.yard_app.memory.get(PAST)
        return [text for text in found if isinstance(text, str)] if isinstance(found, list) else []

    def remember(self, text: str) -> None:
        """For the next time."""
        self.yard_app.remember(PAST, [*(one for one in self.past() if one != text), text][-KEPT:])

    def seek_next(self, backwards: bool) -> None:
        """The next match, or the one before; of the last pattern where there is none."""
        if self.sought is None:
            if not self.looked:
                self.tell("Nothing is looked for." + self.hint("logs-search", "looks for something"))
                return
            self.look_for(sought(self.looked))
            return
        if self.going == "search":
            self._owed += (backwards,)
            return
        window = self.pane.window
        here = self.pane.hit
        if here is None or not (self._in_sight(here) or here == self.coming()):
            row = window.bottom_row if backwards else window.top_row
            if row is None:
                return
            self._search(row.place, backwards=backwards, here=row.place != here)
        else:
            self._search(here, backwards=backwards, here=False)

    def _in_sight(self, place: Place) -> bool:
        return any(self.pane.window.rows[number].place == place for number, _ in self.pane.window.spots())

    def drop_search(self) -> None:
        """Nothing is looked for any more."""
        self.stop_looking()
        self.sought, self.pane.pattern, self.pane.hit = None, None, None
        self.found, self.count = Found(), Count()
        self.pane.repaint()
        self.show_state()

    def stop_looking(self) -> None:
        """Leave off whatever goes through the log."""
        self._stopping.stop()
        self._counter.stop()
        self.going, self._owed = "", ()

    # -- searching ----------------------------------------------------------------------------------

    def _search(self, place: Place, *, backwards: bool, here: bool) -> None:
        what, book = self.sought, self.reading.book
        if what is None:
            return
        stop, seen = self._begin("search"), self.reading.subject

        def letter() -> Message:
            found = search(book, what, place, backwards=backwards, here=here, stop=stop, tell=tell)
            return LogSought(found, what, seen)

        def tell(found: Found) -> None:
            self.post_message(LogSought(found, what, seen))

        self._seek_lane.put(letter, self, key="seek")

    def _begin(self, what: str) -> Stopping:
        self.stop_looking()
        self.going, self.found = what, Found(fraction=0.0)
        self._stopping = Stopping()
        self.show_state()
        return self._stopping

    def on_log_sought(self, message: LogSought) -> None:
        """How far a search is, or what it has found."""
        found = message.found
        if message.subject != self.reading.subject or not self.going or found.stopped:
            return
        if message.what is not None and message.what is not self.sought:
            return
        self.found = found
        if found.fraction < 1:
            self.show_state()
            return
        self.going = ""
        if found.place is not None and self._owed:
            backwards, *rest = self._owed
            self._search(found.place, backwards=backwards, here=False)
            self._owed = tuple(rest)
            return
        self._arrived(found, searched=message.what is not None)

    def _arrived(self, found: Found, *, searched: bool) -> None:
        if not searched:
            self.jump(found.place or END)
            return
        self.pane.hit = found.place
        if found.place is None:
            self.count = Count(fraction=1.0)  # all of it has been looked through
            self.show_state()
            return
        self.pane.following = False
        self.pane.reveal(found.column)
        if self._in_sight(found.place):
            self.pane.repaint()
        else:
            self.jump(found.place, self.pane.size.height // 3)
        self.show_state()
        self.count_on()

    # -- counting -----------------------------------------------------------------------------------

    def count_on(self) -> None:
        """Count the matches as far as there are any."""
        what, book, at, seen = self.sought, self.reading.book, self.pane.hit, self.reading.subject
        if what is None or self.going:
            return
        if self._counting is None or self._counting.book is not book or self._counting.what is not what:
            self._counting = Counting(book, what)
        counting, stop = self._counting, Stopping()
        self._counter.stop()
        self._counter = stop

        def letter() -> Message | None:
            count = counting.run(at, stop, lambda count: tell(count))
            return LogCounted(count, what, seen) if count is not None else None

        def tell(count: Count) -> None:
            self.post_message(LogCounted(count, what, seen))

        self._seek_lane.put(letter, self, key="count")

    def on_log_counted(self, message: LogCounted) -> None:
        """How many matches there are so far."""
        if message.what is self.sought and message.subject == self.reading.subject:
            self.count = message.count
            self.show_state()

    # -- jumps --------------------------------------------------------------------------------------

    def ask_jump(self) -> None:
        """A time, a percentage, a line."""
        self.open_line("go to", self._jump_to, hint=HINT)

    def _jump_to(self, text: str) -> str:
        if not text.strip():
            return ""
        story = self.pane.story
        try:
            anchor = anchor_of(text, story.started_at, story.ended_at or time.time())
        except BadInput as error:
            return error.line()
        if isinstance(anchor, LineNumber):
            self._to_line(anchor.number)
        else:
            self.jump(anchor)
        return ""

    def _to_line(self, number: int) -> None:
        """Lines are counted from the beginning: that may take a while."""
        book, stop, seen = self.reading.book, self._begin("line"), self.reading.subject

        def letter() -> Message:
            found = line_place(book, number, stop, lambda found: tell(found))
            return LogSought(found, None, seen)

        def tell(found: Found) -> None:
            self.post_message(LogSought(found, None, seen))

        self._seek_lane.put(letter, self, key="seek")

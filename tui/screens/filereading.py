"""The part of a screen that asks the process which reads data files, in threads.

What takes longer than a second is told, and can be stopped; whoever turns to another file or leaves the screen stops
it too.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING, Any, ClassVar

from jobyard.core.errors import JobyardError

from ..configs.leaf import Words
from ..lanes import Lane
from ..messages import Answered
from ..results.drawing import SERVICE
from ..results.filetree import Looked
from ..widgets.leafpane import LeafPane
from ..widgets.plotpane import PlotPane, Said
from .panelled import Panelled

if TYPE_CHECKING:
    from jobyard.core.results.apart import Apart

READING, STOPPED, LEFT = "reading", "stopped", "left"  # instead of the stamp of a file; the last is read anew
SLOW = 1.0  # seconds after which it is told that something is read, and how often


class FileReading(Panelled):
    """Three panes: what is in a file, a plot, and what is said below that."""

    SHORT = ""  # what its panes are called: the beginning of their ids
    AGAIN: ClassVar[str] = "Come back here to read it."  # of a file whose reading was stopped

    def __init__(self) -> None:
        super().__init__()
        self.file = LeafPane(id=f"{self.SHORT}-file")
        self.plot = PlotPane(self._for_pictures, id=f"{self.SHORT}-plot")
        self.said = Said(id=f"{self.SHORT}-said")
        self.looked: Looked | None = None
        self._stamp: object = None  # of the file that is shown
        self._lanes: dict[str, Lane] = {}
        self._file_stop, self._draw_stop = Event(), Event()  # set: nobody wants these answers any more
        self._since: dict[str, float] = {}  # what is being read, since when
        self._telling = False

    # -- asking ---------------------------------------------------------------------------------------

    @property
    def apart(self) -> Apart:
        """The process that reads."""
        return self.yard_app.apart

    @property
    def _files(self) -> Lane:
        return self._lane(f"{self.NAME}-files")

    def _for_pictures(self) -> Lane:
        """Where the plot has a picture made."""
        self._wait("picture")
        return self._files

    def _lane(self, name: str) -> Lane:
        if name not in self._lanes or not self._lanes[name].lives:
            self._lanes[name] = self.yard_app.lane(name, looks=True)
        return self._lanes[name]

    def _put(self, lane: Lane, key: str, question: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Ask in a thread; what goes wrong is an answer too: it is shown where the answer would be."""

        def letter() -> Answered:
            try:
                found: Any = question()
            except JobyardError as error:
                found = error
            return Answered(lambda: then(found))

        lane.put(letter, self, key=key)

    def ask_apart(self, name: str, then: Callable[[Any], None], *given: Any) -> None:
        """Ask the process that reads files."""
        apart, stop = self.apart, self._draw_stop
        self._put(self._files, name, lambda: apart.ask(f"{SERVICE}:{name}", *given, stop=stop), then)

    def ask_files(self, name: str, question: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Ask in the thread that waits for the files."""
        self._put(self._files, name, question, then)

    # -- what takes long --------------------------------------------------------------------------------

    def _wait(self, name: str) -> None:
        """This is being read from now on; it is told if it takes long."""
        self._since[name] = time.monotonic()
        if not self._telling:
            self._telling = True
            self.set_timer(SLOW, self._tell_slow)

    def _tell_slow(self) -> None:
        seconds = time.monotonic() - min(self._since.values(), default=time.monotonic())
        self._telling = bool(self._since)
        if self._telling:
            self.set_timer(SLOW - seconds if seconds < SLOW else SLOW, self._tell_slow)
        if seconds < SLOW or not self.is_current:
            return
        words = f"reading … {seconds:.0f} s, esc stops"
        if "looked" in self._since and self.looked is None:
            self.file.take(Words(words, style="pending"))
            self.plot.take(None)
        self.said.take([[(words, "pending")]])

    def stop_reading(self) -> bool:
        """Stop what takes long; whether there was something."""
        slow = [began for began in self._since.values() if time.monotonic() - began >= SLOW]
        if not slow:
            return False
        self._give_up()
        self._stamp = STOPPED
        if self.looked is None:
            self.file.take(Words("It was not read: you stopped it.", self.AGAIN))
        if self.plot.picture is None:
            self.plot.take(None)
        self.said.take([[("not read: you stopped it", "pending")]])
        return True

    def _give_up(self, *, file: bool = True) -> None:
        """Nobody wants what is being read; *file*: also not what is in the file."""
        self._draw_stop.set()
        self._draw_stop = Event()
        if file:
            self._file_stop.set()
            self._file_stop = Event()
        self._since = {"looked": self._since["looked"]} if not file and "looked" in self._since else {}

    @property
    def stopped(self) -> bool:
        """Whether somebody stopped the reading."""
        return self._stamp == STOPPED

    def on_screen_suspend(self) -> None:
        """Another screen may be in front from now on: it does not wait for what this one reads."""
        self.call_later(self._leave)

    def _leave(self) -> None:
        if self._since and self.yard_app.place is not self:
            self._give_up()
            self._stamp = LEFT

"""A wait that says how far it is: a line that is rewritten where one can be (a terminal, Jupyter), else plain lines."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, TextIO

from ..text import cells, one_line, people_duration, visible
from ..yard import Yard

LOOK = 3.0  # seconds between looks whether anybody works
EVERY, AT_ONCE = 0.2, 10  # seconds between looks in the long run; so many may come at once, as a start has rings
BAR = 20  # cells
NARROWEST = 40


class Standing(NamedTuple):
    """How a job is that is waited for. ``fraction`` (0 to 1) and ``text`` are what it prints of its progress."""

    job_id: str
    status: str
    reason: str  # why it does not run yet
    fraction: float | None
    text: str
    waited: float  # seconds since the wait began

    def words(self) -> str:
        """The same as a line."""
        head = f"{self.job_id} {self.status}"
        if self.fraction is None:
            rest = visible(self.reason or self.text)
            return f"{head} {people_duration(self.waited)}" + (f": {rest}" if rest else "")
        full = round(self.fraction * BAR)
        bar = "█" * full + "░" * (BAR - full)
        return f"{head} {people_duration(self.waited)} {bar} {self.fraction:.0%} {visible(self.text)}".rstrip()


Tell = Callable[[Standing], None]


class Watch:
    """Tells how a job is, as often as is of use."""

    def __init__(self, yard: Yard, row: int, tell: Tell, look: Callable[[], None] = lambda: None) -> None:
        self._yard, self._row, self._tell, self._look = yard, row, tell, look
        self._began = self._looked = time.monotonic()
        self._asked, self._left = self._began, float(AT_ONCE)

    def heard(self, left: Sequence[int], total: int) -> None:
        """Somebody rang, or a second has passed."""
        now = time.monotonic()
        self._left = min(AT_ONCE, self._left + (now - self._asked) / EVERY)
        self._asked = now
        if now - self._looked >= LOOK:
            self._looked = now
            self._look()
        if self._left >= 1:
            self._left -= 1
            self._tell(self._standing(now - self._began))

    def _standing(self, waited: float) -> Standing:
        job = self._yard.rows([self._row])[self._row]
        found = self._yard.progress([self._row]).get(self._row)
        fraction, text = (None, "") if found is None else (found.fraction, found.text)
        return Standing(job.id, job.state.value, job.reason, fraction, text, waited)


class Line:
    """What a person sees of a wait."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or place()
        self._live = rewritable(self._stream)
        self._said: tuple[str, str] = ("", "")
        self._width = 0

    def show(self, standing: Standing) -> None:
        """How it is now."""
        if self._live:
            self._rewrite(standing.words())
        elif (standing.status, standing.reason) != self._said:
            self._said = standing.status, standing.reason
            self._stream.write(standing.words() + "\n")
            self._stream.flush()

    def end(self, text: str) -> None:
        """The last word."""
        shown = one_line(text)
        wiped = " " * max(0, self._width - cells(shown))
        self._stream.write(f"\r{shown}{wiped}\n" if self._live else f"{shown}\n")
        self._stream.flush()

    def _rewrite(self, text: str) -> None:
        """Blanks, not a control sequence, wipe what is left: notebooks know none."""
        text = one_line(text, self._room())
        width = cells(text)
        self._stream.write("\r" + text + " " * max(0, self._width - width))
        self._stream.flush()
        self._width = width

    def _room(self) -> int:
        return max(NARROWEST, shutil.get_terminal_size().columns - 1)


def place() -> TextIO:
    """Where a person is told: stderr, but in Jupyter, which shows that as an alarm, stdout."""
    return sys.stdout if _notebook(sys.stdout) else sys.stderr


def rewritable(stream: TextIO) -> bool:
    """Whether a line can be written over there."""
    return _notebook(stream) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def _notebook(stream: object) -> bool:
    return type(stream).__module__.partition(".")[0] == "ipykernel"

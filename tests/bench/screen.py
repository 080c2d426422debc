"""A terminal whose picture is known: how long it takes until something is to be seen on it.

What arrives is stamped as it arrives and fed to the emulator afterwards, so that the emulator costs the app nothing.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import time
from collections import Counter
from collections.abc import Callable

import pyte

from tests.bench.terminal import COLUMNS, ROWS, Terminal
from tests.tui.terminal import known

NAME = re.compile(r"sweep-\d{7}")
WINDOW = 0.4  # seconds that are listened for at first, twice as long each time that it was not enough
LONGEST = 20.0  # seconds after which it will not come any more

Holds = Callable[["Screen"], object]


class Screen:
    """What the far end of a terminal shows."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self.screen)
        self.received = 0

    @property
    def lines(self) -> list[str]:
        """The picture as text."""
        return list(self.screen.display)

    def names(self) -> list[str]:
        """The jobs in the table from top to bottom."""
        return [found[0] for line in self.lines[2:-1] if (found := NAME.search(line))]

    def under_cursor(self) -> str:
        """The job whose line has another ground than the rest."""
        rows = [(y, found) for y, line in enumerate(self.lines) if (found := NAME.search(line))]
        grounds = [self.screen.buffer[y][found.start()].bg for y, found in rows]
        usual = Counter(grounds).most_common(1)[0][0] if grounds else ""
        marked = (found[0] for (_, found), ground in zip(rows, grounds, strict=True) if ground != usual)
        return next(marked, "")

    def listen(self, seconds: float) -> None:
        """Take in what comes within so long."""
        for _, data in self._collect(seconds):
            self._feed(data)

    def until(self, holds: Holds) -> None:
        """Take in until it holds."""
        self._first(time.perf_counter(), holds)

    def after(self, act: bytes | Callable[[], object], holds: Holds) -> float:
        """Seconds from a key, or something that is done, until the picture is so."""
        began = time.perf_counter()
        if isinstance(act, bytes):
            self.terminal.keys(act)
        else:
            act()
        return self._first(began, holds) - began

    def _first(self, began: float, holds: Holds) -> float:
        window, found = WINDOW, 0.0
        while not found:
            for at, data in self._collect(window):
                self._feed(data)
                if not found and holds(self):
                    found = at
            if time.perf_counter() - began > LONGEST:
                raise TimeoutError("it did not come\n" + "\n".join(self.lines))
            window *= 2
        return found

    def _collect(self, seconds: float) -> list[tuple[float, bytes]]:
        found, end = [], time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if select.select([self.terminal.descriptor], [], [], left)[0]:
                found.append((time.perf_counter(), os.read(self.terminal.descriptor, 1 << 16)))
        return found or [(time.perf_counter(), b"")]

    def _feed(self, data: bytes) -> None:
        self.received += len(data)
        with contextlib.suppress(TypeError):  # pyte takes some of the newer sequences for text
            self._stream.feed(known(data))

"""A lab's modules, listed and read in processes of their own, each asked by a thread: parsing holds Python's lock, and
a disk may hang. Neither holds a key, nor does one folder's list wait long for another's.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from textual.message import Message

from jobyard.core.errors import JobyardError
from jobyard.core.labmodels import Asked, MainFile, Sheet
from jobyard.core.results.apart import Apart
from jobyard.core.yard import Yard, experimenting

from .lanes import Lane, Target
from .messages import Answered
from .text import plain

SCANNING = 8.0  # seconds that a folder is looked through at most
READING = 5.0  # seconds after which a class has no fields
LARGE, LONG = 1 << 20, 60.0  # bytes of a main config that is read by itself, and seconds that this may take
WARM = "jobyard.core.lab.sheets:find"  # asked for nothing: the process has loaded what it needs then
LATER = "The main hardware_config is large: its values come in a moment."


class LabReader:
    """What is asked of a lab for one form; *target* hears the answers."""

    def __init__(self, yard: Yard, lane: Callable[[str], Lane], target: Target) -> None:
        self._yard, self._target = yard, target
        self._scans, self._sheets = lane("labs"), lane("sheets")
        self._scanner, self._reader, self._patient = Apart(SCANNING), Apart(READING), Apart(LONG)
        self._main: MainFile | None = None
        self._large = False
        self.known = False  # whether it is known what main is

    def recall(self, then: Callable[[Sequence[Asked]], None]) -> None:
        """How experiments were asked for lately; none where the store fails, which the list of jobs tells."""

        def letter() -> Message:
            asked, main, size = list[Asked](), None, 0
            with suppress(JobyardError, OSError):
                asked, main = self._yard.experiments_asked(), self._yard.experiment_main()
                size = os.path.getsize(main.path) if main is not None else 0
            return Answered(lambda: recalled(asked, main, size))

        def recalled(asked: Sequence[Asked], main: MainFile | None, size: int) -> None:
            self._main, self._large, self.known = main, size > LARGE, True
            then(asked)

        self._sheets.put(letter, self._target)
        self._sheets.put(self._warm, self._target)

    def _warm(self) -> None:
        with suppress(JobyardError):
            self._reader.ask(WARM, (), "")

    def scan(self, folder: str, then: Callable[[str, Sequence[Any]], None]) -> None:
        """The experiments of a folder; none of one that takes too long."""

        def letter() -> Message:
            found: Sequence[Any] = ()
            with suppress(JobyardError):
                found, _ = self._scanner.ask(experimenting.SCAN, folder, SCANNING / 2)
            return Answered(lambda: then(folder, found))

        self._scans.put(letter, self._target)

    def read(self, module: str, name: str, places: Sequence[str], then: Callable[[Sheet], None]) -> None:
        """What a class is asked with; of a large main config its values come in a second answer."""

        def ask(apart: Apart, main: MainFile | None) -> Message:
            try:
                sheet = apart.ask(experimenting.SHEET, module, name, list(places), main)
            except JobyardError as error:
                sheet = Sheet(module, name, "", "", wrong=plain(error.line()))
            else:
                sheet = sheet._replace(wrong=LATER) if self._large and main is None else sheet
            return Answered(lambda: then(sheet))

        self._sheets.put(lambda: ask(self._reader, None if self._large else self._main), self._target, "sheet")
        if self._large:
            self._scans.put(lambda: ask(self._patient, self._main), self._target, "main")

    def end(self) -> None:
        """Ask nothing more, whatever hangs."""
        for lane in (self._scans, self._sheets):
            lane.close()
        threading.Thread(target=self._end, name="labs end", daemon=True).start()

    def _end(self) -> None:
        for apart in (self._scanner, self._reader, self._patient):
            apart.end()

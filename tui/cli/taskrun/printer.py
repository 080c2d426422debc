"""What ``jobyard run`` prints while it follows: events, and output labelled with its task.

On a terminal output is made harmless; on a pipe every line is passed on as it is, behind its label.
When the reader of the pipe leaves, printing stops and the tasks go on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TextIO

from jobyard.core.yard import clean_line, visible

BATCH = 1 << 18  # bytes that are written at a time


class Printer:
    """Lines to one stream, in order."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout
        self.raw = not self.stream.isatty()
        self.open = True
        self._below = ""  # the line below all that is printed, on a terminal

    def event(self, text: str) -> None:
        """``Started: NAME``."""
        self.write(visible(text).encode("utf-8", "backslashreplace") + b"\n")

    def output(self, label: str, lines: Iterable[bytes]) -> None:
        """``NAME | line`` for each line."""
        head = f"{visible(label)} | ".encode("utf-8", "backslashreplace")
        batch = bytearray()
        for line in lines:
            batch += head + (line if self.raw else self.harmless(line)) + b"\n"
            if len(batch) > BATCH:
                self.write(bytes(batch))
                batch.clear()
        if batch:
            self.write(bytes(batch))

    def harmless(self, line: bytes) -> bytes:
        """The line as plain text, shortened if it is very long."""
        return clean_line(line).encode("utf-8", "backslashreplace")

    def write(self, data: bytes) -> None:
        """Bytes to the stream, in order with its text."""
        if not self.open:
            return
        line = self._below
        self.below("")
        try:
            self.stream.flush()
            self.stream.buffer.write(data)
            self.stream.buffer.flush()
        except BrokenPipeError:
            self.open = False
        self.below(line)

    def below(self, text: str) -> None:
        """Have this line below what is printed, in place of the one before; "" for none."""
        if text != self._below:
            self._below = text
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()

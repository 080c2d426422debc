"""The growing output of one attempt, read in whole lines; no opinion about what a line means.

A log that its job has truncated is read again from its start; the hole that is left where a log
outgrew its cap is stepped over and told.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jobyard.core.yard import follow_log

CHUNK = 1 << 20  # bytes read at a time
LONGEST = 1 << 24  # bytes of a line that never ends, kept before it is passed on in pieces


class Tail:
    """One stream of one attempt."""

    def __init__(self, path: Path, offset: int = 0) -> None:
        self.path = path
        self.offset = offset
        self.rest = bytearray()

    def lines(self, to_end: bool = False) -> Iterator[bytes]:
        """The lines that are complete by now, without their newline; at most a chunk unless *to_end*."""
        while data := self.chunk():
            yield from self.split(data)
            if not to_end:
                return
        if to_end and self.rest:
            yield bytes(self.rest)
            self.rest.clear()

    def chunk(self) -> bytes:
        """What has been appended since the last call."""
        data, offset = follow_log(self.path, self.offset, CHUNK)
        skipped = offset - len(data) - self.offset
        self.offset = offset
        return b"\n[%d bytes left out]\n" % skipped + data if skipped > 0 else data

    def split(self, data: bytes) -> Iterator[bytes]:
        """Complete lines; what follows the last newline waits for the rest of its line."""
        *complete, last = data.split(b"\n")
        for line in complete:
            yield bytes(self.rest) + line if self.rest else line
            self.rest.clear()
        self.rest += last
        if len(self.rest) > LONGEST:
            yield bytes(self.rest)
            self.rest.clear()

"""The file ``usage`` in an attempt's folder: what its processes used, over time.

Records of 32 bytes, oldest first, never more than :data:`MOST`. The last one is replaced in its place while the job
runs, so it is as new as the last look; the others stay, evenly apart. When the file is full every second one goes, in
one rename, and from then on they are twice as far apart. A reader never sees half a record, nor half a file.
"""

from __future__ import annotations

import contextlib
import math
import os
import struct
from typing import NamedTuple

from ... import modes

NAME = "usage"
MOST = 1024
EVERY = 1.0  # seconds between the records that stay, to begin with
RECORD = struct.Struct("<ddQIf")
_ALIKE = slice(8, None)  # of a record: all but its time


class Sample(NamedTuple):
    """The whole tree of an attempt's processes at a moment."""

    at: float  # wall clock
    cpu_seconds: float  # used so far by all of them, those that have ended among them
    rss: int  # bytes resident; what processes share counts for each of them
    processes: int
    cpu: float  # cores in use since the look before: 1.0 is one core, fully


class UsageFile:
    """The writing side. Errors of the disk are swallowed: no job suffers for its statistics."""

    __slots__ = ("_count", "_kept_at", "_last", "_most", "_path", "interval")

    def __init__(self, folder: str, age: float = 0.0, most: int = MOST) -> None:
        """Go on with the file that an earlier keeper left, if there is one, of an attempt that is *age* seconds old."""
        self._path, self._most = f"{folder}/{NAME}", most
        self._count = min(_records(self._path), most - 1)
        self._kept_at = -math.inf  # CLOCK_BOOTTIME
        self._last = b""
        self.interval = EVERY
        while self.interval * most < age:
            self.interval *= 2

    def add(self, sample: Sample, now: float) -> None:
        """Write *sample*, taken at *now* (CLOCK_BOOTTIME), unless it tells nothing new."""
        record, stays = RECORD.pack(*sample), now - self._kept_at >= self.interval
        if not stays and record[_ALIKE] == self._last[_ALIKE]:
            return
        if not self._write(record):
            return
        self._last = record
        if stays:
            self._count, self._kept_at = self._count + 1, now
            if self._count >= self._most:
                self._thin_out()

    def _write(self, record: bytes) -> bool:
        try:
            fd = modes.open_file(self._path, os.O_WRONLY | os.O_NONBLOCK)  # whatever the job put in its place
            try:
                return os.pwrite(fd, record, self._count * RECORD.size) == RECORD.size
            finally:
                os.close(fd)
        except OSError:
            return False

    def _thin_out(self) -> None:
        """Every second record goes; where that cannot be written, only the last is replaced until it can."""
        new = self._path + ".new"
        try:
            content = _read(self._path, self._most * RECORD.size, 0)
            first = (len(content) // RECORD.size - 1) % 2 * RECORD.size  # so that the last one stays
            kept = b"".join(content[at : at + RECORD.size] for at in range(first, len(content), 2 * RECORD.size))
            with open(new, "wb", opener=modes.open_file) as file:
                file.write(kept)
            os.rename(new, self._path)
        except OSError:
            self._count = self._most - 1
            with contextlib.suppress(OSError):
                os.unlink(new)
        else:
            self._count, self.interval = len(kept) // RECORD.size, self.interval * 2


def _records(path: str) -> int:
    try:
        return os.stat(path).st_size // RECORD.size
    except OSError:
        return 0


def last_cpu(folder: str) -> float:
    """CPU seconds by the last record that an earlier keeper wrote, or 0."""
    path = f"{folder}/{NAME}"
    with contextlib.suppress(OSError, struct.error):
        return float(RECORD.unpack(_read(path, RECORD.size, max(0, _records(path) - 1) * RECORD.size))[1])
    return 0.0


def _read(path: str, size: int, offset: int) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        return os.pread(fd, size, offset)
    finally:
        os.close(fd)

"""One file, read from the middle: where its rows begin, forwards and backwards, at a cost that does not know its size.

A row ends behind a newline, where a hole begins, or, where a whole block of `BLOCK` bytes (counted from the file's
beginning) has no newline, at that block's end. That rule looks at two blocks at most, so that the rows of a file are
the same from whichever side they are come upon, and none is as long as two blocks. A hole is a row of its own. Rows of
such a line that were written over, because a carriage return follows in the next one, are passed over.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from .model import STDOUT

BLOCK = 1 << 14
CHUNK = 1 << 16  # bytes read at a time, at least
_NOTE = 1 << 12  # bytes of a file that says where a hole is
_FARTHEST = 1 << 63  # no file has a byte there

_BACK = re.compile(rb"\r(?!\r*(?:\n|\Z))")  # a carriage return that something follows in its line


class Span(NamedTuple):
    """A row of a file, or a hole in it. ``soft`` ends: no newline there, the line goes on or came from before."""

    start: int
    end: int
    hole: bool = False
    continued: bool = False
    more: bool = False


class Bars:
    """A stretch of a file of which all rows were written over, remembered from one look at it to the next."""

    def __init__(self) -> None:
        self.stretch = (0, 0)  # replaced as a whole: other threads look at it

    def with_row(self, row: Span) -> tuple[int, int]:
        """Note one more. One that is next to the stretch belongs to it, one elsewhere begins another."""
        low, high = self.stretch
        if row.end == low:
            low = row.start
        elif row.start == high:
            high = row.end
        elif not low <= row.start < high:
            low, high = row.start, row.end
        self.stretch = (low, high)
        return low, high


class Reader:
    """A stream's file as it was when it was opened; nothing if it is not there. Close it."""

    def __init__(self, path: Path, bars: Bars | None = None) -> None:
        self._file, self.size = _opened(path)
        self._bars = bars if bars is not None and bars.stretch[1] <= self.size else Bars()
        self._base, self._chunk = 0, b""
        self._low = self._high = self._gap_low = self._gap_high = 0  # a stretch of data, a hole, found last

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def data(self, start: int, end: int) -> bytes:
        """Bytes; fewer if the file has been cut meanwhile, zeros for those of a hole."""
        if end <= start:
            return b""
        if end - start > CHUNK:
            return self._pread(start, end - start)
        self._load(start, end)
        return self._chunk[start - self._base : end - self._base]

    def row(self, offset: int) -> Span | None:
        """The row that the byte at *offset* is in; None behind the end."""
        if not 0 <= offset < self.size:
            return None
        low, high, hole = self.stretch(offset)
        if hole:
            return Span(low, high, hole=True)
        start, continued = self._start(offset, low)
        end, more = self._end(start, high)
        return Span(start, max(end, start + 1), False, continued, more)

    def rows(self, offset: int) -> Iterator[Span]:
        """The rows from the one with the byte at *offset* on, those passed over that were written over."""
        row = self.row(offset)
        while row is not None:
            end = row.end
            if over := self.written_over(row):
                row = self.row(max(end, over[1]))
            else:
                yield row
                row = self._after(row)
            if row is not None and row.start < end:  # another file by now
                return

    def rows_before(self, offset: int) -> Iterator[Span]:
        """The same before the one that begins at *offset*, the nearest first."""
        while offset > 0 and (row := self.row(offset - 1)) is not None:
            if over := self.written_over(row):
                offset = over[0]
            else:
                yield row
                offset = row.start

    def written_over(self, row: Span) -> tuple[int, int] | None:
        """The stretch around a row of which nothing is left to see: its line goes back to its beginning further on."""
        if not row.more:
            return None
        low, high = self._bars.stretch
        if low <= row.start < high:
            return low, high
        following = self._after(row)
        return self._bars.with_row(row) if following is not None and self.goes_back(following) else None

    def goes_back(self, row: Span) -> bool:
        """Whether a carriage return in this row, with something after it, writes over what came before."""
        self._load(row.start, row.end)
        return _BACK.search(self._chunk, row.start - self._base, row.end - self._base) is not None

    def next_start(self, offset: int) -> int:
        """The first beginning of a row at *offset* or behind it; the size if there is none."""
        row = self.row(offset)
        return self.size if row is None else row.start if row.start >= offset else row.end

    def stretch(self, offset: int) -> tuple[int, int, bool]:
        """The stretch of data, or the hole (third: true), that the byte at *offset* is in."""
        if self._low <= offset < self._high:
            return self._low, self._high, False
        if self._gap_low <= offset < self._gap_high:
            return self._gap_low, self._gap_high, True
        data = self._seek(offset, os.SEEK_DATA)
        if data > offset:
            self._gap_low, self._gap_high = self._begun(offset, os.SEEK_DATA), data
            return self._gap_low, data, True
        end = max(offset + 1, self._seek(offset, os.SEEK_HOLE))  # a hole may have been made there meanwhile
        self._low, self._high = self._begun(offset, os.SEEK_HOLE), end
        return self._low, self._high, False

    def _after(self, row: Span) -> Span | None:
        """The row behind this one, cheaper than by looking for its beginning."""
        if row.end >= self.size:
            return None
        if row.hole or row.end >= self._high or row.end < self._low:
            return self.row(row.end)
        end, more = self._end(row.end, self._high)
        return Span(row.end, max(end, row.end + 1), False, row.more, more)

    def _end(self, start: int, high: int) -> tuple[int, bool]:
        """Where the row that begins at *start* is over, and whether its line goes on."""
        limit = -(-start // BLOCK) * BLOCK + BLOCK
        found = self._find(start, min(limit, high))
        if found >= 0:
            return found + 1, False
        return (limit, True) if limit < high else (high, False)

    def _start(self, offset: int, low: int) -> tuple[int, bool]:
        """Where the row of the byte at *offset* begins, and whether it goes on with a line."""
        base = offset - offset % BLOCK
        found = self._rfind(max(base, low), offset)
        if found >= 0:
            return found + 1, False
        if low >= base:
            return low, False
        found = self._rfind(max(base - BLOCK, low), base)
        if found < 0:
            return (base, True) if base - BLOCK >= low else (low, False)
        return found + 1, False

    def _find(self, start: int, end: int) -> int:
        self._load(start, min(end, start + 256))  # most lines are short
        have = min(end, self._base + len(self._chunk))
        found = self._chunk.find(b"\n", start - self._base, have - self._base)
        if found < 0 and have < end:
            self._load(start, end)
            found = self._chunk.find(b"\n", start - self._base, end - self._base)
        return found + self._base if found >= 0 else -1

    def _rfind(self, start: int, end: int) -> int:
        if end <= start:
            return -1
        self._load(start, end)
        found = self._chunk.rfind(b"\n", start - self._base, end - self._base)
        return found + self._base if found >= 0 else -1

    def _load(self, start: int, end: int) -> None:
        """Have the bytes of a range in the chunk, as far as the file has them."""
        if self._base <= start and end <= self._base + len(self._chunk):
            return
        self._base = start - start % CHUNK
        wanted = min(self.size, -(-end // CHUNK) * CHUNK) - self._base
        self._chunk = self._pread(self._base, wanted)

    def _seek(self, offset: int, how: int) -> int:
        """The next data or hole from *offset* on, at most the size."""
        try:
            return self.size if self._file is None else min(os.lseek(self._file, offset, how), self.size)
        except OSError:  # ENXIO: a hole up to the end, or cut meanwhile
            return self.size

    def _begun(self, inside: int, how: int) -> int:
        """Where the stretch around this byte begins that the next *how* ends: no seek looks back, so halving."""
        low, high = 0, inside
        while low < high:
            middle = (low + high) // 2 if low else 0  # most files are of one piece
            if self._seek(middle, how) > inside:
                high = middle
            else:
                low = middle + 1
        return high

    def _pread(self, start: int, length: int) -> bytes:
        """Bytes; none where the disk does not answer."""
        try:
            return os.pread(self._file, length, start) if self._file is not None and length > 0 else b""
        except OSError:
            return b""


def _opened(path: Path) -> tuple[int | None, int]:
    """A descriptor for reading and the size; of a regular file only: a pipe in its place would block."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None, 0
    status = os.fstat(file)
    if stat.S_ISREG(status.st_mode):
        return file, status.st_size
    os.close(file)
    return None, 0


def dropped(path: Path, stream: str = STDOUT) -> tuple[int, int]:
    """What the keeper has punched out of a stream: first byte that is gone, first that is there again.

    (0, 0) where the file says nothing that can be so: the job itself may have written it.
    """
    with suppress(ValueError, TypeError, KeyError, OverflowError, RecursionError):
        low, high = map(int, json.loads(_note(path))[stream])
        if 0 <= low <= high < _FARTHEST:
            return low, high
    return 0, 0


def _note(path: Path) -> bytes:
    """The beginning of a small file; b"" if it is none that can be read without waiting."""
    file, _ = _opened(path)
    if file is None:
        return b""
    try:
        return os.read(file, _NOTE)
    except OSError:
        return b""
    finally:
        os.close(file)


def without(hole: tuple[int, int], offset: int) -> int:
    """How many bytes before *offset* are left, without those of the hole."""
    return offset - max(0, min(offset, hole[1]) - hole[0])


def identity(path: Path) -> tuple[int, tuple[int, int] | None]:
    """A file's size, and which file it is; (0, None) if it is not there."""
    try:
        status = os.stat(path)
    except OSError:
        return 0, None
    return (status.st_size, (status.st_dev, status.st_ino)) if stat.S_ISREG(status.st_mode) else (0, None)

"""When bytes arrived: the keeper's samples of an attempt, (wall time, bytes of stdout, bytes of stderr), oldest first.

A sample says that by its time so much had been written. Bytes between two samples form a *step*; steps put the two
streams in one order. The file is looked up where it lies (a week of samples is 60 MB), in 2·log2(n) small reads.
"""

from __future__ import annotations

import os
import struct
import sys
from array import array
from operator import gt
from pathlib import Path
from typing import NamedTuple

SAMPLE = struct.Struct("<dQQ")
BATCH = SAMPLE.size * 4096  # bytes looked through at a time
COLUMN = {"stdout": 1, "stderr": 2}


class Step(NamedTuple):
    """The bytes of a stream that arrived between two samples: number, offsets, when they were there (None: not yet)."""

    number: int
    low: int
    high: int
    at: float | None


class Known(NamedTuple):
    """What looking through the samples has brought so far; handed on, they are not looked through again."""

    seen: int = 0  # samples looked through
    since: tuple[int, int] = (0, 0)  # per stream: those before it tell of what has been truncated away
    sizes: tuple[int, int] = (0, 0)  # per stream: what the last one said


class Growth:
    """The samples of one attempt; without a file everything is in one step without a time."""

    def __init__(self, path: Path, sizes: dict[str, int], known: Known = Known()) -> None:
        """Open them, where the streams' files have *sizes* just now."""
        self._file = _opened(path)
        self._count = os.fstat(self._file).st_size // SAMPLE.size if self._file is not None else 0
        self.known = self._look_through(known if known.seen <= self._count else Known())
        self._floor = {
            stream: self._count if self.known.sizes[number] > sizes.get(stream, 0) else self.known.since[number]
            for number, stream in enumerate(COLUMN)
        }
        self._last: dict[str, Step] = {}

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @property
    def steps(self) -> int:
        """How many there are; the last one has no time yet."""
        return self._count + 1

    def low(self, number: int, stream: str) -> int:
        """The offset at which a step begins in a stream: as much as the sample before it had seen."""
        return 0 if number <= self._floor[stream] else int(self._sample(number - 1)[COLUMN[stream]])

    def at(self, number: int) -> float | None:
        """When the bytes of a step were there."""
        return float(self._sample(number)[0]) if number < self._count else None

    def step(self, stream: str, offset: int) -> Step:
        """The step in which the byte at *offset* arrived."""
        last = self._last.get(stream)
        if last is not None and last.low <= offset < last.high:
            return last
        low, high = self._floor[stream], self._count
        while low < high:
            middle = (low + high) // 2
            if self._sample(middle)[COLUMN[stream]] > offset:
                high = middle
            else:
                low = middle + 1
        upper = int(self._sample(low)[COLUMN[stream]]) if low < self._count else 1 << 62
        found = self._last[stream] = Step(low, self.low(low, stream), upper, self.at(low))
        return found

    def since(self, time: float) -> int:
        """The first step whose bytes arrived at *time* or later."""
        low, high = 0, self._count
        while low < high:
            middle = (low + high) // 2
            if self._sample(middle)[0] < time:
                low = middle + 1
            else:
                high = middle
        return low

    def _sample(self, number: int) -> tuple[float, int, int]:
        if self._file is None:
            return (0.0, 0, 0)
        data = os.pread(self._file, SAMPLE.size, number * SAMPLE.size)
        time, out, err = SAMPLE.unpack(data) if len(data) == SAMPLE.size else (0.0, 0, 0)
        return time, out, err

    def _look_through(self, known: Known) -> Known:
        """Find the last truncation of each stream among the samples not seen before."""
        while self._file is not None and known.seen < self._count:
            data = os.pread(self._file, BATCH, known.seen * SAMPLE.size)
            words = array("Q", data[: len(data) - len(data) % SAMPLE.size])
            if not words:
                break
            if sys.byteorder == "big":
                words.byteswap()
            known = _with(known, words[1::3], words[2::3])
        return known


def _with(known: Known, out: array[int], err: array[int]) -> Known:
    """With more samples: the sizes that they told of either stream."""
    falls = [_last_fall(before, sizes) for before, sizes in zip(known.sizes, (out, err), strict=True)]
    since = [before if fall is None else known.seen + fall for before, fall in zip(known.since, falls, strict=True)]
    return Known(known.seen + len(out), (since[0], since[1]), (out[-1], err[-1]))


def _last_fall(before: int, sizes: array[int]) -> int | None:
    """The number of the last size that is smaller than the one before it."""
    ahead = array("Q", [before]) + sizes[:-1]
    return max((number for number, fell in enumerate(map(gt, ahead, sizes)) if fell), default=None)


def _opened(path: Path) -> int | None:
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None

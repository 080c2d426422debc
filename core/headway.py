"""How far running attempts are: the ends of their logs read for the progress that they print.

A log whose size and time are those of before is not read again. Nothing here holds a file open.
"""

from __future__ import annotations

import os
import stat
import struct
from pathlib import Path
from typing import NamedTuple

from . import progress
from .progress import Found, Progress

STREAMS = ("stdout", "stderr")
_SAMPLE = struct.Struct("<dQQ")  # of the keeper's file ``growth``: wall clock, bytes of stdout, bytes of stderr
_MOST = 2000  # logs that are remembered


class Said(NamedTuple):
    """What a stream said, and when."""

    found: Found
    at: float


class Headway:
    """What the logs said when they were last looked at. Threads may share it."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Path, str], tuple[int, int, Said | None]] = {}

    def of(self, folder: Path, started_at: float, now: float, usual: float | None = None) -> Progress | None:
        """How far the attempt in *folder* is; *usual*: seconds that it is expected to take, by what is known else."""
        said = [one for stream in STREAMS if (one := self._said(folder, stream))]
        best = progress.newest((one.found, one.at) for one in said)
        if best is None:
            return None
        found, at = best
        at = min(max(at, started_at), max(now, started_at))  # a clock that jumped, a log that came from elsewhere
        end = progress.expected_end(found, at, started_at, now, usual)
        return Progress(found.fraction, found.text, at, found.left, end)

    def _said(self, folder: Path, stream: str) -> Said | None:
        key = (folder, stream)
        try:
            file = os.open(folder / stream, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            self._seen.pop(key, None)
            return None
        try:
            return self._read(file, key)
        except OSError:
            return None
        finally:
            os.close(file)

    def _read(self, file: int, key: tuple[Path, str]) -> Said | None:
        is_ = os.fstat(file)
        if not stat.S_ISREG(is_.st_mode):
            return None
        known = self._seen.get(key)
        if known is not None and known[:2] == (is_.st_size, is_.st_mtime_ns):
            return known[2]
        said = _last(file, is_, *key)
        if len(self._seen) >= _MOST:
            self._seen.clear()
        self._seen[key] = is_.st_size, is_.st_mtime_ns, said
        return said


def _last(file: int, is_: os.stat_result, folder: Path, stream: str) -> Said | None:
    start = max(0, is_.st_size - progress.TAIL)
    found = progress.parse(os.pread(file, progress.TAIL, start), cut=start > 0)
    if found is None:
        return None
    return Said(found, written_at(folder / "growth", stream, is_.st_size - found.behind) or is_.st_mtime)


def written_at(growth: Path, stream: str, size: int) -> float | None:
    """When a stream had grown to *size* bytes, by the keeper's samples; None if none has seen that yet."""
    column = 1 + STREAMS.index(stream)
    try:
        file = os.open(growth, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        low, count = 0, os.fstat(file).st_size // _SAMPLE.size
        high = count
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if _sample(file, middle)[column] >= size else (middle + 1, high)
        return float(_sample(file, low)[0]) if low < count else None
    except (OSError, struct.error):
        return None
    finally:
        os.close(file)


def _sample(file: int, number: int) -> tuple[float, int, int]:
    time, out, err = _SAMPLE.unpack(os.pread(file, _SAMPLE.size, number * _SAMPLE.size))
    return time, out, err

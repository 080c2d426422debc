"""The logs: how they grow, and that they do not grow without bound.

Above its cap a log keeps head and tail; the middle is given back to the disk. Offsets stay, a writer is not
disturbed, and ``holes.json`` says which bytes are gone. Jobs that truncate their log (they opened /dev/stdout)
are survived: a hole that lay beyond the new end is forgotten.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import time

from ... import modes
from . import files, system
from .jobs import Job, Stream

GROWTH = struct.Struct("<dQQ")  # wall clock, bytes of stdout, bytes of stderr
_BLOCK = 4096
_NOTE = 4096  # bytes of ``holes.json`` that are read


class CannotBound(Exception):
    """This file system cannot give back the middle of a file."""


def look(job: Job) -> str:
    """Record growth and hold the cap; returns what people should be told the first time. Raises CannotBound."""
    grown = [_measure(stream) for stream in (job.out, job.err)]
    if any(grown):
        _note_growth(job)
    told = [_bound(job, name, stream) for name, stream in (("stdout", job.out), ("stderr", job.err))]
    return "; ".join(text for text in told if text)


def _measure(stream: Stream) -> bool:
    size = files.size(stream.path)
    changed = size is not None and size != stream.size
    stream.size = size or 0
    if stream.size < stream.hole[1]:  # truncated
        stream.hole = (0, 0)
    return changed


def _note_growth(job: Job) -> None:
    with contextlib.suppress(OSError):
        fd = modes.open_file(job.folder + "/growth", os.O_WRONLY | os.O_APPEND)
        try:
            os.write(fd, GROWTH.pack(time.time(), job.out.size, job.err.size))
        finally:
            os.close(fd)


def _bound(job: Job, name: str, stream: Stream) -> str:
    start, end = stream.hole
    if stream.size - (end - start) <= job.log_cap:
        return ""
    first = start == end
    low = start or _blocks(job.log_cap // 2)
    high = _blocks(stream.size - job.log_cap // 2)
    if high <= max(low, end):
        return ""
    _punch(stream.path, max(low, end), high)
    stream.hole = (low, high)
    _note_holes(job)
    return f"{name} is beyond {job.log_cap} bytes: its head and tail are kept, the middle is not" if first else ""


def _punch(path: str, low: int, high: int) -> None:
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            system.punch_hole(fd, low, high - low)
        finally:
            os.close(fd)
    except OSError as error:
        raise CannotBound(error.strerror) from None


def _note_holes(job: Job) -> None:
    """Replace ``holes.json``: stream → [first byte that is gone, first that is there again]."""
    holes = {name: list(s.hole) for name, s in (("stdout", job.out), ("stderr", job.err)) if s.hole[1]}
    path = job.folder + "/holes.json"
    with contextlib.suppress(OSError):
        with open(path + ".new", "w", encoding="ascii", opener=modes.open_file) as file:
            json.dump(holes, file)
        os.rename(path + ".new", path)


def remember(job: Job) -> None:
    """Take over the holes and sizes that an earlier keeper left."""
    for name, stream in (("stdout", job.out), ("stderr", job.err)):
        stream.hole = _hole(job.folder, name)
        stream.size = files.size(stream.path) or 0


def _hole(folder: str, name: str) -> tuple[int, int]:
    """As noted; none where the file says nothing that can be so: the job itself may have put anything there."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        fd = os.open(folder + "/holes.json", os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            low, high = map(int, json.loads(os.read(fd, _NOTE))[name])
        finally:
            os.close(fd)
        if 0 <= low <= high < 1 << 62:
            return low, high
    return 0, 0


def _blocks(offset: int) -> int:
    return offset - offset % _BLOCK

"""The ends of logs: gigabytes long, growing, truncated by their writer, with holes in them (all of one: `logbook`).

Positions are byte offsets in the file. Where the keeper has punched out the middle of a log that grew too long, the
file has a hole; holes are skipped, never read, and count as the end of a line. Lines are bytes without their newline,
capped, so that one of 10 MB costs no more than its reading. A file that is not there reads as an empty one.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from .text import clean_line

BLOCK = 1 << 16  # bytes read at a time from the end
LINE_BYTES = 1 << 15  # a line's cap

_TELLING = re.compile(
    r"error|exception|fail(?:ed|ure)|cannot|can't|could ?n[o']t|unable|fatal|panic|not found|no such|denied|refused"
    r"|undefined|abort|\bfault|out of memory|timed out|invalid|unknown|killed",
    re.IGNORECASE,
)
_TRACEBACK = re.compile(r"Traceback \(most recent call last\):")
_HARMLESS = re.compile(r"\b(?:0|no) (?:error|fail|exception|warning)|^\s*File \"", re.IGNORECASE)
_SECONDHAND = re.compile(r"^g?make(?:\[\d+\])?: \*\*\*|exit (?:status|code)|non-zero", re.IGNORECASE)


class Chunk(NamedTuple):
    """Bytes that were read, and where to go on."""

    data: bytes
    offset: int


def tail(path: Path, lines: int = 10, max_bytes: int = 1 << 20) -> list[bytes]:
    """The last *lines* lines, looking at no more than the last *max_bytes* bytes."""
    with _opened(path) as file:
        kept: list[bytes] = []
        found = 0
        for start, stop in _last_extents(file, max_bytes):
            for end in range(stop, start, -BLOCK):
                begin = max(start, end - BLOCK)
                block = os.pread(file, end - begin, begin)
                if end == stop and kept and not block.endswith(b"\n"):
                    block += b"\n"  # the hole after it ends its line
                kept.append(block)
                found += block.count(b"\n")
                if found > lines:
                    return _last_lines(kept, lines)
        return _last_lines(kept, lines)


def follow(path: Path, offset: int, max_bytes: int = 1 << 18) -> Chunk:
    """What came after *offset*, at most *max_bytes*, never across a hole; from the beginning if the file has shrunk."""
    with _opened(path) as file:
        size = os.fstat(file).st_size
        start = 0 if offset > size else offset
        for begin, end in _extents(file, start, size):
            data = os.pread(file, min(end - begin, max_bytes), begin)
            return Chunk(data, begin + len(data))
        return Chunk(b"", size)


def telling_line(tail: Sequence[str | bytes]) -> str:
    """The last of these lines that speaks of a failure, as plain text; "" if none does.

    That of a traceback is its exception, whatever the exception's name. Lines that only pass a failure on
    (``make: *** … Error 1``) count if there is nothing better.
    """
    below = secondhand = ""  # the line below at the margin
    for line in (line if isinstance(line, str) else clean_line(line) for line in reversed(tail)):
        if _TRACEBACK.match(line) and below:
            return below
        if _TELLING.search(line) and not _HARMLESS.search(line):
            if not _SECONDHAND.search(line):
                return line.strip()
            secondhand = secondhand or line.strip()
        if line[:1].strip():
            below = line.strip()
    return secondhand


def last_line(tail: Sequence[str | bytes]) -> str:
    """The last of these lines that is not empty, as plain text."""
    cleaned = (line if isinstance(line, str) else clean_line(line) for line in reversed(tail))
    return next((line.strip() for line in cleaned if line.strip()), "")


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """A descriptor for reading; of an empty file if there is none. A pipe in its place does not block."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        file = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield file
    finally:
        os.close(file)


def _extents(file: int, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The stretches of data in a range, in order, without the holes."""
    while start < stop:
        try:
            begin = os.lseek(file, start, os.SEEK_DATA)
            if begin >= stop:
                return
            end = min(stop, os.lseek(file, begin, os.SEEK_HOLE))
        except OSError:  # ENXIO: no data after it, or truncated meanwhile
            return
        yield begin, end
        start = end


def _last_extents(file: int, max_bytes: int) -> list[tuple[int, int]]:
    """The stretches of data among the last *max_bytes*, last first; before them if the file ends in a longer hole."""
    size = os.fstat(file).st_size
    near = list(_extents(file, max(0, size - max_bytes), size))
    if not near and size > max_bytes:
        near = [(max(start, stop - max_bytes), stop) for start, stop in deque(_extents(file, 0, size), maxlen=1)]
    return near[::-1]


def _last_lines(backwards: list[bytes], count: int) -> list[bytes]:
    """The last *count* lines of blocks that were read from the end to the beginning."""
    text = b"".join(reversed(backwards))
    if not text or count <= 0:
        return []
    return [line[:LINE_BYTES] for line in text.removesuffix(b"\n").split(b"\n")[-count:]]

"""The part of an output that is kept as a job's result: whole if it is short, else its first and its last lines.

A quarter of the room is for the head, the rest for the tail; between them stands how much there is in all. Lines are
kept whole as far as they fit; one that does not is cut, never inside a UTF-8 character. The log itself stays as it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MARKER = "[… {left:,} bytes left out; {size:,} bytes in {lines:,} lines in all …]\n"
LEAST = 256  # bytes: a smaller limit counts as this
CHUNK = 1 << 20  # bytes read at a time


class Kept(NamedTuple):
    """What is kept (``text``), and how much there is in all; ``left_out`` bytes of it are not in the text."""

    text: bytes
    size: int
    lines: int
    left_out: int = 0


def kept(path: Path, limit: int) -> Kept:
    """At most *limit* bytes of a log, as it is now; of one that is not there, nothing."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return Kept(b"", 0, 0)
    try:
        return _kept(file, os.fstat(file).st_size, max(LEAST, limit))
    finally:
        os.close(file)


def _kept(file: int, size: int, limit: int) -> Kept:
    lines = count_lines(file, size)
    if size <= limit:
        return Kept(_read(file, 0, size), size, lines)
    longest = len(MARKER.format(left=size, size=size, lines=lines).encode()) + 1
    room = limit - longest
    head = _first_lines(_read(file, 0, room // 4))
    tail = _last_lines(_read(file, size - (room - len(head)), room - len(head)))
    left = size - len(head) - len(tail)
    marker = MARKER.format(left=left, size=size, lines=lines).encode()
    return Kept(head + (b"" if head.endswith(b"\n") else b"\n") + marker + tail, size, lines, left)


def _first_lines(data: bytes) -> bytes:
    """As many whole lines as *data* begins with; of a line longer than that, whole characters."""
    end = data.rfind(b"\n") + 1
    return data[:end] if end else data[: len(data) - _torn(data)]


def _last_lines(data: bytes) -> bytes:
    """As many whole lines as *data* ends with; of a line longer than that, whole characters."""
    start = data.find(b"\n") + 1
    if 0 < start < len(data):
        return data[start:]
    begin = 0
    while begin < min(3, len(data)) and data[begin] & 0xC0 == 0x80:
        begin += 1
    return data[begin:]


def _torn(data: bytes) -> int:
    """How many bytes at the end begin a character that is not whole."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 != 0x80:
            whole = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
            return back if back < whole else 0
    return 0


def count_lines(file: int, size: int) -> int:
    """How many lines a file of *size* bytes has, a last one without an end too; holes are passed over."""
    found, last = 0, b"\n"
    for start, end in _filled(file, size):
        for at in range(start, end, CHUNK):
            data = _read(file, at, min(CHUNK, end - at))
            found += data.count(b"\n")
            last = data[-1:] or last
    return found + (size > 0 and last != b"\n")


def _filled(file: int, size: int) -> Iterator[tuple[int, int]]:
    """The stretches that are no holes."""
    at = 0
    while at < size:
        try:
            start = os.lseek(file, at, os.SEEK_DATA)
            end = min(size, os.lseek(file, start, os.SEEK_HOLE))
        except OSError:  # nothing but a hole is left
            return
        if start >= size:
            return
        yield start, end
        at = end


def _read(file: int, start: int, count: int) -> bytes:
    """*count* bytes, or as many as are left if it has become shorter."""
    parts: list[bytes] = []
    while count > 0 and (part := os.pread(file, count, start)):
        parts.append(part)
        start, count = start + len(part), count - len(part)
    return b"".join(parts)

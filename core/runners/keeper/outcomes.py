"""Outcomes on disk until the store has them: ``run/outcomes-NNNN.log``, a line of JSON each.

An outcome is appended before any worker hears of it, in one write, without fsync: that survives the death of
every process; after a power cut the truth is ``lost`` anyway, and the durable record is the store's commit.
When the disk is full the connected workers hear of it all the same (their commit is the durable record), and
every look tries the write again. A torn line, which a crash or a full disk leaves, is skipped; the line after it
starts afresh. A segment goes when all its outcomes are acknowledged and another one is being written.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable

from ... import crash
from . import protocol

SEGMENT_BYTES = 1024 * 1024
_NAME = re.compile(r"outcomes-(\d+)\.log")

crash.register(
    keeper_torn_outcome="half of an outcome's line is in the log",
    keeper_before_forget="the store has the outcomes of a segment, the segment is still there",
)


class OutcomeLog:
    """The segments of one yard, and what in them nobody has acknowledged."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._fd = -1
        self._size = 0
        self._torn = False
        self._current = 0
        self._segment_of: dict[str, int] = {}
        self._open_in: dict[int, int] = {}
        self.pending: dict[str, bytes] = {}  # token → line, oldest first
        self._unwritten: dict[str, bytes] = {}

    def load(self) -> None:
        """Read what an earlier keeper left."""
        numbers = sorted(int(m.group(1)) for name in os.listdir(self._run) if (m := _NAME.fullmatch(name)))
        for number in numbers:
            self._load_segment(number)
        self._current = max(numbers, default=0) + 1
        for number in numbers:
            self._forget_if_done(number)

    def __contains__(self, token: str) -> bool:
        return token in self.pending

    @property
    def safe(self) -> bool:
        """Whether everything is on disk: the keeper may leave."""
        return not self._unwritten

    def add(self, lines: dict[str, bytes]) -> None:
        """Append *lines* (token → line); what cannot be written is kept, and tried again by :meth:`retry`."""
        self.pending.update(lines)
        self._unwritten.update(lines)
        self.retry()

    def retry(self) -> None:
        """Write what is not on disk yet."""
        if not self._unwritten:
            return
        try:
            self._append(b"".join(self._unwritten.values()))
        except OSError:
            return
        for token in self._unwritten:
            self._segment_of[token] = self._current
        self._open_in[self._current] = self._open_in.get(self._current, 0) + len(self._unwritten)
        self._unwritten = {}
        if self._size >= SEGMENT_BYTES:
            self._rotate()

    def acknowledge(self, tokens: Iterable[str]) -> None:
        """The store has these."""
        touched: set[int] = set()
        for token in tokens:
            self.pending.pop(token, None)
            self._unwritten.pop(token, None)
            number = self._segment_of.pop(token, None)
            if number is not None:
                self._open_in[number] -= 1
                touched.add(number)
        for number in touched - {self._current}:
            self._forget_if_done(number)

    def close(self) -> None:
        """Leave; a last segment that nobody needs goes."""
        self._rotate()

    def _rotate(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        self._current += 1
        self._forget_if_done(self._current - 1)

    def _append(self, data: bytes) -> None:
        if self._fd < 0:
            self._open()
        if self._torn:
            data = b"\n" + data
        if crash.armed("keeper.torn_outcome"):
            os.write(self._fd, data[: len(data) // 2])
            crash.point("keeper.torn_outcome")
            data = data[len(data) // 2 :]
        self._torn = True
        written = os.write(self._fd, data)
        self._size += written
        if written < len(data):
            raise OSError("no room for a whole line")
        self._torn = False

    def _open(self) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._fd = os.open(self._path(self._current), flags, 0o600)
        self._size = os.fstat(self._fd).st_size

    def _path(self, number: int) -> str:
        return f"{self._run}/outcomes-{number:04d}.log"

    def _load_segment(self, number: int) -> None:
        self._open_in[number] = 0
        with open(self._path(number), "rb") as file:
            for line in file.read().splitlines():
                token = _token_in(line)
                if token and token not in self.pending:
                    self.pending[token] = line + b"\n"
                    self._segment_of[token] = number
                    self._open_in[number] += 1

    def _forget_if_done(self, number: int) -> None:
        if self._open_in.get(number, 0) == 0:
            crash.point("keeper.before_forget")
            self._open_in.pop(number, None)
            with contextlib.suppress(OSError):
                os.unlink(self._path(number))


def _token_in(line: bytes) -> str:
    """The token of a whole outcome; "" for torn or foreign lines."""
    try:
        return protocol.outcome_of(protocol.parsed(line)).token
    except (KeyError, TypeError):
        return ""

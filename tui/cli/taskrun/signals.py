"""Ctrl-C, SIGTERM and SIGHUP as things to look at, not as exceptions in the middle of something."""

from __future__ import annotations

import os
import signal
from types import FrameType, TracebackType


class Signals:
    """Counts signals while it is entered; :meth:`fileno` becomes readable when one has come."""

    def __init__(self) -> None:
        self.interrupts = 0
        self.leave: int | None = None  # SIGTERM or SIGHUP
        self._before: dict[int, object] = {}
        self._reader, self._writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def __enter__(self) -> Signals:
        handlers = {signal.SIGINT: self._interrupt, signal.SIGTERM: self._leave, signal.SIGHUP: self._leave}
        for number, handler in handlers.items():
            self._before[number] = signal.signal(number, handler)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        os.close(self._reader)
        os.close(self._writer)

    def fileno(self) -> int:
        """To wait on."""
        return self._reader

    def drain(self) -> None:
        """Forget that it was readable."""
        try:
            os.read(self._reader, 64)
        except BlockingIOError:
            pass

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        self.interrupts += 1
        self._wake()

    def _leave(self, number: int, frame: FrameType | None) -> None:
        self.leave = number
        self._wake()

    def _wake(self) -> None:
        try:
            os.write(self._writer, b".")
        except BlockingIOError:
            pass

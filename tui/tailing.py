"""The end of a log, read only when its files have grown. Runs in a thread."""

from __future__ import annotations

from collections.abc import Callable

from jobyard.core.yard import Yard

from .messages import Tailed

STREAMS = ("stdout", "stderr")
EVERY = 0.5  # seconds between two looks at a running job's files


class Tail:
    """Follows the log of one job at a time; :meth:`letter` is cheap while nothing is written."""

    def __init__(self, lines: int) -> None:
        self._lines = lines
        self._seen: object = None

    def forget(self) -> None:
        """Read at the next look, grown or not."""
        self._seen = None

    def letter(self, yard: Yard, row: int, stream: str = "both") -> Callable[[], Tailed | None]:
        """What the thread is to do: look, and read if there is something new."""

        def look() -> Tailed | None:
            sizes = (row, stream, *(_size(yard, row, name) for name in STREAMS))
            if sizes == self._seen:
                return None
            lines = tuple(yard.tail(row, stream, self._lines)) if any(size is not None for size in sizes[2:]) else ()
            self._seen = sizes
            return Tailed(row, lines)

        return look


def _size(yard: Yard, row: int, stream: str) -> int | None:
    """Bytes in the file; None if there is none yet (or no more)."""
    path = yard.log_path(row, stream)
    try:
        return path.stat().st_size if path is not None else None
    except OSError:
        return None

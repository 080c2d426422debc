"""The end of a log, read only when its files have grown. Runs in a thread."""

from __future__ import annotations

from collections.abc import Callable

from jobyard.core.errors import Unknown
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

    def letter(
        self, yard: Yard, row: int, stream: str = "both", attempt: int | None = None
    ) -> Callable[[], Tailed | None]:
        """What the thread is to do: look, and read if there is something new."""

        def look() -> Tailed | None:
            sizes = [_size(yard, row, name, attempt) for name in STREAMS]
            over = _over(yard, row, attempt) if not any(sizes) else False
            seen = (row, stream, over, *sizes)
            if seen == self._seen:
                return None
            there = any(size is not None for size in sizes)
            lines = tuple(yard.tail(row, stream, self._lines, attempt)) if there else ()
            self._seen = seen
            return Tailed(row, lines, over)

        return look


def _over(yard: Yard, row: int, attempt: int | None) -> bool:
    """Whether a log that is empty stays so."""
    try:
        found = [one for one in yard.job(row).attempts if attempt in (None, one.number)]
    except Unknown:
        return True
    return bool(found) and found[-1].ended_at is not None


def _size(yard: Yard, row: int, stream: str, attempt: int | None) -> int | None:
    """Bytes in the file; None if there is none yet (or no more)."""
    path = yard.log_path(row, stream, attempt)
    try:
        return path.stat().st_size if path is not None else None
    except OSError:
        return None

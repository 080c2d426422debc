"""Whose turn it is to write: how long this program has been kept waiting by another one's lock.

SQLite has one writer at a time. A face that waits for its own long transaction works; one that waits for another
program's is held up, and should say so.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Turns:
    """The write transactions of one store in this program. Threads share it."""

    def __init__(self) -> None:
        self._asked: dict[int, float] = {}
        self._writing: set[int] = set()

    @contextmanager
    def turn(self, begin: Callable[[], object]) -> Iterator[None]:
        """This thread writes, once *begin* has got it the lock."""
        me = threading.get_ident()
        self._asked[me] = time.monotonic()
        try:
            begin()
        finally:
            del self._asked[me]
        self._writing.add(me)
        try:
            yield
        finally:
            self._writing.discard(me)

    def held_up(self) -> float:
        """Seconds for which somebody here has been waiting while nobody here writes."""
        asked = tuple(self._asked.values())
        return time.monotonic() - min(asked) if asked and not self._writing else 0.0


_turns: dict[str, Turns] = {}


def of(path: str) -> Turns:
    """The turns at the store of this path: the app's and its worker's connections have them in common."""
    return _turns.setdefault(path, Turns())

"""Threads that speak to the yard, so that the screen never waits.

A :class:`Lane` is one thread with a letter box. Letters with a key replace an older, unread letter of the
same key: whoever holds down ``j`` causes one query, not fifty. Results leave as messages.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from textual.message import Message

from jobyard.core.errors import JobyardError
from jobyard.core.yard import Interrupted

from .messages import Broke, Refused

Letter = Callable[[], Message | None]


class Target(Protocol):
    """Whoever is told the results; ``post_message`` may be called from any thread."""

    def post_message(self, message: Message) -> bool:
        """Take a message."""
        ...


class Lane:
    """One thread that does letters one after another and posts what they return to whoever asked."""

    def __init__(self, name: str, leave: Callable[[], None] = lambda: None) -> None:
        self._leave = leave
        self._letters: dict[object, tuple[Letter, Target]] = {}
        self._wake = threading.Condition()
        self._open = True
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, letter: Letter, target: Target, key: object = None) -> None:
        """Have *letter* done; a waiting letter of the same *key* is dropped in its favour."""
        with self._wake:
            name = object() if key is None else key
            self._letters.pop(name, None)
            self._letters[name] = (letter, target)
            self._wake.notify()

    def close(self) -> None:
        """Do no more letters; the thread ends after the present one."""
        with self._wake:
            self._open = False
            self._letters.clear()
            self._wake.notify()

    def join(self, seconds: float) -> None:
        """Wait for the thread's end."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            while (letter := self._next()) is not None:
                self._do(*letter)
        finally:
            self._leave()

    def _next(self) -> tuple[Letter, Target] | None:
        with self._wake:
            while self._open and not self._letters:
                self._wake.wait()
            return self._letters.pop(next(iter(self._letters))) if self._open else None

    def _do(self, letter: Letter, target: Target) -> None:
        try:
            message = letter()
        except Interrupted:
            return  # something newer was wanted
        except JobyardError as error:
            message = Refused(error)
        except Exception as error:
            message = Broke(error)
        if message is not None and self._open:
            target.post_message(message)

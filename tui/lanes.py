"""Threads that speak to the yard, so that the screen never waits.

A :class:`Lane` is one thread with a letter box. Letters with a key replace an older, unread letter of the
same key: whoever holds down ``j`` causes one query, not fifty. Results leave as messages.

A lane that *looks* is asked again and again. That the store fails it is a state, told when it begins and ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from textual._context import NoActiveAppError
from textual.message import Message

from jobyard.core.errors import JobyardError, YardError
from jobyard.core.yard import Interrupted

from .messages import Broke, Failing, Refused

Letter = Callable[[], Message | None]


class Target(Protocol):
    """Whoever is told the results; ``post_message`` may be called from any thread."""

    def post_message(self, message: Message) -> bool:
        """Take a message."""
        ...


class Lane:
    """One thread that does letters one after another and posts what they return to whoever asked."""

    def __init__(self, name: str, leave: Callable[[], None] = lambda: None, *, looks: bool = False) -> None:
        self._leave = leave
        self._looks = looks
        self._failing: dict[object, str] = {}  # what letters of these kinds said last, while they fail
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

    @property
    def lives(self) -> bool:
        """Whether its thread has not ended."""
        return self._thread.is_alive()

    def join(self, seconds: float) -> None:
        """Wait for the thread's end."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            while (letter := self._next()) is not None:
                self._do(*letter)
        finally:
            self._leave()

    def _next(self) -> tuple[object, Letter, Target] | None:
        with self._wake:
            while self._open and not self._letters:
                self._wake.wait()
            if not self._open:
                return None
            name = next(iter(self._letters))
            return name, *self._letters.pop(name)

    def _do(self, name: object, letter: Letter, target: Target) -> None:
        try:
            message = letter()
        except Interrupted:
            return  # something newer was wanted
        except YardError as error:
            message = self._failed(_kind(name), error) if self._looks else Refused(error)
        except JobyardError as error:
            message = Refused(error)
        except FileNotFoundError as error:  # a look: it went between two steps of it, which the next look will tell
            message = None if self._looks else Broke(error)
        except Exception as error:
            message = Broke(error)
        else:
            self._answered(_kind(name), target)
        if message is not None:
            self._post(message, target)

    def _post(self, message: Message, target: Target) -> None:
        if self._open:
            with suppress(NoActiveAppError):  # it has gone with its app
                target.post_message(message)

    def _failed(self, kind: object, error: YardError) -> Message | None:
        """A look at the store fails: that is told once, not at every look."""
        if self._failing.get(kind) == error.line():
            return None
        self._failing[kind] = error.line()
        return Failing((self._thread.name, kind), error)

    def _answered(self, kind: object, target: Target) -> None:
        if self._failing.pop(kind, None) is not None:
            self._post(Failing((self._thread.name, kind), None), target)


def _kind(name: object) -> object:
    """Letters that want different pages are of one kind."""
    return name[0] if isinstance(name, tuple) else name

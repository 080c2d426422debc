"""The worker's side of the keeper: a :class:`..base.Runner`.

For use by one thread. Nothing is answered in place; whatever the keeper says comes out of :meth:`KeeperRunner.events`.
It keeps a descriptor of every running process, and hands them to the next keeper when one has died.
"""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from ...errors import RunnerError
from ..base import Ended, Held, Lost, RunnerEvent, StartSpec
from . import hub, pidfd, protocol
from .channel import Channel, Gone
from .protocol import Message
from .summon import last_words, summon

_PATIENCE = 5.0  # seconds for a keeper to greet, or to take what it is told
_TRIES = 4


class KeeperRunner:
    """The keeper of the yard *home*; *name* is that of the worker that asks."""

    def __init__(self, home: Path, name: str) -> None:
        self.home = Path(home)
        self.name = name
        self._channel: Channel | None = None
        self._events: list[RunnerEvent] = []
        self._pidfds: dict[str, int] = {}
        self._env: Mapping[str, str] | None = None
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)  # rings when events wait outside the socket

    @property
    def connected(self) -> bool:
        """Whether requests reach a living keeper, as far as is known."""
        return self._channel is not None

    def filenos(self) -> list[int]:
        """Descriptors that become readable when :meth:`events` has something to say."""
        return [self._bell] if self._channel is None else [self._bell, self._channel.fileno()]

    def events(self) -> list[RunnerEvent]:
        """What happened since the last call."""
        if self._channel is not None:
            self._receive(self._channel)
        events, self._events = self._events, []
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._bell)
        return events

    def ensure(self) -> None:
        """Be connected, starting the keeper if none lives. Raises RunnerError when that fails."""
        for left in reversed(range(_TRIES)):
            if self._channel is None:
                self._try(last=left == 0)
        if self._channel is None:
            raise RunnerError("The keeper cannot be reached", last_words(self.home) or "it leaves at once")

    def _try(self, last: bool) -> None:
        """Connect, or start a keeper for the next try; one may die at its start, so a failure is final only then."""
        try:
            self._connect()
        except PermissionError as error:
            raise RunnerError("The keeper cannot be reached", str(error)) from None
        except OSError:
            with contextlib.suppress(*(() if last else (RunnerError,))):
                summon(self.home)

    def start(self, specs: Iterable[StartSpec]) -> None:
        """Start these, each once its lane has room."""
        for spec in specs:
            new = self._env is None or spec.env != self._env
            self._say(protocol.start_message(spec, with_env=new))
            self._env = spec.env
        self._flush()

    def adopt(self, held: Iterable[Held]) -> None:
        """Find these again; their descriptors go along where we have them."""
        self._ask_about("adopt", held)

    def disown(self, held: Iterable[Held]) -> None:
        """Ask for the promise not to start these."""
        self._ask_about("disown", held)

    def stop(self, token: str, why: str) -> None:
        """SIGTERM, grace, SIGKILL to the whole tree; one that waits is never started."""
        self._say({"op": "stop", "token": token, "why": why})
        self._flush()

    def acknowledge(self, tokens: Iterable[str]) -> None:
        """The store has these outcomes."""
        self._say({"op": "ack", "tokens": list(tokens)})
        self._flush()

    def lane(self, lane: str, slots: int) -> None:
        """A lane's slots have changed."""
        self._say({"op": "lane", "lane": lane, "slots": slots})
        self._flush()

    def close(self) -> None:
        """Leave; the jobs go on."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        for fd in self._pidfds.values():
            os.close(fd)
        self._pidfds.clear()
        if self._bell >= 0:
            os.close(self._bell)
            self._bell = -1

    def _connect(self) -> None:
        """Connect and wait for the greeting: a keeper that is about to leave does not give it. Raises OSError."""
        channel = Channel(hub.connect(str(self.home / "run")))
        self._channel, self._env = channel, None
        deadline = time.monotonic() + _PATIENCE
        while not self._events_since_greeting(channel):
            if self._channel is None or not _readable(channel, deadline):
                self._forget(channel)
                raise ConnectionError("no greeting")

    def _events_since_greeting(self, channel: Channel) -> bool:
        before = len(self._events)
        self._receive(channel, losing=False)
        return len(self._events) > before

    def _forget(self, channel: Channel) -> None:
        channel.close()
        self._channel = None

    def _receive(self, channel: Channel, losing: bool = True) -> None:
        try:
            messages = channel.receive()
        except Gone as why:
            self._lose(str(why), losing)
            return
        for message in messages:
            self._hear(channel, message)
        if messages and not losing:
            self._ring()

    def _hear(self, channel: Channel, message: Message) -> None:
        if message.get("pidfd"):
            self._keep(message["token"], channel.take_fd())
        event = protocol.event_of(message)
        if event is None:
            return
        if isinstance(event, Ended):
            self._keep(event.outcome.token, -1)
        self._events.append(event)

    def _keep(self, token: str, fd: int) -> None:
        pidfd.shut(self._pidfds.pop(token, -1))
        if fd >= 0:
            self._pidfds[token] = fd

    def _ask_about(self, op: str, held: Iterable[Held]) -> None:
        for one in held:
            fd = self._pidfds.get(one.token, -1)
            self._say(protocol.held_message(op, one, fd >= 0), fd)
        self._flush()

    def _say(self, message: Message, fd: int = -1) -> None:
        if self._channel is not None:  # without one, the worker asks again once it is Connected
            self._channel.say(protocol.line(message), fd)

    def _flush(self) -> None:
        """Send all; the keeper always listens, so what takes long means that it is stuck."""
        deadline = time.monotonic() + _PATIENCE
        try:
            while self._channel is not None and not self._channel.flush():
                if not _writable(self._channel, deadline):
                    raise Gone("it does not listen")
        except Gone as why:
            self._lose(str(why))

    def _lose(self, why: str, tell: bool = True) -> None:
        if self._channel is not None:
            self._forget(self._channel)
        if tell:
            self._events.append(Lost(why))
            self._ring()

    def _ring(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.eventfd_write(self._bell, 1)


def _readable(channel: Channel, deadline: float) -> bool:
    return _polled(channel, select.POLLIN, deadline)


def _writable(channel: Channel, deadline: float) -> bool:
    return _polled(channel, select.POLLOUT, deadline)


def _polled(channel: Channel, event: int, deadline: float) -> bool:
    poll = select.poll()
    poll.register(channel, event)
    return bool(poll.poll(max(deadline - time.monotonic(), 0) * 1000))

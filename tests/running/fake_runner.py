"""A runner in memory, with which a test makes things happen: what a worker sees of a keeper, without processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress

from jobyard.core.errors import RunnerError
from jobyard.core.runners.base import (
    Connected,
    Disowned,
    Ended,
    Held,
    Lost,
    Noted,
    Outcome,
    RunnerEvent,
    Started,
    StartSpec,
)


class FakeHost:
    """What outlives a keeper: the processes and the folders. Several runners may share one, as workers do a yard."""

    def __init__(self, clock: Callable[[], float] = lambda: 1000.0) -> None:
        self.clock = clock
        self.running: dict[str, Started] = {}
        self.tombs: set[str] = set()
        self.over: dict[str, Outcome] = {}  # not acknowledged
        self.forgotten: dict[str, Outcome] = {}  # acknowledged
        self.waiting: dict[str, StartSpec] = {}
        self.lanes: dict[str, int] = {}
        self.lane_of: dict[str, str] = {}
        self.stops: list[tuple[str, str]] = []  # every stop that was asked for: token, why
        self.starts: list[str] = []  # every token that has been started, in order
        self.runners: list[FakeRunner] = []
        self.alive = True
        self.startable = True
        self.pid = 1000

    def say(self, event: RunnerEvent) -> None:
        """Tell every connected worker."""
        for runner in self.runners:
            if runner.connected:
                runner.hear(event)

    def admit(self) -> None:
        """Start what its lane has room for."""
        for token, spec in list(self.waiting.items()):
            busy = sum(self.lane_of.get(other) == spec.lane for other in self.running)
            if busy < self.lanes.get(spec.lane, 1):
                del self.waiting[token]
                self._run(spec)

    def _run(self, spec: StartSpec) -> None:
        self.pid += 1
        self.lane_of[spec.token] = spec.lane
        self.starts.append(spec.token)
        self.running[spec.token] = started = Started(spec.token, self.pid, self.clock())
        self.say(started)

    def end(self, outcome: Outcome) -> None:
        """A process and its tree are gone; told if a keeper lives."""
        self.running.pop(outcome.token, None)
        self.over[outcome.token] = outcome
        if self.alive:
            self.say(Ended(outcome))
            self.admit()

    def die(self) -> None:
        """The keeper is killed: what waits is forgotten, what runs goes on."""
        self.alive = False
        self.waiting.clear()
        for runner in self.runners:
            runner.lose("killed")


class FakeRunner:
    """The :class:`Runner` of the seam on a :class:`FakeHost`."""

    def __init__(self, host: FakeHost | None = None) -> None:
        self.host = host or FakeHost()
        self.host.runners.append(self)
        self._events: list[RunnerEvent] = []
        self._connected = False
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    # -- what a worker calls ------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Whether requests reach the keeper."""
        return self._connected

    def filenos(self) -> list[int]:
        """One descriptor, readable when there are events."""
        return [self._bell]

    def events(self) -> list[RunnerEvent]:
        """What happened since the last call."""
        events, self._events = self._events, []
        with suppress(BlockingIOError):
            os.eventfd_read(self._bell)
        return events

    def ensure(self) -> None:
        """Connect, with a new keeper if the last one is dead. Raises RunnerError if ``startable`` is False."""
        if self._connected:
            return
        if not self.host.startable:
            raise RunnerError("The keeper cannot be started")
        self.host.alive = self._connected = True
        self.hear(Connected(1, frozenset(self.host.running) | frozenset(self.host.waiting)))
        for event in (*self.host.running.values(), *map(Ended, self.host.over.values())):
            self.hear(event)

    def start(self, specs: Iterable[StartSpec]) -> None:
        """Let them wait for their lanes; known ones are left alone."""
        for spec in specs if self._connected else ():
            if spec.token in self.host.tombs:
                self.host.say(Disowned(spec.token, "never"))
            elif not self._known(spec.token):
                self.host.lanes[spec.lane] = spec.lane_slots
                self.host.waiting[spec.token] = spec
        self.host.admit()

    def adopt(self, held: Iterable[Held]) -> None:
        """Answer with Started, Ended or Disowned(never)."""
        for one in held if self._connected else ():
            if one.token in self.host.waiting and not one.stop:
                continue
            if not self._repeat(one.token):
                self._never(one.token)
            elif one.stop:
                self.stop(one.token, one.stop)

    def disown(self, held: Iterable[Held]) -> None:
        """Answer runs, ended (and how) or never."""
        for one in held if self._connected else ():
            if one.token in self.host.running:
                self.host.say(Disowned(one.token, "runs"))
            elif one.token in self.host.over:
                self.host.say(Disowned(one.token, "ended"))
                self._repeat(one.token)
            else:
                self._never(one.token)

    def stop(self, token: str, why: str) -> None:
        """Note it. A waiting one never starts; a running one ends when the test says so (:meth:`finish`)."""
        if self._connected:
            self.host.stops.append((token, why))
            if token in self.host.waiting:
                self._never(token)

    def acknowledge(self, tokens: Iterable[str]) -> None:
        """Forget these outcomes."""
        for token in tokens if self._connected else ():
            outcome = self.host.over.pop(token, None)
            if outcome is not None:
                self.host.forgotten[token] = outcome

    def lane(self, lane: str, slots: int) -> None:
        """Widen or narrow a lane."""
        if self._connected:
            self.host.lanes[lane] = slots
            self.host.admit()

    def close(self) -> None:
        """Leave."""
        self._connected = False
        if self._bell >= 0:
            self.host.runners.remove(self)
            os.close(self._bell)
            self._bell = -1

    # -- what a test calls --------------------------------------------------------------------

    def finish(self, token: str, exit_code: int | None = 0, **more: object) -> Outcome:
        """The process ends; *more* are fields of its Outcome (signal, cause, message, stopped, …)."""
        started = self.host.running[token]
        outcome = Outcome(token, started.at, self.host.clock(), exit_code, pid=started.pid)
        for name, value in more.items():
            object.__setattr__(outcome, name, value)
        self.host.end(outcome)
        return outcome

    def cannot_launch(self, token: str, message: str = "no such command: foo") -> None:
        """A started attempt turns out never to have run."""
        self.host.end(Outcome(token, None, self.host.clock(), cause="launch", message=message))

    def lose(self, why: str = "killed") -> None:
        """This worker's connection breaks."""
        if self._connected:
            self._connected = False
            self.hear(Lost(why))

    def note(self, token: str, text: str) -> None:
        """Something to read about an attempt."""
        self.host.say(Noted(token, text))

    def hear(self, event: RunnerEvent) -> None:
        """Have *event* among the next ones."""
        self._events.append(event)
        os.eventfd_write(self._bell, 1)

    def _known(self, token: str) -> bool:
        host = self.host
        return token in host.waiting or token in host.running or token in host.over or token in host.forgotten

    def _repeat(self, token: str) -> bool:
        host = self.host
        if token in host.running:
            self.hear(host.running[token])
        elif token in host.over or token in host.forgotten:
            self.hear(Ended(host.over.get(token) or host.forgotten[token]))
        return token in host.running or token in host.over or token in host.forgotten

    def _never(self, token: str) -> None:
        self.host.waiting.pop(token, None)
        self.host.tombs.add(token)
        self.host.say(Disowned(token, "never"))

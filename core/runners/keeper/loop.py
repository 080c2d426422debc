"""Wait until something happens, have it dealt with, and leave when nothing is left to do."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import time

from . import system
from .hub import Hub
from .keeper import GATHER, Keeper
from .requests import Requests

LOOK = 0.25  # seconds between looks while something runs
_ENDING = 0.05  # the same while something is being stopped
_IDLE_LOOK = 1.0  # between looks at whether the yard is still there
_IDLE = 60.0


class Loop:
    """The keeper's only thread."""

    def __init__(self, run: str, lock: int, listener: socket.socket) -> None:
        self._lock_path = run + "/keeper.lock"
        self._lock = os.fstat(lock)
        self._idle_after = float(os.environ.get("JOBYARD_KEEPER_IDLE") or _IDLE)
        self._selector = selectors.DefaultSelector()
        self._hub = Hub(listener, self._selector)
        self._keeper = Keeper(run, self._hub, self._selector)
        self._requests = Requests(self._keeper)
        self._hub.on_message = self._requests.take
        self._hub.on_welcome = self._requests.welcome
        self._active_at = self._look_at = time.monotonic()
        self._terminated = False
        self._wakeups = _signals()
        self._selector.register(self._wakeups, selectors.EVENT_READ, self._signalled)

    def run(self) -> None:
        """Until the keeper may leave."""
        more = False
        while not self._may_leave():
            for key, _ in self._selector.select(0 if more else self._timeout()):
                key.data()
            self._timers()
            more = self._keeper.turn()
        self._hub.close()
        self._keeper.close()

    def _timers(self) -> None:
        now = time.monotonic()
        if self._keeper.busy or _past(self._keeper.next_deadline()):
            self._keeper.urge()
        if now >= self._look_at:
            self._look_at = now + LOOK
            self._keeper.look()

    def _timeout(self) -> float:
        unsent = self._hub.unsent_for()
        if unsent:
            return max(0.0, GATHER - unsent)
        if self._keeper.busy:
            return _ENDING
        if not self._keeper.jobs:
            return _IDLE_LOOK if self._keeper.outcomes.safe else LOOK
        wait = self._look_at - time.monotonic()
        deadline = self._keeper.next_deadline()
        if deadline is not None:
            wait = min(wait, deadline - system.boottime())
        return max(wait, 0)

    def _may_leave(self) -> bool:
        keeper, now = self._keeper, time.monotonic()
        if keeper.holds:
            self._terminated = False  # deaf to it
        if keeper.holds or self._hub.clients or self._requests.asked:
            self._active_at, self._requests.asked = now, False
        if keeper.holds:
            return False
        if self._terminated or self._yard_gone():
            return True
        return keeper.outcomes.safe and now - self._active_at >= self._idle_after

    def _yard_gone(self) -> bool:
        try:
            found = os.stat(self._lock_path)
        except OSError:
            return True
        return (found.st_dev, found.st_ino) != (self._lock.st_dev, self._lock.st_ino)

    def _signalled(self) -> None:
        """SIGCHLD only wakes; the turn reaps."""
        if signal.SIGTERM in self._wakeups.recv(4096):
            self._terminated = True


def _past(deadline: float | None) -> bool:
    return deadline is not None and system.boottime() >= deadline


def _signals() -> socket.socket:
    """The socket on which signals arrive as bytes, so that none is missed between two waits."""
    ours, kernels = socket.socketpair()
    ours.setblocking(False)
    kernels.setblocking(False)
    signal.set_wakeup_fd(kernels.detach(), warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    return ours

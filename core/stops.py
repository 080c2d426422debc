"""What people want stopped or taken back, passed on to the keeper: once each, and again to each new keeper."""

from __future__ import annotations

from collections.abc import Set

from . import crash
from .charge import Charge
from .runners.base import Runner
from .store import Store, workers

crash.register(worker_stopping="a stop is committed and about to be sent")


class Stops:
    """What was asked of the present keeper about the attempts of one worker."""

    def __init__(self, store: Store, runner: Runner, charge: Charge) -> None:
        self._store, self._runner, self._charge = store, runner, charge
        self._told: set[tuple[str, str]] = set()  # token, stop

    def send(self) -> None:
        """Pass on what people want stopped or taken back."""
        if not self._charge:
            return
        for running in workers.to_stop(self._store):
            wish = (running.token, running.stop or "")
            if wish in self._told or running.token not in self._charge:
                continue
            crash.point("worker.stopping")
            self._told.add(wish)
            if running.stop == "cancel":
                self._runner.stop(running.token, "cancel")
            else:
                self._runner.disown([self._charge.held[running.token]])

    def recall(self) -> None:
        """Draining: what the keeper has not started yet goes back to the queue."""
        waiting = [token for token in self._charge.waiting if (token, "recall") not in self._told]
        if waiting:
            self._told |= {(token, "recall") for token in waiting}
            self._runner.disown([self._charge.held[token] for token in waiting])

    def forget(self, tokens: Set[str]) -> None:
        """Nothing has been asked about these, as far as the present keeper knows."""
        if self._told:
            self._told = {wish for wish in self._told if wish[0] not in tokens}

    def forget_all(self) -> None:
        """The keeper is a new one."""
        self._told.clear()

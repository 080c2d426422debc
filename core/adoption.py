"""Attempts that a worker did not start itself: of dead workers, of a keeper that went away, of others that are late."""

from __future__ import annotations

from collections.abc import Callable

from .charge import Charge
from .launch import held_from
from .pulse import BURY, Inbox, Timers
from .runners.base import Ended, Held, Runner
from .settings import Settings
from .stops import Stops
from .store import Store, outcomes, submit, workers


class Adoption:
    """Finds again what the store believes running, and answers for it."""

    def __init__(
        self, store: Store, runner: Runner, charge: Charge, stops: Stops, inbox: Inbox, timers: Timers,
        settings: Callable[[], Settings],
    ) -> None:  # fmt: skip
        self._store, self._runner, self._settings = store, runner, settings
        self._charge, self._stops, self._inbox, self._timers = charge, stops, inbox, timers
        self._strangers: dict[str, tuple[float, Ended]] = {}  # outcomes of others' attempts, and when they are late

    def recover(self, worker: int) -> None:
        """Take over what dead workers left, and adopt all that this one answers for and does not know."""
        workers.bury(self._store, worker)
        submit.sweep(self._store)
        workers.inherit(self._store, worker)
        known = [running for running in workers.running(self._store, worker) if running.token not in self._charge]
        if known:
            self._adopt([held_from(running, self._store.home, self._settings()) for running in known])
            self._charge.belong(known)

    def _adopt(self, held: list[Held]) -> None:
        self._runner.ensure()
        self._charge.adopt(held)
        self._stops.forget({one.token for one in held})
        self._runner.adopt(held)

    def reconnect(self) -> None:
        """The keeper went away, or could not tell: ask again about everything that this worker answers for."""
        self._timers.reconnect, self._timers.readopt = False, float("inf")
        self._stops.forget_all()
        if self._charge:
            self._timers.reconnect = True  # until it has worked
            self._adopt(list(self._charge.held.values()))
            self._timers.reconnect = False

    def hear(self, event: Ended, now: float) -> None:
        """An outcome that is another's to record."""
        self._strangers.setdefault(event.outcome.token, (now + BURY, event))

    def take_late(self, now: float) -> None:
        """Outcomes of attempts that are another worker's: if nobody has recorded them after a while, we do."""
        late = [token for token, (at, _) in self._strangers.items() if now >= at]
        if not late:
            return
        recorded = outcomes.mark_recorded(self._store, late)
        for token in late:
            _, event = self._strangers.pop(token)
            if token not in recorded:
                self._inbox.ends[token] = event
        self._runner.acknowledge(recorded)

"""Warm stations: one is there before an attempt of its queue starts, and goes when its queue is warm no more."""

from __future__ import annotations

from collections.abc import Callable

from .chores import Chore
from .lab import stations
from .settings import Settings
from .store import Store, queues
from .store.claims import Claimed

KIND = "experiment"  # the kind whose attempts a station runs
LOOK = 5.0  # seconds between looks at those that live


class Warming(Chore):
    """Starts stations at the claim, and has them leave."""

    name = "stations"

    def __init__(self, store: Store, settings: Callable[[], Settings], tell: Callable[[str], None]) -> None:
        super().__init__()
        self._store, self._settings, self._tell = store, settings, tell

    def prepare(self, job: Claimed) -> None:
        """A job is about to start: a station that cannot be started is told; the attempt then does without."""
        if not job.warm or job.kind != KIND:
            return
        try:
            stations.ensure(self._store.home, job.queue, self._settings().station_idle)
        except OSError as error:
            self._tell(f"The station of queue {job.queue} cannot be started: {error}")

    def turn(self) -> float:
        """Those whose queue keeps none any more leave."""
        alive = stations.living(self._store.home)
        if alive:
            warm = {stations.name_of(queue) for queue in queues.warm(self._store)}
            for name in set(alive) - warm:
                stations.dismiss(self._store.home, name)
        return LOOK

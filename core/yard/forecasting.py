"""The facade's question when jobs will start and end."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from ..lazy import LazyModule
from .part import Whole

if TYPE_CHECKING:
    from .. import forecast as foreseeing
    from ..forecast import Facts, Forecast, plans
    from ..forecast.plans import Plan
    from ..store import foresight, queues, views, weights
else:  # few commands ask
    plans, weights = LazyModule("jobyard.core.forecast.plans"), LazyModule("jobyard.core.store.weights")
    foreseeing, foresight = LazyModule("jobyard.core.forecast"), LazyModule("jobyard.core.store.foresight")
    queues, views = LazyModule("jobyard.core.store.queues"), LazyModule("jobyard.core.store.views")

KEPT = 1.0  # seconds for which a forecast is given again, unless something changes
MOST = 10_000  # pending jobs
MOST_TOLD = 100  # running jobs whose progress is looked for: 0.1 ms each


class Forecasting(Whole):
    """When. A look costs some tenths of a second at most, with thousands of jobs: ask from a thread."""

    _foreseen: tuple[tuple[int, int], float, Forecast] | None = None
    _foreseeing = threading.Lock()

    def forecast(self, limit: int = MOST, *, stale: float = 0.0) -> Forecast:
        """When the running jobs end, and the first *limit* pending ones start and end, or why nobody can say.

        The same for a second, unless something changes; of several threads that ask one works, the others get its.
        One that was made within *stale* seconds will do though something changed since.
        """
        limit = max(0, min(limit, MOST))
        with self._foreseeing:
            key = (views.version(self._store), limit)
            if self._foreseen is not None:
                known, at, found = self._foreseen
                age = time.monotonic() - at
                if (known == key and age < KEPT) or (known[1] == limit and age < stale):
                    return found
            found = foreseeing.forecast(self._as_told(foresight.ask(self._store, limit).facts))
            self._foreseen = key, time.monotonic(), found
            return found

    def _as_told(self, facts: Facts) -> Facts:
        """The same with the ends that running jobs tell by their progress, which know better than what others took."""
        told = self.progress([run.row for run in facts.runs[:MOST_TOLD]])
        ends = {row: one.expected_end for row, one in told.items() if one.expected_end is not None}
        return facts._replace(runs=[run.told(facts.now, ends.get(run.row)) for run in facts.runs])

    def optimize(self, queue: str = "") -> Plan:
        """What is expected to start when, and what each policy would give *queue*, or each queue in which jobs wait.

        Where nothing starts just now (no worker, a full disk) it is planned as if something did. Plays three times for
        each queue. Raises Unknown.
        """
        asked = foresight.ask(self._store, MOST)
        facts = self._as_told(asked.facts)._replace(idle="")
        some = [self.queue(queue)] if queue else queues.every(self._store)
        present = {one.id: one.policy for one in some if one.open}
        rules = plans.Rules(weights.at_first, weights.WITHOUT_ESTIMATE)
        return plans.plan(facts, present, asked.estimates, rules)._replace(idle=asked.facts.idle)

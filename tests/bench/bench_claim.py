"""What a claim costs: with a thousand pending, with a million, and with many that are held or wait."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from jobyard.core.models import Dependency, JobSpec
from jobyard.core.store import claims, outcomes, workers
from jobyard.core.store.store import Actor, Store
from tests.bench import yards
from tests.bench.harness import Check, Figure

CLAIMS = 200  # a round
FEW, BLOCKED = 1_000, 100_000
Stores = dict[str, tuple[Store, int]]


@contextmanager
def stores() -> Iterator[Stores]:
    """Yards that differ in what pends; each with a worker's generation that may claim."""
    with ExitStack() as stack:
        few, held, waiting = (stack.enter_context(yards.fresh()) for _ in range(3))
        yards.fill(few, FEW, _free)
        yards.fill(held, FEW + BLOCKED, lambda number: _free(number) if number < FEW else _held(number))
        yards.fill(waiting, FEW + BLOCKED, lambda number: _free(number) if number < FEW else _waiting(number))
        homes = {"few": few, "million": yards.million(), "held": held, "waiting": waiting}
        yield {name: _opened(home) for name, home in homes.items()}


def _free(number: int) -> JobSpec:
    return JobSpec(fields={"command": ["true"]}, name=f"free-{number}", cwd="/")


def _held(number: int) -> JobSpec:
    return JobSpec(fields={"command": ["true"]}, cwd="/", priority=5, held=True)


def _waiting(number: int) -> JobSpec:
    """Waits for a job of another day's work that stays pending: the last free one."""
    return JobSpec(fields={"command": ["true"]}, cwd="/", priority=5, dependencies=(Dependency(f"free-{FEW - 1}"),))


def _opened(home: Path) -> tuple[Store, int]:
    store = Store(home, Actor("bench", "bench", "bench"))
    return store, workers.admit(store, "bench", "bench", os.getpid(), "bench", None, None)


def claim(name: str, yards_: Stores) -> float:
    """Milliseconds of a claim of one job, its commit included, median of a round's; each is given back."""
    store, worker = yards_[name]
    return 1000 * statistics.median(_one_claim(store, worker) for _ in range(CLAIMS))


def _one_claim(store: Store, worker: int) -> float:
    began = time.perf_counter()
    with store.db.transaction(quiet=True) as connection:
        claims.check_generation(connection, worker)
        claimed = claims.claim(store, connection, worker, {}, 1)
    took = time.perf_counter() - began
    if len(claimed) != 1:
        raise RuntimeError(f"{len(claimed)} jobs were claimed instead of one")
    with store.db.transaction(quiet=True) as connection:
        outcomes.returned(store, connection, [claimed[0].token])
    return took


SIDES = {
    "1,000 pending": "few",
    "1,000,000 pending": "million",
    "1,000 and 100,000 held": "held",
    "1,000 and 100,000 that wait": "waiting",
}

FIGURES = [
    Figure(
        "claim",
        "a claim of one job with its commit",
        "ms",
        {side: lambda yards_, name=name: claim(name, yards_) for side, name in SIDES.items()},
        tuple(
            Check(f"{side} / 1,000", lambda of, side=side: of[side] / of["1,000 pending"], at_most=2.0)
            for side in list(SIDES)[1:]
        ),
        prepare=stores,
    )
]

"""What many that wait cost a claim, by a resource or a time, and what a decision over very many candidates costs."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from jobyard.core.models import JobSpec
from jobyard.core.scheduler import Candidate, QueueView, World, decide
from jobyard.core.store import Store, claims
from jobyard.core.yard import Yard
from tests.bench import bench_claim, yards
from tests.bench.bench_claim import BLOCKED, FEW, Stores
from tests.bench.harness import Check, Figure

MOST = 20.0  # ms
CANDIDATES, RESOURCES, QUEUES, SLOTS = 10_000, 50, 20, 400
DECISIONS = 11  # a round


@contextmanager
def stores() -> Iterator[Stores]:
    """Yards with 1,000 jobs that may start; in all but the first as many others wait as the side says."""
    with ExitStack() as stack:
        found: Stores = {}
        for side, wait in WAITING.items():
            home = stack.enter_context(yards.fresh())
            holder = _hold(home)
            yards.fill(home, FEW, lambda number: JobSpec(fields={"command": ["true"]}, cwd="/"))
            if wait is not None:
                yards.fill(home, BLOCKED, wait)
            found[side] = bench_claim._opened(home)
            _claim_holder(found[side], holder)
        yield found


def _hold(home: Path) -> str:
    """A job in a queue of its own that will have the only unit of an instrument; its id."""
    with Yard.open(home) as yard:
        yard.resource_set("qick", capacity=1, new=True)
        yard.resource_set("laser", capacity=1, new=True)
        yard.queue_create("lab", exclusive=True)
        spec = JobSpec(fields={"command": ["true"]}, cwd="/", queue="lab", priority=100, needs={"qick": 1, "laser": 1})
        return yard.submit(spec).id


def _claim_holder(of: tuple[Store, int], holder: str) -> None:
    store, worker = of
    with store.db.transaction() as connection:
        claimed = claims.claim(store, connection, worker, {}, 1)
    if [job.id for job in claimed] != [holder]:
        raise RuntimeError("the instrument's holder was not claimed")


def _blocked(number: int) -> JobSpec:
    needs = ({"qick": 1}, {"laser": 1}, {"qick": 1, "cpus": 1})[number % 3]
    return JobSpec(fields={"command": ["true"]}, cwd="/", priority=5, needs=needs)


def _later(number: int) -> JobSpec:
    return JobSpec(fields={"command": ["true"]}, cwd="/", priority=5, not_before=time.time() + 7 * 86_400)


BASE = "1,000 pending"
WAITING: dict[str, Callable[[int], JobSpec] | None] = {
    BASE: None,
    "1,000 and 100,000 behind a resource": _blocked,
    "1,000 and 100,000 not yet due": _later,
}


def crowd(policies: bool, free: int) -> World:
    """Candidates of twenty queues that want one or two of fifty resources, in no order."""
    names = [f"r{number}" for number in range(RESOURCES)]
    wants = [{name: 1} if at % 2 else {name: 1, names[at - 1]: 2} for at, name in enumerate(names)]
    candidates = [
        Candidate(row, row % QUEUES, wants[row % RESOURCES], row % 3, row, float(row * 7919 % 1000) * policies)
        for row in range(CANDIDATES)
    ]
    random.Random(7).shuffle(candidates)
    queues = [QueueView(number, SLOTS) for number in range(QUEUES)]
    return World(queues, candidates, dict.fromkeys(names, free), claims.MOST)


def decision(world: World) -> float:
    """Milliseconds of a decision, median of a round's."""
    return 1000 * statistics.median(yards.timed(lambda: decide(world)) for _ in range(DECISIONS))


WORLDS = {
    "half of them start": lambda: crowd(False, 100),
    "none of them starts": lambda: crowd(False, 0),
    "every queue has a policy": lambda: crowd(True, 100),
}

FIGURES = [
    Figure(
        "claim-blocked",
        "a claim of one job with its commit, beside many that cannot start",
        "ms",
        {side: lambda yards_, side=side: bench_claim.claim(side, yards_) for side in WAITING},
        tuple(
            Check(f"{side} / 1,000", lambda of, side=side: of[side] / of[BASE], at_most=2.0)
            for side in list(WAITING)[1:]
        ),
        prepare=stores,
    ),
    Figure(
        "decide",
        "a decision over 10,000 candidates that want some of 50 resources",
        "ms",
        {side: lambda _, make=make: decision(make()) for side, make in WORLDS.items()},
        tuple(Check(f"{side}, ms", lambda of, side=side: of[side], at_most=MOST) for side in WORLDS),
    ),
]

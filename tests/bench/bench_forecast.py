"""When ten thousand pending jobs start and end: the play alone, and with all that it is made from."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from jobyard.core.forecast import Duration, Facts, Lane, Task, Wait, forecast
from jobyard.core.models import JobSpec
from jobyard.core.store import foresight
from jobyard.core.yard import Yard
from tests.bench import yards
from tests.bench.harness import Check, Figure, Medians

MANY = 10_000
CORES = {1: {"cpus": 1}, 2: {"cpus": 2}, 3: {"cpus": 4}, 4: {"cpus": 1, "qick": 1}}
CAPACITY = {"cpus": 16, "qick": 1}


def tasks(queues: int, demands: tuple[int, ...] = (0,)) -> list[Task]:
    """Jobs of all queues by turns; each takes another time."""
    die = random.Random(7)
    return [
        Task(row, row % queues, Duration(die.uniform(1, 100), 150), die.choice(demands)) for row in range(1, MANY + 1)
    ]


def lanes(queues: int, slots: int) -> list[Lane]:
    """Queues of so many slots each."""
    return [Lane(number, slots) for number in range(queues)]


CHAIN = [Wait(row + 1, row) for row in range(1, MANY)]
YARDS: dict[str, Callable[[], Facts]] = {
    "one queue of four slots": lambda: Facts(0.0, lanes(1, 4), tasks(1)),
    "ten queues": lambda: Facts(0.0, lanes(10, 4), tasks(10)),
    "ten queues, one worker of eight": lambda: Facts(0.0, lanes(10, 4), tasks(10), room=8),
    "a chain": lambda: Facts(0.0, lanes(1, 4), tasks(1), waits=CHAIN),
    "cores and an instrument": lambda: Facts(0.0, lanes(1, 16), tasks(1, (1, 2, 3, 4)), wants=CORES, capacity=CAPACITY),
    "the same in ten queues": lambda: Facts(
        0.0, lanes(10, 8), tasks(10, (0, 0, 0, 1, 2, 3, 4)), wants=CORES, capacity=CAPACITY
    ),
}
PLAIN = ("one queue of four slots", "ten queues", "a chain")


@contextmanager
def facts() -> Iterator[dict[str, Facts]]:
    """What each is made from."""
    yield {name: make() for name, make in YARDS.items()}


def played(name: str, found: dict[str, Facts]) -> float:
    """Milliseconds to a start and an end for each; with resources in ten queues it stops before, at its limit."""
    began = time.perf_counter()
    told = forecast(found[name])
    taken = 1000 * (time.perf_counter() - began)
    assert name == "the same in ten queues" or len(told.order) == MANY
    return taken


@contextmanager
def yard() -> Iterator[Yard]:
    """A yard with as many pending jobs and nothing else."""
    with yards.fresh() as home:
        yards.fill(home, MANY, lambda n: JobSpec({"command": ["sleep", str(n % 50)]}, cwd="/", estimate=float(n % 50)))
        with Yard.open(home) as found:
            yield found


def asked(found: Yard) -> float:
    """Milliseconds to read what it is made from."""
    return 1000 * yards.timed(lambda: foresight.ask(found._store, MANY))


def slowest(names: tuple[str, ...]) -> Callable[[Medians], float]:
    """The largest of some medians."""
    return lambda medians: max(medians[name] for name in names)


FIGURES = [
    Figure(
        "forecast",
        f"a start and an end for each of {MANY:,} pending jobs, with the 90th percentiles",
        "ms",
        {name: partial(played, name) for name in YARDS},
        (
            Check("plain queues and a chain", slowest(PLAIN), at_most=200),
            Check("a worker of few jobs, or resources", slowest(tuple(YARDS)), at_most=800),
        ),
        facts,
    ),
    Figure(
        "forecast: what it is made from",
        f"the first {MANY:,} pending jobs read from the store, with their queues, waits and earlier runs",
        "ms",
        {"read": asked},
        (Check("read", lambda medians: medians["read"], at_most=200),),
        yard,
    ),
]

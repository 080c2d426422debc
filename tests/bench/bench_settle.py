"""The longest write transaction while a job with 10,000 dependants ends, and while a chain of 10,000 is skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from jobyard.core.models import Dependency, JobSpec
from jobyard.core.states import State
from jobyard.core.store import Actor
from jobyard.core.store.database import Database
from jobyard.core.yard import Yard, staff
from tests.bench import yards
from tests.bench.harness import Check, Figure

DEPENDANTS = 10_000
MOST = 50.0  # ms


def star() -> Iterable[JobSpec]:
    """One job with 10,000 dependants; they are held, so that its end is all that happens."""
    yield JobSpec(fields={"command": ["true"]}, key="root", cwd="/")
    for _ in range(DEPENDANTS):
        yield JobSpec(fields={"command": ["true"]}, held=True, cwd="/", dependencies=(Dependency("root"),))


def chain() -> Iterable[JobSpec]:
    """A job that fails, and a chain of 10,000 after it, each skipped through the one before."""
    yield JobSpec(fields={"command": ["false"]}, key="0", cwd="/")
    for number in range(DEPENDANTS):
        after = (Dependency(str(number)),)
        yield JobSpec(fields={"command": ["true"]}, key=str(number + 1), cwd="/", dependencies=after)


def longest(jobs: Callable[[], Iterable[JobSpec]], state: State) -> float:
    """Milliseconds of the worker's longest write transaction until nothing can run any more."""
    with yards.fresh() as home, Yard.open(home) as yard:
        yard.submit_many(jobs())
        with _databases() as databases:
            staff.make_worker(home, Actor("bench", "bench", "bench"), face="bench", once=True).run()
        if yard.counts()[state] != DEPENDANTS:
            raise RuntimeError(f"unexpected counts: {yard.counts()}")
        return 1000 * max(database.longest for database in databases)


@contextmanager
def _databases() -> Iterator[list[Database]]:
    """Those that are opened meanwhile, in this process."""
    made: list[Database] = []
    original = Database.__init__

    def remember(self: Database, *words: Any, **options: Any) -> None:
        original(self, *words, **options)
        made.append(self)

    with mock.patch.object(Database, "__init__", remember):
        yield made


FIGURES = [
    Figure(
        "settle",
        "the worker's longest write transaction",
        "ms",
        {
            "ending a job with 10,000 dependants": lambda _: longest(star, State.PENDING),
            "skipping a chain of 10,000": lambda _: longest(chain, State.SKIPPED),
        },
        (
            Check("dependants, ms", lambda of: of["ending a job with 10,000 dependants"], at_most=MOST),
            Check("chain, ms", lambda of: of["skipping a chain of 10,000"], at_most=MOST),
        ),
    )
]

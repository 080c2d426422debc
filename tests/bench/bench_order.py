"""Graphs of 10,000 jobs: what a cascade would take along, whether an edge closes a circle, and weighing them all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from jobyard.core.errors import Cycle
from jobyard.core.models import Dependency, JobSpec
from jobyard.core.yard import Yard
from tests.bench import yards
from tests.bench.harness import Check, Figure

JOBS = 10_000
PREVIEW, CIRCLE, LONGEST = 100.0, 100.0, 50.0  # ms


class Graph(NamedTuple):
    """A yard with one graph in it, and the graph's first and last job."""

    yard: Yard
    head: str
    tail: str


def _job(number: int, *parents: int) -> JobSpec:
    after = tuple(Dependency(str(parent)) for parent in parents)
    return JobSpec(fields={"command": ["true"]}, key=str(number), cwd="/", held=not parents, dependencies=after)


def _chain(number: int) -> JobSpec:
    return _job(number, *range(max(0, number - 1), number))


def _star(number: int) -> JobSpec:
    return _job(number, *range(min(1, number)))


def _net(number: int) -> JobSpec:
    """Each waits for three of the two hundred before it, always the same ones."""
    return _job(
        number, *sorted({number - 1 - number * step % min(200, number) for step in (7, 31, 113)} if number else ())
    )


SHAPES: dict[str, Callable[[int], JobSpec]] = {"chain": _chain, "star": _star, "net": _net}


@contextmanager
def graphs() -> Iterator[dict[str, Graph]]:
    """Each shape in a yard of its own, all skipped but for the head, which is cancelled."""
    with ExitStack() as stack:
        found = {}
        for name, make in SHAPES.items():
            yard = stack.enter_context(Yard.open(stack.enter_context(yards.fresh())))
            ids = yard.submit_many(make(number) for number in range(JOBS + 1))
            yard.cancel([ids[0]])
            found[name] = Graph(yard, ids[0], ids[-1])
        yield found


def preview(graph: Graph) -> float:
    """Milliseconds until all that would go along is known, and the first twenty are there to be shown."""
    began = time.perf_counter()
    found = graph.yard.cascade_preview([graph.head])
    took = time.perf_counter() - began
    if len(found.rows) != JOBS:
        raise RuntimeError(f"{len(found.rows)} dependants were found")
    return 1000 * took


@contextmanager
def pending() -> Iterator[dict[str, Graph]]:
    """The same, all pending."""
    with graphs() as found:
        for graph in found.values():
            graph.yard.requeue([graph.head])
            graph.yard.hold([graph.head])
        yield found


def circle(graph: Graph) -> float:
    """Milliseconds until an edge that would close the longest circle is refused, and the circle named."""
    began = time.perf_counter()
    try:
        graph.yard.after_add(graph.head, [graph.tail])
    except Cycle:
        return 1000 * (time.perf_counter() - began)
    raise RuntimeError("the circle was not seen")


def weigh(graph: Graph) -> float:
    """Milliseconds of the longest transaction while ten thousand chains are computed."""
    database = graph.yard._store.db
    database.longest = 0.0
    graph.yard.queue_set("default", policy="chain")
    longest = 1000 * database.longest
    graph.yard.queue_set("default", policy="fifo")
    return longest


def _at_most(unit: str, most: float) -> tuple[Check, ...]:
    return tuple(Check(f"{name}, {unit}", lambda of, name=name: of[name], at_most=most) for name in SHAPES)


FIGURES = [
    Figure(
        "cascade preview",
        "what a requeue of the head of 10,000 jobs takes along",
        "ms",
        {name: lambda work, name=name: preview(work[name]) for name in SHAPES},
        _at_most("ms", PREVIEW),
        graphs,
    ),
    Figure(
        "circle",
        "an edge from the head of 10,000 jobs to its tail is refused",
        "ms",
        {name: lambda work, name=name: circle(work[name]) for name in ("chain", "net")},
        tuple(Check(f"{name}, ms", lambda of, name=name: of[name], at_most=CIRCLE) for name in ("chain", "net")),
        pending,
    ),
    Figure(
        "chains",
        "the longest write transaction while 10,000 chains are computed",
        "ms",
        {name: lambda work, name=name: weigh(work[name]) for name in SHAPES},
        _at_most("ms", LONGEST),
        pending,
    ),
]

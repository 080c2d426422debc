"""Graphs of ten thousand jobs: fetched, laid out, walked through; and the neighbourhood of a job in boxes."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from jobyard.core.models import Dependency, JobGraph, JobSpec
from jobyard.core.yard import Yard, drawing
from tests.bench import yards
from tests.bench.bench_app import PRESSES, key_bytes, key_latency
from tests.bench.harness import Check, Figure, Medians
from tests.bench.terminal import Terminal, on_terminal

MANY = 10_000
SIDE = 100  # jobs of a lattice's side
MIB = 1024 * 1024

Shape = dict[int, list[int]]
SHAPES: dict[str, Shape] = {
    "chain": {n: [n - 1] if n else [] for n in range(MANY)},
    "roots of one job": {**{n: [] for n in range(MANY - 1)}, MANY - 1: list(range(MANY - 1))},
    "lattice": {n: [n - SIDE] * (n >= SIDE) + [n - 1] * (n % SIDE > 0) for n in range(MANY)},
}


@contextmanager
def yard_of(shape: Shape) -> Iterator[Path]:
    """A yard with that graph and nothing else."""
    with yards.fresh() as home:
        with Yard.open(home) as yard:
            yard.submit_many(
                JobSpec(
                    {"command": ["true"]},
                    name=f"sweep-{number:07}",
                    key=str(number),
                    cwd="/",
                    dependencies=tuple(Dependency(str(parent)) for parent in parents),
                )
                for number, parents in shape.items()
            )
        yield home


@contextmanager
def graphs() -> Iterator[dict[str, JobGraph]]:
    """Each shape as the yard answers it."""
    found = {}
    for name, shape in SHAPES.items():
        with yard_of(shape) as home, Yard.open(home) as yard:
            found[name] = yard.graph([f"sweep-{MANY - 1:07}"], whole=True)
            assert len(found[name].jobs) == MANY
    yield found


def laid_out(name: str, found: dict[str, JobGraph]) -> float:
    """Milliseconds from a graph to its lines, folded as they are shown."""
    began = time.perf_counter()
    drawing.picture(found[name], time.time())
    return 1000 * (time.perf_counter() - began)


def hard(name: str) -> Shape:
    """Sixty jobs whose lines are not easy to draw."""
    dice = random.Random(7)
    return {
        "at random": {n: [p for p in range(n) if dice.random() < 0.1] for n in range(60)},
        "everything after everything": {n: list(range(n)) for n in range(60)},
        "half after half": {n: [] if n < 30 else list(range(30)) for n in range(60)},
    }[name]


def boxed(name: str, _: None) -> float:
    """Milliseconds from jobs to boxes and lines, and to a screen of them."""
    waits = hard(name)
    began = time.perf_counter()
    sheet = drawing.box_sheet(waits, 24)
    for y in range(min(50, sheet.height)):
        sheet.row(y, 0, 160, {})
    return 1000 * (time.perf_counter() - began)


@contextmanager
def shown(shape: Shape) -> Iterator[Terminal]:
    """The app on the Graph screen, every job with a line of its own, the window in the middle."""
    with yard_of(shape) as home:
        argv = [yards.JOBYARD, "--no-worker", "--screen", "graph", f"sweep-{MANY // 2:07}"]
        with on_terminal(argv, yards.surroundings(home)) as terminal:
            terminal.until(b"needed by")
            terminal.until_quiet(1.0)
            yield terminal


def memory(terminal: Terminal) -> float:
    """MiB resident while the graph is shown and after it was walked through."""
    for key in (b"G", b"g", *[b"j"] * PRESSES):
        terminal.keys(key)
        terminal.until_quiet()
    return terminal.resident() / MIB


def worst(of: Medians) -> float:
    return max(of.values())


FIGURES = [
    Figure(
        "graph-layout",
        f"a graph of {MANY:,} jobs laid out as a list with lanes, folded and with its critical path",
        "ms",
        {name: partial(laid_out, name) for name in SHAPES},
        (Check("milliseconds, the slowest shape", worst, at_most=300.0),),
        prepare=graphs,
    ),
    Figure(
        "graph-boxes",
        "the neighbourhood of 60 jobs as boxes with lines, and a screen of it",
        "ms",
        {name: partial(boxed, name) for name in ("at random", "everything after everything", "half after half")},
        (Check("milliseconds, the slowest shape", worst, at_most=50.0),),
    ),
    Figure(
        "app-graph-chain",
        f"the app on the graph of a chain of {MANY:,} jobs: from j to the terminal's answer",
        "ms",
        {"j": key_latency, "j that scrolls": lambda terminal: key_latency(terminal, scrolling=True)},
        (Check("milliseconds", worst, at_most=16.0),),
        prepare=lambda: shown(SHAPES["chain"]),
    ),
    Figure(
        "app-graph-chain-bytes",
        f"the app on the graph of a chain of {MANY:,} jobs: bytes for a j",
        "bytes",
        {"j": key_bytes, "j that scrolls": lambda terminal: key_bytes(terminal, scrolling=True)},
        (Check("bytes", lambda of: of["j"], at_most=1500.0),),
        prepare=lambda: shown(SHAPES["chain"]),
    ),
    Figure(
        "app-graph-lattice",
        f"the app on the graph of a lattice of {SIDE}×{SIDE} jobs: from j to the terminal's answer",
        "ms",
        {"j": key_latency, "j that scrolls": lambda terminal: key_latency(terminal, scrolling=True)},
        (Check("milliseconds", worst, at_most=16.0),),
        prepare=lambda: shown(SHAPES["lattice"]),
    ),
    Figure(
        "app-graph-memory",
        f"the app on the graph of a lattice of {SIDE}×{SIDE} jobs: resident memory after moving about",
        "MiB",
        {"jobyard": memory},
        (Check("MiB", worst, at_most=150.0),),
        prepare=lambda: shown(SHAPES["lattice"]),
    ),
]

"""What it takes to compare two configs of a megabyte: their lines, and their values."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

from jobyard.core.configs import documents, structural, textual
from tests.bench import yards
from tests.bench.harness import Check, Figure

SIZE = 1 << 20  # bytes
EDITS = 500
MILLI = 1000

Texts = tuple[str, str]


@contextmanager
def texts() -> Iterator[Texts]:
    """A hardware config of many qubits, and the same after a day of calibration."""
    one: list[str] = []
    for number in range(SIZE // 115):
        some = random.Random(number)
        one += [
            f"qubit{number}:", f"  f_ge: {4000 + some.random():.6f}", f"  sigma: {number % 7}", "  pulses:",
            "    - {type: gauss, gain: 1000}", f"    - {{type: flat, gain: {number % 11}}}",
        ]  # fmt: skip
    other, chance = list(one), random.Random(1)
    for _ in range(EDITS):
        at = chance.randrange(len(other))
        if other[at].startswith("  f_ge"):
            other[at] += "1"
    other[6000:6000] = [line.replace("qubit", "new") for line in one[:60]]
    yield "\n".join(one), "\n".join(other)


def lines(both: Texts) -> float:
    """Milliseconds of a unified diff."""
    names = ("one", "other")
    return MILLI * yards.timed(lambda: list(textual.unified(both[0].split("\n"), both[1].split("\n"), names)))


def values(both: Texts) -> float:
    """Milliseconds of reading both, and of the values that differ."""
    return MILLI * yards.timed(lambda: structural.changes(*(documents.read(one.encode(), "x.yml") for one in both)))


FIGURES = (
    Figure(
        "config-diff",
        "two configs of 1 MB compared",
        "ms",
        {"lines": lines, "read, and values": values},
        (Check("lines", lambda of: of["lines"], at_most=300),),
        texts,
    ),
)

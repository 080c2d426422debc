"""How long things waited: medians and 90th percentiles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .spans import NO_WAIT, Waited, Window


def of_values(values: Iterable[float]) -> Waited:
    """Median and 90th percentile (nearest rank)."""
    found = sorted(values)
    return Waited(len(found), _rank(found, 0.5), _rank(found, 0.9)) if found else NO_WAIT


def _rank(values: Sequence[float], share: float) -> float:
    return values[max(0, -int(-len(values) * share // 1) - 1)]


def by_cell(starts: Iterable[tuple[float, float]], window: Window) -> tuple[dict[int, Waited], Waited]:
    """Of (start, wait)s: the waits of what began in each cell, and of all that began in the window."""
    found: dict[int, list[float]] = {}
    for start, wait in starts:
        if 0 <= (cell := window.cell(start)) < window.cells:
            found.setdefault(cell, []).append(wait)
    every = [wait for waits in found.values() for wait in waits]
    return {cell: of_values(waits) for cell, waits in found.items()}, of_values(every)

"""How long things waited: medians and 90th percentiles, of all of them or of a histogram of many."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from .spans import NO_WAIT, Span, Waited, Window

STEP = 2**0.25  # from one bound of the histogram to the next: a percentile is told to a tenth of itself
BOUNDS = tuple(0.1 * STEP**number for number in range(100))  # seconds, up to 32 days


def bucket(seconds: float) -> int:
    """The bucket of a wait: 0 below the first bound."""
    return bisect_right(BOUNDS, seconds)


def middle(number: int) -> float:
    """Seconds for which a bucket stands."""
    if number <= 0:
        return 0.0
    return BOUNDS[min(number, len(BOUNDS)) - 1] * STEP**0.5


def of_values(values: Iterable[float]) -> Waited:
    """Median and 90th percentile (nearest rank)."""
    found = sorted(values)
    return Waited(len(found), _rank(found, 0.5), _rank(found, 0.9)) if found else NO_WAIT


def _rank(values: Sequence[float], share: float) -> float:
    return values[max(0, -int(-len(values) * share // 1) - 1)]


def of_histogram(counts: Mapping[int, int]) -> Waited:
    """The same of how many waits are in each bucket."""
    buckets = sorted(number for number, count in counts.items() if count > 0)
    sums = list(accumulate(counts[number] for number in buckets))
    if not sums:
        return NO_WAIT

    def at(share: float) -> float:
        return middle(next(number for number, so_far in zip(buckets, sums, strict=True) if so_far >= share * sums[-1]))

    return Waited(sums[-1], at(0.5), at(0.9))


def by_cell(spans: Iterable[Span], window: Window) -> tuple[dict[int, Waited], Waited]:
    """The waits of what began in each cell, and of all that began in the window."""
    found: dict[int, list[float]] = {}
    for span in spans:
        if span.attempt and 0 <= (cell := window.cell(span.start)) < window.cells:
            found.setdefault(cell, []).append(span.waited)
    every = [wait for waits in found.values() for wait in waits]
    return {cell: of_values(waits) for cell, waits in found.items()}, of_values(every)


def by_cell_of(rows: Iterable[tuple[int, int, int]]) -> tuple[dict[int, Waited], Waited]:
    """The same of (cell, bucket, count)s."""
    cells: dict[int, dict[int, int]] = {}
    every: dict[int, int] = {}
    for cell, number, count in rows:
        cells.setdefault(cell, {})[number] = count
        every[number] = every.get(number, 0) + count
    return {cell: of_histogram(counts) for cell, counts in cells.items()}, of_histogram(every)

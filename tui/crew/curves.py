"""Curves in eighths of a cell, and what each job used since it began, as long as it is shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..sparkline import BARS

if TYPE_CHECKING:
    from jobyard.core.usage import Sample

MOST = 1024  # samples of a job that are kept; then every second one goes


def step(age: float, cells: int) -> float:
    """Seconds a cell of a curve over *age* seconds: of few values, so that cells stay where they are for long."""
    least = max(1.0, age / max(1, cells))
    power = 2.0 ** math.floor(math.log2(least))
    return next(power * factor for factor in (1.0, 1.5, 2.0) if power * factor >= least)


def curve(values: Sequence[float | None], most: float) -> str:
    """A cell a value, as high as its part of *most*; nothing known is a blank."""
    top = most if most > 0 else 1.0
    return "".join(" " if value is None else BARS[min(7, max(0, math.ceil(value / top * 8) - 1))] for value in values)


def chart(values: Sequence[float | None], most: float, rows: int) -> list[str]:
    """The same in so many lines, the highest first; what is nothing stands on the ground line all the same."""
    top = most if most > 0 else 1.0
    heights = [None if value is None else max(1, math.ceil(min(1.0, value / top) * rows * 8)) for value in values]
    return ["".join(_part(height, row) for height in heights) for row in range(rows - 1, -1, -1)]


def _part(height: int | None, row: int) -> str:
    """What a column *height* eighths high shows in a line, numbered from below."""
    left = 0 if height is None else height - 8 * row
    return " " if left <= 0 else BARS[min(8, left) - 1]


class Tracks:
    """Samples of jobs over time, by row."""

    def __init__(self) -> None:
        self._samples: dict[int, list[Sample]] = {}

    @property
    def known(self) -> frozenset[int]:
        """The jobs that have some."""
        return frozenset(self._samples)

    def take(
        self, going: Iterable[int], histories: Mapping[int, Sequence[Sample]], newest: Mapping[int, Sample]
    ) -> None:
        """What a look has found; jobs that are not *going* on are forgotten."""
        self._samples = {row: self._samples[row] for row in going if row in self._samples}
        for row, samples in histories.items():
            self._samples[row] = list(samples)
        for row, sample in newest.items():
            self._add(self._samples.setdefault(row, []), sample)

    def _add(self, samples: list[Sample], new: Sample) -> None:
        if samples and new.at <= samples[-1].at:
            return
        samples.append(new)
        if len(samples) > MOST:
            del samples[1:-1:2]

    def of(self, row: int) -> Sequence[Sample]:
        """The samples of a job, oldest first."""
        return self._samples.get(row, ())

    def spread(
        self, row: int, start: float, now: float, cells: int, value: Callable[[Sample], float]
    ) -> tuple[float | None, ...]:
        """The highest *value* of each stretch of a job's life, which began at *start*; None where nothing is known."""
        from jobyard.core.usage import spread

        samples = self.of(row)
        if not samples or cells <= 0:
            return (None,) * max(0, cells)
        return spread(samples, start, start + step(now - start, cells) * cells, cells, value)

    def drawn(self, row: int, start: float, now: float, cells: int, value: Callable[[Sample], float]) -> str:
        """The curve of a job: all its life, against its highest value."""
        return curve(self.spread(row, start, now, cells, value), self.most(row, value))

    def most(self, row: int, value: Callable[[Sample], float]) -> float:
        """The highest *value* of a job so far."""
        return max(map(value, self.of(row)), default=0.0)

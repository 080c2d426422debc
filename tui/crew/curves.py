"""Bars and curves in eighths of a cell, and what each job used since it began, as long as it is shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..sparkline import BARS

if TYPE_CHECKING:
    from jobyard.core.usage import Sample

EIGHTHS = " ▏▎▍▌▋▊▉"
MOST = 1024  # samples of a job that are kept; then every second one goes


def bar(fraction: float, cells: int) -> str:
    """A bar of *cells* cells; what there is of it is seen, also one that is almost empty."""
    full = max(0.0, min(1.0, fraction)) * cells * 8
    eighths = 0 if full <= 0 else max(1, round(full))
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (EIGHTHS[rest] if rest else "")).ljust(cells)


def step(age: float, cells: int) -> float:
    """Seconds a cell of a curve over *age* seconds: a power of two, so that cells stay where they are for long."""
    least = max(1.0, age / max(1, cells))
    return float(2 ** math.ceil(math.log2(least)))


def curve(values: Sequence[float | None], most: float) -> str:
    """A cell a value, as high as its part of *most*; nothing known is a blank."""
    top = most if most > 0 else 1.0
    return "".join(" " if value is None else BARS[min(7, max(0, math.ceil(value / top * 8) - 1))] for value in values)


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

    def drawn(self, row: int, start: float, now: float, cells: int, value: Callable[[Sample], float]) -> str:
        """The curve of a job that began at *start*: all its life, against its highest value."""
        from jobyard.core.usage import spread

        samples = self.of(row)
        if not samples or cells <= 0:
            return " " * max(0, cells)
        end = start + step(now - start, cells) * cells
        return curve(spread(samples, start, end, cells, value), max(map(value, samples)))

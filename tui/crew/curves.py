"""Curves in eighths of a cell, and what each job used since it began, as long as it is shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..sparkline import BARS

if TYPE_CHECKING:
    from jobyard.core.usage import Sample

MOST = 1024  # samples of a job that are kept; then every second one goes


def cpu_of(sample: Sample) -> float:
    """Cores in use."""
    return sample.cpu


def memory_of(sample: Sample) -> float:
    """Bytes resident."""
    return float(sample.rss)


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


class Course:
    """One figure of a job over its life, in cells of *wide* seconds: what was drawn is not looked at again."""

    __slots__ = ("_last", "_used", "values", "wide")

    def __init__(self, wide: float, cells: int) -> None:
        self.wide = wide
        self.values: list[float | None] = [None] * cells
        self._used = 0  # samples
        self._last: int | None = None  # the cell of the last of them

    def follow(self, samples: Sequence[Sample], start: float, value: Callable[[Sample], float]) -> None:
        """Take the samples that are new: the highest of each cell; one in which nobody looked has the next look's."""
        for sample in samples[self._used :]:
            cell = math.floor((sample.at - start) / self.wide)
            first = cell if self._last is None else min(cell, self._last + 1)
            for at in range(max(0, first), min(cell, len(self.values) - 1) + 1):
                self.values[at] = max(self.values[at] or 0.0, value(sample))
            self._last = cell
        self._used = len(samples)


class Tracks:
    """Samples of jobs over time, by row, and the courses that were drawn of them."""

    def __init__(self) -> None:
        self._samples: dict[int, list[Sample]] = {}
        self._courses: dict[int, dict[tuple[int, Callable[[Sample], float]], Course]] = {}
        self._most: dict[int, tuple[float, float]] = {}  # cores and bytes

    @property
    def known(self) -> frozenset[int]:
        """The jobs that have some."""
        return frozenset(self._samples)

    def take(
        self, going: Iterable[int], histories: Mapping[int, Sequence[Sample]], newest: Mapping[int, Sample]
    ) -> None:
        """What a look has found; jobs that are not *going* on are forgotten."""
        going = [row for row in going if row in self._samples]
        self._samples = {row: self._samples[row] for row in going}
        self._courses = {row: self._courses[row] for row in going if row in self._courses}
        self._most = {row: self._most[row] for row in going if row in self._most}
        for row, samples in histories.items():
            self._samples[row] = []
            self._courses.pop(row, None)
            for sample in samples:
                self._add(row, sample)
        for row, sample in newest.items():
            self._add(row, sample)

    def _add(self, row: int, new: Sample) -> None:
        samples = self._samples.setdefault(row, [])
        if samples and new.at <= samples[-1].at:
            return
        samples.append(new)
        cpu, rss = self._most.get(row, (0.0, 0.0))
        self._most[row] = max(cpu, new.cpu), max(rss, float(new.rss))
        if len(samples) > MOST:
            del samples[1:-1:2]
            self._courses.pop(row, None)

    def of(self, row: int) -> Sequence[Sample]:
        """The samples of a job, oldest first."""
        return self._samples.get(row, ())

    def spread(
        self, row: int, start: float, now: float, cells: int, value: Callable[[Sample], float]
    ) -> Sequence[float | None]:
        """The highest *value* of each stretch of a job's life, which began at *start*; None where nothing is known."""
        samples = self.of(row)
        if not samples or cells <= 0:
            return (None,) * max(0, cells)
        wide, drawn = step(now - start, cells), self._courses.setdefault(row, {})
        course = drawn.get((cells, value))
        if course is None or course.wide != wide:
            course = drawn[cells, value] = Course(wide, cells)
        course.follow(samples, start, value)
        return course.values

    def drawn(self, row: int, start: float, now: float, cells: int, value: Callable[[Sample], float]) -> str:
        """The curve of a job: all its life, against its highest value."""
        return curve(self.spread(row, start, now, cells, value), self.most(row, value))

    def most(self, row: int, value: Callable[[Sample], float]) -> float:
        """The highest *value* of a job so far: of cores or of bytes."""
        cpu, rss = self._most.get(row, (0.0, 0.0))
        return cpu if value is cpu_of else rss

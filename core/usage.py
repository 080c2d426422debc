"""What running jobs use over time: reading the samples that the keeper leaves in an attempt's folder.

What lies there and how it is thinned out: `runners.keeper.usagefile`. Attempts of about a second, and those of before
there were samples, have no file: what they used is not known but for the totals of their outcome.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable, Sequence

from .runners.keeper.usagefile import MOST, NAME, RECORD, Sample

__all__ = ["MOST", "NAME", "RECORD", "Sample", "last", "rates", "read", "spread"]


_FAR = 1e11  # seconds; no clock is there yet


def read(path: str | os.PathLike[str]) -> tuple[Sample, ...]:
    """The samples in the file *path*, oldest first; none if there is no such file. What is torn is left out."""
    content = _content(path, 0, MOST)
    whole = len(content) // RECORD.size * RECORD.size
    return tuple(sample for record in RECORD.iter_unpack(content[:whole]) if _sound(sample := Sample(*record)))


def last(path: str | os.PathLike[str]) -> Sample | None:
    """The newest sample in the file *path*; costs the same however many there are."""
    record = _content(path, -1, 1)
    sample = Sample(*RECORD.unpack(record)) if len(record) == RECORD.size else None
    return sample if sample is not None and _sound(sample) else None


def _content(path: str | os.PathLike[str], first: int, count: int) -> bytes:
    """Records from *first* on (-1: the last whole one); b"" if there is none. A pipe in its place does not block."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return b""
    try:
        start = first if first >= 0 else max(0, os.fstat(file).st_size // RECORD.size - 1)
        return os.pread(file, count * RECORD.size, start * RECORD.size)
    except OSError:
        return b""
    finally:
        os.close(file)


def _sound(sample: Sample) -> bool:
    """Whether it is a sample, and not what a host leaves that goes down while it writes."""
    figures = (sample.at, sample.cpu_seconds, sample.cpu)
    return 0 < sample.at < _FAR and all(math.isfinite(figure) and figure >= 0 for figure in figures)


def rates(samples: Sequence[Sample]) -> tuple[Sample, ...]:
    """The same with ``cpu`` as the mean from each sample's predecessor to it, as a curve over time wants it."""
    found = list(samples[:1])
    for before, sample in itertools.pairwise(samples):
        apart = sample.at - before.at
        mean = (sample.cpu_seconds - before.cpu_seconds) / apart if apart > 0 else sample.cpu
        found.append(sample._replace(cpu=max(0.0, mean)))
    return tuple(found)


def spread(
    samples: Sequence[Sample], start: float, end: float, cells: int, value: Callable[[Sample], float]
) -> tuple[float | None, ...]:
    """The highest *value* in each of *cells* stretches of time from *start* to *end*; None before the first sample
    and after the last. A stretch in which nobody looked has the value of the next look.
    """
    found: list[float | None] = [None] * max(0, cells)
    width = (end - start) / cells if cells > 0 else 0.0
    if width <= 0:
        return tuple(found)
    first = None
    for sample in samples:
        cell = math.floor((sample.at - start) / width)
        for at in range(max(0, cell if first is None else min(first, cell)), min(cell, cells - 1) + 1):
            found[at] = max(found[at] or 0.0, value(sample))
        first = cell + 1
    return tuple(found)

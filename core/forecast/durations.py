"""How long a job will run: what its submitter said, else what earlier runs say, else a guess.

=================  =======================================================================================
estimate           the submitter's; nine of ten keep to it, or to what earlier runs say if that is more
its array          the elements of the same array that have completed
its command        runs of the same command that have completed
its name           the same of runs of the same name
its queue          runs of its queue, told as a guess
nothing            :data:`ASSUMED`, told as a guess
=================  =======================================================================================

Of earlier runs the last :data:`LAST` count. A time limit ends every one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any, NamedTuple

from .facts import Duration

LAST = 20  # runs
ASSUMED = Duration(60.0, 600.0, guess=True)
OVERDUE = 0.1  # of what a job has run already: the least that one which is late is expected to need yet

Key = tuple[str, Any]


class Known(NamedTuple):
    """What is asked about a job. ``keys`` are what its earlier runs are known by, the best first, its queue's last."""

    keys: tuple[Key, ...]
    estimate: float | None = None
    limit: float | None = None


def keys_of(queue: int, kind: str, command: str, name: str, array: int | None) -> tuple[Key, ...]:
    """By what a job's earlier runs are found."""
    own: list[Key] = [("command", (kind, command))]
    if array is not None:
        own.insert(0, ("array", array))
    if name:
        own.append(("name", name))
    return (*own, ("queue", queue))


class Summary(NamedTuple):
    """Earlier runs in two numbers."""

    median: float
    late: float


def summary(runs: Iterable[float]) -> Summary | None:
    """The median and the 90th percentile (the smallest that nine of ten keep to) of durations; None of none."""
    some = sorted(max(0.0, run) for run in runs)
    if not some:
        return None
    middle = len(some) // 2
    median = some[middle] if len(some) % 2 else (some[middle - 1] + some[middle]) / 2
    return Summary(median, some[ceil(0.9 * len(some)) - 1])


def duration(known: Known, history: Mapping[Key, Summary]) -> Duration:
    """How long a job will run."""
    found = next(((key, history[key]) for key in known.keys if key in history), None)
    own = found is not None and found[0][0] != "queue"
    if known.estimate is not None:
        median = max(0.0, known.estimate)
        late = max(median, found[1].late) if found is not None and own else median
        return _limited(Duration(median, late), known.limit)
    if found is None:
        return _limited(ASSUMED, known.limit)
    return _limited(Duration(found[1].median, max(found[1]), not own), known.limit)


def _limited(found: Duration, limit: float | None) -> Duration:
    if limit is None or found.late <= limit:
        return found
    return Duration(min(found.median, limit), limit, found.guess)


def ends(started: float, now: float, expected: Duration) -> tuple[float, float]:
    """When a running job ends, and by when with 90 %. One that is late takes as long as nine of ten do, then a bit."""
    run = max(0.0, now - started)  # a clock that was set back makes it young, and its end no further than its duration
    if run < expected.median:
        return now + expected.median - run, now + expected.late - run
    if run < expected.late:
        return now + (expected.late - run) / 2, now + expected.late - run
    return now + OVERDUE * run, now + 2 * OVERDUE * run

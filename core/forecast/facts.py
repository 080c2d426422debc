"""What a forecast is made from, and what comes out: plain records, nothing is looked up behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from ..states import After

LEEWAY = 0.25  # of what is left to do of a job that tells how far it is
_NOTHING: Mapping[int, Mapping[str, int]] = MappingProxyType({})


class Duration(NamedTuple):
    """How long a job will run, in seconds: as likely shorter as longer, and what nine of ten keep to.

    ``guess``: neither its submitter nor earlier runs of its own say so.
    """

    median: float
    late: float
    guess: bool = False


class Task(NamedTuple):
    """A pending job. ``demand`` is a key of `Facts.wants`, 0 for nothing beside a slot.

    ``stuck`` says why it never starts by itself ("held"), "" where it may. ``handed`` is one that waits in the keeper.
    """

    row: int
    queue: int
    duration: Duration
    demand: int = 0
    priority: int = 0
    rank: float = 0
    weight: float = 0.0
    not_before: float | None = None
    stuck: str = ""
    handed: bool = False


class Run(NamedTuple):
    """A running job: when it is expected to end, and by when with 90 %. The order is that of its queue."""

    row: int
    queue: int
    end: float
    late: float
    demand: int = 0
    priority: int = 0
    rank: float = 0
    weight: float = 0.0
    guess: bool = False

    def told(self, now: float, end: float | None) -> Run:
        """The same with the end that it tells itself, if it does; nine of ten need no quarter more of what is left."""
        if end is None:
            return self
        end = max(now, end)
        return self._replace(end=end, late=end + LEEWAY * (end - now), guess=False)


class Lane(NamedTuple):
    """A queue. ``opens`` is when its jobs may start: None for now; ``shut`` says why they never may, or is ""."""

    id: int
    slots: int
    opens: float | None = None
    shut: str = ""


class Wait(NamedTuple):
    """An open dependency: *child* waits for *parent*, which is pending or running."""

    child: int
    parent: int
    after: After = After.OK


class Facts(NamedTuple):
    """A yard at an instant. Times are seconds since the epoch, all on one clock.

    ``capacity`` are the units of each resource there are, ``locked`` says why nobody may have some. ``room`` is how
    many more jobs the workers may have (None: any number); ``idle`` says why nothing starts at all, "" if it does.
    ``more`` pending jobs are not among the tasks.
    """

    now: float
    lanes: Sequence[Lane]
    tasks: Sequence[Task]
    runs: Sequence[Run] = ()
    waits: Sequence[Wait] = ()
    wants: Mapping[int, Mapping[str, int]] = _NOTHING
    capacity: Mapping[str, int] = MappingProxyType({})
    locked: Mapping[str, str] = MappingProxyType({})
    room: int | None = None
    idle: str = ""
    more: int = 0


class Expected(NamedTuple):
    """When a job is expected to start and to end, and by when with 90 %; of a running job the start is None.

    ``guess``: how long it runs, or something before it does, is not known. Where nothing can be said the times are
    None and ``why_not`` says why; ``behind`` is the row of the job that it waits for then, if that is the reason.
    """

    start: float | None = None
    end: float | None = None
    late_start: float | None = None
    late_end: float | None = None
    guess: bool = False
    why_not: str = ""
    behind: int | None = None


class Forecast(NamedTuple):
    """What is expected of each running and of the first pending jobs, by row, as of ``now``.

    ``order`` are the rows that are expected to start, in that order; ``more`` pending jobs come after those looked at.
    """

    now: float
    by_row: Mapping[int, Expected]
    order: tuple[int, ...] = ()
    more: int = 0

    def of(self, row: int) -> Expected:
        """What is expected of a job; of one that was not looked at, that it was not."""
        return self.by_row.get(row) or Expected(why_not=TOO_FAR)


TOO_FAR = "too far ahead to be worked out"

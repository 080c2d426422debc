"""An attempt as a stretch of time, many short ones as a heap, and what is asked and answered."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ..models import JobFilter
from ..states import State

By = Literal["queue", "worker", "user"]
GROUPINGS: tuple[By, ...] = ("queue", "worker", "user")
MOST_SPANS = 3000  # attempts that are told one by one; of more only the longest are, the others are heaps


class Window(NamedTuple):
    """*cells* cells of *step* seconds each, from wall time *start* on."""

    start: float
    step: float
    cells: int

    @property
    def end(self) -> float:
        """Where it ends (wall time)."""
        return self.start + self.step * self.cells

    def at(self, moment: float) -> float:
        """A time as cells from the left edge."""
        return (moment - self.start) / self.step

    def cell(self, moment: float) -> int:
        """The cell that holds a time, also one left or right of the window."""
        return int(self.at(moment) // 1)

    def time(self, cell: float) -> float:
        """The time of a cell's left edge."""
        return self.start + cell * self.step


class Span(NamedTuple):
    """One attempt; or, *attempt* 0, a pending job where it is expected to run.

    ``waited_from`` is when it could be waited for: its submit, the time before which it shall not start, the end of
    the attempt before. One that ended before it started, by clocks that were set, is ``torn``: it begins at its end.
    """

    row: int  # of the job
    id: str
    name: str
    attempt: int
    group: str
    queue: str
    user: str
    worker: str
    state: State
    start: float
    end: float | None
    waited_from: float
    message: str = ""
    wants: tuple[str, ...] = ()
    attempts: int = 1  # that the job has had
    expected: float | None = None  # when what runs should end
    fraction: float | None = None  # of it that is done, as it says itself
    torn: bool = False
    unrecorded: bool = False  # it should have ended, and no worker lives that would record it

    @property
    def waited(self) -> float:
        """Seconds from when it could be waited for to its start."""
        return max(0.0, self.start - self.waited_from)

    def until(self, now: float) -> float:
        """Where its bar ends."""
        return max(self.start, now if self.end is None else self.end)


class Heap(NamedTuple):
    """*many* attempts of a group and a state that began in one cell and ended in another.

    ``starts`` and ``ends`` are sums of seconds from the window's start; ``since`` is when the first of their jobs came.
    """

    group: str
    first: int
    last: int
    state: State
    many: int
    starts: float
    ends: float
    since: float


class Waited(NamedTuple):
    """How long *many* attempts waited, in seconds: median and 90th percentile."""

    many: int
    median: float
    most: float


NO_WAIT = Waited(0, 0.0, 0.0)


class Group(NamedTuple):
    """A queue, a worker or a user. ``slots`` is 0 for one that has none; it is there from ``since`` on."""

    name: str
    slots: int = 0
    since: float = 0.0
    until: float | None = None


class Block(NamedTuple):
    """From *start* to *end* nothing of ``group`` ("" for all) could begin: ``kind`` says why.

    ``resource`` names what was locked: then only what wants it could not.
    """

    kind: str
    start: float
    end: float
    group: str = ""
    resource: str = ""


class Queued(NamedTuple):
    """From *start* to *end* something of a group waited: what it wants of resources, and why by itself, if known."""

    group: str
    start: float
    end: float
    wants: tuple[str, ...] = ()
    why: str = ""


class Wish(NamedTuple):
    """What is asked of a yard."""

    window: Window
    by: By = "queue"
    where: JobFilter = JobFilter()


class Timeline(NamedTuple):
    """What a yard answers. ``oldest`` is when its first attempt ended, ``total`` how many the window has."""

    wish: Wish
    now: float
    groups: tuple[Group, ...]
    spans: tuple[Span, ...]
    heaps: tuple[Heap, ...]
    blocks: tuple[Block, ...]
    queued: tuple[Queued, ...]
    waits: dict[int, Waited]  # by cell
    waited: Waited
    oldest: float | None
    total: int
    slots: int
    part: bool = False  # only some jobs are told: others may have run where nothing seems to

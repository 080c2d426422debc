"""An attempt in the keeper's memory, from its spawn to its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ..base import Held, StartSpec
from . import procfs

if TYPE_CHECKING:
    from .sampling import Gauge

LIMITS = frozenset({"time limit", "log limit"})  # reasons to stop a job that are causes of its failure


class Status(NamedTuple):
    """How a main process ended. Both numbers are None when nobody can know."""

    exit_code: int | None = None
    signal: int | None = None
    cause: str = ""
    message: str = ""
    cpu_seconds: float | None = None
    max_rss: int | None = None


@dataclass(slots=True)
class Stream:
    """One of the two logs: its size at the last look, and the hole in its middle (bytes)."""

    path: str
    size: int = 0
    hole: tuple[int, int] = (0, 0)


@dataclass(slots=True, eq=False)
class Job:
    """A started attempt. Own jobs are our children; the others were found again after an earlier keeper's death."""

    token: str
    name: str
    folder: str
    lane: str
    time_limit: float | None
    grace: float
    log_cap: int
    pid: int
    ticks: int  # its start time; 0 until somebody needs it, see :meth:`identify`
    started_at: float | None  # wall clock
    boot_at: float  # CLOCK_BOOTTIME
    own: bool = True
    watched: bool = True  # seen alive; otherwise its pid may name somebody else's session by now
    pidfd: int = -1
    members: dict[int, int] = field(default_factory=dict)  # known living processes but the main one: pid → ticks
    cgroup: str = ""  # its folder
    looked: bool = False  # it has outlived a look
    recorded: bool = True  # ``started`` is on disk
    stop_why: str = ""  # our signal reached it alive, because of this
    stop_meant: str = ""  # an earlier keeper was about to send it
    kill_at: float | None = None  # CLOCK_BOOTTIME; set while it is being stopped or swept
    killing: bool = False
    asked: set[tuple[int, int]] = field(default_factory=set)  # who has had SIGTERM: pid, ticks
    status: Status | None = None  # set once the main process is gone
    draft: bool = False  # ``result.json`` says that it is being swept
    ended_at: float = 0.0
    gone_at: float = 0.0  # CLOCK_BOOTTIME of that, for adopted ones whose status is still wanted
    swept: int = 0  # left-over processes that were stopped
    given_up: int = 0  # those that could not be
    peak: int | None = None
    floor: int = 0  # the keeper's own peak memory at the spawn, which the kernel's figure starts from
    gauge: Gauge | None = None  # what it uses, from its second second on
    out: Stream = field(init=False)
    err: Stream = field(init=False)

    def __post_init__(self) -> None:
        self.out = Stream(self.folder + "/stdout")
        self.err = Stream(self.folder + "/stderr")

    @property
    def deadline(self) -> float | None:
        """When its time is up, on CLOCK_BOOTTIME."""
        return None if self.time_limit is None else self.boot_at + self.time_limit

    def processes(self) -> dict[int, int]:
        """The known tree, with the main process while it lives."""
        return self.members if self.status or not self.pid else {self.pid: self.identify(), **self.members}

    def identify(self) -> int:
        """The main process's start time. Right after a spawn the kernel lets nobody read it before the exec is over,
        which would be a third of the time that a short job costs; an unreaped child cannot be mistaken meanwhile."""
        if not self.ticks and self.pid and not self.status:
            found = procfs.stat(self.pid)
            self.ticks = found.ticks if found else 0
        return self.ticks

    @property
    def since(self) -> int:
        """A start time that is no later than its own; what is older cannot belong to it."""
        return self.ticks or int(self.boot_at * procfs.TICKS) - 1


def held_as(spec: StartSpec) -> Held:
    """The part of a start by which its attempt is found again."""
    return Held(
        spec.token, spec.job, spec.folder, spec.time_limit, spec.grace, spec.log_cap, spec.lane, spec.lane_slots
    )

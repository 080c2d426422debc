"""What a worker asks of the one who owns the processes, and what it hears back.

A runner starts, watches and stops; it never decides. The worker speaks to it in attempts, each known
by its *token*. Every request is idempotent and answered by an event later, never by a return value,
so that a runner that dies in between costs nothing but time.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

KILL_GRACE = 5.0  # seconds between SIGTERM and SIGKILL
SHORTAGES = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN})
LOG_CAP = 256 * 1024 * 1024  # bytes per stream and attempt on disk


@dataclass(frozen=True, slots=True)
class StartSpec:
    """One attempt to run. The lane limits how many run at once; starts beyond it wait in order."""

    token: str
    job: str  # JOB-YYYYMMDD-NNNNN
    folder: str  # absolute; made by the runner; holds stdout, stderr, starting|started, growth, result.json
    argv: tuple[str, ...]
    env: Mapping[str, str]  # shared by the jobs of a submit, so a runner need not be told it each time
    cwd: str
    umask: int = 0o022
    stdin: str = ""  # a file; "" = /dev/null
    time_limit: float | None = None  # seconds from its start, on CLOCK_BOOTTIME
    grace: float = KILL_GRACE
    log_cap: int = LOG_CAP
    lane: str = ""  # the queue
    lane_slots: int = 1
    marks: Mapping[str, str] = field(default_factory=dict)  # added to env, this attempt's own


@dataclass(frozen=True, slots=True)
class Held:
    """An attempt that the store believes running: enough to find its process again."""

    token: str
    job: str
    folder: str
    time_limit: float | None = None
    grace: float = KILL_GRACE
    log_cap: int = LOG_CAP
    lane: str = ""
    lane_slots: int = 1
    stop: str = ""  # "cancel" if a stop was asked for before


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended. ``exit_code`` and ``signal`` are both None when the kernel could not tell."""

    token: str
    started_at: float | None  # None: never started (cause launch)
    ended_at: float
    exit_code: int | None = None
    signal: int | None = None
    cause: str = ""  # "", time limit, log limit, launch, lost; exit and signal follow from the numbers
    message: str = ""
    stopped: str = ""  # "cancel": our signal reached it alive because of a cancel
    cpu_seconds: float | None = None
    max_rss: int | None = None  # bytes
    stdout_bytes: int | None = None
    stderr_bytes: int | None = None
    pid: int | None = None


@dataclass(frozen=True, slots=True)
class Connected:
    """The runner is there (again), with the tokens that it holds, waiting or running."""

    pid: int
    tokens: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Lost:
    """The runner went away. Jobs go on; ask the next one."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """The process exists."""

    token: str
    pid: int
    at: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The process and its tree are gone. Repeated until acknowledged."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Disowned:
    """The answer to a disown: ``runs``, ``ended`` (an Ended follows), ``never`` (and never will) or ``unknown``."""

    token: str
    answer: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that the people of the yard should read, about an attempt that goes on."""

    token: str
    text: str


RunnerEvent = Connected | Lost | Started | Ended | Disowned | Noted


class Runner(Protocol):
    """The seam. The keeper of this host is one; a cluster may follow."""

    def filenos(self) -> list[int]:
        """Descriptors that become readable when :meth:`events` has something to say."""
        ...

    def events(self) -> list[RunnerEvent]:
        """What happened since the last call; never blocks."""
        ...

    def ensure(self) -> None:
        """Be connected, starting the keeper if none lives. Raises RunnerError when that fails."""
        ...

    @property
    def connected(self) -> bool:
        """Whether requests reach a living runner."""
        ...

    def start(self, specs: Iterable[StartSpec]) -> None:
        """Start these, each once its lane has room. A token that is known already is left alone."""
        ...

    def adopt(self, held: Iterable[Held]) -> None:
        """Find the processes of these attempts, watch them, and tell how they ended.

        With no ``starting`` file the answer is Disowned(never) after a tombstone is on disk; an attempt
        that started is watched or answered with its Ended.
        """
        ...

    def disown(self, held: Iterable[Held]) -> None:
        """Promise never to start these if they have not started; answered by Disowned."""
        ...

    def stop(self, token: str, why: str) -> None:
        """SIGTERM, grace, SIGKILL to the whole tree. *why* is ``cancel``."""
        ...

    def acknowledge(self, tokens: Iterable[str]) -> None:
        """The store has these outcomes; they need not be kept."""
        ...

    def lane(self, lane: str, slots: int) -> None:
        """A lane's slots have changed."""
        ...

    def close(self) -> None:
        """Leave; the jobs go on."""
        ...

"""Every message that crosses threads or widgets, one line each. Threads post; handlers change widgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jobyard.core.errors import JobyardError
from jobyard.core.models import Change, Changes, Job, JobRow, QueueInfo, WorkerInfo
from jobyard.core.states import State
from textual.message import Message

from .paging import View


@dataclass
class Rang(Message):
    """The yard changed. From the live thread, at most ten times a second."""

    changes: Changes


@dataclass
class Loaded(Message):
    """Pages for the table. From the reading thread."""

    view: View


@dataclass
class Surveyed(Message):
    """Queues, workers and counts. From the side thread."""

    queues: tuple[QueueInfo, ...]
    workers: tuple[WorkerInfo, ...]
    counts: dict[State, int]


@dataclass
class Detailed(Message):
    """A job, whole; None: there is no such job any more. From the side thread."""

    row: int
    job: Job | None


@dataclass
class Tailed(Message):
    """The end of a job's log, ready for the screen. From the side thread."""

    row: int
    lines: tuple[str, ...]


@dataclass
class Did(Message):
    """A command has been done. From the acting thread."""

    verb: str
    change: Change


@dataclass
class Told(Message):
    """Something to say that is no change of jobs. From the acting thread."""

    text: str
    severity: str = "information"


@dataclass
class Refused(Message):
    """A command or query failed. From any thread."""

    error: JobyardError


@dataclass
class Broke(Message):
    """A thread met an error that nobody expected. From any thread."""

    error: BaseException


@dataclass
class Selected(Message):
    """Another job is under the cursor, or none. From the table."""

    row: JobRow | None


@dataclass
class Opened(Message):
    """A job was opened with a double click. From the table."""

    row: JobRow


@dataclass
class Wanted(Message):
    """The table needs rows. From the table."""

    page: int | None


@dataclass
class Marked(Message):
    """The marks or the range changed. From the table."""

    count: int


@dataclass
class QueuesChosen(Message):
    """Another queue is selected in the list of queues; an empty set means all. From the queues."""

    queues: frozenset[int]


@dataclass
class Answered(Message):
    """A question of a verb's has its answer; ``then`` goes on with it on the screen. From the acting thread."""

    then: Callable[[], None]

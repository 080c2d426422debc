"""All that is known of a job when it is described."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from jobyard.core.models import ArrayRow, Event, Fold, Job, JobRow, Provenance, QueueInfo

if TYPE_CHECKING:
    from jobyard.core.forecast import Expected
    from jobyard.core.progress import Progress
    from jobyard.core.usage import Sample


class Deeper(NamedTuple):
    """What is fetched only when it is looked at: its history, and where its last attempt came from."""

    events: tuple[Event, ...] = ()
    provenance: Provenance | None = None
    parents: Mapping[int, str] = MappingProxyType({})  # what the jobs are called that its history speaks of, by row
    expected: Expected | None = None  # when it will start and end, until it has ended
    behind: str = ""  # the id of the job because of which nobody can say


class Dossier(NamedTuple):
    """A job and what stands around it. ``deeper`` is None until it has been fetched."""

    job: Job
    queue: QueueInfo | None = None
    near: Mapping[str, JobRow] = MappingProxyType({})  # the jobs behind its blockers, by id
    paused: Event | None = None  # who paused its queue
    fold: Fold | None = None  # what its line in the table stands for
    array: ArrayRow | None = None
    failed: tuple[JobRow, ...] = ()  # elements of the array
    deeper: Deeper | None = None
    tail: tuple[str, ...] = ()  # the end of its log
    progress: Progress | None = None  # while it runs and prints it
    curve: tuple[Sample, ...] = ()  # what its last attempt used over time

    @property
    def row(self) -> int:
        """The job's row."""
        return self.job.row

    @property
    def unsure(self) -> bool:
        """Whether the facts about its last attempt are still being gathered: git takes its time."""
        job, deeper = self.job, self.deeper
        if deeper is None or not job.attempts or job.attempts[-1].ended_at is not None:
            return False
        return deeper.provenance is None or deeper.provenance.taken_at is None

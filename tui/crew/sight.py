"""What the Workers screen looks up: in a thread, once a second while it is in sight. About a millisecond's work."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from jobyard.core.models import Finding, ResourceInfo
from jobyard.core.states import State
from jobyard.core.yard import Yard

if TYPE_CHECKING:
    from jobyard.core.progress import Progress
    from jobyard.core.usage import Sample
    from jobyard.core.yard.staffed import Staff, Vitals


ALL = 100  # running jobs up to which those out of sight are measured too


class Sight(NamedTuple):
    """One look. Of the jobs in sight: the newest samples, how far they are, and, of new ones, all samples."""

    staff: Staff
    resources: tuple[ResourceInfo, ...]
    vitals: Vitals
    pending: int
    usage: dict[int, Sample]
    progress: dict[int, Progress]
    histories: dict[int, tuple[Sample, ...]]


class Verdict(NamedTuple):
    """What the doctor found, and when (wall clock)."""

    findings: tuple[Finding, ...]
    at: float


def look(yard: Yard, rows: Sequence[int], known: Collection[int], worker: int | None) -> Sight:
    """Look; of very many jobs those in sight (*rows*) are measured. Those *known* have a history already."""
    staff = yard.staff(worker)
    going = [one.job.row for one in staff.running]
    seen = going if len(going) <= ALL else [row for row in going if row in rows] or going[:ALL]
    usage = yard.usage_now(seen)
    histories = {row: yard.usage(row) for row in usage if row not in known}
    return Sight(
        staff, tuple(yard.resources()), yard.vitals(), yard.counts().get(State.PENDING, 0), usage,
        yard.progress(seen), histories,
    )  # fmt: skip

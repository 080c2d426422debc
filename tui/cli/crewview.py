"""Workers, the keeper and what runs, as JSON and in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from jobyard.core.models import WorkerInfo
from jobyard.tui.cli import jsonview
from jobyard.tui.cli.jsonview import Json, moment
from jobyard.tui.cli.words import plural, size, when

if TYPE_CHECKING:
    from jobyard.core.usage import Sample
    from jobyard.core.yard import Yard
    from jobyard.core.yard.staffed import Assigned, Keeper, Staff, Vitals


def views(yard: Yard, workers: Sequence[WorkerInfo]) -> list[Json]:
    """These workers as ``worker list --json`` prints them."""
    staff = yard.staff()
    samples = yard.usage_now([one.job.row for one in staff.running])
    return [view(worker, staff, samples) for worker in workers]


def view(worker: WorkerInfo, staff: Staff, samples: Mapping[int, Sample]) -> Json:
    """A worker, what it runs, and the keeper that owns the processes of that."""
    jobs = [job(one, samples.get(one.job.row)) for one in staff.running if one.worker == worker.id]
    return {**jsonview.worker(worker), "jobs": jobs, "keeper": keeper(staff.keeper)}


def job(one: Assigned, sample: Sample | None) -> Json:
    """What a worker runs."""
    return {
        "id": one.job.id,
        "name": one.job.name,
        "session": one.job.session,
        "queue": one.job.queue,
        "started_at": moment(one.job.started_at),
        "usage": jsonview.usage(sample) if sample else None,
    }


def keeper(found: Keeper) -> Json:
    """The keeper; what is not known of it is null."""
    return {
        "alive": found.alive,
        "silent": found.silent,
        "pid": found.pid,
        "started_at": moment(found.since),
        "rss": found.rss,
    }


def vitals(found: Vitals) -> Json:
    """How the yard is, in bytes and counts."""
    return {
        "disk_free": found.disk_free,
        "disk_size": found.disk_size,
        "disk_floor": found.disk_floor,
        "store_bytes": found.store_bytes,
        "log_bytes": found.log_bytes,
        "events": found.events,
        "oldest_event": moment(found.oldest_event),
        "jobs": found.jobs,
        "settings": {one.name: {"value": one.shown, "origin": one.origin} for one in found.settings},
        "trouble": found.trouble or None,
    }


def keeper_words(found: Keeper, running: int) -> str:
    """``keeper: process 4100 since 09:14:02, 13.2 MiB, owns the processes of 3 jobs``."""
    if not found.alive:
        return "keeper: gone; the next worker starts one, which finds the jobs again" if running else ""
    if found.theirs:
        return "keeper: lives; the rest is its owner's to look at"
    if found.silent:
        return "keeper: lives and does not answer; jobs go on. See: jobyard doctor"
    parts = [f"process {found.pid} since {when(found.since)}", size(found.rss)]
    return f"keeper: {', '.join(parts)}, owns the processes of {plural(running, 'job')}"


def used(samples: Iterable[Sample]) -> tuple[float, int]:
    """Cores and bytes in use by all of them."""
    found = list(samples)
    return sum(one.cpu for one in found), sum(one.rss for one in found)

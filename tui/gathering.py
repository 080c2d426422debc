"""What the detail pane asks the yard about a job. Runs in a thread.

The light part is asked again whenever the job may have changed; the deep part only for whoever looks at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from jobyard.core.errors import BadInput, Unknown
from jobyard.core.models import ArrayRow, Event, Fold, Job, JobRow
from jobyard.core.states import State
from jobyard.core.yard import Yard

from .describe import Deeper, Dossier
from .describe.why import FEW as BLOCKERS
from .format import short_id
from .gauging import curve

if TYPE_CHECKING:
    from jobyard.core.forecast import Expected

FAILED = 50  # elements of an array that are named
PAUSES = 20  # events of a queue among which the pause is looked for


def gather(yard: Yard, row: int, fold: Fold | None = None) -> Dossier | None:
    """A job and what stands around it; None when there is no such job any more."""
    try:
        job = yard.job(row)
        queue = yard.queue(f"{job.session}/{job.queue}")
    except Unknown:
        return None
    dossier = Dossier(job, queue, near=_near(yard, job), paused=_paused(yard, job))
    return _gauged(yard, dossier) if fold is None else _folded(yard, dossier, fold)


def _gauged(yard: Yard, dossier: Dossier) -> Dossier:
    """With what its last attempt used over time, and how far that is while it runs."""
    job = dossier.job
    if not job.attempts:
        return dossier
    progress = yard.progress([job.row]).get(job.row) if job.state is State.RUNNING else None
    return dossier._replace(progress=progress, curve=curve(yard, job.row))


def deepen(yard: Yard, row: int, stale: float = 0.0) -> Deeper | None:
    """Its history and where its last attempt came from."""
    try:
        events = tuple(yard.history(row))
        return Deeper(events, yard.provenance(row), _parents(yard, events), *_foreseen(yard, row, stale))
    except Unknown:
        return None


def _foreseen(yard: Yard, row: int, stale: float) -> tuple[Expected | None, str]:
    """When it will start and end, and the id of the job because of which nobody can say."""
    job = yard.rows([row]).get(row)
    found = yard.forecast(stale=stale).of(row) if job is not None and job.ended_at is None else None
    return found, yard.ids([found.behind])[0] if found is not None and found.behind else ""


def _parents(yard: Yard, events: Iterable[Event]) -> Mapping[int, str]:
    """What the jobs are called that it was made to wait for, or no more."""
    sides = [side for event in events for side in (event.before, event.after) if side]
    rows = {side["parent"] for side in sides if isinstance(side.get("parent"), int)}
    return {row: _called(job) for row, job in yard.rows(sorted(rows)).items()} if rows else {}


def _called(job: JobRow) -> str:
    return f"{job.name} ({short_id(job.id)})" if job.name else short_id(job.id)


def _near(yard: Yard, job: Job) -> Mapping[str, JobRow]:
    """The jobs behind its first blockers, as far as they are its parents."""
    wanted = {blocker.job for blocker in job.blockers[:BLOCKERS] if blocker.job}
    rows = [edge.row for edge in job.depends_on if edge.id in wanted]
    return {row.id: row for row in yard.rows(rows).values()} if rows else {}


def _paused(yard: Yard, job: Job) -> Event | None:
    """Who paused its queue, where that is what it waits for."""
    if not any(blocker.rule == "paused" for blocker in job.blockers):
        return None
    return _last_pause(yard.queue_history(f"{job.session}/{job.queue}", PAUSES))


def _last_pause(events: Iterable[Event]) -> Event | None:
    found = None
    for event in events:
        paused = (event.after or {}).get("paused")
        found = event if paused else None if paused is not None else found
    return found


def _folded(yard: Yard, dossier: Dossier, fold: Fold) -> Dossier:
    """With the array that its line stands for, and what failed of it."""
    array: ArrayRow | None = None
    failed: list[JobRow] = []
    if fold.kind == "array":
        try:
            array = yard.array(fold.ref)
        except BadInput:
            array = None  # some of it has been purged meanwhile
    if array is not None and array.counts.get(State.FAILED):
        failed = yard.elements(array, State.FAILED, FAILED)
    return dossier._replace(fold=fold, array=array, failed=tuple(failed))

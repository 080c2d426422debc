"""What stopping, draining or repairing would do, in words for a question. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobyard.core.models import Finding, WorkerInfo
from jobyard.core.yard import shell_join

from ..format import plural
from ..previews import Question
from ..text import plain
from .yard import mends

if TYPE_CHECKING:
    from jobyard.core.yard.staffed import Staff

SHOWN = 4  # findings that are named


def stop(worker: WorkerInfo, staff: Staff, pending: int) -> Question:
    """It leaves at once."""
    goes = "It runs nothing now."
    if worker.running:
        goes = f"It leaves at once. {_its(worker)} {'goes' if worker.running == 1 else 'go'} on, watched by the keeper."
    body = (goes, *_then(worker, staff, pending, bool(worker.running)))
    return Question(f"Stop the worker {plain(worker.name)}?", body, _line("stop", worker))


def drain(worker: WorkerInfo, staff: Staff, pending: int) -> Question:
    """It starts nothing new, and leaves when its jobs have ended."""
    leaves = "It runs nothing now, so it leaves at once."
    if worker.running:
        leaves = f"It starts nothing new and leaves when {_its(worker).lower()} {_have(worker.running)} ended."
    body = (leaves, *_then(worker, staff, pending, False))
    return Question(f"Drain the worker {plain(worker.name)}?", body, _line("drain", worker))


def repair(findings: tuple[Finding, ...], running: int) -> Question:
    """Counters are set right, and what belongs to nobody is removed."""
    some = [f"✗ {plain(one.what)}" for one in findings if mends(one)]
    more = len(some) - SHOWN
    body = [*some[:SHOWN], *([f"and {plural(more, 'other')}"] if more > 0 else []), *([""] if some else [])]
    body.append("Counts are set right, and folders and files that belong to nobody are removed. That cannot be undone.")
    if running:
        body.append(f"{plural(running, 'running job')} {'goes' if running == 1 else 'go'} on.")
    return Question("Repair the yard?", tuple(body), "jobyard doctor --repair")


def _its(worker: WorkerInfo) -> str:
    return f"Its {plural(worker.running, 'job')}"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _then(worker: WorkerInfo, staff: Staff, pending: int, heirless: bool) -> tuple[str, ...]:
    """Who goes on in its place."""
    others = [one for one in staff.workers if one.starts and one.id != worker.id]
    if others:
        return (f"{plural(len(others), 'other worker')} {'goes' if len(others) == 1 else 'go'} on.",)
    waits = f"; {plural(pending, 'pending job')} {'waits' if pending == 1 else 'wait'} for one" if pending else ""
    ends = " How its jobs end is recorded by the next one." if heirless else ""
    return (f"No other worker starts anything: nothing new begins until there is one{waits}.{ends}",)


def _line(verb: str, worker: WorkerInfo) -> str:
    return shell_join(("jobyard", "worker", verb, worker.name))
